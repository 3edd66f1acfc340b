// One LINE message object → one bubble. Source of the shapes: Messaging API reference, "Message objects".

import { pictureWithAreas } from "./areas.js";
import { h, linked, openableUrl } from "./element.js";
import { renderFlex } from "./flex.js";
import { icon, stickerFace } from "./icons.js";
import { renderAudio, renderImage, renderVideo } from "./media.js";
import { renderTemplate } from "./templates.js";

const RENDERERS = {
  text: (message) => textBubble(withEmojis(message)),
  textV2: (message) => textBubble([substituted(message)]),
  flex: renderFlex,
  template: renderTemplate,
  image: renderImage,
  video: renderVideo,
  audio: renderAudio,
  file: fileBubble,
  sticker: stickerBubble,
  location: placeBubble,
  imagemap: imagemapBubble,
};

/** Needs the whole width: its time stands below instead of beside it. */
export const WIDE_TYPES = new Set(["flex", "template", "imagemap"]);

/** ctx: {perform(action), onVideoEnded(item)}. */
export function renderMessage(item, ctx) {
  const { message } = item;
  const renderer = Object.hasOwn(RENDERERS, message.type) ? RENDERERS[message.type] : unknownBubble;
  const body = renderer(message, ctx, item);
  return item.quoted ? h("div", { class: "with-quote" }, quoteOf(item.quoted), body) : body;
}

/** A message in a few words: for quotes, for screen readers, for the learners' list. */
export function summary(message) {
  if (message.altText) return message.altText;
  if (message.type === "text" || message.type === "textV2") return message.text;
  return SUMMARIES[message.type] ?? "メッセージ";
}

const SUMMARIES = {
  image: "写真", video: "動画", audio: "ボイスメッセージ", file: "ファイル", sticker: "スタンプ", location: "位置情報",
};

function textBubble(pieces) {
  return h("div", { class: "balloon text" }, pieces.map((piece) => (typeof piece === "string" ? linked(piece) : piece)).flat());
}

/** LINE's own emojis stand where the text has a `$`; their artwork is LINE's, so a plain face is shown. */
function withEmojis({ text, emojis = [] }) {
  const pieces = [];
  let from = 0;
  for (const emoji of [...emojis].sort((a, b) => a.index - b.index)) {
    pieces.push(text.slice(from, emoji.index), lineEmoji());
    from = emoji.index + (emoji.length ?? 1);
  }
  return [...pieces, text.slice(from)];
}

function lineEmoji() {
  return h("span", { class: "line-emoji", role: "img", "aria-label": "絵文字" }, icon("smile"));
}

function substituted({ text, substitution = {} }) {
  const tokens = /\{\{|\}\}|\{(\w+)\}/g;
  return text.replace(tokens, (token, key) => (key ? replacementOf(substitution[key], token) : token[0]));
}

function replacementOf(entry, token) {
  if (entry?.type === "mention") return entry.mentionee?.type === "all" ? "@All" : "@メンバー";
  return entry?.type === "emoji" ? "☺" : token;
}

function quoteOf(quoted) {
  return h("blockquote", { class: "quote" }, h("span", {}, quoted.text || "メッセージ"));
}

function stickerBubble({ packageId, stickerId }) {
  return h("div", { class: "sticker", role: "img", "aria-label": `スタンプ ${stickerId}` },
    stickerFace(stickerId), h("small", {}, `${packageId} / ${stickerId}`));
}

function placeBubble({ title, address, latitude, longitude }) {
  const map = `https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=16/${Number(latitude)}/${Number(longitude)}`;
  return h("a", { class: "card place", href: map, target: "_blank", rel: "noopener noreferrer" },
    h("div", { class: "place-map", "aria-hidden": "true" }, icon("pin")),
    h("div", { class: "card-words" }, h("strong", {}, title || "位置情報"), address && h("span", {}, address)));
}

function fileBubble({ fileName, fileSize, content_url: address }) {
  const words = h("span", { class: "file-words" }, h("strong", {}, fileName || "ファイル"),
    fileSize ? h("small", {}, readableSize(fileSize)) : null);
  const href = openableUrl(address);
  return href
    ? h("a", { class: "balloon file", href, download: fileName || "file" }, icon("file"), words)
    : h("div", { class: "balloon file" }, icon("file"), words);
}

/** Bytes in the unit a person would use. */
export function readableSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function imagemapBubble({ baseUrl, baseSize, actions = [], altText }, ctx) {
  const areas = actions.map(({ area, ...action }) => ({ bounds: area, action: imagemapAction(action) }));
  return h("div", { class: "imagemap" }, pictureWithAreas(`${baseUrl}/700`, baseSize, areas, ctx, altText));
}

function imagemapAction(action) {
  return action.type === "uri" ? { type: "uri", uri: action.linkUri, label: action.label } : action;
}

function unknownBubble({ type }) {
  return h("div", { class: "balloon unknown" }, `このページでは表示できない種類のメッセージです（${type}）`);
}
