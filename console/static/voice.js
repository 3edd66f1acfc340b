// The microphone: one recording at a time.

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/webm", "audio/ogg"];

/** {stop}, which gives a Blob; null where there is no microphone, or none allowed. It runs once this is there. */
export async function record() {
  let sound;
  try {
    sound = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
  } catch {
    return null;
  }
  const pieces = [];
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const media = new MediaRecorder(sound, mimeType ? { mimeType } : {});
  media.addEventListener("dataavailable", (event) => event.data.size && pieces.push(event.data));
  const begun = new Promise((resolve) => media.addEventListener("start", resolve, { once: true }));
  const ended = new Promise((resolve) => media.addEventListener("stop", resolve, { once: true }));
  media.start(1000);
  await begun;
  return {
    async stop() {
      media.stop();
      await ended;
      for (const track of sound.getTracks()) track.stop();
      return new Blob(pieces, { type: media.mimeType });
    },
  };
}
