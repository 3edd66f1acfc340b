// In the audio thread: what the companion says, as it comes, at the device's own rate. Takes Int16Array at 24 kHz, "flush",
// "hold", "go"; tells how many samples were played, and how many are left.

import { Resampler } from "./companion_resampler.js";

const RATE = 24_000;
const AHEAD = 0.1 * sampleRate; // samples before it begins, as what comes over a network comes unevenly
const TOLD_EVERY = 0.1 * sampleRate;

class Mouth extends AudioWorkletProcessor {
  #resampler = new Resampler(RATE, sampleRate);
  #pieces = [];
  #at = 0; // in the first of them
  #left = 0;
  #waited = 0;
  #played = 0;
  #told = 0;
  #isHeld = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#take(data);
  }

  #take(data) {
    if (data === "flush") return this.#flush();
    if (typeof data === "string") {
      this.#isHeld = data === "hold";
      return;
    }
    const piece = this.#resampler.take(Float32Array.from(data, (sample) => sample / 32_768));
    this.#pieces.push(piece);
    this.#left += piece.length;
  }

  #flush() {
    this.#resampler = new Resampler(RATE, sampleRate);
    this.#pieces = [];
    this.#at = this.#left = this.#waited = 0;
    this.#tell();
  }

  process(_inputs, [[out]]) {
    if (this.#isHeld || this.#left === 0) return true;
    // A last word that is shorter is not waited for longer than that.
    if (this.#waited < AHEAD && this.#left < AHEAD) {
      this.#waited += out.length;
      return true;
    }
    this.#waited = AHEAD;
    this.#fill(out);
    if (this.#left === 0) this.#waited = 0;
    if (this.#left === 0 || this.#played - this.#told >= TOLD_EVERY) this.#tell();
    return true;
  }

  #fill(out) {
    for (let filled = 0; filled < out.length && this.#left > 0; ) {
      const piece = this.#pieces[0].subarray(this.#at, this.#at + out.length - filled);
      out.set(piece, filled);
      filled += piece.length;
      this.#at += piece.length;
      this.#left -= piece.length;
      this.#played += piece.length;
      if (this.#at === this.#pieces[0].length) {
        this.#pieces.shift();
        this.#at = 0;
      }
    }
  }

  #tell() {
    this.#told = this.#played;
    this.port.postMessage({ played: this.#played, left: this.#left });
  }
}

registerProcessor("mouth", Mouth);
