// Image, video and audio bubbles, from the bot and from the learner.

import { h, mediaUrl } from "./element.js";
import { icon } from "./icons.js";

const TALLEST = 4 / 3; // LINE crops very tall previews; so does the bubble (height ÷ width)

function addressOf(message) {
  return mediaUrl(message.content_url ?? message.originalContentUrl);
}

function previewOf(message) {
  return mediaUrl(message.preview_url ?? message.previewImageUrl);
}

/** LINE accepts a message whose media can't be loaded and then shows a broken bubble: here the page says so. */
function brokenNote(what) {
  return h("p", { class: "broken" }, `${what}を読み込めませんでした。URLと公開の期限を確かめてください。`);
}

export function renderImage(message) {
  const full = addressOf(message);
  const picture = h("img", { src: previewOf(message) ?? full, alt: "写真", loading: "lazy" });
  const frame = h("a", { class: "media image", href: full, target: "_blank", rel: "noopener noreferrer" }, picture);
  picture.addEventListener("error", () => {
    if (full && picture.src !== full) picture.src = full;
    else frame.replaceChildren(brokenNote("写真"));
  });
  return frame;
}

export function renderVideo(message, ctx, item) {
  const poster = previewOf(message);
  const player = h("video", { playsinline: true, preload: poster ? "none" : "metadata", poster, src: addressOf(message), "aria-label": "動画" });
  const start = h("button", { class: "play-over", type: "button", "aria-label": "動画を再生" }, icon("play"));
  const frame = h("div", { class: "media video" }, player, start);
  start.addEventListener("click", () => {
    start.remove();
    player.controls = true;
    play(player);
    player.focus();
  });
  player.addEventListener("loadedmetadata", () => fit(frame, player.videoWidth, player.videoHeight));
  player.addEventListener("ended", () => ctx.onVideoEnded(item));
  player.addEventListener("error", () => frame.replaceChildren(brokenNote("動画")));
  if (poster) fitToPoster(frame, poster, () => whenNoPoster(frame, player, item));
  return frame;
}

/** Of a learner's own video the first picture will do; a bot's missing preview is a mistake to be seen. */
function whenNoPoster(frame, player, item) {
  if (item.from === "learner") player.preload = "metadata";
  else frame.append(h("small", { class: "no-poster" }, "プレビュー画像を読み込めませんでした"));
}

function fitToPoster(frame, address, onMissing) {
  const picture = new Image();
  picture.addEventListener("load", () => fit(frame, picture.naturalWidth, picture.naturalHeight));
  picture.addEventListener("error", onMissing);
  picture.src = address;
}

function fit(frame, width, height) {
  if (!width || !height) return;
  frame.style.aspectRatio = `1 / ${Math.min(height / width, TALLEST)}`;
  frame.classList.toggle("tall", height > width);
}

// A refused or broken start is told by the element's own `error` event; the promise would only repeat it.
function play(player) {
  player.play().catch((error) => console.info("再生できませんでした", error.name));
}

export function renderAudio(message) {
  const sound = h("audio", { preload: "none", src: addressOf(message) });
  const toggle = h("button", { class: "audio-toggle", type: "button", "aria-label": "再生" }, icon("play"));
  const position = h("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": "再生位置" });
  const time = h("span", { class: "audio-time" }, clock((message.duration ?? 0) / 1000));
  const bubble = h("div", { class: "balloon audio" }, toggle, position, time, sound);
  bindAudio({ sound, toggle, position, time, bubble, given: (message.duration ?? 0) / 1000 });
  return bubble;
}

function bindAudio({ sound, toggle, position, time, bubble, given }) {
  // A recording straight from a microphone has no length in its header (Infinity) until it has been played through.
  const length = () => (Number.isFinite(sound.duration) ? sound.duration : given);
  const show = () => {
    const playing = !sound.paused;
    toggle.replaceChildren(icon(playing ? "pause" : "play"));
    toggle.setAttribute("aria-label", playing ? "一時停止" : "再生");
    time.textContent = clock(sound.currentTime > 0 ? sound.currentTime : length());
    position.value = length() ? (1000 * sound.currentTime) / length() : 0;
    position.style.setProperty("--played", `${position.value / 10}%`);
  };
  toggle.addEventListener("click", () => (sound.paused ? play(sound) : sound.pause()));
  position.addEventListener("input", () => {
    if (length()) sound.currentTime = (position.value / 1000) * length();
  });
  for (const name of ["play", "pause", "timeupdate", "loadedmetadata"]) sound.addEventListener(name, show);
  sound.addEventListener("ended", () => {
    sound.currentTime = 0;
    show();
  });
  sound.addEventListener("error", () => bubble.replaceChildren(brokenNote("音声")));
}

/** Seconds as m:ss. */
export function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Length of a chosen file in milliseconds, or null when the browser can't tell (LINE too may leave it out). */
export function durationOf(file, type) {
  return new Promise((resolve) => {
    const probe = document.createElement(type);
    const address = URL.createObjectURL(file);
    const finish = (value) => {
      clearTimeout(patience);
      URL.revokeObjectURL(address);
      resolve(value);
    };
    const patience = setTimeout(() => finish(null), 4000);
    probe.preload = "metadata";
    probe.onloadedmetadata = () => finish(Number.isFinite(probe.duration) ? Math.round(probe.duration * 1000) : null);
    probe.onerror = () => finish(null);
    probe.src = address;
  });
}
