// A row swiped sideways, one card at a time; with arrows for those who have a mouse.

import { h } from "./element.js";
import { icon } from "./icons.js";

export function slider(cards) {
  const track = h("div", { class: "slider-track", tabindex: 0, role: "group", "aria-label": `${cards.length}枚のカード` }, cards);
  const back = arrow("left", "前のカード", () => step(track, -1));
  const on = arrow("right", "次のカード", () => step(track, 1));
  const update = () => {
    back.hidden = track.scrollLeft < 8;
    on.hidden = track.scrollLeft + track.clientWidth > track.scrollWidth - 8;
  };
  track.addEventListener("scroll", update, { passive: true });
  new ResizeObserver(update).observe(track);
  return h("div", { class: "slider" }, track, back, on);
}

function arrow(name, words, onclick) {
  return h("button", { class: `slider-arrow ${name}`, type: "button", "aria-label": words, hidden: true, onclick }, icon(name));
}

function step(track, direction) {
  const card = track.firstElementChild;
  track.scrollBy({ left: direction * (card.offsetWidth + 8), behavior: "smooth" });
}
