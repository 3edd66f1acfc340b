// The quiz: one question at a time, each answer kept at once and sent when it can be.

import { Answers } from "./quiz_answers.js";
import { prepareEnd } from "./quiz_end.js";

const $ = (id) => document.getElementById(id);
const form = $("quiz");
const words = form.dataset;
const questions = [...form.querySelectorAll("fieldset")];
const answers = new Answers(words.learner);
const close = prepareEnd(answers);

const idOf = (question) => question.id.slice(2);
const settle = (question) => { question.dataset.settled = ""; };
const isOpen = (question) => !("settled" in question.dataset);
const isEnough = () => !questions.some((question) => "begin" in question.dataset && isOpen(question));
const current = () => questions.find((question) => !question.hidden) ?? null;
const isEdit = "edit" in words;
const addressOf = (question) => `/liff/quiz/${question === null ? "end" : idOf(question)}${isEdit ? "?edit=1" : ""}`;

// ---- what is answered

function valueOf(question) {
  if (question.dataset.type === "short_text") return question.querySelector("input").value.trim();
  const chosen = [...question.querySelectorAll("input:checked")].map(({ value }) => ("numeric" in question.dataset ? Number(value) : value));
  return question.dataset.type === "multi" ? chosen : chosen[0] ?? null;
}

const isEmpty = (value) => value === null || value.length === 0;

function fill(question, value) {
  for (const input of question.querySelectorAll("input")) {
    if (input.type === "text") input.value = typeof value === "string" ? value : "";
    else input.checked = [value].flat().some((each) => each !== null && String(each) === input.value);
  }
}

/** What stands alone is chosen alone. */
function keepAlone(question, input) {
  if (input.type !== "checkbox" || !input.checked) return;
  for (const other of question.querySelectorAll("input:checked")) {
    if (other !== input && ("alone" in input.dataset || "alone" in other.dataset)) other.checked = false;
  }
}

// ---- where the learner is

/** `question` null: the end, for now. */
function show(question) {
  for (const each of questions) each.hidden = each.disabled = each !== question;
  $("asking").hidden = question === null;
  $("end").hidden = question !== null;
  $("problem").textContent = "";
  if (question === null) showEnd();
  else showPlace(question);
}

function showPlace(question) {
  const { section, place, count } = question.dataset;
  $("section").textContent = section;
  $("place").textContent = `${place} / ${count}`;
  $("progress").max = Number(count);
  $("progress").value = Number(place);
  $("skip").hidden = !("skippable" in question.dataset);
  $("later").hidden = isEdit || !isEnough();
  $("back").hidden = question === questions[0] && !isEdit;
  form.action = addressOf(question);
}

function showEnd() {
  const isAll = !questions.some(isOpen);
  $("end-enough").hidden = isAll;
  $("end-all").hidden = $("go-on").hidden = !isAll;
  $("go-on").hidden = isAll;
}

function focusOn(question) {
  const heading = (question ?? $("end")).querySelector("h1");
  document.title = `${heading.textContent} - ${words.site}`;
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

function goTo(question) {
  history.pushState({ depth: depth() + 1 }, "", addressOf(question));
  show(question);
  focusOn(question);
}

const depth = () => history.state?.depth ?? 0;

/** The next that is open; who had gone back goes on in the quiz's order. Those to begin with end it, for now. */
function after(question, wasOpen) {
  const rest = questions.slice(questions.indexOf(question) + 1);
  const next = (wasOpen ? rest.find(isOpen) : rest[0]) ?? null;
  const endsHere = next === null || ("begin" in question.dataset && !("begin" in next.dataset));
  if (!endsHere) return next;
  return isEnough() ? null : questions.find(isOpen);
}

// ---- what the learner does

function leave(question, value) {
  const wasOpen = isOpen(question);
  answers.keep(idOf(question), value, { isDraft: false });
  settle(question);
  answers.send();
  if (!isEdit) goTo(after(question, wasOpen));
}

function tellProblem(question) {
  $("problem").textContent = "skippable" in question.dataset ? `${words.chooseFirst}${words.maySkip}` : words.chooseFirst;
  question.querySelector("input").focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = current();
  if (event.submitter?.value === "later") close();
  else if (event.submitter?.value === "skip" || valueOf(question) === "") leave(question, null);
  else if (isEmpty(valueOf(question))) tellProblem(question);
  else leave(question, valueOf(question));
});

form.addEventListener("input", ({ target }) => {
  const question = current();
  keepAlone(question, target);
  answers.keep(idOf(question), valueOf(question), { isDraft: true });
  $("problem").textContent = "";
});

form.addEventListener("keydown", (event) => {
  // Enter that only confirms what is being composed.
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
});

$("back").addEventListener("click", (event) => {
  if (isEdit) return; // to the review
  event.preventDefault();
  if (depth() > 0) history.back();
  else goBack();
});

function goBack() {
  const question = questions[Math.max(questions.indexOf(current()) - 1, 0)];
  history.replaceState(history.state, "", addressOf(question));
  show(question);
  focusOn(question);
}

$("go-on").addEventListener("click", (event) => {
  event.preventDefault();
  goTo(questions.find(isOpen));
});

addEventListener("popstate", () => {
  const id = location.pathname.split("/").at(-1);
  const question = questions.find((each) => idOf(each) === id) ?? null;
  if (question === null && id !== "end") return;
  show(question);
  focusOn(question);
});

// What was answered elsewhere meanwhile is not in a page that the browser had put aside.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// ---- how the sending goes

answers.addEventListener("saved", () => {
  $("status").textContent = words.saved;
  if (isEdit && answers.waiting().length === 0) location.assign("/liff/quiz/review");
});
answers.addEventListener("waiting", () => { $("status").textContent = words.notSaved; });
answers.addEventListener("signed-out", () => { $("signed-out").hidden = false; });
$("sign-in-again").addEventListener("click", () => location.reload());
answers.addEventListener("refused", ({ detail }) => {
  const question = questions.find((each) => idOf(each) === detail.question);
  if (question === undefined) return;
  delete question.dataset.settled;
  if (question !== current()) goTo(question);
  $("problem").textContent = detail.words;
});

// ---- from here on

for (const question of questions) {
  const kept = answers.kept(idOf(question));
  if (kept === null) continue;
  fill(question, kept.value);
  if (!kept.isDraft) settle(question);
}
const opened = current();
history.replaceState({ depth: depth() }, "", addressOf(opened));
show(opened);
answers.send();
document.documentElement.dataset.ready = "";
