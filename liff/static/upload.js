// The page: a panel for the video, one for the memo; each picks a file, sends it, and tells how far it has come.

import { call, Problem } from "./api.js";
import { mayRest, stayAwake } from "./awake.js";
import { isInLine, openInBrowser } from "./leave.js";
import { belongsToLine, line } from "./line.js";
import { fill, Pace, sizeText, timeLeft } from "./progress.js";
import { offerOf, Over, Stopped, Transfer } from "./resumable.js";

const place = document.getElementById("upload");
const words = JSON.parse(place.dataset.words);
const unfinished = JSON.parse(place.dataset.unfinished);
const session = Number(place.dataset.session);
const PATHS = { video: "upload", memo: "voice-memo" };
const MEMO_PATIENCE_MS = 120_000;
const SAID_EVERY = 25; // percent: a screen reader is not to be talked over

class Panel {
  constructor(root) {
    this.root = root;
    this.kind = root.dataset.kind;
    this.input = this.$("input");
    this.memory = `moment.upload.${this.kind}`;
    this.transfer = null;
    this.running = Promise.resolve();
    this.pace = new Pace();
    this.said = 0;
    this.$(".pick label").addEventListener("click", () => this.say("preparing"));
    this.input.addEventListener("cancel", () => this.say(""));
    this.input.addEventListener("change", () => this.pick(this.input.files[0]));
    this.$(".pause").addEventListener("click", () => this.togglePause());
    this.$(".stop").addEventListener("click", () => this.transfer?.stop());
    this.$(".again").addEventListener("click", () => this.send());
    this.$(".drop").addEventListener("click", () => this.drop());
    this.offerToGoOn();
  }

  $(selector) {
    return this.root.querySelector(selector);
  }

  say(key, values = {}) {
    const text = key ? fill(words[key], values) : "";
    if (this.$(".state").textContent !== text) this.$(".state").textContent = text;
  }

  /** What was begun at an earlier visit, here or elsewhere: the browser forgets a file, so it is to be picked again. */
  async offerToGoOn() {
    this.left = unfinished.find(({ kind }) => kind === this.kind) ?? null;
    if (!this.left) return;
    const upload = await call("GET", `/uploads/${this.left.id}`).catch(() => null);
    if (upload?.state !== "open" || this.transfer) return;
    if (upload.offset === upload.bytes) {
      // All was sent, and the page ended before it could tell.
      this.running = this.finish(upload.id).catch((error) => this.fail(error));
      return;
    }
    const known = remembered(this.memory);
    const name = known?.id === upload.id ? known.name : words.nameless_file;
    const percent = Math.floor((100 * upload.offset) / upload.bytes);
    this.$(".unfinished p").textContent = fill(words[this.kind === "video" ? "unfinished" : "unfinished_memo"], { name, percent });
    this.$(".unfinished").hidden = false;
  }

