// The page of a call: what is shown, and what the buttons do.

import { mayRest, stayAwake } from "./awake.js";
import { Connection } from "./companion_connection.js";
import { Ear } from "./companion_ear.js";
import { Eye } from "./companion_eye.js";
import { Timers } from "./companion_timers.js";
import { fetchRecordings, Voice } from "./companion_voice.js";
import { isInLine, openInBrowser } from "./leave.js";
import { belongsToLine, line } from "./line.js";
import { fill } from "./progress.js";

const $ = (id) => document.getElementById(id);
const place = $("companion");
const words = JSON.parse(place.dataset.words);
const recordings = fetchRecordings(JSON.parse(place.dataset.recordings));

// No sample rate is asked for: some phones then give silence.
const WANTED = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { facingMode: "environment", width: 640 },
};
const TROUBLES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

class Call {
  #stream;
  #context;
  #voice;
  #ear;
  #eye;
  #connection;
  #timers;
  #state = "connecting";
  #endsAt = null;
  #clock = 0;
  #isOver = false;

  /** `context` and `stream` were asked for on the tap itself. */
  static async open(context, stream) {
    const call = new Call();
    call.#context = context;
    call.#stream = stream;
    call.#voice = await Voice.open(context, recordings);
    call.#timers = new Timers($("timers"), words, () => call.#voice.playNext("timer"));
    call.#connection = new Connection(Number(place.dataset.session), {
      message: (message) => call.#take(message),
      speech: (pcm) => call.#speak(pcm),
      lost: () => call.#away(words.wait),
      gaveUp: (why) => call.#finish(words[why]),
    });
    call.#ear = await Ear.open(context, stream, (packet) => call.#connection.hear(packet));
    call.#eye = new Eye($("view"), (jpeg) => call.#connection.see(jpeg), () => call.#ear.isSpokenTo);
    call.#begin();
    return call;
  }

  #begin() {
    $("view").srcObject = this.#stream;
    for (const track of this.#stream.getTracks()) track.addEventListener("ended", () => this.#end(words.device_gone));
    this.#clock = setInterval(() => this.#tellMinutes(), 1000);
    stayAwake();
    this.#eye.open();
    this.#connection.open();
    this.#tell();
  }

  // ---- what comes

  #take(message) {
    switch (message.type) {
      case "ready":
        this.#endsAt = performance.now() + message.seconds_left * 1000;
        this.#tellMinutes();
        return this.#become("listening");
      case "away":
        return this.#away(message.text, message.recording);
      case "heard":
      case "said":
        $(message.type).textContent = message.text;
        return;
      case "flush":
        return this.#voice.flush();
      case "play":
        $("said").textContent = message.text;
        return this.#voice.play(message.recording);
      case "timer":
        return this.#timers.start(message);
      case "timer_stop":
        return this.#timers.stop(message.id);
      case "end":
        return this.#finish(message.text);
    }
  }

  #speak(pcm) {
    if (!this.#isOver) this.#voice.speak(pcm);
  }

  /** Said once a gap, and never over a warning. */
  #away(text, recording = "wait") {
    if (this.#state === "away") return;
    this.#become("away");
    if (this.#voice.isPlaying) return;
    $("said").textContent = text;
    this.#voice.play(recording);
  }

  #become(state) {
    this.#state = state;
    this.#tell();
  }

  #tell() {
    const isHeard = this.#ear.isOpen || this.#state !== "listening";
    const key = isHeard ? this.#state : $("by-hand").checked ? "hold_to_talk" : "muted";
    if ($("state").textContent !== words[key]) $("state").textContent = words[key];
    $("mute").textContent = this.#isMuted ? words.unmute : words.mute;
  }

  #tellMinutes() {
    if (this.#endsAt === null) return;
    const minutes = Math.ceil((this.#endsAt - performance.now()) / 60_000);
    $("left").textContent = minutes <= 1 ? words.nearly_over : fill(words.left, { minutes });
  }

  // ---- what the learner does

  get #isMuted() {
    return !this.#ear.isOpen && !$("by-hand").checked;
  }

  toggleMute() {
    this.#listen(!this.#ear.isOpen);
  }

  talkByHand(isByHand) {
    $("talk").hidden = !isByHand;
    $("mute").hidden = isByHand;
    this.#listen(!isByHand);
  }

  hold(isHeld) {
    $("talk").classList.toggle("held", isHeld);
    this.#listen(isHeld);
  }

  #listen(isOpen) {
    if (this.#isOver || this.#ear.isOpen === isOpen) return;
    this.#ear.mute(!isOpen);
    if (!isOpen) this.#connection.tell("pause");
    this.#tell();
  }

  sayAgain() {
    this.#connection.tell("again");
  }

  hangUp() {
    this.#voice.flush();
    this.#end(words.hung_up);
  }

  wake() {
    if (this.#context.state !== "running") void this.#context.resume();
  }

  #end(text) {
    if (this.#isOver) return;
    this.#connection.hangUp();
    this.#finish(text);
  }

  /** The timers go on, and what is being said. A text that comes after the learner's own end says it better. */
  #finish(text) {
    $("over-text").textContent = text;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#eye.close();
    clearInterval(this.#clock);
    for (const track of this.#stream.getTracks()) track.stop();
    mayRest();
    $("call").hidden = true;
    $("over").hidden = false;
    $("over-title").focus();
    void offerTheWayBack();
  }
}

let call = null;

/** On the tap itself: after anything that is waited for, a phone neither asks nor plays. */
async function begin() {
  const context = new AudioContext();
  void context.resume();
  const asked = navigator.mediaDevices?.getUserMedia(WANTED);
  let stream = null;
  $("start").disabled = true;
  tellTrouble("");
  try {
    if (asked === undefined) throw new DOMException("no devices for this page", "NotSupportedError");
    stream = await asked;
    call = await Call.open(context, stream);
    $("before").hidden = true;
    $("call").hidden = false;
  } catch (error) {
    for (const track of stream?.getTracks() ?? []) track.stop();
    void context.close();
    tellTrouble(TROUBLES[error.name] ?? "unsupported");
    if (!(error instanceof DOMException)) throw error;
  } finally {
    $("start").disabled = false;
  }
}

function tellTrouble(trouble) {
  $("trouble").textContent = trouble ? words[trouble] : "";
  $("help").hidden = trouble !== "denied";
  if (trouble) $("trouble").scrollIntoView({ block: "center" });
}

async function offerTheWayBack() {
  if (!belongsToLine()) return;
  const liff = await line().catch(() => null);
  if (!liff?.isInClient()) return;
  $("back").hidden = false;
  $("back").addEventListener("click", () => liff.closeWindow());
}

async function leave() {
  try {
    await openInBrowser(location.pathname);
  } catch (error) {
    $("leave-failed").textContent = error.message || words.leave_failed;
  }
}

$("start").addEventListener("click", begin);
$("leave").hidden = !isInLine();
$("leave").querySelector("button").addEventListener("click", leave);
$("mute").addEventListener("click", () => call?.toggleMute());
$("again").addEventListener("click", () => call?.sayAgain());
$("hang-up").addEventListener("click", () => call?.hangUp());
$("by-hand").addEventListener("change", () => call?.talkByHand($("by-hand").checked));

const talk = $("talk");
talk.addEventListener("pointerdown", (event) => {
  talk.setPointerCapture(event.pointerId);
  call?.hold(true);
});
for (const event of ["pointerup", "pointercancel", "blur"]) talk.addEventListener(event, () => call?.hold(false));
talk.addEventListener("keydown", ({ key }) => (key === " " || key === "Enter") && call?.hold(true));
talk.addEventListener("keyup", () => call?.hold(false));
talk.addEventListener("contextmenu", (event) => event.preventDefault()); // of a long press

document.addEventListener("visibilitychange", () => !document.hidden && call?.wake());
window.addEventListener("pagehide", () => call?.hangUp());
