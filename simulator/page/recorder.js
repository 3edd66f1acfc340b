// Voice memos from the microphone: record, listen, send.

import { h } from "./element.js";
import { icon } from "./icons.js";
import { clock, renderAudio } from "./media.js";

// What LINE itself sends is M4A; a browser that can't record it gives WebM or Ogg.
const FORMATS = ["audio/mp4;codecs=mp4a.40.2", "audio/mp4", "audio/webm;codecs=opus", "audio/ogg;codecs=opus"];
const ENDINGS = { "audio/mp4": "m4a", "audio/webm": "webm", "audio/ogg": "ogg" };
const SEND_FILE = "音声ファイルを選んで送ることもできます。";
const REFUSALS = {
  NotAllowedError: `マイクの使用が許可されていません。ブラウザーの設定で許可してから、もう一度お試しください。${SEND_FILE}`,
  NotFoundError: `マイクが見つかりません。つないでから、もう一度お試しください。${SEND_FILE}`,
};

/** on: {recorded(file, durationMs), chooseFile(), closed()}. Returns {open, close}. */
export function createRecorder(panel, on) {
  let take = null;

  function show(...nodes) {
    panel.replaceChildren(...nodes);
  }

  function offer() {
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) {
      refuse(`このブラウザーではマイクを使えません。音声ファイルを選んで送ってください。`);
      return;
    }
    show(h("p", {}, "ボタンを押すと録音が始まります。"), roundButton("mic", "録音を始める", begin));
    panel.querySelector("button").focus();
  }

  function refuse(words) {
    show(h("p", { class: "refusal", role: "alert" }, words),
      h("button", { type: "button", class: "primary", onclick: on.chooseFile }, "音声ファイルを選ぶ"));
  }

  async function begin() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      take = startTake(stream, review);
      show(h("div", { class: "recording" }, h("span", { class: "rec-dot" }), take.time, take.level),
        roundButton("stop", "録音を終える", take.stop));
      panel.querySelector("button").focus();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      refuse(REFUSALS[error.name] ?? `録音を始められませんでした。${SEND_FILE}`);
    }
  }

  function review(file, durationMs) {
    take = null;
    const address = URL.createObjectURL(file);
    const leave = () => URL.revokeObjectURL(address);
    const again = () => { leave(); offer(); };
    const send = () => { leave(); on.recorded(file, durationMs); on.closed(); };
    show(renderAudio({ content_url: address, duration: durationMs }),
      h("div", { class: "recorder-buttons" }, h("button", { type: "button", onclick: again }, "録り直す"),
        h("button", { type: "button", class: "primary", "data-testid": "send-recording", onclick: send }, "送信")));
  }

  return {
    open: offer,
    close() {
      take?.cancel();
      take = null;
      show();
    },
  };
}

function roundButton(name, words, onclick) {
  return h("button", { type: "button", class: `record-button ${name}`, "aria-label": words, "data-testid": `recorder-${name}`, onclick }, icon(name));
}

function startTake(stream, onDone) {
  const format = FORMATS.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, format ? { mimeType: format } : {});
  const chunks = [];
  const started = performance.now();
  const time = h("span", { class: "rec-time", role: "timer" }, "0:00");
  const meter = watchLevel(stream);
  const ticking = setInterval(() => { time.textContent = clock((performance.now() - started) / 1000); }, 250);
  let cancelled = false;
  recorder.ondataavailable = (event) => chunks.push(event.data);
  recorder.onstop = () => {
    clearInterval(ticking);
    meter.close();
    for (const track of stream.getTracks()) track.stop();
    if (!cancelled) onDone(recordedFile(chunks, recorder.mimeType), Math.round(performance.now() - started));
  };
  recorder.start();
  const stop = () => recorder.state !== "inactive" && recorder.stop();
  return { time, level: meter.node, stop, cancel: () => { cancelled = true; stop(); } };
}

function recordedFile(chunks, mimeType) {
  const type = mimeType.split(";")[0];
  return new File(chunks, `voice.${ENDINGS[type] ?? "webm"}`, { type });
}

/** Bars that move with the voice, so that a silent microphone is noticed before sending. */
function watchLevel(stream) {
  const bars = Array.from({ length: 24 }, () => h("i"));
  const node = h("div", { class: "level", "aria-hidden": "true" }, bars);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  const samples = new Uint8Array(analyser.fftSize);
  context.createMediaStreamSource(stream).connect(analyser);
  const levels = bars.map(() => 0);
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    levels.push(Math.max(...samples.map((sample) => Math.abs(sample - 128))) / 128);
    levels.shift();
    for (const [index, bar] of bars.entries()) bar.style.height = `${Math.max(8, Math.min(100, levels[index] * 160))}%`;
  }, 80);
  return { node, close: () => { clearInterval(timer); context.close(); } };
}
