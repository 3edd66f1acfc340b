// An open thread: what is new appears by itself, what is being typed is never touched.

import { follow, keepTime } from "./live.js";

const page = document.getElementById("thread");
const composer = document.getElementById("composer");
const text = document.getElementById("text");
const id = Number(page.dataset.id);
const log = () => document.getElementById("log");

const isAtEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < 80;
const toEnd = () => { log().scrollTop = log().scrollHeight; };

// ---- what is new

let isAsking = false;
let isStale = false;

async function showNews() {
  isStale = true;
  if (isAsking) return;
  isAsking = true;
  try {
    while (isStale) {
      isStale = false;
      await htmx.ajax("GET", `/console/threads/${id}/now`, { source: page, target: page, swap: "none" });
    }
  } finally {
    isAsking = false;
  }
}

document.addEventListener("thread:changed", (event) => {
  if (event.detail === null || event.detail === id) showNews();
});

let wasAtEnd = true;
document.addEventListener("htmx:before:swap", () => { wasAtEnd = isAtEnd(); });
document.addEventListener("htmx:after:swap", () => {
  if (wasAtEnd) toEnd();
  startCost();
});

// ---- writing

function fits(event) {
  const isComposing = event.isComposing || event.keyCode === 229; // Enter chooses a word then
  return event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isComposing;
}

composer.addEventListener("keydown", (event) => {
  if (!fits(event)) return;
  event.preventDefault();
  composer.requestSubmit();
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response?.status;
  const form = ctx.sourceElement;
  if (!form.matches?.("form")) return;
  if (!status || status >= 500 || status === 401 || status === 403) tellOfTrouble();
  if (status !== 200) return;
  if (form === composer) {
    text.value = "";
    unquote();
    text.focus();
  } else if (form.id === "note-form") {
    form.reset();
  }
});

document.addEventListener("htmx:error", tellOfTrouble);

function tellOfTrouble() {
  const notice = document.getElementById("notice");
  notice.className = "notice refusal";
  notice.textContent = "届きませんでした。通信かログインを確かめて、もう一度お試しください。書いた文は残っています。";
}

document.querySelector("[data-canned]").addEventListener("change", (event) => {
  if (!event.target.value) return;
  text.setRangeText(event.target.value, text.selectionStart, text.selectionEnd, "end");
  event.target.value = "";
  text.focus();
});

// ---- quoting

const quotes = composer.elements.quotes;
const quoting = composer.querySelector(".quoting");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-quote]");
  if (button) {
    quotes.value = button.dataset.quote;
    quotes.disabled = false;
    quoting.hidden = false;
    quoting.querySelector("q").textContent = button.dataset.words;
    text.focus();
  } else if (event.target.closest("[data-unquote]")) {
    unquote();
    text.focus();
  }
});

function unquote() {
  quotes.value = "";
  quotes.disabled = true;
  quoting.hidden = true;
}

// ---- what it costs

let ticking;

function startCost() {
  clearInterval(ticking);
  const cost = document.getElementById("cost");
  if (!cost.dataset.seconds) return;
  const until = Date.now() + Number(cost.dataset.seconds) * 1000;
  const tick = () => {
    const left = Math.floor((until - Date.now()) / 1000);
    cost.textContent = left > 0 ? `返信トークンあり（無料・あと${left}秒）` : "プッシュ1通";
    if (left <= 0) clearInterval(ticking);
  };
  tick();
  ticking = setInterval(tick, 1000);
}

toEnd();
startCost();
keepTime();
if (page.hasAttribute("data-live")) follow(id); // what lies back stays in view
