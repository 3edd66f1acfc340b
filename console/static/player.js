// The player of a session: one video at a time, with its moments, by frames, at any speed, round and round; beside it the
// last attempt, at the moment that both have.

const STEP = 5; // seconds of J and L
const SNAP = 14; // pixels from a mark within which the bar means the mark
const DRIFT = 0.15; // seconds by which the last attempt may be off while both play
const KEYS_OFF = "moment.console.keys-off";

const player = document.getElementById("player");
const figures = [...player.querySelectorAll("[data-source]")];
const before = player.querySelector("[data-before] video");

let current = figures[0];
let loop = { from: null, to: null };

const video = () => current.querySelector("video");
const partOf = (attribute) => player.querySelector(`[${attribute}="${current.dataset.source}"]`);

// ---- which video

function choose(name) {
  if (current.dataset.source === name) return;
  const speed = video().playbackRate;
  video().pause();
  current = figures.find((figure) => figure.dataset.source === name);
  for (const figure of figures) figure.hidden = figure !== current;
  for (const attribute of ["data-bar", "data-moments"]) {
    for (const part of player.querySelectorAll(`[${attribute}]`)) part.hidden = part !== partOf(attribute);
  }
  for (const button of player.querySelectorAll("[data-choose]")) {
    button.setAttribute("aria-pressed", String(button.dataset.choose === name));
  }
  video().playbackRate = speed;
  setLoop(null, null);
  showBeside();
  update();
}

/** A phone may load nothing of a video before it is touched. */
async function loaded() {
  const chosen = video();
  if (chosen.readyState > 0) return;
  const ready = new Promise((resolve) => chosen.addEventListener("loadedmetadata", resolve, { once: true }));
  if (chosen.networkState !== HTMLMediaElement.NETWORK_LOADING) chosen.load();
  await ready;
}

async function jump(name, second) {
  choose(name);
  player.querySelector(".screens").scrollIntoView({ block: "nearest" });
  await loaded();
  goTo(second);
}

function goTo(second) {
  const end = Number.isFinite(video().duration) ? video().duration : second;
  video().currentTime = Math.min(Math.max(second, 0), end);
}

// ---- what a key or a button does

function stepFrames(count) {
  const frames = Number(current.dataset.frames);
  video().pause();
  // A little into the frame: its very beginning may be shown as the one before.
  goTo((Math.floor(video().currentTime * frames + 0.05) + count + 0.1) / frames);
}

// Refused where the browser wants another touch first.
const play = (which) => which.play().catch(() => {});

const ACTS = {
  back: () => goTo(video().currentTime - STEP),
  toggle: () => (video().paused ? play(video()) : video().pause()),
  forward: () => goTo(video().currentTime + STEP),
  frameBack: () => stepFrames(-1),
  frameForward: () => stepFrames(1),
  loopFrom: () => setLoop(video().currentTime, loop.to),
  loopTo: () => setLoop(loop.from ?? 0, video().currentTime),
  loopOff: () => setLoop(null, null),
};
const KEYS = {
  j: "back",
  k: "toggle",
  l: "forward",
  arrowleft: "frameBack",
  ",": "frameBack",
  arrowright: "frameForward",
  ".": "frameForward",
  a: "loopFrom",
  b: "loopTo",
};

/** Somebody writes, chooses, or means the browser. */
function isMeantElsewhere(event) {
  const isComposing = event.isComposing || event.keyCode === 229;
  const isFilled = event.target.closest("input, textarea, select, [contenteditable]") !== null;
  return isComposing || isFilled || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
}

function pressed(event) {
  const act = KEYS[event.key.toLowerCase()];
  if (!act || !keysSwitch.checked || isMeantElsewhere(event)) return;
  event.preventDefault();
  if (act !== "toggle" || !event.repeat) ACTS[act]();
}

// ---- round and round

function setLoop(from, to) {
  loop = from !== null && to !== null && to <= from ? { from, to: null } : { from, to };
  update();
}

function keepInLoop() {
  if (loop.to !== null && video().currentTime >= loop.to) goTo(loop.from);
}

// ---- beside the last attempt

const besideSwitch = player.querySelector("[data-beside]");
const togetherSwitch = player.querySelector("[data-together]");

function showBeside() {
  if (!before) return;
  before.closest("figure").hidden = !besideSwitch.checked;
  togetherSwitch.closest("label").hidden = !besideSwitch.checked;
  if (!besideSwitch.checked) before.pause();
  follow();
}

function follow() {
  if (!before || !besideSwitch.checked || !togetherSwitch.checked || !current.dataset.offset) return;
  const second = video().currentTime + Number(current.dataset.offset);
  const isShown = second >= 0 && second <= (before.duration || 0);
  const plays = !video().paused && isShown;
  before.playbackRate = video().playbackRate;
  const place = Math.min(Math.max(second, 0), before.duration || 0);
  if (Math.abs(before.currentTime - place) > (plays ? DRIFT : 0.01)) before.currentTime = place;
  if (plays && before.paused) play(before);
  if (!plays && !before.paused) before.pause();
}

// ---- what is shown of it

