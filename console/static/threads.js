// The list stays as it is while somebody points at it or walks through it: what has changed is told as a count, and shown
// once they leave it or ask for it.

import { follow, keepTime } from "./live.js";

const list = document.getElementById("threads");
const changed = new Set();
let isAllStale = false;

const isFrozen = () => list.matches(":hover") || list.contains(document.activeElement);

async function showChanges() {
  const ids = [...changed];
  changed.clear();
  document.getElementById("news").replaceChildren();
  if (isAllStale) {
    isAllStale = false;
    await showAnew();
  } else {
    await showRows(ids);
  }
  document.getElementById("none").hidden = list.children.length > 0;
}

async function showAnew() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const rows = page.getElementById("threads");
  if (!rows) return location.reload();
  if (isFrozen()) { // since they asked
    isAllStale = true;
    return tellOfChanges();
  }
  list.replaceChildren(...rows.children);
  document.getElementById("waiting").textContent = page.getElementById("waiting").textContent;
}

async function showRows(ids) {
  const wanted = ids.map((id) => `of=${id}`).join("&");
  const answer = await fetch(`/console/threads/rows?filter=${list.dataset.filter}&${wanted}`);
  if (answer.redirected) return location.reload(); // signed out meanwhile
  if (!answer.ok) { // what is shown may be older than what is
    isAllStale = true;
    return tellOfChanges();
  }
  document.getElementById("waiting").textContent = answer.headers.get("X-Waiting");
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  if (isFrozen()) { // since they asked
    ids.forEach((id) => changed.add(id));
    return tellOfChanges();
  }
  for (const id of ids) document.getElementById(`thread-${id}`)?.remove();
  for (const row of [...template.content.children]) {
    const after = [...list.children].find((other) => comesBefore(row, other));
    list.insertBefore(row, after ?? null);
  }
}

// Who waits comes first, the longest waiting at the top; then what is newest.
function comesBefore(one, other) {
  const [waits, others] = [one.dataset.waits, other.dataset.waits];
  if (waits && others) return Date.parse(waits) < Date.parse(others);
  if (waits || others) return Boolean(waits);
  return Number(one.dataset.last) > Number(other.dataset.last);
}

function tellOfChanges() {
  const news = document.getElementById("news");
  const button = document.createElement("button");
  button.className = "secondary";
  button.textContent = isAllStale ? "一覧が変わりました ▸" : `${changed.size}件の更新 ▸`;
  button.addEventListener("click", showChanges);
  news.replaceChildren(button);
}

let isWaiting = false;

function noteChange(event) {
  if (event.detail === null) isAllStale = true;
  else changed.add(event.detail);
  if (isFrozen()) return tellOfChanges();
  if (isWaiting) return;
  isWaiting = true; // what comes at once is shown at once
  setTimeout(() => {
    isWaiting = false;
    if (isFrozen()) tellOfChanges();
    else showChanges();
  }, 50);
}

function showOnceLeft() {
  if ((changed.size || isAllStale) && !isFrozen()) showChanges();
}

if (list?.hasAttribute("data-live")) {
  document.addEventListener("thread:changed", noteChange);
  list.addEventListener("pointerleave", () => setTimeout(showOnceLeft));
  list.addEventListener("focusout", () => setTimeout(showOnceLeft));
  follow();
}
keepTime();
