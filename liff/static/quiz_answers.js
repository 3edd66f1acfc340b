// Answers on their way: kept in this browser until the server has them, sent again whenever that may help.

import { call, Problem } from "./api.js";

const PAUSES_MS = [2000, 4000, 8000, 15000, 30000];
const PATIENCE_MS = 15000; // with one request
const CHANGED = "moment.quiz.changed"; // in this visit

/** Tells of "saved", "waiting" (no network), "refused" {question, words} and "signed-out". One entry a question, so that
 *  two tabs lose nothing of each other. */
export class Answers extends EventTarget {
  #prefix;
  #memory = new Map(); // where the browser keeps nothing
  #sending = null;
  #tries = 0;
  #timer = 0;

  constructor(learner) {
    super();
    this.#prefix = `moment.quiz.${learner}.`;
    addEventListener("online", () => this.send());
    addEventListener("pageshow", () => this.send());
    document.addEventListener("visibilitychange", () => document.hidden || this.send());
  }

  /** {value, isDraft}, or null where nothing is kept. */
  kept(question) {
    const text = this.#read(question);
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  /** A draft is what is typed and not yet confirmed. */
  keep(question, value, { isDraft }) {
    this.#write(question, JSON.stringify({ value, isDraft }));
  }

  waiting() {
    return this.#questions().filter((question) => this.kept(question)?.isDraft === false);
  }

  get isChanged() {
    return sessionStorage.getItem(CHANGED) !== null;
  }

  noteTold() {
    sessionStorage.removeItem(CHANGED);
  }

  /** Sends what waits, one by one; settles when all is there or nothing more can be done now. */
  send() {
    this.#sending ??= this.#sendAll().finally(() => { this.#sending = null; });
    return this.#sending;
  }

  async #sendAll() {
    clearTimeout(this.#timer);
    for (let question; (question = this.waiting()[0]) !== undefined;) {
      const text = this.#read(question);
      try {
        await this.#put(question, JSON.parse(text).value);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (!this.#goesOnAfter(error, question, text)) return;
        continue;
      }
      sessionStorage.setItem(CHANGED, "1");
      if (this.#read(question) === text) this.#remove(question); // else it was changed meanwhile
      this.#tries = 0;
      this.#tell("saved");
    }
  }

  #put(question, value) {
    return call("PUT", `/onboarding/answers/${question}`, { value }, { signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  /** Whether the next may be sent. */
  #goesOnAfter({ status, message: words }, question, text) {
    if (status === 401) {
      this.#tell("signed-out");
      return false;
    }
    if (status === 0 || status === 429 || status >= 500) {
      this.#timer = setTimeout(() => this.send(), PAUSES_MS[Math.min(this.#tries++, PAUSES_MS.length - 1)]);
      this.#tell("waiting");
      return false;
    }
    if (status === 404) this.#remove(question); // asked no more
    else this.keep(question, JSON.parse(text).value, { isDraft: true });
    this.#tell("refused", { question, words });
    return true;
  }

  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }

  #questions() {
    const keys = [...this.#memory.keys()];
    for (let index = 0; index < localStorage.length; index++) keys.push(localStorage.key(index));
    return keys.filter((key) => key.startsWith(this.#prefix)).map((key) => key.slice(this.#prefix.length)).sort();
  }

  #read(question) {
    const key = this.#prefix + question;
    return this.#memory.get(key) ?? localStorage.getItem(key);
  }

  #write(question, text) {
    const key = this.#prefix + question;
    try {
      localStorage.setItem(key, text);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, text); // full, or forbidden
    }
  }

  #remove(question) {
    const key = this.#prefix + question;
    this.#memory.delete(key);
    localStorage.removeItem(key);
  }
}
