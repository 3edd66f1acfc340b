// Flex Message's words for sizes and colours → CSS values. Source: Messaging API docs, "Flex Message elements" and "Flex Message layout".
// Every value from a bot passes here; what isn't one of LINE's forms is dropped.

const SPACES = { none: "0", xs: "2px", sm: "4px", md: "8px", lg: "12px", xl: "16px", xxl: "20px" };
const BORDERS = { none: "0", light: "0.5px", normal: "1px", medium: "2px", "semi-bold": "3px", bold: "4px" };
const TEXTS = { xxs: "11px", xs: "13px", sm: "14px", md: "16px", lg: "19px", xl: "22px", xxl: "29px", "3xl": "35px", "4xl": "48px", "5xl": "74px" };
const IMAGES = { xxs: "40px", xs: "60px", sm: "80px", md: "100px", lg: "120px", xl: "140px", xxl: "160px", "3xl": "180px", "4xl": "200px", "5xl": "220px", full: "100%" };
const PLACES = { start: "flex-start", "flex-start": "flex-start", top: "flex-start", center: "center", end: "flex-end", "flex-end": "flex-end", bottom: "flex-end" };
const SPREADS = { ...PLACES, "space-between": "space-between", "space-around": "space-around", "space-evenly": "space-evenly" };

function word(table, value) {
  return Object.hasOwn(table, value ?? "") ? table[value] : null;
}

function measure(value) {
  return /^\d+(\.\d+)?(px|%)$/.test(value ?? "") ? value : null;
}

export const space = (value) => word(SPACES, value) ?? measure(value);
export const textSize = (value) => word(TEXTS, value) ?? measure(value);
export const imageSize = (value) => word(IMAGES, value) ?? measure(value);
export const place = (value) => word(PLACES, value);

/** #RRGGBB or #RRGGBBAA. */
export function colour(value) {
  return /^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(value ?? "") ? value : null;
}

/** "20:13" → "20 / 13". */
export function ratio(value) {
  return /^[\d.]+:[\d.]+$/.test(value ?? "") ? value.replace(":", " / ") : null;
}

/** Size, padding, border, background and position of a box. */
export function boxStyle(node) {
  return {
    ...positionStyle(node),
    paddingTop: space(node.paddingTop) ?? space(node.paddingAll),
    paddingBottom: space(node.paddingBottom) ?? space(node.paddingAll),
    paddingInlineStart: space(node.paddingStart) ?? space(node.paddingAll),
    paddingInlineEnd: space(node.paddingEnd) ?? space(node.paddingAll),
    width: measure(node.width),
    maxWidth: measure(node.maxWidth),
    height: measure(node.height),
    maxHeight: measure(node.maxHeight),
    borderRadius: space(node.cornerRadius),
    borderWidth: word(BORDERS, node.borderWidth) ?? measure(node.borderWidth),
    borderColor: colour(node.borderColor),
    backgroundColor: colour(node.backgroundColor),
    backgroundImage: gradient(node.background),
    justifyContent: word(SPREADS, node.justifyContent),
    alignItems: place(node.alignItems),
  };
}

export function positionStyle(node) {
  return {
    position: node.position === "absolute" ? "absolute" : null,
    top: space(node.offsetTop),
    bottom: space(node.offsetBottom),
    insetInlineStart: space(node.offsetStart),
    insetInlineEnd: space(node.offsetEnd),
  };
}

function gradient(background) {
  if (background?.type !== "linearGradient" || !/^\d+(\.\d+)?deg$/.test(background.angle ?? "")) return null;
  const middle = colour(background.centerColor);
  const stops = [colour(background.startColor), middle && `${middle} ${measure(background.centerPosition) ?? "50%"}`, colour(background.endColor)];
  return `linear-gradient(${background.angle}, ${stops.filter(Boolean).join(", ")})`;
}

/** Share of the free room. In a row every part but icons takes one share; in a column parts keep their own height. */
export function shareStyle(node, layout) {
  const inRow = layout !== "vertical";
  const share = Number.isFinite(node.flex) ? node.flex : defaultShare(node, inRow);
  if (share <= 0) return { flex: "0 0 auto" };
  return { flex: inRow ? `${share} 1 0px` : `${share} 0 auto` };
}

function defaultShare(node, inRow) {
  if (node.type === "filler") return 1;
  if (!inRow || node.width || ["icon", "separator", "spacer"].includes(node.type)) return 0;
  return 1;
}

/** Null entries would erase what the style sheet gives; only real values are set. */
export function applyStyle(element, style) {
  for (const [name, value] of Object.entries(style)) {
    if (value !== null && value !== undefined) element.style[name] = value;
  }
  return element;
}
