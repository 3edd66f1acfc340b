// A video and its moments: a tap, Enter or the bar leads there, and the moment being shown is marked.

const SNAP = 14; // pixels from a mark within which the bar means the mark

/** Wires every player below `root`. */
export function followMoments(root) {
  for (const player of root.querySelectorAll("[data-player]")) wire(player);
}

function wire(player) {
  const video = player.querySelector("video");
  const buttons = [...player.querySelectorAll("[data-at]")];
  const broken = player.querySelector("[data-broken]");
  const tellBroken = () => { broken.hidden = false; };
  // The last source fails when none before it could be played; it may have done so before this script ran.
  video.querySelector("source:last-of-type").addEventListener("error", tellBroken);
  video.addEventListener("error", tellBroken);
  if (video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) tellBroken();
  const look = () => { if (video.videoWidth === 0) skipSource(video, tellBroken); };
  video.addEventListener("loadedmetadata", look);
  if (video.readyState > 0) look();
  for (const button of buttons) button.addEventListener("click", () => show(video, at(button)));
  if (buttons.length === 0) return;
  const bar = player.querySelector("[data-bar]");
  const update = () => draw(video, buttons, bar);
  for (const event of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) video.addEventListener(event, update);
  bar.addEventListener("pointerdown", (event) => show(video, pointed(event, bar, buttons, video)));
}

/** Of a codec that it does not know a browser plays the sound alone: the next source may have a picture. */
function skipSource(video, tellBroken) {
  const [first, ...others] = video.querySelectorAll("source");
  if (others.length === 0) {
    tellBroken();
    return;
  }
  first.remove();
  video.load();
}

const at = (button) => Number(button.dataset.at);

async function show(video, second) {
  if (video.readyState === 0) await loaded(video);
  video.currentTime = second;
  // Refused where the browser wants another touch: the picture is there all the same.
  video.play().catch(() => {});
}

/** A phone may load nothing of a video before it is touched. */
function loaded(video) {
  video.load();
  return new Promise((resolve) => video.addEventListener("loadedmetadata", resolve, { once: true }));
}

function draw(video, buttons, bar) {
  const now = video.currentTime + 0.05; // a player stops a little before where it is sent
  const passed = buttons.filter((button) => at(button) <= now);
  const current = passed.length > 0 ? passed.reduce((a, b) => (at(b) >= at(a) ? b : a)) : null;
  for (const button of buttons) {
    if (button === current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  if (video.duration > 0) {
    const share = Math.min(100, (100 * video.currentTime) / video.duration);
    bar.querySelector("[data-played]").setAttribute("width", `${share}%`);
  }
}

function pointed(event, bar, buttons, video) {
  const { left, width } = bar.getBoundingClientRect();
  const length = video.duration || Math.max(...buttons.map(at));
  const pixel = Math.min(Math.max(event.clientX - left, 0), width);
  const distance = (button) => Math.abs((at(button) / length) * width - pixel);
  const nearest = buttons.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return distance(nearest) <= SNAP ? at(nearest) : (pixel / width) * length;
}
