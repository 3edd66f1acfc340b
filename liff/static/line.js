// LINE's SDK, loaded only where a page needs it: it weighs more than the page.

const setting = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

let loading = null;

/** `liff` once it is ready. Throws where the page belongs to no LIFF app, or LINE refuses it. Without `logIn` an ordinary
 *  browser stays where it is, and may be known to LINE or not. */
export function line({ logIn = true } = {}) {
  loading ??= load(logIn);
  return loading;
}

export const belongsToLine = () => setting("liff-id") !== "";

async function load(logIn) {
  if (!belongsToLine()) throw new Error("no LIFF app");
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = setting("liff-sdk");
    script.onload = resolve;
    script.onerror = () => reject(new Error("the LIFF SDK can't be loaded"));
    document.head.append(script);
  });
  await window.liff.init({ liffId: setting("liff-id"), withLoginOnExternalBrowser: logIn });
  return window.liff;
}
