// How far a file has come, in words and figures, and when it will be there.

const MB = 1e6;
const GB = 1e9;

export const sizeText = (bytes) =>
  bytes >= GB ? `${(bytes / GB).toFixed(1)}GB` : bytes >= MB ? `${Math.round(bytes / MB)}MB` : `${Math.max(1, Math.round(bytes / 1000))}kB`;

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** Bytes a second over the last seconds: the network of a minute ago tells nothing of now. */
export class Pace {
  #points = [];

  note(bytes, now = performance.now()) {
    const last = this.#points.at(-1);
    if (last && bytes < last.bytes) this.#points = []; // a piece is sent again
    this.#points.push({ bytes, now });
    while (this.#points.length > 2 && now - this.#points[0].now > 20_000) this.#points.shift();
  }

  forget() {
    this.#points = [];
  }

  /** Seconds for so many more bytes; null while nothing can be told. */
  secondsFor(bytes) {
    const first = this.#points[0];
    const last = this.#points.at(-1);
    if (!first || last.now - first.now < 2000 || last.bytes <= first.bytes) return null;
    return (bytes * (last.now - first.now)) / 1000 / (last.bytes - first.bytes);
  }
}

export function timeLeft(seconds, words) {
  if (seconds === null) return "";
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return words.time_left_short;
  if (minutes < 60) return fill(words.time_left, { minutes });
  return fill(words.time_left_hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
