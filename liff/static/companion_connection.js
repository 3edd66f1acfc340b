// The way to the companion: one WebSocket after another, as long as the call lasts. What is said is kept while there is none;
// pictures are the first to be dropped.

const AUDIO = 1;
const PICTURE = 2;
const MOST_WAITING = 125; // packets: five seconds
const AUDIO_BOUND = 32_000; // bytes that the browser may hold back: a second of sound
const PICTURE_BOUND = 16_000;
const WAITS_MS = [200, 500, 1000, 2000];
const PATIENCE_MS = 60_000;
const READY_WITHIN_MS = 8000;
const STUCK_MS = 4000;
const TICK_MS = 250;
const SIGNED_OUT = 4401; // what the server closes with

export class Connection {
  #session;
  #on;
  #call = "";
  #socket = null;
  #isReady = false;
  #isClosed = false;
  #waiting = []; // sound, and what is told between it
  #failures = 0;
  #lostAt = null;
  #flowedAt = 0;
  #clock = 0;
  #retry = 0;
  #nudge = () => this.#lost();

  /** `on.message(object)`, `on.speech(pcm)`; `on.lost()` once a gap; `on.gaveUp("gave_up" | "signed_out")`. */
  constructor(session, on) {
    this.#session = session;
    this.#on = on;
  }

  open() {
    this.#clock = setInterval(() => this.#tick(), TICK_MS);
    window.addEventListener("offline", this.#nudge); // else it is noticed minutes later
    this.#lostAt = performance.now();
    this.#connect();
  }

  hear(packet) {
    // The first words are kept: the rest makes no sense without them.
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(framed(AUDIO, packet));
    this.#flow();
  }

  /** Whether it was sent. */
  see(jpeg) {
    if (!this.#isReady || this.#socket.bufferedAmount > PICTURE_BOUND) return false;
    this.#socket.send(framed(PICTURE, jpeg));
    return true;
  }

  /** After the sound that came before it. */
  tell(type) {
    this.#waiting.push(JSON.stringify({ type }));
    this.#flow();
  }

  /** What comes in goes on being told until the server ends it, soon. */
  hangUp() {
    this.#waiting = [];
    this.#end();
    // Also before the model hears: else it would come to a kitchen that has left.
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: "hang_up" }));
    else this.#drop();
  }

  close() {
    this.#end();
    this.#drop();
  }

  #end() {
    this.#isClosed = true;
    clearInterval(this.#clock);
    clearTimeout(this.#retry);
    window.removeEventListener("offline", this.#nudge);
  }

  #connect() {
    const origin = location.origin.replace(/^http/, "ws");
    const socket = new WebSocket(`${origin}/ws/companion/${this.#session}?call=${encodeURIComponent(this.#call)}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => (code === SIGNED_OUT && !this.#isClosed ? this.#giveUp("signed_out") : this.#lost());
    this.#socket = socket;
    this.#flowedAt = performance.now();
  }

  #take(data) {
    if (data instanceof ArrayBuffer) return this.#on.speech(data);
    const message = JSON.parse(data);
    if (message.type === "ready") {
      this.#call = message.call;
      this.#isReady = true;
      this.#failures = 0;
      this.#lostAt = null;
      this.#flow();
    }
    if (message.type === "end") this.close();
    this.#on.message(message);
  }

  #flow() {
    if (!this.#isReady) return;
    while (this.#waiting.length > 0 && this.#socket.bufferedAmount < AUDIO_BOUND) this.#socket.send(this.#waiting.shift());
  }

  #tick() {
    this.#flow();
    const now = performance.now();
    if (this.#socket === null) return;
    if (this.#isReady && this.#socket.bufferedAmount < AUDIO_BOUND) this.#flowedAt = now;
    if (now - this.#flowedAt > (this.#isReady ? STUCK_MS : READY_WITHIN_MS)) this.#lost();
  }

  #lost() {
    this.#drop();
    if (this.#isClosed) return;
    clearTimeout(this.#retry);
    if (this.#lostAt === null) {
      this.#lostAt = performance.now();
      this.#on.lost();
    }
    if (performance.now() - this.#lostAt > PATIENCE_MS) return this.#giveUp("gave_up");
    this.#retry = setTimeout(() => this.#connect(), WAITS_MS[Math.min(this.#failures++, WAITS_MS.length - 1)]);
  }

  #giveUp(why) {
    this.close();
    this.#on.gaveUp(why);
  }

  /** Nothing more is heard of it: the closing itself may take as long as the network is away. */
  #drop() {
    if (this.#socket === null) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
    this.#isReady = false;
  }
}

function framed(kind, payload) {
  const frame = new Uint8Array(payload.byteLength + 1);
  frame[0] = kind;
  frame.set(new Uint8Array(payload), 1);
  return frame;
}
