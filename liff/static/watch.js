// Tells when the page would say something else: by the stream of events, and by looking now and then.

const LOOK_EVERY = 15000; // milliseconds: while no stream is open, and should one say nothing
const NAMES = ["progress", "text_ready", "completed", "failed"];

/** Calls `changed` with the fresh page each time that its record has another version. */
export function watch(record, changed) {
  let version = record.dataset.version;
  let timer = null;
  let stream = null;

  async function look() {
    const fresh = await load();
    if (fresh === null || fresh.dataset.version === version) return;
    version = fresh.dataset.version;
    changed(fresh);
    if (fresh.dataset.events === "") stop();
  }

  function listen() {
    stream = new EventSource(record.dataset.events);
    for (const name of NAMES) stream.addEventListener(name, look);
    // Refused for good, as where there is no such stream: what remains is looking.
    stream.addEventListener("error", () => { if (stream?.readyState === EventSource.CLOSED) stream = null; });
  }

  function begin() {
    if (timer !== null) return;
    if ("EventSource" in window) listen();
    timer = setInterval(look, LOOK_EVERY);
    look();
  }

  function rest() {
    stream?.close();
    stream = null;
    clearInterval(timer);
    timer = null;
  }

  function stop() {
    rest();
    document.removeEventListener("visibilitychange", turn);
  }

  const turn = () => (document.visibilityState === "visible" ? begin() : rest());
  document.addEventListener("visibilitychange", turn);
  turn();
}

/** The record as the server has it now; null where it can't be reached, or wants a sign-in. */
async function load() {
  try {
    const response = await fetch(location.pathname, { cache: "no-store" });
    if (!response.ok) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.getElementById("record");
  } catch {
    return null; // no network: the next look may find it
  }
}