  async drop() {
    try {
      await call("DELETE", `/uploads/${this.left.id}`);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409) return this.fail(error);
    }
    forget(this.memory);
    this.$(".unfinished").hidden = true;
    this.say("cancelled");
    this.input.focus();
  }

  pick(file) {
    if (!file) return this.say("");
    this.file = file;
    this.send();
  }

  send() {
    this.running = this.#send();
  }

  async #send() {
    const { file } = this;
    this.show({ sending: false, problem: "" });
    this.say("checking");
    this.input.disabled = true;
    stayAwake();
    try {
      const upload = await this.open(file);
      remember(this.memory, { id: upload.id, name: file.name });
      this.$(".unfinished").hidden = true;
      this.show({ sending: true, problem: "" });
      this.$(".pause").textContent = words.pause;
      this.transfer = new Transfer(file, upload, { progress: (bytes) => this.progress(bytes), state: (state) => this.state(state) });
      await this.transfer.run();
      // So that the coaching hears it.
      if (this.kind === "video" && panels.memo) await Promise.race([panels.memo.running, sleep(MEMO_PATIENCE_MS)]);
      await this.finish(upload.id);
    } catch (error) {
      await this.fail(error);
    } finally {
      this.transfer = null;
      this.input.disabled = false;
      this.input.value = ""; // the same file may be picked again
      mayRest();
    }
  }

  async open(file) {
    let offer;
    try {
      offer = await offerOf(file);
    } catch {
      throw new Problem(-1, words.unreadable);
    }
    const upload = await call("POST", `/sessions/${session}/${PATHS[this.kind]}`, offer);
    this.id = upload.id;
    return upload;
  }

  async finish(id) {
    this.say("finishing");
    this.show({ sending: false, problem: "" });
    await patiently(() => call("POST", `/uploads/${id}/complete`));
    forget(this.memory);
    if (this.kind === "memo") return this.say("memo_sent");
    this.root.hidden = true;
    await showDone();
  }

  async fail(error) {
    this.show({ sending: false, problem: "" });
    this.say("");
    if (error instanceof Stopped) {
      await call("DELETE", `/uploads/${this.id}`).catch(() => {}); // else it is swept
      forget(this.memory);
      this.say("cancelled");
      this.input.disabled = false;
      return this.input.focus();
    }
    if (error instanceof Over) {
      forget(this.memory);
      return this.show({ sending: false, problem: words.lost, again: true });
    }
    const isOurs = error instanceof Problem && error.message !== "";
    this.show({ sending: false, problem: isOurs ? error.message : words.no_answer, again: !isOurs || error.status >= 500 });
    if (!(error instanceof Problem)) throw error;
  }

  show({ sending, problem, again = false }) {
    this.$(".sending").hidden = !sending;
    this.$(".pick").hidden = sending;
    this.$(".problem").textContent = problem;
    this.$(".again").hidden = !again;
  }

  togglePause() {
    if (!this.transfer) return;
    if (this.transfer.isPaused) this.transfer.resume();
    else this.transfer.pause();
    this.$(".pause").textContent = this.transfer.isPaused ? words.resume : words.pause;
  }

  state(state) {
    if (state !== "sending") {
      this.pace.forget();
      this.$(".left").textContent = "";
      this.said = -1;
      this.say(state);
    } else if (this.said < 0 || this.$(".state").textContent === words.checking) {
      this.said = 0;
      this.say("sending");
    }
  }

  progress(bytes) {
    const { size } = this.file;
    const share = bytes / size;
    const percent = Math.floor(100 * share);
    const bar = this.$(".bar");
    this.pace.note(bytes);
    bar.setAttribute("aria-valuenow", percent);
    bar.firstElementChild.style.transform = `scaleX(${share})`;
    this.$(".share").textContent = fill(words.figures, { percent, sent: sizeText(bytes), size: sizeText(size) });
    this.$(".left").textContent = timeLeft(this.pace.secondsFor(size - bytes), words);
    if (this.said >= 0 && percent >= this.said + SAID_EVERY && percent < 100) {
      this.said = percent - (percent % SAID_EVERY);
      this.say("sending_share", { percent });
    }
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Once more for as long as no answer comes; what the server says is final. */
async function patiently(ask) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 30_000)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Problem) || (error.status !== 0 && error.status < 500)) throw error;
      await sleep(wait);
    }
  }
}

async function showDone() {
  const done = document.getElementById("done");
  done.hidden = false;
  for (const id of ["lead", "keep-open", "other-dish"]) document.getElementById(id)?.remove();
  document.getElementById("done-memo").hidden = !panels.memo;
  done.querySelector("h2").focus();
  if (!belongsToLine()) return;
  const liff = await line().catch(() => null);
  if (!liff?.isInClient()) return;
  const back = document.getElementById("back");
  back.hidden = false;
  back.addEventListener("click", () => liff.closeWindow());
  // So that the chat answers at once and for free, where the app may write there.
  if (liff.getContext?.()?.scope?.includes("chat_message.write")) {
    await liff.sendMessages([{ type: "text", text: words.chat_text }]).catch(() => {});
  }
}

function remembered(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full, or forbidden: the server knows all that is needed
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // as above
  }
}

/** LINE's own browser fails at times to hand a file over. */
function offerToLeave() {
  const leave = document.getElementById("leave");
  leave.hidden = !isInLine();
  leave.querySelector("button").addEventListener("click", async () => {
    try {
      await openInBrowser("/liff/upload");
    } catch (error) {
      leave.querySelector(".problem").textContent = error.message || words.leave_failed;
    }
  });
}

const panels = {};
for (const root of place.querySelectorAll(".panel")) panels[root.dataset.kind] = new Panel(root);
for (const event of ["online", "pageshow"]) {
  window.addEventListener(event, () => Object.values(panels).forEach((panel) => panel.transfer?.nudge()));
}
window.addEventListener("offline", () => Object.values(panels).forEach((panel) => panel.transfer?.cut()));
document.addEventListener("visibilitychange", () => Object.values(panels).forEach((panel) => panel.transfer?.nudge()));
offerToLeave();
