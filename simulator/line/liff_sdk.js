// Stand-in for the LIFF SDK: same names, with sessions from the desk instead of LINE.
// Who the learner is comes from ?desk_learner= (put there by the desk), or is the only one there is.
(() => {
  const desk = new URL(document.currentScript.src).origin;
  const KEY = "liff.desk";
  let learner = null;
  let channel = null;
  let session = null;

  class LiffError extends Error {
    constructor(code, message) {
      super(message);
      this.name = "LiffError";
      this.code = code;
    }
  }

  async function call(method, path, body) {
    const options = { method };
    if (body !== undefined) {
      options.headers = { "Content-Type": "application/json" };
      options.body = JSON.stringify(body);
    }
    const response = await fetch(`${desk}/desk/${path}`, options);
    const answer = await response.json();
    if (!response.ok) throw new LiffError(String(response.status), answer.error ?? answer.message);
    return answer;
  }

  function takeFromAddress() {
    const address = new URL(location.href);
    const found = { learner: address.searchParams.get("desk_learner"), channel: address.searchParams.get("desk_channel") };
    if (!found.learner) return JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    sessionStorage.setItem(KEY, JSON.stringify(found));
    address.searchParams.delete("desk_learner");
    address.searchParams.delete("desk_channel");
    history.replaceState(history.state, "", address);
    return found;
  }

  function needSession() {
    if (!session) throw new LiffError("UNAUTHORIZED", "liff.init() has not signed anyone in");
    return session;
  }

  const liff = {
    id: null,
    ready: null,

    init({ liffId, withLoginOnExternalBrowser } = {}) {
      liff.ready = (async () => {
        const app = await call("GET", "liff");
        if (liffId !== app.liff_id) throw new LiffError("INVALID_ARGUMENT", `no LIFF app ${liffId}`);
        liff.id = liffId;
        const found = takeFromAddress();
        const learners = await call("GET", "learners");
        learner = learners.find(({ user_id: id }) => id === found.learner) ?? (learners.length === 1 ? learners[0] : null);
        channel = found.channel ?? null;
        if (learner) session = await call("POST", `learners/${learner.user_id}/liff-session`);
        else if (withLoginOnExternalBrowser) liff.login();
      })();
      return liff.ready;
    },
    isLoggedIn: () => session !== null,
    isInClient: () => session !== null,
    login({ redirectUri } = {}) {
      location.assign(`${desk}/desk/liff/login?redirect=${encodeURIComponent(redirectUri ?? location.href)}`);
    },
    logout() {
      sessionStorage.removeItem(KEY);
      session = null;
    },
    getOS: () => "web",
    getLanguage: () => navigator.language,
    getVersion: () => "2.29.2",
    getIDToken: () => session?.id_token ?? null,
    getDecodedIDToken() {
      if (!session) return null;
      const payload = session.id_token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
      return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))));
    },
    getAccessToken: () => session?.access_token ?? null,
    async getProfile() {
      needSession();
      return { userId: learner.user_id, displayName: learner.display_name };
    },
    async sendMessages(messages) {
      needSession();
      const query = channel ? `?channel=${encodeURIComponent(channel)}` : "";
      await call("POST", `learners/${learner.user_id}/liff-messages${query}`, { messages });
    },
    openWindow: ({ url }) => void window.open(url, "_blank", "noopener"),
    closeWindow() {
      window.parent.postMessage({ type: "liff.closeWindow" }, desk);
      window.close();
    },
  };
  window.liff = liff;
})();
