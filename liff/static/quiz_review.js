// The answers to look over: what this browser still keeps is sent before they are shown.

import { Answers } from "./quiz_answers.js";
import { prepareEnd } from "./quiz_end.js";

const $ = (id) => document.getElementById(id);
const answers = new Answers($("review").dataset.learner);

answers.addEventListener("waiting", () => { $("status").textContent = $("review").dataset.notSaved; });
answers.addEventListener("signed-out", () => { $("signed-out").hidden = false; });
answers.addEventListener("saved", () => { if (answers.waiting().length === 0) location.reload(); });
$("sign-in-again").addEventListener("click", () => location.reload());
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // kept as it was before an answer
prepareEnd(answers);
answers.send();
document.documentElement.dataset.ready = "";
