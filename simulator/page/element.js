// DOM nodes are built here, never HTML strings: a bot's or a learner's words can't become markup.

/** Makes an element. Props: on* = listener, style = object of CSS properties, others = attributes (null/false: left out). */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(node, name, value);
  node.append(...children.flat().filter(isShown));
  return node;
}

function setProperty(node, name, value) {
  if (!isShown(value)) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "style") Object.assign(node.style, value);
  else node.setAttribute(name, value === true ? "" : value);
}

function isShown(value) {
  return value !== null && value !== undefined && value !== false;
}

const OPENABLE = new Set(["http:", "https:", "tel:", "mailto:", "line:"]);

/** The address if a tap may open it, else null: `javascript:` and the like never leave here. */
export function openableUrl(value) {
  const url = parseUrl(value);
  return url && OPENABLE.has(url.protocol) ? url.href : null;
}

/** The address if an image, audio or video may be loaded from it, else null. */
export function mediaUrl(value) {
  const url = parseUrl(value);
  return url && ["http:", "https:", "blob:"].includes(url.protocol) ? url.href : null;
}

function parseUrl(value) {
  return value && URL.canParse(value, location.href) ? new URL(value, location.href) : null;
}

/** Text with its web addresses as links; line breaks are kept by CSS. */
export function linked(text) {
  const pieces = String(text).split(/(https?:\/\/[^\s<>"'「」『』（）、。]+)/);
  return pieces.map((piece, index) => (index % 2 ? outsideLink(piece) : piece));
}

function outsideLink(address) {
  const href = openableUrl(address);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, address) : address;
}
