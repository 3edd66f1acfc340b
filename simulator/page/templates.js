// Template messages. Source: Messaging API reference, "Template messages".

import { tappable } from "./actions.js";
import { h, mediaUrl } from "./element.js";
import { slider } from "./slider.js";

const RENDERERS = { buttons: column, confirm, carousel, image_carousel: imageCarousel };

export function renderTemplate({ template, altText }, ctx) {
  const renderer = Object.hasOwn(RENDERERS, template.type) ? RENDERERS[template.type] : () => h("div", { class: "balloon text" }, altText);
  return renderer(template, ctx, template);
}

function column(part, ctx, template) {
  return h("div", { class: "card template" }, picture(part, template, ctx),
    h("div", { class: "card-words" }, part.title && h("strong", {}, part.title), h("p", {}, part.text)),
    buttons(part.actions, ctx));
}

function picture(part, template, ctx) {
  const src = mediaUrl(part.thumbnailImageUrl);
  if (!src) return null;
  const classes = ["card-picture", template.imageAspectRatio === "square" && "square", template.imageSize === "contain" && "contain"];
  const frame = h("div", { class: classes.filter(Boolean).join(" ") }, h("img", { src, alt: "", loading: "lazy" }));
  if (/^#[0-9a-f]{6}$/i.test(part.imageBackgroundColor ?? "")) frame.style.backgroundColor = part.imageBackgroundColor;
  return tappable(frame, part.defaultAction, ctx, part.title ?? part.text);
}

function buttons(actions, ctx) {
  return h("div", { class: "card-buttons" }, actions.map((action) =>
    h("button", { type: "button", onclick: () => ctx.perform(action) }, action.label)));
}

function confirm(template, ctx) {
  const card = h("div", { class: "card template confirm" }, h("div", { class: "card-words" }, h("p", {}, template.text)));
  card.append(buttons(template.actions, ctx));
  return card;
}

function carousel(template, ctx) {
  return slider(template.columns.map((part) => column(part, ctx, template)));
}

function imageCarousel(template, ctx) {
  return slider(template.columns.map(({ imageUrl, action }) => {
    const frame = h("div", { class: "card image-column" }, h("img", { src: mediaUrl(imageUrl), alt: "", loading: "lazy" }));
    if (action.label) frame.append(h("span", {}, action.label));
    return tappable(frame, action, ctx, action.label ?? "写真");
  }));
}
