// Lines over a video's picture, as they are drawn: each is an ink and points {at, x, y}, places as shares of the picture.

const COLOURS = { yellow: "#ffd633", red: "#f23a3a", blue: "#3aa5f2" };
const WIDTH_SHARE = 1 / 90; // of the picture, as in the film that is made

/** Where within its element the video's own picture lies. */
export function pictureOf(video) {
  const box = video.getBoundingClientRect();
  const scale = Math.min(box.width / video.videoWidth, box.height / video.videoHeight) || 0;
  const width = video.videoWidth * scale;
  const height = video.videoHeight * scale;
  return { left: (box.width - width) / 2, top: (box.height - height) / 2, width, height, box };
}

/** All of `strokes` that is there at `at` (seconds of the recording). */
export function draw(canvas, video, strokes, at) {
  const { left, top, width, height, box } = pictureOf(video);
  const density = devicePixelRatio || 1;
  canvas.width = box.width * density;
  canvas.height = box.height * density;
  const pen = canvas.getContext("2d");
  pen.scale(density, density);
  pen.lineWidth = Math.max(2, width * WIDTH_SHARE);
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of strokes) {
    const seen = stroke.until !== null && at >= stroke.until ? [] : stroke.points.filter((point) => point.at <= at);
    if (!seen.length) continue;
    pen.strokeStyle = COLOURS[stroke.ink];
    pen.beginPath();
    for (const point of [seen[0], ...seen]) pen.lineTo(left + point.x * width, top + point.y * height);
    pen.stroke();
  }
}