const clock = (second) => `${Math.floor(second / 60)}:${String(Math.floor(second % 60)).padStart(2, "0")}`;
const share = (second) => `${Math.min(100, (100 * second) / (video().duration || 1))}%`;

function update() {
  const now = video().currentTime;
  keepInLoop();
  follow();
  player.querySelector("[data-where]").textContent =
    `${clock(now)}.${Math.floor((now * 10) % 10)} / ${clock(video().duration || 0)}`;
  player.querySelector("[data-toggle]").textContent = video().paused ? "再生" : "一時停止";
  drawBar(now);
  tellLoop();
  tellStanding(now);
}

function drawBar(now) {
  const bar = partOf("data-bar");
  bar.querySelector("[data-played]").setAttribute("width", share(now));
  const mark = bar.querySelector("[data-loop]");
  mark.setAttribute("x", share(loop.from ?? 0));
  mark.setAttribute("width", loop.to === null ? "0" : share(loop.to - loop.from));
  const buttons = [...(partOf("data-moments")?.querySelectorAll("[data-at]") ?? [])];
  const passed = buttons.filter((button) => Number(button.dataset.at) <= now + 0.05);
  for (const button of buttons) {
    if (button === passed.at(-1)) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function tellLoop() {
  const words = loop.from === null ? "" : `くり返し ${clock(loop.from)}–${loop.to === null ? "…" : clock(loop.to)}`;
  const told = player.querySelector("[data-looping]");
  if (told.textContent !== words) told.textContent = words; // it is read out
}

/** Where the learner's own clip stands goes with a denial. */
function tellStanding(now) {
  const start = current.dataset.start;
  for (const field of document.querySelectorAll("[data-second]")) {
    field.disabled = start === undefined;
    field.value = start === undefined ? "" : (Number(start) + now).toFixed(1);
  }
  const words = start === undefined ? "本人の動画で合わせてください。" : `いま ${clock(Number(start) + now)}`;
  for (const place of document.querySelectorAll("[data-standing]")) place.textContent = words;
}

let nextFrame = 0;

/** By each picture: a loop that ends a quarter of a second late is none. */
function keepUpdating() {
  cancelAnimationFrame(nextFrame);
  update();
  if (!video().paused) nextFrame = requestAnimationFrame(keepUpdating);
}

// ---- wiring

const keysSwitch = player.querySelector("[data-keys]");

function wire(figure) {
  const own = figure.querySelector("video");
  const sources = () => [...own.querySelectorAll("source")];
  const tellBroken = () => { figure.querySelector("[data-broken]").hidden = false; };
  sources().at(-1).addEventListener("error", tellBroken);
  if (own.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) tellBroken();
  // Of a codec that it does not know a browser plays the sound alone: the next source may have a picture.
  const look = () => {
    if (own.videoWidth > 0) return;
    const [first, ...others] = sources();
    if (others.length === 0) return tellBroken();
    first.remove();
    own.load();
  };
  own.addEventListener("loadedmetadata", look);
  if (own.readyState > 0) look();
  const ifCurrent = (act) => () => { if (figure === current) act(); };
  own.addEventListener("play", ifCurrent(keepUpdating));
  for (const event of ["timeupdate", "pause", "seeked", "ratechange", "loadedmetadata"]) {
    own.addEventListener(event, ifCurrent(update));
  }
}

function pointed(event) {
  const bar = event.currentTarget;
  const { left, width } = bar.getBoundingClientRect();
  const pixel = Math.min(Math.max(event.clientX - left, 0), width);
  const marks = [...bar.querySelectorAll(".mark")].map((mark) => mark.cx.baseVal.value);
  const near = marks.map((mark, index) => ({ index, distance: Math.abs(mark - pixel) }));
  const nearest = near.sort((a, b) => a.distance - b.distance)[0];
  const buttons = partOf("data-moments")?.querySelectorAll("[data-at]") ?? [];
  if (nearest && nearest.distance <= SNAP) return goTo(Number(buttons[nearest.index].dataset.at));
  goTo((pixel / width) * (video().duration || 0));
}

function start() {
  figures.forEach(wire);
  keysSwitch.checked = localStorage.getItem(KEYS_OFF) === null;
  keysSwitch.addEventListener("change", () => {
    if (keysSwitch.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "yes");
  });
  for (const bar of player.querySelectorAll("[data-bar]")) bar.addEventListener("pointerdown", pointed);
  player.querySelector("[data-speed]").addEventListener("change", (event) => {
    video().playbackRate = Number(event.target.value);
  });
  for (const each of [besideSwitch, togetherSwitch]) each?.addEventListener("change", showBeside);
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek], [data-choose], [data-do]");
    if (button?.dataset.seek) jump(button.dataset.seek, Number(button.dataset.at));
    else if (button?.dataset.choose) choose(button.dataset.choose);
    else if (button?.dataset.do) ACTS[button.dataset.do]();
  });
  document.addEventListener("htmx:after:swap", update);
  if (before) {
    before.muted = true; // one sound at a time
    before.addEventListener("loadedmetadata", follow);
  }
  update();
}

if (figures.length > 0) start();
