// LINE's LIFF browser: a page over the chat, of the app's size; some can be minimized and go on meanwhile.
// Source: "LIFF overview", screen sizes; "Minimizing LIFF browser".

import { h, openableUrl } from "./element.js";
import { icon } from "./icons.js";

// What a phone lets its pages ask for; each asks the person first.
const ALLOWED = "camera; microphone; fullscreen; autoplay; clipboard-write; screen-wake-lock";
const sheets = new Set();
let count = 0;

/** page: {url, name, size, can_be_minimized}; line: {openLiff(address), openInBrowser(address)}. */
export function openSheet(page, line) {
  new Sheet(page, line).show();
}

/** Another learner has another phone. */
export function closeSheets() {
  for (const sheet of [...sheets]) sheet.end();
}

class Sheet {
  constructor(page, line) {
    this.page = page;
    this.line = line;
    this.isOpen = false;
    this.address = "";
    this.told = this.shown = null; // the documents that told of themselves: the last one, and at the last load
    this.host = new URL(page.url).host;
    this.opener = document.activeElement;
    this.listening = new AbortController();
    this.title = h("strong", { id: `liff-title-${(count += 1)}` });
    this.barTitle = h("span", {});
    this.frame = h("iframe", { src: page.url, allow: ALLOWED, "data-testid": "liff-frame" });
    this.close = button("閉じる", "close", () => this.end());
    this.box = this.makeBox();
    this.shade = h("div", { class: "liff-shade", onclick: () => this.end() });
    this.bar = h("div", { class: "liff-bar" },
      h("button", { type: "button", class: "liff-restore", "data-testid": "liff-restore", onclick: () => this.show() },
        icon("up"), this.barTitle, h("span", { class: "visually-hidden" }, "を開く")),
      button("ページを終える", "close", () => this.end()));
    this.listen();
    this.setTitle("");
    document.querySelector(".phone").append(this.box);
    sheets.add(this);
  }

  makeBox() {
    const outside = button("外部ブラウザーで開く", "outside", () => this.line.openInBrowser(this.address));
    const minimize = this.page.can_be_minimized && button("小さくする", "down", () => this.minimize());
    const header = h("header", {}, h("div", { class: "liff-words" }, this.title, h("small", {}, this.host)),
      outside, minimize, this.close);
    const props = { class: `liff-sheet ${this.page.size}`, role: "dialog", "aria-labelledby": this.title.id, "data-testid": "liff-sheet" };
    return h("section", props, header, this.frame);
  }

  listen() {
    const { signal } = this.listening;
    this.frame.addEventListener("load", () => this.forget());
    addEventListener("message", ({ source, data }) => {
      if (source === this.frame.contentWindow && data?.type === "liff") this.hear(data);
    }, { signal });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && this.isOpen) this.end();
    }, { signal });
  }

  /** What the LIFF SDK asks of LINE's app. */
  hear({ what, title, address, document: told }) {
    if (what === "close" || (what === "escape" && this.isOpen)) this.end();
    if (what === "open") {
      // Between LIFF apps a full one gives way to the next in its place, a smaller one closes first.
      this.end();
      this.line.openLiff(address);
    }
    if (what === "page") {
      this.told = told;
      this.address = openableUrl(address) ?? "";
      this.setTitle(title);
    }
  }

  /** LINE reads the title of any page. Here only one with the SDK can tell its own: others go by the app's name. */
  forget() {
    if (this.told === this.shown) {
      this.address = "";
      this.setTitle("");
    }
    this.shown = this.told;
  }

  setTitle(words) {
    const title = words || this.page.name;
    this.title.textContent = this.barTitle.textContent = this.frame.title = title;
  }

  show() {
    for (const other of [...sheets]) if (other.isOpen) other.end();
    this.isOpen = true;
    this.bar.remove();
    this.box.before(this.shade);
    this.box.classList.remove("minimized");
    coverChat();
    this.close.focus();
  }

  minimize() {
    this.isOpen = false;
    this.box.classList.add("minimized"); // never taken out or `hidden`: the page inside goes on
    this.shade.remove();
    document.getElementById("liff-bars").append(this.bar);
    coverChat();
    this.bar.firstElementChild.focus();
  }

  end() {
    this.listening.abort();
    sheets.delete(this);
    for (const node of [this.box, this.shade, this.bar]) node.remove();
    coverChat();
    if (this.isOpen) this.opener?.focus?.({ preventScroll: true });
  }
}

/** What lies under an open page is out of reach. */
function coverChat() {
  document.getElementById("chat").inert = [...sheets].some((sheet) => sheet.isOpen);
}

function button(name, drawing, act) {
  return h("button", { type: "button", class: "icon-button", "aria-label": name, title: name, onclick: act }, icon(drawing));
}
