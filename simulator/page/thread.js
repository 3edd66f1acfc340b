// The conversation: rows kept by message id, so that a playing video stays untouched when something arrives.

import { renderMessage, summary, WIDE_TYPES } from "./bubbles.js";
import { h, mediaUrl } from "./element.js";
import { icon } from "./icons.js";

const NEAR_BOTTOM_PX = 90;
const LONGEST_LOADING_MS = 60_000; // LINE's own limit; also guards against a platform clock that was moved
const WEEKDAYS = "日月火水木金土";

/** parts: {list, scroller, newest, announcer}; ctx: {perform, onVideoEnded, openMenu(item, event)}. */
export function createThread(parts, ctx) {
  const { list, scroller, newest } = parts;
  const rows = new Map();
  const pending = new Set();
  const loader = loadingRow();
  let pinned = true;
  let lastTop = 0;
  let loaderTimer = null;
  let account = "";

  function update(thread, accountName) {
    account = accountName;
    const fresh = thread.items.filter((item) => !rows.has(item.id));
    const firstTime = rows.size === 0;
    showLoading(thread);
    arrange(list, wantedNodes(thread.items));
    if (!firstTime) for (const item of fresh) announce(item);
    follow(fresh.some((item) => item.from === "learner") || firstTime, fresh.length > 0);
  }

  function wantedNodes(items) {
    const nodes = [];
    const kept = new Set();
    for (const [index, item] of items.entries()) {
      const before = items[index - 1];
      const newDay = !before || dayOf(before.at) !== dayOf(item.at);
      if (newDay) nodes.push(keptNode(`day ${dayOf(item.at)}`, dayOf(item.at), () => dateLine(item.at), kept));
      const row = keptNode(item.id, keyOf(item, account), () => messageRow(item, account, ctx), kept);
      row.classList.toggle("first", newDay || !sameSpeaker(before, item));
      row.querySelector(".meta").replaceChildren(...metaOf(item));
      nodes.push(row);
    }
    for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
    return [...nodes, ...pending, loader];
  }

  function keptNode(id, key, make, kept) {
    kept.add(id);
    if (rows.get(id)?.key !== key) rows.set(id, { key, node: make() });
    return rows.get(id).node;
  }

  function showLoading({ loading_until: until }) {
    clearTimeout(loaderTimer);
    const left = Math.min((until ?? 0) - Date.now(), LONGEST_LOADING_MS);
    loader.hidden = left <= 0;
    if (left > 0) loaderTimer = setTimeout(() => { loader.hidden = true; }, left);
  }

  function announce(item) {
    if (item.from !== "bot") return;
    parts.announcer.append(h("p", {}, `${item.sender?.name ?? account}：${summary(item.message)}`));
    while (parts.announcer.childElementCount > 5) parts.announcer.firstElementChild.remove();
  }

  function follow(mustFollow, isNew) {
    if (mustFollow || pinned) toBottom();
    else if (isNew) newest.hidden = false;
  }

  function toBottom() {
    pinned = true;
    newest.hidden = true;
    scroller.scrollTop = scroller.scrollHeight;
  }

  scroller.addEventListener("scroll", () => {
    const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PX;
    // Growing content moves the bottom away too; only someone scrolling up lets go of it.
    if (near) pinned = true;
    else if (scroller.scrollTop < lastTop) pinned = false;
    lastTop = scroller.scrollTop;
    if (pinned) newest.hidden = true;
  }, { passive: true });
  newest.addEventListener("click", toBottom);
  const keepBottom = new ResizeObserver(() => pinned && toBottom()); // pictures arrive later than their rows
  keepBottom.observe(list);
  keepBottom.observe(scroller);

  return {
    update,
    clear() {
      rows.clear();
      pending.clear(); // a file still on its way goes on, but belongs to another room
      list.replaceChildren();
      pinned = true;
    },
    /** A bubble for a file on its way; returns {progress(0…1), remove()}. */
    addPending(words, onCancel) {
      const row = pendingRow(words, onCancel);
      pending.add(row.node);
      list.insertBefore(row.node, loader.parentNode === list ? loader : null);
      toBottom();
      return { progress: row.progress, remove: () => { pending.delete(row.node); row.node.remove(); } };
    },
  };
}

