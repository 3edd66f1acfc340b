// Exchanges the one-time code behind the # for our cookie, and goes on to the page. Only by a tap: a link that somebody else
// sent must not sign a learner in as that other.

import { call, Problem } from "./api.js";

const $ = (id) => document.getElementById(id);
const code = location.hash.slice(1);
history.replaceState(null, "", location.pathname); // a reload, or a shared address, must not hold it

async function enter() {
  $("enter-ask").hidden = true;
  $("entering").hidden = false;
  try {
    await call("POST", "/auth/session/code", { code });
    location.replace($("enter").dataset.page);
  } catch (error) {
    $("entering").hidden = true;
    $("enter-failed").hidden = false;
    $("enter-reason").textContent = error instanceof Problem ? error.message : "";
  }
}

$("enter-go").addEventListener("click", enter);
$("enter-go").disabled = false; // a tap before this would go for nothing
