// The menu of one bubble: reply, copy, unsend.

import { h } from "./element.js";
import { icon } from "./icons.js";

let closeOpenMenu = () => {};

/** entries: [{name, icon, act}]; opens near the event and gives the focus back when closed. */
export function openMenu(event, entries) {
  closeOpenMenu(); // a long press may ask twice: by its timer and as the browser's own contextmenu
  const before = document.activeElement;
  const menu = h("div", { class: "bubble-menu", role: "menu", "data-testid": "bubble-menu" });
  const listening = new AbortController();
  closeOpenMenu = () => {
    closeOpenMenu = () => {};
    listening.abort();
    menu.remove();
    before?.focus?.({ preventScroll: true });
  };
  for (const entry of entries) menu.append(menuItem(entry));
  document.body.append(menu);
  placeNear(menu, event);
  // On the document: a finger lifted outside takes the focus out of the menu.
  const options = { capture: true, signal: listening.signal };
  document.addEventListener("keydown", (key) => moveFocus(menu, key), options);
  document.addEventListener("pointerdown", (pointer) => menu.contains(pointer.target) || closeOpenMenu(), options);
  menu.firstElementChild.focus();
}

function menuItem(entry) {
  const act = () => {
    closeOpenMenu();
    entry.act();
  };
  return h("button", { type: "button", role: "menuitem", tabindex: -1, onclick: act }, icon(entry.icon), entry.name);
}

function moveFocus(menu, key) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (key.key === "Escape" || key.key === "Tab") {
    key.preventDefault();
    closeOpenMenu();
  } else if (key.key in steps) {
    key.preventDefault();
    const items = [...menu.children];
    const next = items.indexOf(document.activeElement) + steps[key.key] + items.length;
    items[next % items.length].focus();
  }
}

function placeNear(menu, event) {
  const box = event.target.getBoundingClientRect();
  const x = event.clientX || box.left; // a menu opened by keyboard has no pointer position
  const y = event.clientY || box.bottom;
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
}
