// Single keys on the list and in a thread. Never while somebody types or composes, and they can be switched off (WCAG 2.1.4).

const OFF = "moment-shortcuts-off"; // of this browser
const ORDER = "moment-threads-order"; // of this tab: the list from which a thread was opened

const dialog = document.getElementById("shortcuts");
const onOff = document.getElementById("shortcuts-on");
const thread = document.getElementById("thread");
const links = () => [...document.querySelectorAll(".threads .thread > a")];

onOff.checked = localStorage.getItem(OFF) === null;
onOff.addEventListener("change", () => {
  if (onOff.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "");
});
document.getElementById("shortcuts-open").addEventListener("click", () => dialog.showModal());

document.addEventListener("keydown", (event) => {
  const isOurs = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  const isComposing = event.isComposing || event.keyCode === 229;
  const isTyped = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (!isOurs || isComposing || isTyped || !onOff.checked || dialog.open || event.defaultPrevented) return;
  const act = (thread ? IN_THREAD : ON_LIST)[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

const ON_LIST = {
  j: () => step(1),
  k: () => step(-1),
  r: () => open("#text"),
  n: () => open("#note"),
  e: done,
  "?": () => dialog.showModal(),
  "？": () => dialog.showModal(),
};
const IN_THREAD = {
  j: () => leaf(1),
  k: () => leaf(-1),
  r: () => document.getElementById("text").focus(),
  n: () => document.getElementById("note").focus(),
  e: () => document.getElementById("done-form").requestSubmit(),
  "?": ON_LIST["?"],
  "？": ON_LIST["？"],
};

// ---- on the list

const chosen = () => links().find((link) => link === document.activeElement);

function step(by) {
  const all = links();
  const at = all.indexOf(chosen());
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next]?.focus();
}

function open(field) {
  if (chosen()) location.href = chosen().href + field;
}

async function done() {
  const row = chosen()?.parentElement;
  if (!row) return;
  const form = new FormData();
  form.set("csrf", document.querySelector("meta[name=csrf]").content);
  form.set("seen_to", row.dataset.last);
  const answer = await fetch(`/console/threads/${row.dataset.id}/done`, { method: "POST", body: form });
  const said = document.createElement("span");
  said.role = "status";
  row.querySelector(".facts").append(said);
  said.textContent = answer.ok ? "対応済みにしました" : "対応済みにできませんでした";
}

addEventListener("pagehide", () => {
  if (!thread) sessionStorage.setItem(ORDER, JSON.stringify(links().map((link) => link.getAttribute("href"))));
});

// ---- in a thread

function leaf(by) {
  const order = JSON.parse(sessionStorage.getItem(ORDER) ?? "[]");
  const at = order.indexOf(location.pathname);
  const next = at < 0 ? undefined : order[at + by];
  if (next) location.href = next;
}

if (thread && ["#text", "#note"].includes(location.hash)) document.querySelector(location.hash).focus();
