// While something is on its way the screen stays on, and leaving the page asks first.

let count = 0;
let lock = null;

async function hold() {
  if (count === 0 || lock !== null || document.visibilityState !== "visible") return;
  try {
    lock = (await navigator.wakeLock?.request("screen")) ?? null;
    lock?.addEventListener("release", () => (lock = null));
  } catch {
    lock = null; // low battery, or a browser that has none: an ornament
  }
}

const ask = (event) => event.preventDefault();

export function stayAwake() {
  if (++count === 1) window.addEventListener("beforeunload", ask);
  void hold();
}

export function mayRest() {
  count = Math.max(0, count - 1);
  if (count > 0) return;
  window.removeEventListener("beforeunload", ask);
  void lock?.release().catch(() => {});
  lock = null;
}

// The lock is lost whenever the page is hidden.
document.addEventListener("visibilitychange", () => void hold());