/** Brings the list to exactly these children, moving as little as possible (a moved video would stop). */
function arrange(list, wanted) {
  const keep = new Set(wanted);
  for (const child of [...list.children]) if (!keep.has(child)) child.remove();
  for (const [index, node] of wanted.entries()) {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  }
}

function keyOf({ message, sender, quoted, at }, account) {
  return JSON.stringify([message, sender, quoted, at, account]);
}

function sameSpeaker(a, b) {
  return a.from === b.from && a.sender?.name === b.sender?.name && a.sender?.iconUrl === b.sender?.iconUrl;
}

function messageRow(item, account, ctx) {
  const body = h("div", {
    class: "body", "data-testid": "bubble", "data-message-id": item.id, "data-from": item.from, "data-type": item.message.type,
  }, renderMessage(item, ctx));
  const more = h("button", {
    class: "more icon-button", type: "button", "aria-label": "メッセージの操作", "aria-haspopup": "menu", onclick: (event) => ctx.openMenu(item, event),
  }, icon("more"));
  body.append(more);
  const line = h("div", { class: "line" }, body, h("div", { class: "meta" }));
  const wide = WIDE_TYPES.has(item.message.type) ? "wide" : "";
  const row = h("li", { class: `row ${item.from} ${wide}` });
  if (item.from === "bot") row.append(face(item.sender), h("div", { class: "column" }, senderLine(item.sender, account), line));
  else row.append(h("div", { class: "column" }, line));
  bindMenu(body, item, ctx);
  return row;
}

/** Right click, or a long press where the browser does not turn one into a right click (iOS). */
function bindMenu(body, item, ctx) {
  let timer = null;
  const stop = () => clearTimeout(timer);
  body.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    ctx.openMenu(item, event);
  });
  body.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") timer = setTimeout(() => ctx.openMenu(item, event), 550);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) body.addEventListener(name, stop);
}

function face(sender) {
  const src = mediaUrl(sender?.iconUrl);
  return h("div", { class: "bot-face", "aria-hidden": "true" }, src ? h("img", { src, alt: "" }) : icon("pot"));
}

function senderLine(sender, account) {
  if (!sender?.name) return h("p", { class: "sender" }, account);
  return h("p", { class: "sender" }, sender.name, h("small", {}, ` from “${account}”`));
}

const VIA = { reply: ["返信", "返信メッセージ（無料）"], push: ["プッシュ", "プッシュメッセージ（通数に数えられます）"] };

function metaOf(item) {
  const time = new Date(item.at);
  const parts = [h("time", { datetime: time.toISOString() }, time.toLocaleTimeString("ja-JP", { hour: "numeric", minute: "2-digit" }))];
  if (item.read) parts.unshift(h("span", {}, "既読"));
  const via = VIA[item.via];
  if (via) parts.unshift(h("span", { class: `via ${item.via}`, title: via[1] }, via[0]));
  return parts;
}

function dayOf(at) {
  return new Date(at).toDateString();
}

function dateLine(at) {
  const date = new Date(at);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  const words = ["今日", "昨日"][days] ?? `${date.getMonth() + 1}/${date.getDate()}(${WEEKDAYS[date.getDay()]})`;
  return h("li", { class: "date-line" }, h("span", {}, words));
}

function loadingRow() {
  const dots = h("div", { class: "balloon dots", "data-testid": "loading" }, h("i"), h("i"), h("i"));
  return h("li", { class: "row bot first", hidden: true }, face(null), h("div", { class: "column" },
    h("div", { class: "line" }, dots, h("span", { class: "visually-hidden" }, "返信を準備しています"))));
}

function pendingRow(words, onCancel) {
  const bar = h("progress", { max: 1, value: 0, "aria-label": "送信の進み" });
  const percent = h("span", {}, "0%");
  const cancel = h("button", { type: "button", onclick: onCancel }, "やめる");
  const node = h("li", { class: "row learner first" }, h("div", { class: "column" }, h("div", { class: "line" },
    h("div", { class: "balloon sending", "data-testid": "sending" }, h("strong", {}, words), bar, h("div", { class: "sending-foot" }, percent, cancel)))));
  const progress = (share) => {
    bar.value = share;
    percent.textContent = share < 1 ? `${Math.round(share * 100)}%` : "もう少しです";
  };
  return { node, progress };
}
