// Tells that somebody is at this thread, and shows who else is. Only while they are: a page that is left open says nothing,
// and keeps nobody signed in.

const BEAT_MS = 10000; // the server forgets who is not heard of for thirty seconds
const AWAY_MS = 120000;
const TYPING_MS = 5000;

const id = Number(document.getElementById("thread").dataset.id);
const text = document.getElementById("text");
const place = document.getElementById("presence");
const csrf = document.querySelector("meta[name=csrf]").content;

let movedAt = Date.now();
let typedAt = 0;
let toldTyping = false;

const isHere = () => document.visibilityState === "visible" && Date.now() - movedAt < AWAY_MS;
const isTyping = () => text.value !== "" && Date.now() - typedAt < TYPING_MS;

async function beat() {
  if (!isHere()) return place.replaceChildren();
  toldTyping = isTyping();
  const answer = await fetch(`/console/threads/${id}/presence`, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf },
    body: new URLSearchParams({ is_typing: toldTyping }),
  }).catch(() => null); // without a connection nobody is seen
  const others = answer?.ok ? (await answer.text()).trim() : "";
  if (place.innerHTML.trim() !== others) place.innerHTML = others;
}

for (const kind of ["pointermove", "keydown", "wheel", "touchstart"]) {
  addEventListener(kind, () => { movedAt = Date.now(); }, { passive: true });
}
text.addEventListener("input", () => {
  typedAt = Date.now();
  if (!toldTyping) beat();
});
document.addEventListener("thread:looks", (event) => { if (event.detail === id) beat(); });
document.addEventListener("visibilitychange", beat);
setInterval(beat, BEAT_MS);
beat();
