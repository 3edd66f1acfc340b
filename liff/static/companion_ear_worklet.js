// In the audio thread: the microphone at whatever rate the device has, into packets of 16 kHz, 16 bit.

import { Resampler } from "./companion_resampler.js";

const RATE = 16_000;
const PACKET = 640; // samples, 40 ms

class Ear extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, RATE);
  #packet = new Int16Array(PACKET);
  #filled = 0;
  #energy = 0;

  process([input]) {
    if (input.length > 0) for (const sample of this.#resampler.take(input[0])) this.#take(sample);
    return true;
  }

  #take(sample) {
    const value = Math.max(-1, Math.min(1, sample));
    this.#packet[this.#filled++] = Math.round(value * 32_767);
    this.#energy += value * value;
    if (this.#filled < PACKET) return;
    const { buffer } = this.#packet;
    this.port.postMessage({ packet: buffer, level: Math.sqrt(this.#energy / PACKET) }, [buffer]);
    this.#packet = new Int16Array(PACKET);
    this.#filled = this.#energy = 0;
  }
}

registerProcessor("ear", Ear);
