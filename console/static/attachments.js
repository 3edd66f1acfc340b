// A picture, a voice or a video, sent as the coach's own message.

import { record } from "./voice.js";

const form = document.getElementById("attachments");
const speak = document.getElementById("speak");
const spoken = document.getElementById("spoken");
const send = document.getElementById("send-attachment");
const say = (words) => { document.getElementById("attaching").textContent = words; };
const LONGEST = 180_000; // milliseconds
const MOST_BYTES = 200_000_000; // of a video
const UNFIT = "送れませんでした。写真はJPEG・PNGで20MBまで、声は3分まで、動画はMP4・MOV・WebMで3分、200MBまでです。";

let recording = null;
let chosen = null; // {kind, file}, to be sent

function forget() {
  chosen = null;
  spoken.hidden = send.hidden = true;
  speak.textContent = "声を録る";
}

function offer(kind, file, label, words) {
  chosen = { kind, file };
  send.textContent = label;
  send.hidden = false;
  say(words);
}

async function post(kind, file) {
  const body = new FormData(form);
  body.set("kind", kind);
  body.set("file", file, kind);
  say(kind === "video" ? "送っています… 長い動画は数分かかります。" : "送っています…");
  send.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    forget();
    say("送りました。");
    document.dispatchEvent(new CustomEvent("thread:changed", { detail: null }));
  } catch (error) {
    say(error.message === "422" ? UNFIT
      : error.message === "409" ? "ほかのコーチが対応中のため、送れませんでした。"
      : "送れませんでした。通信を確かめて、もう一度お試しください。");
  } finally {
    send.disabled = false;
  }
}

form.querySelector("[type=file]").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  forget();
  target.value = "";
  const isVideo = file.type.startsWith("video/");
  if (isVideo && file.size > MOST_BYTES) say(UNFIT);
  else if (isVideo) offer("video", file, "この動画を送る", `「${file.name}」を選びました。`);
  else offer("photo", file, "この写真を送る", `「${file.name}」を選びました。`);
});

async function start() {
  recording = await record();
  if (!recording) {
    say("マイクを使えません。ブラウザーの設定で、このページにマイクを許可してください。");
    return;
  }
  say("録っています…");
  speak.textContent = "録り終える";
  speak.setAttribute("aria-pressed", "true");
  const mine = recording;
  setTimeout(() => recording === mine && stop(), LONGEST);
}

async function stop() {
  const ended = recording;
  recording = null;
  const voice = await ended.stop();
  speak.textContent = "録りなおす";
  speak.setAttribute("aria-pressed", "false");
  spoken.src = URL.createObjectURL(voice);
  spoken.hidden = false;
  offer("voice", voice, "この声を送る", "聞いてから送ってください。");
}

speak.addEventListener("click", () => (recording ? stop() : start()));
send.addEventListener("click", () => chosen && post(chosen.kind, chosen.file));
