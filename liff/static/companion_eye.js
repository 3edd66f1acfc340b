// The camera: a JPEG a second at most, while somebody speaks or when something has changed, and now and then.

const LONGER_SIDE = 640;
const QUALITY = 0.6;
const APART_MS = 1000;
const AT_LEAST_EVERY_MS = 10_000;
const LOOKED_EVERY_MS = 250;
const MOST_BYTES = 200_000;
const THUMB = { width: 32, height: 24 };
const CHANGE = 8; // of 255, on average

export class Eye {
  #video;
  #take;
  #isSpokenTo;
  #canvas = document.createElement("canvas");
  #thumb = Object.assign(document.createElement("canvas"), THUMB).getContext("2d", { willReadFrequently: true });
  #last = null; // the thumb of the picture that was taken last
  #takenAt = -Infinity;
  #isBusy = false;
  #clock = 0;

  /** `take(jpeg)` says whether it was sent; `isSpokenTo()`: whether somebody speaks. */
  constructor(video, take, isSpokenTo) {
    this.#video = video;
    this.#take = take;
    this.#isSpokenTo = isSpokenTo;
  }

  open() {
    this.#clock = setInterval(() => this.#look(), LOOKED_EVERY_MS);
  }

  close() {
    clearInterval(this.#clock);
  }

  async #look() {
    const waited = performance.now() - this.#takenAt;
    if (this.#isBusy || waited < APART_MS || document.hidden || this.#video.readyState < 2) return;
    const thumb = this.#small();
    if (!this.#isSpokenTo() && waited < AT_LEAST_EVERY_MS && difference(thumb, this.#last) < CHANGE) return;
    this.#isBusy = true;
    const picture = await this.#picture();
    this.#isBusy = false;
    if (picture === null || picture.size > MOST_BYTES || !this.#take(await picture.arrayBuffer())) return;
    this.#takenAt = performance.now();
    this.#last = thumb;
  }

  #small() {
    this.#thumb.drawImage(this.#video, 0, 0, THUMB.width, THUMB.height);
    return this.#thumb.getImageData(0, 0, THUMB.width, THUMB.height).data;
  }

  #picture() {
    const { videoWidth, videoHeight } = this.#video;
    const share = Math.min(1, LONGER_SIDE / Math.max(videoWidth, videoHeight));
    this.#canvas.width = Math.round(videoWidth * share);
    this.#canvas.height = Math.round(videoHeight * share);
    this.#canvas.getContext("2d").drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
    return new Promise((resolve) => this.#canvas.toBlob(resolve, "image/jpeg", QUALITY));
  }
}

/** Of two pictures' pixels, on average; more than any where there is no other. */
function difference(one, other) {
  if (other === null) return 255;
  let sum = 0;
  for (let at = 0; at < one.length; at += 4) {
    sum += Math.abs(one[at] - other[at]) + Math.abs(one[at + 1] - other[at + 1]) + Math.abs(one[at + 2] - other[at + 2]);
  }
  return sum / (one.length * 0.75);
}
