// The microphone: its packets, and whether somebody speaks.

const HEARD_FOR = 20; // packets after the last loud one: a breath between two words
const FAINTEST = 0.008; // of full scale
const ABOVE_THE_ROOM = 2.5;

export class Ear {
  #level = new Level();
  #tracks;
  isOpen = true;

  /** `take(packet)` while it is open. */
  static async open(context, stream, take) {
    await context.audioWorklet.addModule("/liff/static/companion_ear_worklet.js");
    return new Ear(context, stream, take);
  }

  constructor(context, stream, take) {
    this.#tracks = stream.getAudioTracks();
    const node = new AudioWorkletNode(context, "ear", { channelCount: 1, channelCountMode: "explicit" });
    node.port.onmessage = ({ data: { packet, level } }) => {
      if (!this.isOpen) return;
      this.#level.note(level);
      take(packet);
    };
    // It gives silence; without a way to the speaker some browsers never ask it.
    context.createMediaStreamSource(stream).connect(node).connect(context.destination);
  }

  get isSpokenTo() {
    return this.isOpen && this.#level.isSpeech;
  }

  /** The device's own sign goes out with it. */
  mute(isMuted) {
    this.isOpen = !isMuted;
    for (const track of this.#tracks) track.enabled = !isMuted;
  }
}

/** The room's own noise is learnt slowly when it grows, quickly when it falls. */
class Level {
  #room = FAINTEST;
  #heard = 0;

  note(level) {
    if (level > Math.max(FAINTEST, ABOVE_THE_ROOM * this.#room)) this.#heard = HEARD_FOR;
    else if (this.#heard > 0) this.#heard--;
    this.#room += (level < this.#room ? 0.3 : 0.004) * (level - this.#room);
  }

  get isSpeech() {
    return this.#heard > 0;
  }
}
