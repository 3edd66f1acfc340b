// Sound at one rate into sound at another, piece by piece: a windowed sinc whose kernels are computed once.

const CROSSINGS = 8; // of zero, on each side: more is sharper, and slower
const PHASES = 160; // between two samples; exact for 48, 44.1, 32, 24 and 16 kHz
const PASSED = 0.94; // of the band that both rates have

export class Resampler {
  #from;
  #to;
  #half;
  #kernels;
  #samples; // those that are still needed, then those that came
  #place; // of the next sample that is given, in 1/#to of a sample that came

  constructor(from, to) {
    this.#from = from;
    this.#to = to;
    const stretch = Math.max(1, from / to);
    this.#half = Math.ceil(CROSSINGS * stretch);
    this.#kernels = Array.from({ length: PHASES + 1 }, (_, phase) => kernel(phase / PHASES, this.#half, PASSED / stretch));
    this.#samples = new Float32Array(this.#half - 1);
    this.#place = (this.#half - 1) * to;
  }

  /** All that can be told from what has come until now. */
  take(fresh) {
    const samples = new Float32Array(this.#samples.length + fresh.length);
    samples.set(this.#samples);
    samples.set(fresh, this.#samples.length);
    const last = samples.length - this.#half; // beside which enough is known
    const count = Math.max(0, Math.ceil((last * this.#to - this.#place) / this.#from));
    const given = new Float32Array(count);
    for (let each = 0; each < count; each++) {
      const index = Math.floor(this.#place / this.#to);
      const weights = this.#kernels[Math.round(((this.#place % this.#to) / this.#to) * PHASES)];
      const first = index - this.#half + 1;
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) sum += samples[first + tap] * weights[tap];
      given[each] = sum;
      this.#place += this.#from;
    }
    const done = Math.floor(this.#place / this.#to) - this.#half + 1;
    this.#samples = samples.slice(done);
    this.#place -= done * this.#to;
    return given;
  }
}

/** Weights of the samples around a place that lies `phase` behind one. `cut`: of the band, where 1 is all. */
function kernel(phase, half, cut) {
  const weights = new Float32Array(2 * half);
  let sum = 0;
  for (let tap = 0; tap < weights.length; tap++) {
    const x = tap - half + 1 - phase;
    const angle = Math.PI * x * cut;
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
    weights[tap] = Math.abs(x) >= half ? 0 : sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / half));
    sum += weights[tap];
  }
  return weights.map((weight) => weight / sum);
}
