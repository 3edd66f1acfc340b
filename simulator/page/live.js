// Live changes of one learner: server-sent events, with polling while they are broken.

const POLL_MS = 3000;
const REOPEN_MS = 5000;

/**
 * Calls onChange({channel, kind} | null) when something changed (null: unknown what, read anew) and onState("live" | "polling").
 * Returns a function that ends it.
 */
export function watch(uid, onChange, onState) {
  let source = null;
  let pollTimer = null;
  let reopenTimer = null;

  function startPolling() {
    onState("polling");
    pollTimer ??= setInterval(() => onChange(null), POLL_MS);
  }

  function stopPolling() {
    clearInterval(pollTimer);
    pollTimer = null;
    onState("live");
  }

  function open() {
    source = new EventSource(`/desk/learners/${encodeURIComponent(uid)}/events`);
    source.addEventListener("open", () => {
      stopPolling();
      onChange(null); // what happened while we were not listening
    });
    source.addEventListener("change", (event) => onChange(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      startPolling();
      // The browser retries by itself after a lost connection, but never after an error status.
      if (source.readyState === EventSource.CLOSED) reopenTimer = setTimeout(open, REOPEN_MS);
    });
  }

  open();
  return () => {
    source.close();
    clearInterval(pollTimer);
    clearTimeout(reopenTimer);
  };
}
