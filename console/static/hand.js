// Records a coach's hand: their voice, where the video runs, stands or jumps, and what they draw on it. A timeline, no film of
// the screen: the film is made from the footage itself.

import { draw, pictureOf } from "./drawing.js";
import { record } from "./voice.js";

const form = document.getElementById("hand");
const video = document.getElementById("clip");
const canvas = document.getElementById("drawing");
const place = document.getElementById("place");
const said = document.getElementById("said");
const button = (id) => document.getElementById(id);

const LONGEST = Number(form.dataset.longest);
const SCRUB_SECONDS = 0.1; // between two places of a video that is pulled about
const NEAR = 0.002; // of the picture, within which a point adds nothing

let recorder = null; // while it runs
let begun = 0;
let taken = null; // {voice, recording}: what is there to be sent
let moves = [];
let strokes = [];
let stroke = null;

const now = () => (recorder ? (performance.now() - begun) / 1000 : 0);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function tell(words) {
  said.hidden = !words;
  said.textContent = words;
}

// ---- the video

function note() {
  if (!recorder) return;
  const rate = video.paused || video.seeking ? 0 : video.playbackRate;
  const last = moves.at(-1);
  const move = { at: now(), clip_at: Math.max(0, video.currentTime), rate };
  if (last && rate === 0 && last.rate === 0) {
    if (Math.abs(last.clip_at - move.clip_at) < 0.01) return;
    if (move.at - last.at < SCRUB_SECONDS) move.at = last.at;
  }
  if (last && move.at === last.at) moves[moves.length - 1] = move;
  else moves.push(move);
}

for (const event of ["play", "playing", "pause", "ratechange", "seeking", "seeked", "ended"]) {
  video.addEventListener(event, note);
}

function toggle() {
  if (video.paused) video.play().catch(() => tell("動画を再生できませんでした。"));
  else video.pause();
}

button("toggle").addEventListener("click", toggle);
video.addEventListener("play", () => (button("toggle").textContent = "動画を止める"));
video.addEventListener("pause", () => (button("toggle").textContent = "動画を再生"));
button("rate").addEventListener("change", (event) => (video.playbackRate = Number(event.target.value)));
place.addEventListener("input", () => {
  if (!video.duration) return;
  video.pause();
  video.currentTime = Number(place.value) * video.duration;
});
for (const choice of form.querySelectorAll("[data-link]")) {
  choice.addEventListener("change", () => {
    if (recorder) stop();
    forget();
    video.src = choice.dataset.link;
  });
}

// ---- the pen

function pointOf(event) {
  const { left, top, width, height, box } = pictureOf(video);
  const share = (value) => Math.min(1, Math.max(0, value));
  return {
    at: now(),
    x: share((event.clientX - box.left - left) / width),
    y: share((event.clientY - box.top - top) / height),
  };
}

canvas.addEventListener("pointerdown", (event) => {
  if (!video.videoWidth) return;
  canvas.setPointerCapture(event.pointerId);
  const ink = form.querySelector("[name=ink]:checked").value;
  stroke = { ink, points: [pointOf(event)], until: null };
  strokes.push(stroke);
});
canvas.addEventListener("pointermove", (event) => {
  if (!stroke) return;
  const point = pointOf(event);
  const last = stroke.points.at(-1);
  if (Math.hypot(point.x - last.x, point.y - last.y) >= NEAR) stroke.points.push(point);
});
for (const event of ["pointerup", "pointercancel"]) canvas.addEventListener(event, () => (stroke = null));

function wipe() {
  stroke = null;
  if (!recorder) strokes = [];
  for (const each of strokes) each.until ??= now();
}

button("wipe").addEventListener("click", wipe);

// ---- the voice

async function start() {
  forget();
  recorder = await record();
  if (!recorder) {
    tell("マイクを使えません。ブラウザーの設定で、このページにマイクを許可してください。");
    return;
  }
  begun = performance.now();
  note();
  moves[0].at = 0;
  button("record").textContent = "録音を終える";
  button("record").setAttribute("aria-pressed", "true");
  tell("");
}

let seconds = 0;

async function stop() {
  seconds = now();
  video.pause();
  for (const each of strokes) each.until = Math.min(each.until ?? seconds, seconds);
  const ended = recorder;
  recorder = null;
  button("record").textContent = "録音しなおす";
  button("record").setAttribute("aria-pressed", "false");
  keep(await ended.stop());
}

function keep(voice) {
  if (seconds <= 0.5) {
    tell("短すぎました。もう一度、録音してください。");
    return;
  }
  const within = (move) => move.at <= seconds;
  taken = { voice, recording: { seconds, moves: moves.filter(within), strokes: strokes.filter((each) => each.points[0].at < seconds) } };
  for (const each of taken.recording.strokes) each.points = each.points.filter(within);
  button("finish").disabled = false;
  tell(`${clock(seconds)} 録音しました。`);
}

function forget() {
  taken = null;
  moves = [];
  strokes = [];
  button("finish").disabled = true;
  button("clock").textContent = clock(0);
}

button("record").addEventListener("click", () => (recorder ? stop() : start()));

// ---- all of it

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!taken) return;
  const body = new FormData(form);
  body.delete("ink");
  body.set("recording", JSON.stringify(taken.recording));
  body.set("voice", taken.voice, "voice");
  button("finish").disabled = true;
  tell("送っています…");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    leaving = true;
    location.assign(answer.url);
  } catch {
    button("finish").disabled = false;
    tell("送れませんでした。通信を確かめて、もう一度お試しください。収録は、このページに残っています。");
  }
});

let leaving = false;
addEventListener("beforeunload", (event) => {
  if ((recorder || taken) && !leaving) event.preventDefault();
});

function show() {
  const at = recorder ? now() : Infinity;
  if (recorder) {
    button("clock").textContent = clock(at);
    if (at >= LONGEST) stop();
  }
  if (video.duration && document.activeElement !== place) place.value = video.currentTime / video.duration;
  draw(canvas, video, strokes.filter((each) => recorder || each.until === null || taken), at === Infinity ? 1e9 : at);
  requestAnimationFrame(show);
}
requestAnimationFrame(show);
