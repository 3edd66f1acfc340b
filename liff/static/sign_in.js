// Exchanges LINE's ID token for our cookie, then shows the page that was asked for.

import { Problem } from "./api.js";
import { line } from "./line.js";
import { exchange, noteOpening } from "./session.js";

const MARK = "moment.sign-in";
const LINES_PARAMETERS = ["code", "state", "liffClientId", "liffRedirectUri", "liff.hback", "liff.referrer"];

const $ = (id) => document.getElementById(id);

async function signIn() {
  // Before `liff.init`, which leads on to the address that `liff.state` names.
  noteOpening();
  const page = address();
  const liff = await line();
  if (!liff.isLoggedIn()) {
    // LIFF's own sign-in at `init` would come back to the endpoint, not to this page.
    liff.login({ redirectUri: location.href });
    return;
  }
  await exchange(liff);
  sessionStorage.setItem(MARK, String(Date.now()));
  if (page === location.pathname + location.search) location.reload();
  else location.replace(page);
}

/** Of the page itself, where LINE's SDK goes too (LINE docs: Opening a LIFF app, "secondary redirect URL"), without what
 *  LINE's sign-in has put behind it. */
function address() {
  const state = new URLSearchParams(location.search).get("liff.state");
  const page = state === null ? location.href : location.pathname.replace(/\/$/, "") + state;
  const url = new URL(page, location.origin);
  for (const name of LINES_PARAMETERS) url.searchParams.delete(name);
  // Two slashes at its beginning would make a path another host.
  return url.origin === location.origin ? url.pathname.replace(/^\/+/, "/") + url.search : location.pathname;
}

/** A cookie that the browser doesn't keep would make the page load itself for ever. */
function wasJustHere() {
  const last = Number(sessionStorage.getItem(MARK) ?? 0);
  sessionStorage.removeItem(MARK);
  return Date.now() - last < 5000;
}

function show(error) {
  $("signing-in").hidden = true;
  $("sign-in-failed").hidden = false;
  $("sign-in-reason").textContent = error instanceof Problem ? error.message : "";
  const friend = $("sign-in-friend");
  if (friend !== null) friend.hidden = error.type !== "urn:moment:problem:friend_no_more";
  $("sign-in-retry").focus();
}

$("sign-in-retry").addEventListener("click", () => {
  // A token that LINE has revoked stays with the browser, and in the first address, until it is thrown away.
  window.liff?.logout?.();
  history.replaceState(null, "", location.pathname + location.search);
  location.reload();
});

if (wasJustHere()) show(new Error("signed in, and not"));
else signIn().catch(show);
