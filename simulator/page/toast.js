// Short notices at the bottom of the phone; an error says what to do next.

import { h } from "./element.js";
import { icon } from "./icons.js";

const SHOWN_MS = { error: 9000, note: 3500 };

export function toast(words, kind = "note") {
  const close = h("button", { class: "icon-button", type: "button", "aria-label": "閉じる", onclick: () => box.remove() }, icon("close"));
  const box = h("div", { class: `toast ${kind}`, "data-testid": "toast" }, h("p", {}, words), close);
  document.getElementById("toasts").replaceChildren(box);
  setTimeout(() => box.remove(), SHOWN_MS[kind]);
}
