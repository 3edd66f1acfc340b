// The right column: every request that crossed LINE's border, newest on top.

import * as desk from "./desk.js";
import { h } from "./element.js";

const READ_MS = 2000;
const KEPT = 300;
const FOLDED_KEY = "desk.inspector.folded";

export function createInspector(root) {
  const list = root.querySelector("#log");
  const filter = root.querySelector("#log-filter");
  const foldButton = root.querySelector("#fold-inspector");
  let after = 0;
  let reading = false;

  const folded = () => root.classList.contains("folded");

  function fold(value) {
    root.classList.toggle("folded", value);
    foldButton.setAttribute("aria-expanded", String(!value));
    localStorage.setItem(FOLDED_KEY, value ? "yes" : "no");
    if (!value) read();
  }

  /** A request is read as soon as it starts and once more when its answer is there. */
  function put(entry) {
    const before = list.querySelector(`[data-seq="${Number(entry.seq)}"]`);
    if (!before) list.prepend(logRow(entry));
    else if (before.dataset.unfinished !== String(isUnfinished(entry))) before.replaceWith(logRow(entry));
  }

  async function read() {
    if (reading || folded() || document.hidden || getComputedStyle(root).display === "none") return;
    reading = true;
    try {
      const entries = await desk.log(after);
      for (const entry of entries.slice(-KEPT)) put(entry);
      const unfinished = entries.find(isUnfinished);
      after = unfinished ? unfinished.seq - 1 : entries.at(-1)?.seq ?? after;
      while (list.childElementCount > KEPT) list.lastElementChild.remove();
    } catch (error) {
      // The chat tells about a lost connection already; the record catches up at its next turn.
      if (!(error instanceof desk.DeskError)) throw error;
    } finally {
      reading = false;
    }
  }

  /** The simulator was started anew, and counts from one again. */
  function startAnew() {
    after = 0;
    list.replaceChildren();
  }

  foldButton.addEventListener("click", () => fold(!folded()));
  filter.addEventListener("change", () => { list.dataset.only = filter.value; });
  root.querySelector("#clear-log").addEventListener("click", () => list.replaceChildren());
  setInterval(read, READ_MS);
  root.classList.toggle("folded", (localStorage.getItem(FOLDED_KEY) ?? narrow()) === "yes");
  foldButton.setAttribute("aria-expanded", String(!folded()));
  read();
  return { read, startAnew };
}

/** On a narrower screen the record lies over the phone, so it waits to be asked for. */
function narrow() {
  return matchMedia("(max-width: 1150px)").matches ? "yes" : "no";
}

function logRow(entry) {
  const details = h("details", {}, h("summary", {},
    h("span", { class: "log-direction" }, entry.direction),
    h("span", { class: `log-status ${kindOf(entry)}` }, entry.status ?? (entry.error ? "×" : "…")),
    h("span", { class: "log-path" }, `${entry.method} ${entry.path}`),
    h("small", {}, [gist(entry), timing(entry)].filter(Boolean).join(" · "))));
  // Bodies are written out when opened: most never are.
  details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && details.append(bodies(entry)));
  const marks = { "data-direction": entry.direction, "data-seq": entry.seq, "data-unfinished": String(isUnfinished(entry)) };
  return h("li", { class: "log-row", ...marks }, details);
}

function isUnfinished({ status, error }) {
  return !status && !error;
}

function kindOf({ status, error }) {
  if (!status && !error) return "open";
  if (!status || status >= 500) return "bad";
  return status >= 400 ? "warn" : "good";
}

function timing({ at, duration_ms: duration }) {
  const time = new Date(at).toLocaleTimeString("ja-JP");
  return duration === null || duration === undefined ? time : `${time} · ${Math.round(duration)} ms`;
}

/** What the request is about, in a word or two. */
function gist({ request }) {
  const parts = request?.events ?? request?.messages;
  return Array.isArray(parts) ? parts.map((part) => part.message?.type ?? part.type).join(", ") : "";
}

function bodies({ headers, request, response, error }) {
  const sections = [["エラー", error], ["ヘッダー", headers], ["リクエスト", request], ["レスポンス", response]];
  return h("div", { class: "log-bodies" }, sections.filter(([, body]) => body !== null && body !== undefined).map(([title, body]) =>
    h("section", {}, h("h3", {}, title), h("pre", { tabindex: 0 }, typeof body === "string" ? body : JSON.stringify(body, null, 2)))));
}
