// What changes is heard of by one stream a page; who wants to know listens to "thread:changed" on the document, whose
// detail is a learner's id, or null where anything may have changed; or to "thread:looks", of who else looks at it. `of`: the
// one thread that the page shows; none for the list.

const RETRY_MS = 3000;

export function follow(of) {
  const source = new EventSource(of ? `/console/stream?of=${of}` : "/console/stream");
  const tell = (id) => document.dispatchEvent(new CustomEvent("thread:changed", { detail: id }));
  source.addEventListener("threads", (event) => JSON.parse(event.data).forEach(tell));
  source.addEventListener("looks", (event) => {
    for (const id of JSON.parse(event.data)) document.dispatchEvent(new CustomEvent("thread:looks", { detail: id }));
  });
  source.addEventListener("resync", () => tell(null));
  source.addEventListener("open", () => document.documentElement.setAttribute("data-live", "on"));
  source.addEventListener("error", () => {
    document.documentElement.setAttribute("data-live", "off");
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(of), RETRY_MS);
  });
  // A page that is left must not keep its connection: a browser has six of them.
  addEventListener("pagehide", () => source.close(), { once: true });
}

export function ago(moment) {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(moment)) / 60000));
  if (minutes < 1) return "1分未満";
  if (minutes < 60) return `${minutes}分`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}時間`;
  return `${Math.floor(minutes / 1440)}日`;
}

export function keepTime() {
  setInterval(() => {
    for (const each of document.querySelectorAll("[data-ago]")) {
      const words = ago(each.dataset.ago);
      if (each.textContent !== words) each.textContent = words;
    }
  }, 30000);
}
