// Exchanges the one-time code behind the # for our cookie, and goes on to the page.

import { call, Problem } from "./api.js";

const place = document.getElementById("enter");
const code = location.hash.slice(1);
history.replaceState(null, "", location.pathname); // a reload, or a shared address, must not hold it

try {
  await call("POST", "/auth/session/code", { code });
  location.replace(place.dataset.page);
} catch (error) {
  document.getElementById("entering").hidden = true;
  document.getElementById("enter-failed").hidden = false;
  document.getElementById("enter-reason").textContent = error instanceof Problem ? error.message : "";
}
