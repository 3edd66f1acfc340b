// A clip is taken back, after a question: what the page shows of it may be new by then, so what was asked of is kept here.

import { call, Problem } from "./api.js";

const $ = (id) => document.getElementById(id);
const dialog = $("withdraw");
const problem = $("withdraw-problem");
let path = null;

function ask(event) {
  const button = event.target.closest("[data-withdraw]");
  if (button === null) return;
  path = button.dataset.withdraw;
  problem.hidden = true;
  dialog.showModal();
}

async function withdraw() {
  $("withdraw-go").disabled = true;
  try {
    await call("DELETE", path);
    location.reload();
  } catch (error) {
    problem.textContent = (error instanceof Problem && error.message) || problem.dataset.failed;
    problem.hidden = false;
    $("withdraw-go").disabled = false;
  }
}

document.addEventListener("click", ask);
$("withdraw-go").addEventListener("click", withdraw);
$("withdraw-stop").addEventListener("click", () => dialog.close());
