// A picture with tappable areas on it: rich menus and imagemaps.

import { tappable } from "./actions.js";
import { h, mediaUrl } from "./element.js";

/** size: {width, height} of the areas' coordinates in pixels; areas: [{bounds: {x, y, width, height}, action}]. */
export function pictureWithAreas(address, size, areas, ctx, alt) {
  const picture = h("img", { src: mediaUrl(address), alt: alt ?? "", onerror: () => picture.classList.add("missing") });
  const spots = areas.map(({ bounds, action }) => tappable(h("div", { class: "area", style: placeOf(bounds, size) }), action, ctx, nameOf(action)));
  for (const [index, spot] of spots.entries()) spot.append(h("span", {}, nameOf(areas[index].action)));
  return h("div", { class: "areas", style: { aspectRatio: `${Number(size.width)} / ${Number(size.height)}` } }, picture, spots);
}

function placeOf(bounds, size) {
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  return {
    left: percent(bounds.x, size.width),
    top: percent(bounds.y, size.height),
    width: percent(bounds.width, size.width),
    height: percent(bounds.height, size.height),
  };
}

function nameOf(action) {
  return action.label ?? action.displayText ?? action.text ?? action.uri ?? action.data ?? action.type;
}
