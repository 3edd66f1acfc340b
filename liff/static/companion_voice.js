// What is heard: the companion's own speech, and the recordings, which need no network.

/** Asked for as soon as the page is there: name to the file's bytes, null where it could not be had. */
export function fetchRecordings(names) {
  return new Map(names.map((name) => [name, fetchRecording(name)]));
}

async function fetchRecording(name) {
  try {
    const response = await fetch(`/liff/static/companion/${name}.mp3`);
    if (!response.ok) throw new Error(String(response.status));
    return await response.arrayBuffer();
  } catch (error) {
    console.warn("without the recording", name, error.message); // its text is shown all the same
    return null;
  }
}

export class Voice {
  #context;
  #mouth;
  #sounds;
  #playing = null;
  #next = []; // recordings that wait until it is quiet
  #left = 0;

  static async open(context, recordings) {
    const sounds = new Map();
    for (const [name, bytes] of recordings) {
      const content = await bytes;
      if (content !== null) sounds.set(name, await context.decodeAudioData(content.slice(0)));
    }
    await context.audioWorklet.addModule("/liff/static/companion_mouth_worklet.js");
    return new Voice(context, sounds);
  }

  constructor(context, sounds) {
    this.#context = context;
    this.#sounds = sounds;
    this.#mouth = new AudioWorkletNode(context, "mouth", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#mouth.port.onmessage = ({ data: { left } }) => {
      this.#left = left;
      this.#goOn();
    };
    this.#mouth.connect(context.destination);
  }

  get isPlaying() {
    return this.#playing !== null;
  }

  speak(pcm) {
    this.#left = Infinity; // until the audio thread tells how much it is
    this.#mouth.port.postMessage(new Int16Array(pcm), [pcm]);
  }

  flush() {
    this.#mouth.port.postMessage("flush");
  }

  /** At once, in place of all that is heard. What is said meanwhile comes after it. */
  play(name) {
    this.#playing?.stop();
    this.flush();
    this.#start(name);
  }

  /** After what is being said. */
  playNext(name) {
    this.#next.push(name);
    this.#goOn();
  }

  #goOn() {
    if (this.#left === 0 && this.#playing === null && this.#next.length > 0) this.#start(this.#next.shift());
  }

  #start(name) {
    if (!this.#sounds.has(name)) return;
    const sound = this.#context.createBufferSource();
    sound.buffer = this.#sounds.get(name);
    sound.onended = () => this.#ended(sound);
    sound.connect(this.#context.destination);
    this.#playing = sound;
    this.#mouth.port.postMessage("hold");
    sound.start();
  }

  #ended(sound) {
    if (this.#playing !== sound) return; // another took its place
    this.#playing = null;
    this.#mouth.port.postMessage("go");
    this.#goOn();
  }
}
