// The timers that the learner asked for, counted down here, so that they ring whatever the network does.

import { fill } from "./progress.js";

const LOOKED_EVERY_MS = 250;
const SHOWN_FOR_MS = 20_000; // once it has rung

export class Timers {
  #list;
  #words;
  #ring;
  #timers = new Map();
  #clock = 0;

  /** `ring()` when one is over. */
  constructor(list, words, ring) {
    this.#list = list;
    this.#words = words;
    this.#ring = ring;
  }

  start({ id, seconds, label }) {
    this.stop(id);
    const row = document.createElement("li");
    const [name, left] = [document.createElement("span"), document.createElement("strong")];
    name.textContent = label;
    row.append(name, left);
    this.#list.append(row);
    this.#timers.set(id, { row, left, endsAt: performance.now() + seconds * 1000, rangAt: null });
    this.#look();
    clearInterval(this.#clock);
    this.#clock = setInterval(() => this.#look(), LOOKED_EVERY_MS);
  }

  stop(id) {
    this.#timers.get(id)?.row.remove();
    this.#timers.delete(id);
    if (this.#timers.size === 0) clearInterval(this.#clock);
  }

  #look() {
    const now = performance.now();
    for (const [id, timer] of this.#timers) {
      if (timer.endsAt > now) timer.left.textContent = clock(Math.ceil((timer.endsAt - now) / 1000), this.#words);
      else if (timer.rangAt === null) {
        timer.rangAt = now; // late, where the phone slept
        timer.row.classList.add("rung");
        timer.left.textContent = this.#words.timer_over;
        this.#ring();
      } else if (now - timer.rangAt > SHOWN_FOR_MS) this.stop(id);
    }
  }
}

const clock = (seconds, words) =>
  fill(words.timer_left, { minutes: Math.floor(seconds / 60), seconds: String(seconds % 60).padStart(2, "0") });
