// From LINE's own browser to an ordinary one, which a one-time code signs in.

import { call } from "./api.js";
import { line } from "./line.js";

export const isInLine = () => /\bLine\/|\bLIFF\b/i.test(navigator.userAgent);

/** Opens a page of ours there. Throws Problem. */
export async function openInBrowser(page) {
  const { url } = await call("POST", "/auth/codes", { page });
  const liff = await line().catch(() => null);
  if (liff?.isInClient()) liff.openWindow({ url, external: true });
  else location.assign(url);
}
