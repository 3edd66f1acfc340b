// The rich menu under the composer: a bar to fold it, and the picture with its areas.

import { pictureWithAreas } from "./areas.js";
import { h } from "./element.js";
import { icon } from "./icons.js";

/** Returns {update(menu | null), show(open)}; ctx: {perform(action)}. */
export function createRichMenu(root, ctx) {
  let shown = "";
  let open = true;

  function draw() {
    root.querySelector(".chat-bar")?.setAttribute("aria-expanded", String(open));
    root.querySelector(".areas")?.toggleAttribute("hidden", !open);
  }

  function show(value) {
    open = value;
    draw();
  }

  return {
    show,
    update(menu) {
      const key = JSON.stringify(menu);
      if (key === shown) return;
      shown = key;
      root.hidden = !menu;
      root.replaceChildren();
      if (!menu) return;
      const bar = h("button", { type: "button", class: "chat-bar", "data-testid": "chat-bar", onclick: () => show(!open) },
        menu.chatBarText || "メニュー", icon("down"));
      root.append(bar, pictureWithAreas(menu.image_url, menu.size, menu.areas ?? [], ctx, menu.name));
      show(menu.selected !== false);
    },
  };
}
