// Flex Messages. Source of the rules: Messaging API reference, "Flex Message".

import { tappable } from "./actions.js";
import { h, mediaUrl, openableUrl } from "./element.js";
import { applyStyle, boxStyle, colour, imageSize, place, positionStyle, ratio, shareStyle, space, textSize } from "./flex_style.js";
import { slider } from "./slider.js";

const BUBBLE_SIZES = new Set(["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"]);

export function renderFlex({ contents, altText }, ctx) {
  const body = contents.type === "carousel" ? slider(contents.contents.map((part) => bubble(part, ctx))) : bubble(contents, ctx);
  return h("div", { class: "flex-message", role: "group", "aria-label": altText }, body);
}

function bubble(node, ctx) {
  const size = BUBBLE_SIZES.has(node.size) ? node.size : "mega";
  const frame = h("div", { class: `fx-bubble fx-${size}`, dir: node.direction === "rtl" ? "rtl" : "ltr" });
  for (const name of ["header", "hero", "body", "footer"]) {
    if (node[name]) frame.append(block(name, node[name], node.styles?.[name] ?? {}, ctx));
  }
  return tappable(frame, node.action, ctx);
}

function block(name, node, style, ctx) {
  const content = component(node, ctx, "vertical");
  content.classList.add("fx-block-content");
  const frame = h("div", { class: `fx-block fx-${name}` }, content);
  if (style.separator) frame.classList.add("fx-ruled");
  return applyStyle(frame, { backgroundColor: colour(style.backgroundColor), borderTopColor: colour(style.separatorColor) });
}

const COMPONENTS = { box, text, button, image, icon, separator, spacer, filler, video, span: text };

function component(node, ctx, layout) {
  const make = Object.hasOwn(COMPONENTS, node.type) ? COMPONENTS[node.type] : filler;
  return make(node, ctx, layout);
}

function box(node, ctx) {
  const layout = ["horizontal", "baseline"].includes(node.layout) ? node.layout : "vertical";
  const frame = h("div", { class: `fx-box fx-${layout}` });
  for (const [index, child] of (node.contents ?? []).entries()) {
    const part = component(child, ctx, layout);
    applyStyle(part, shareStyle(child, layout));
    // The first part has nothing before it to keep away from, and a floating part leaves the row.
    if (index > 0 && child.position !== "absolute") applyStyle(part, gap(child.margin ?? node.spacing, layout));
    frame.append(part);
  }
  return tappable(applyStyle(frame, boxStyle(node)), node.action, ctx);
}

function gap(value, layout) {
  return layout === "vertical" ? { marginTop: space(value) } : { marginInlineStart: space(value) };
}

/** Components that have a place of their own inside the room the box gives them. */
function placed(node, content, className) {
  const frame = h("div", { class: `fx-placed ${className}` }, content);
  return applyStyle(frame, { ...positionStyle(node), justifyContent: place(node.gravity) });
}

function text(node, ctx) {
  const words = node.contents?.length ? node.contents.map(span) : [node.text ?? ""];
  const paragraph = h("p", { class: node.wrap ? "fx-text wrap" : "fx-text" }, words);
  if (node.maxLines > 0 && node.wrap) {
    paragraph.classList.add("clamped");
    paragraph.style.webkitLineClamp = String(Number(node.maxLines));
  }
  applyStyle(paragraph, { ...wordStyle(node), textAlign: place(node.align)?.replace("flex-", ""), lineHeight: lineHeight(node) });
  return tappable(placed(node, paragraph, "fx-text-place"), node.action, ctx, node.text);
}

function lineHeight(node) {
  const extra = /^(\d+(?:\.\d+)?)px$/.exec(node.lineSpacing ?? "");
  return extra ? `calc(1.35em + ${extra[1]}px)` : null;
}

function span(node) {
  return applyStyle(h("span", {}, node.text ?? ""), wordStyle(node));
}

function wordStyle(node) {
  const lines = { underline: "underline", "line-through": "line-through", none: "none" };
  return {
    color: colour(node.color),
    fontSize: textSize(node.size),
    fontWeight: { bold: "700", regular: "400" }[node.weight],
    fontStyle: { italic: "italic", normal: "normal" }[node.style],
    textDecoration: Object.hasOwn(lines, node.decoration ?? "") ? lines[node.decoration] : null,
  };
}

function button(node, ctx) {
  const style = ["primary", "secondary"].includes(node.style) ? node.style : "link";
  const key = h("button", { type: "button", class: `fx-button fx-${style} ${node.height === "sm" ? "small" : ""}` }, node.action?.label ?? "");
  applyStyle(key, style === "link" ? { color: colour(node.color) } : { backgroundColor: colour(node.color) });
  key.addEventListener("click", (event) => {
    event.stopPropagation();
    ctx.perform(node.action);
  });
  return placed(node, key, "fx-button-place");
}

function image(node, ctx) {
  const picture = h("img", { src: mediaUrl(node.url), alt: "", loading: "lazy", class: node.aspectMode === "cover" ? "cover" : "fit" });
  const room = h("div", { class: "fx-picture" }, picture);
  applyStyle(room, {
    width: imageSize(node.size) ?? imageSize("md"),
    aspectRatio: ratio(node.aspectRatio) ?? "1 / 1",
    backgroundColor: colour(node.backgroundColor),
  });
  const frame = placed(node, room, "fx-image-place");
  applyStyle(frame, { alignItems: place(node.align) });
  return tappable(frame, node.action, ctx, node.action?.label ?? "写真");
}

function icon(node) {
  const picture = h("img", { class: "fx-icon", src: mediaUrl(node.url), alt: "" });
  return applyStyle(picture, { ...positionStyle(node), fontSize: textSize(node.size), aspectRatio: ratio(node.aspectRatio) });
}

function separator(node) {
  return applyStyle(h("div", { class: "fx-separator", role: "separator" }), { backgroundColor: colour(node.color) });
}

function spacer(node) {
  const size = space(node.size) ?? space("md");
  return applyStyle(h("div", { class: "fx-spacer" }), { width: size, height: size });
}

function filler() {
  return h("div", { class: "fx-filler" });
}

function video(node, ctx) {
  const player = h("video", {
    controls: true, playsinline: true, preload: "none", src: mediaUrl(node.url), poster: mediaUrl(node.previewUrl), "aria-label": "動画",
  });
  applyStyle(player, { aspectRatio: ratio(node.aspectRatio) });
  const frame = h("div", { class: "fx-video" }, player);
  // LINE shows altContent where the video can't be played.
  player.addEventListener("error", () => node.altContent && player.replaceWith(component(node.altContent, ctx, "vertical")));
  const href = node.action?.type === "uri" && openableUrl(node.action.uri);
  if (href) frame.append(h("a", { class: "fx-video-link", href, target: "_blank", rel: "noopener noreferrer" }, node.action.label ?? href));
  return frame;
}
