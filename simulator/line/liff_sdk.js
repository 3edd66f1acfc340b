// Stand-in for the LIFF SDK: the names, errors and order of things of LINE's own, with the desk instead of LINE.
// Source: LIFF v2 API reference, "Opening a LIFF app", and what @line/liff 2.31.0 does. It does not look into ID tokens:
// a page that was open for an hour holds one that is over, and so may a page here (see next-liff-session).
(() => {
  const desk = new URL(document.currentScript.src).origin;
  const server = `${desk}/desk/liff`;
  const STORE = "LIFF_STORE";
  const CREDENTIALS = ["context_token", "feature_token", "access_token", "id_token", "client_id"];
  const PERMISSIONS = ["profile", "chat_message.write", "openid", "email"];
  const LIFF_URL = /^(?:https:\/\/(?:liff|miniapp)\.line\.me|line:\/\/app)\/(\d+-\w+)([/?#].*)?$/;
  // What isApiAvailable may be asked for, and by which entry of the context's availability it is answered.
  const APIS = {
    shareTargetPicker: { key: "shareTargetPicker", login: true },
    multipleLiffTransition: { key: "multipleLiffTransition", client: true },
    subwindowOpen: { key: "subwindowOpen", login: true },
    scanCode: { key: "scanCode", client: true },
    scanCodeV2: { key: "scanCodeV2", login: true },
    skipChannelVerificationScreen: { key: "skipChannelVerificationScreen", client: true },
    createShortcutOnHomeScreen: { key: "addToHomeV2", login: true },
    iap: { key: "iap", login: true, client: true },
    requestFriendship: { key: "subwindowOpen", login: true },
  };
  const documentId = Math.random();
  let store = null;
  let held = {}; // accessToken, idToken, expiresAt (ms), featureToken, context
  let resolveReady;

  class LiffError extends Error {
    constructor(code, message) {
      super(message);
      this.name = "LiffError";
      this.code = code;
    }
  }

  const refuse = (code, message) => { throw new LiffError(code, message); };
  const forever = () => new Promise(() => {}); // the browser is on its way to another page
  const without = (hash, names) => hash.slice(1).split("&").filter((part) => !names.includes(part.split("=")[0])).join("&");

  // —— where we are ——

  // LINE's SDK goes by the user agent, too, which a frame on the desk cannot change.
  function isInClient() {
    const key = `${STORE}:isInClient`;
    if (/[#&]access_token=/.test(location.hash)) sessionStorage.setItem(key, "1");
    return sessionStorage.getItem(key) === "1";
  }

  function storeOf(liffId) {
    const area = isInClient() ? sessionStorage : localStorage;
    const key = `${STORE}:${liffId}`;
    return {
      read: () => JSON.parse(area.getItem(key) ?? "{}"),
      write: () => area.setItem(key, JSON.stringify(held)),
      clear: () => area.removeItem(key),
    };
  }

  function hold(facts) {
    held = { ...held, ...facts };
    store.write();
  }

  async function call(path, { method = "GET", body, token } = {}) {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(`${server}/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const answer = await response.json();
    if (response.ok) return answer;
    const { error, error_description: description, message } = answer;
    return description ? refuse(error, description) : refuse(String(response.status), message ?? error);
  }

  function callSigned(path, options) {
    const token = held.accessToken ?? refuse("UNAUTHORIZED", "Need access_token for api call, Please login first");
    return call(path, { ...options, token });
  }

  // —— init ——

  async function init(config = {}, onSuccess, onError) {
    try {
      await start(config);
    } catch (error) {
      onError?.(error);
      throw error;
    }
    resolveReady();
    onSuccess?.();
  }

  async function start({ liffId, withLoginOnExternalBrowser }) {
    if (!liffId) refuse("INVALID_CONFIG", "liffId is necessary for liff.init()");
    liff.id = liffId;
    store = storeOf(liffId);
    held = store.read();
    if (held.expiresAt < Date.now()) liff.logout();
    const query = new URLSearchParams(location.search);
    if (query.get("error") && query.get("liffOAuth2Error")) {
      refuse("INIT_FAILED", `${query.get("error")}: ${query.get("error_description")}`);
    }
    if (query.get("code") && held.loginState && !held.accessToken) await takeCode(query);
    if (isInClient()) await startInClient();
    else if (!held.accessToken) hold({ context: await call(`apps/${encodeURIComponent(liffId)}/context`) });
    await followState(query.get("liff.state"));
    cleanAddress();
    tellPage();
    if (withLoginOnExternalBrowser && !held.accessToken) {
      liff.login();
      await forever();
    }
  }

  async function takeCode(query) {
    const body = { code: query.get("code"), liff_id: liff.id };
    const answer = await call("token", { method: "POST", body }).catch((error) => {
      hold({ loginState: null });
      throw error;
    });
    takeTokens(answer, answer.context);
  }

  function takeTokens({ access_token: accessToken, id_token: idToken, feature_token: featureToken, expires_in: seconds }, context) {
    hold({ accessToken, idToken, featureToken, context, loginState: null, expiresAt: Date.now() + (seconds ?? 0) * 1000 });
  }

  async function startInClient() {
    const brought = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    if (brought.access_token) {
      takeTokens({ ...brought, expires_in: 12 * 3600 }, payloadOf(brought.context_token));
      // LINE's app knows its user without a token, also after a logout.
      sessionStorage.setItem(`${STORE}:opening`, brought.feature_token);
    }
    if (held.context && held.context.liffId !== liff.id) refuse("INIT_FAILED", "Invalid LIFF ID");
    if (!held.accessToken) await comeBackSignedIn();
    const { client_id: channel } = await callSigned("session");
    if (channel === liff.id.split("-")[0]) return;
    liff.login();
    refuse("INIT_FAILED", "Failed to verify access_token");
  }

  /** After a logout; LINE's SDK leaves this mark in the address, too. */
  function comeBackSignedIn() {
    const address = new URL(location.href);
    address.searchParams.set("liff.hback", "2");
    liff.login({ redirectUri: address.href });
    return forever();
  }

  /** From the primary redirect URL to the secondary one. */
  async function followState(state) {
    if (state === null) return warnOutsideEndpoint();
    const target = secondaryUrl(held.context.endpointUrl, state);
    if (target === location.href) return undefined;
    location.replace(target);
    return forever();
  }

  function secondaryUrl(endpointUrl, state) {
    const slashed = (path) => (path && !path.startsWith("/") ? `/${path}` : path);
    const endsWithSlash = (address) => address.split(/[?#]/)[0].endsWith("/");
    const endpoint = new URL(endpointUrl);
    const added = new URL(endpoint.origin + slashed(state));
    let path = (endpoint.pathname + added.pathname).replace("//", "/");
    if (path.endsWith("/") && !endsWithSlash(endpointUrl) && !endsWithSlash(state)) path = path.slice(0, -1);
    // Only the first "?" becomes "&" (LINE news of 31 August 2026: since LIFF 2.31.1).
    const search = endpoint.search ? endpoint.search + added.search.replace("?", "&") : added.search;
    return endpoint.origin + path + search + added.hash;
  }

  function warnOutsideEndpoint() {
    const endpoint = new URL(held.context.endpointUrl);
    const base = endpoint.pathname.replace(/\/$/, "");
    const { pathname } = location;
    const isUnder = pathname.startsWith(endpoint.pathname) && ["/", undefined].includes(pathname[base.length]);
    if (endpoint.origin === location.origin && isUnder) return;
    console.warn("liff.init() was called with a current URL that is not related to the endpoint URL.\n"
      + `${location.href} is not under ${held.context.endpointUrl}`);
  }

  /** This page's address without the tokens that came with it. */
  function cleanHref() {
    const address = new URL(location.href);
    address.hash = without(address.hash, CREDENTIALS);
    return address.href;
  }

  function cleanAddress() {
    if (cleanHref() !== location.href) history.replaceState(history.state, "", cleanHref());
  }

  // —— what LINE's app does around the page; on the desk the chat page is that app ——

  function tell(what, facts = {}) {
    if (isInClient() && parent !== window) parent.postMessage({ type: "liff", what, ...facts }, desk);
  }

  const tellPage = () => tell("page", { title: document.title, address: cleanHref(), document: documentId });

  /** Takes what LINE's app would take out of the page's hands: LIFF URLs, and what wants an external browser. */
  function divert(address) {
    const found = LIFF_URL.exec(address);
    if (found) {
      if (isInClient()) tell("open", { address });
      else location.assign(`${server}/open/${found[1]}${found[2] ?? ""}`);
      return true;
    }
    const isOutside = isInClient() && new URL(address, location.href).searchParams.get("openExternalBrowser") === "1";
    if (isOutside) window.open(address, "_blank", "noopener");
    return isOutside;
  }

  function watchPage() {
    addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (link && !event.defaultPrevented && divert(link.href)) event.preventDefault();
    });
    window.navigation?.addEventListener("navigate", (event) => {
      if (event.cancelable && !event.hashChange && divert(event.destination.url)) event.preventDefault();
    });
    addEventListener("keydown", (event) => {
      const isTaken = event.defaultPrevented || event.isComposing || document.querySelector("dialog[open], :popover-open");
      if (event.key === "Escape" && !isTaken) tell("escape");
    });
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watchTitle);
    else watchTitle();
  }

  function watchTitle() {
    tellPage();
    new MutationObserver(tellPage).observe(document.head, { subtree: true, childList: true, characterData: true });
  }

  // —— permissions ——

  const grantedScopes = async () => (await callSigned("session")).scope.split(" ").filter(Boolean);

  async function queryPermission(name) {
    if (!PERMISSIONS.includes(name)) refuse("INVALID_ARGUMENT", "Unexpected permission name.");
    if (!held.context?.scope.includes(name)) return { state: "unavailable" };
    return { state: (await grantedScopes()).includes(name) ? "granted" : "prompt" };
  }

  async function needInScope(name) {
    const { state } = await queryPermission(name);
    if (state === "unavailable") refuse("FORBIDDEN", "The permission is not in LIFF app scope.");
  }

  async function sendMessages(messages) {
    await needInScope("chat_message.write");
    if (!Array.isArray(messages) || !messages.every((message) => typeof message?.type === "string")) {
      refuse("INVALID_ARGUMENT", "Parameter 'messages' must be an array of { type, ... }");
    }
    if (messages.length < 1 || messages.length > 5) refuse("INVALID_ARGUMENT", "Number of messages should be in range 1 to 5.");
    await callSigned("messages", { method: "POST", body: { messages } });
  }

  function isApiAvailable(name) {
    const api = Object.hasOwn(APIS, name) ? APIS[name] : refuse("INVALID_ARGUMENT", "Unexpected API name.");
    if ((api.login && !held.accessToken) || (api.client && !isInClient())) return false;
    return Boolean(held.context?.availability[api.key]?.permission);
  }

  function payloadOf(token) {
    if (!token) return null;
    const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0))));
  }

  function openWindow(params) {
    const isRight = typeof params?.url === "string" && params.url && ["undefined", "boolean"].includes(typeof params.external);
    if (!isRight) refuse("INVALID_ARGUMENT", "Invalid parameters for liff.openWindow()");
    // On the desk LINE's in-app browser is a new tab as well: to LIFF it is an external browser (LINE docs: The
    // differences between LIFF browser and LINE's in-app browser).
    if (params.external || !isInClient() || !LIFF_URL.test(params.url)) window.open(params.url, "_blank", "noopener");
    else divert(params.url);
  }

  const liff = {
    id: null,
    ready: new Promise((resolve) => { resolveReady = resolve; }),
    init,
    getOS: () => (/iphone|ipad|ipod/i.test(navigator.userAgent) ? "ios" : /android/i.test(navigator.userAgent) ? "android" : "web"),
    getAppLanguage: () => navigator.language,
    getLanguage: () => navigator.language,
    getVersion: () => "2.31.1",
    getLineVersion: () => (isInClient() ? "26.16.0" : null),
    isInClient,
    isLoggedIn: () => Boolean(held.accessToken),
    isApiAvailable,
    login({ redirectUri } = {}) {
      if (!liff.id) refuse("INVALID_CONFIG", "You need to define `liffId` for liff.login()");
      const query = new URLSearchParams({ app_id: liff.id, state: Math.random().toString(36).slice(2) });
      if (redirectUri) query.set("redirect_uri", redirectUri);
      const opening = isInClient() && sessionStorage.getItem(`${STORE}:opening`);
      if (opening) query.set("feature_token", opening);
      hold({ loginState: query.get("state") });
      location.href = `${server}/authorize?${query}`;
    },
    logout() {
      store?.clear();
      held = {};
    },
    getAccessToken: () => held.accessToken ?? null,
    getIDToken: () => held.idToken ?? null,
    getDecodedIDToken: () => payloadOf(held.idToken),
    getContext: () => held.context ?? null,
    permission: {
      query: queryPermission,
      getGrantedAll: grantedScopes,
      // For LINE MINI Apps whose channel has "Channel consent simplification" on, which an ordinary LIFF app has not.
      requestAll: async () => refuse("FORBIDDEN", "SkipChannelVerificationScreen is unavailable."),
    },
    getProfile: async () => needInScope("profile").then(() => callSigned("profile")),
    getFriendship: async () => needInScope("profile").then(() => callSigned("friendship")),
    sendMessages,
    openWindow,
    closeWindow: () => (isInClient() && parent !== window ? tell("close") : window.close()),
  };

  watchPage();
  window.liff = liff;
})();
