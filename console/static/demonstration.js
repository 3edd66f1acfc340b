// Plays a recording as it was made: the voice leads, the learner's footage and the lines follow.

import { draw } from "./drawing.js";

const LOOK_AGAIN = 1500; // milliseconds, while something is made
const DRIFT = 0.15; // seconds

if (["hearing", "making"].includes(document.getElementById("state").dataset.state)) {
  setTimeout(() => location.reload(), LOOK_AGAIN);
}

const replay = document.getElementById("replay");
if (replay) {
  const { moves, strokes } = JSON.parse(replay.dataset.recording);
  const video = document.getElementById("clip");
  const voice = document.getElementById("voice");
  const canvas = document.getElementById("drawing");

  function follow() {
    const at = voice.currentTime;
    const move = moves.findLast((each) => each.at <= at) ?? moves[0];
    const place = Math.min(move.clip_at + (at - move.at) * move.rate, video.duration || 0);
    const plays = move.rate > 0 && !voice.paused;
    if (plays) video.playbackRate = Math.max(move.rate, 0.0625);
    if (plays && video.paused) video.play().catch(() => {});
    if (!plays && !video.paused) video.pause();
    if (!video.seeking && Math.abs(video.currentTime - place) > (plays ? DRIFT : 0.02)) video.currentTime = place;
    draw(canvas, video, strokes, at);
    requestAnimationFrame(follow);
  }
  requestAnimationFrame(follow);
}
