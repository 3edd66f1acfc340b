// Our own line drawings, so that the page needs neither an icon font nor an emoji font.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  up: "M6 15l6-6 6 6",
  left: "M15 6l-6 6 6 6",
  right: "M9 6l6 6-6 6",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  video: "M4 7.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM15 10.5l5-3v9l-5-3",
  image: "M4 7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9h.01",
  mic: "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4zM6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3",
  file: "M7 4h7l4 4v12H7zM14 4v4h4M10 12.5h5M10 16h5",
  pin: "M12 20s6-5.400 6-10a6 6 0 0 0-12 0c0 4.600 6 10 6 10zM12 8v4M10 10h4",
  smile: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9 10h.01M15 10h.01M8.5 14c1.800 2.400 5.200 2.400 7 0",
  send: "M5 12l14-7-5 14-3-6z",
  play: "M8 5.5v13l11-6.5z",
  pause: "M8 6v12M16 6v12",
  stop: "M7 7h10v10H7z",
  reply: "M10 7L5 12l5 5M5 12h9a5 5 0 0 1 5 5v1",
  copy: "M9 9h10v10H9zM5 15V5h10",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
  camera: "M4 8.5h4l1.5-2.5h5L16 8.5h4V18H4zM12 10a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  calendar: "M5 6h14v13H5zM5 10h14M9 4v4M15 4v4",
  link: "M10 14l4-4M8.5 11.5l-2 2a3 3 0 0 0 4 4l2-2M15.5 12.5l2-2a3 3 0 0 0-4-4l-2 2",
  outside: "M10 6H6v12h12v-4M13 5h6v6M19 5l-8 8",
  log: "M4 8h13l-3-3M20 16H7l3 3",
  pot: "M6 11h12v5a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3zM4 12.5h2M18 12.5h2M9.5 8.5c-1-1.200 1-2 0-3.5M14 8.5c-1-1.200 1-2 0-3.5",
};

const FILLED = new Set(["play", "send", "stop"]);

export function icon(name) {
  const svg = shape("svg", { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true" });
  svg.append(shape("path", { d: PATHS[name], class: FILLED.has(name) ? "filled" : "line" }));
  return svg;
}

/** Fills every element of the page's own markup that names an icon. */
export function drawIcons(root) {
  for (const place of root.querySelectorAll("[data-icon]")) place.prepend(icon(place.dataset.icon));
}

/** A sticker stands for LINE's artwork, which is not ours to show: a face, with a mood for those we offer. */
export function stickerFace(stickerId) {
  const mood = MOODS[stickerId] ?? MOODS.other;
  const svg = shape("svg", { viewBox: "0 0 96 96", class: "sticker-face", "aria-hidden": "true" });
  svg.append(
    shape("circle", { cx: 48, cy: 48, r: 40, fill: mood.colour }),
    shape("path", { d: mood.eyes, class: "feature" }),
    shape("path", { d: mood.mouth, class: "feature" }),
  );
  if (mood.extra) svg.append(shape("path", { d: mood.extra, class: "feature" }));
  return svg;
}

const OPEN_EYES = "M33 40v5M63 40v5";
const HAPPY_EYES = "M28 43q5-7 10 0M58 43q5-7 10 0";
const MOODS = {
  52002734: { colour: "#ffd166", eyes: HAPPY_EYES, mouth: "M32 56q16 20 32 0z" },
  52002735: { colour: "#8fd694", eyes: OPEN_EYES, mouth: "M36 60q12 8 24 0", extra: "M66 70l6 6 12-14" },
  52002736: { colour: "#ffb3c1", eyes: HAPPY_EYES, mouth: "M36 60q12 8 24 0", extra: "M72 22c3-6 12-2 8 5l-8 8-8-8c-4-7 5-11 8-5z" },
  52002739: { colour: "#a9d6ff", eyes: OPEN_EYES, mouth: "M48 58a6 7 0 1 0 .1 0z" },
  52002744: { colour: "#c8c6f0", eyes: "M28 46l10-4M68 46l-10-4", mouth: "M36 66q12-10 24 0", extra: "M34 52v8" },
  other: { colour: "#e3ddd3", eyes: OPEN_EYES, mouth: "M38 62h20" },
};

/** What the sticker button offers: one of LINE's sets that bots and people may both send. */
export const STICKERS = [
  { packageId: "11537", stickerId: "52002734", name: "にっこり" },
  { packageId: "11537", stickerId: "52002735", name: "OK" },
  { packageId: "11537", stickerId: "52002736", name: "うれしい" },
  { packageId: "11537", stickerId: "52002739", name: "びっくり" },
  { packageId: "11537", stickerId: "52002744", name: "かなしい" },
];

function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
