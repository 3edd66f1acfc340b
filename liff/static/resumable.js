// Sends one file in pieces to the place that the server opened for it (Cloud Storage docs: Resumable uploads), and goes on
// where it was after whatever came between. Knows no page.

import { call, Problem } from "./api.js";

const SILENCE_MS = 45_000; // a connection on which nothing moves for so long is given up
const LONGEST_WAIT_MS = 30_000;
const MOST_REFUSALS = 5;

/** The upload is over: cancelled, or its place is no more. */
export class Over extends Error {}
/** The learner does not want it any more. */
export class Stopped extends Error {}

const KEPT = /^bytes=0-(\d+)$/;

export class Transfer {
  #file;
  #upload;
  #on;
  #request = null;
  #isPaused = false;
  #isStopped = false;
  #wake = () => {};

  /** `on.progress(bytes)`; `on.state("sending" | "paused" | "offline_waiting" | "retrying")`. */
  constructor(file, upload, on) {
    this.#file = file;
    this.#upload = upload;
    this.#on = on;
  }

  get isPaused() {
    return this.#isPaused;
  }

  pause() {
    this.#isPaused = true;
    this.#request?.abort();
    this.#on.state("paused");
  }

  resume() {
    this.#isPaused = false;
    this.#wake();
  }

  stop() {
    this.#isStopped = true;
    this.#request?.abort();
    this.#wake();
  }

  /** The network is gone: what is on its way hangs for minutes otherwise. */
  cut() {
    this.#request?.abort();
  }

  /** The network may be there again. */
  nudge() {
    if (!this.#isPaused) this.#wake();
  }

  /** Until all is sent. Throws Over, Stopped, Problem. */
  async run() {
    let at = this.#upload.offset;
    let failures = 0;
    let refusals = 0;
    this.#on.progress(at);
    while (at < this.#file.size) {
      await this.#untilWanted();
      this.#on.state("sending");
      const answer = await this.#put(at);
      if (answer.status === 200 || answer.status === 201 || answer.status === 412) break;
      if (answer.status === 308 && answer.kept > at) {
        [at, failures, refusals] = [answer.kept, 0, 0];
        this.#on.progress(at);
        continue;
      }
      // What came between may be anything: the server knows how far it has come.
      if (answer.status >= 400 && answer.status < 500 && ++refusals > MOST_REFUSALS) throw new Problem(answer.status, "");
      if (answer.status !== 308 && !this.#isPaused) await this.#waitAfter(++failures);
      at = await this.#ask();
      this.#on.progress(at);
    }
    if (this.#isStopped) throw new Stopped();
    this.#on.progress(this.#file.size);
  }

  /** The status, 0 where no answer came, and how much is kept where the answer tells. */
  #put(first) {
    const { size } = this.#file;
    const end = Math.min(first + this.#upload.chunk_bytes, size);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      let silence = 0;
      const watch = () => {
        clearTimeout(silence);
        silence = setTimeout(() => request.abort(), SILENCE_MS);
      };
      request.open("PUT", this.#upload.url);
      request.setRequestHeader("Content-Range", `bytes ${first}-${end - 1}/${size}`);
      request.upload.onprogress = (event) => {
        watch();
        this.#on.progress(first + Math.min(event.loaded, end - first));
      };
      request.onloadend = () => {
        clearTimeout(silence);
        this.#request = null;
        const kept = request.status === 308 ? KEPT.exec(request.getResponseHeader("Range") ?? "") : null;
        resolve({ status: request.status, kept: kept ? Number(kept[1]) + 1 : 0 });
      };
      this.#request = request;
      watch();
      request.send(this.#file.slice(first, end));
    });
  }

  async #ask() {
    for (let failures = 0; ; ) {
      await this.#untilWanted();
      try {
        const upload = await call("GET", `/uploads/${this.#upload.id}`);
        if (upload.state === "cancelled") throw new Over();
        if (upload.url) this.#upload.url = upload.url;
        return upload.offset;
      } catch (error) {
        if (!(error instanceof Problem) || (error.status !== 0 && error.status < 500)) throw error;
        await this.#waitAfter(++failures);
      }
    }
  }

  /** Throws Stopped. */
  async #untilWanted() {
    while (this.#isPaused && !this.#isStopped) await new Promise((resolve) => (this.#wake = resolve));
    if (this.#isStopped) throw new Stopped();
  }

  /** 1, 2, 4 … seconds, and some more or less so that not all come back at once; at once when the network is back. */
  async #waitAfter(failures) {
    await this.#untilWanted();
    this.#on.state(navigator.onLine ? "retrying" : "offline_waiting");
    const wait = Math.min(1000 * 2 ** (failures - 1), LONGEST_WAIT_MS) * (0.75 + Math.random() / 2);
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, wait);
    });
  }
}

/** What the server is told of a file: how to know it again, and what its first bytes say it is. */
export async function offerOf(file) {
  const head = await file.slice(0, 1024 * 1024).arrayBuffer();
  return {
    name: file.name,
    bytes: file.size,
    content_type: /^[ -~]{0,200}$/.test(file.type) ? file.type : "",
    last_modified: file.lastModified,
    head_sha256: await sha256(head),
    head: btoa(String.fromCharCode(...new Uint8Array(head.slice(0, 256)))),
  };
}

async function sha256(bytes) {
  // Only over https is there any: on a desk reached by http from elsewhere, name, size and time must do.
  if (!globalThis.crypto?.subtle) return "0".repeat(64);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
