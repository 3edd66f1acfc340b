// A page that LINE has just opened, for a browser that is signed in already: as the same learner?

import { exchange, isOpening } from "./session.js";
import { line } from "./line.js";

async function check() {
  const liff = await line();
  if (liff.isLoggedIn() && (await exchange(liff))) location.reload();
}

// The page of the sign-in does so itself. What goes wrong here leaves the learner where they are.
if (isOpening() && document.getElementById("signing-in") === null) {
  check().catch((error) => console.warn("not checked who opened the page:", error.name));
}
