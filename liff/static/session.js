// The one exchange of LINE's ID token for our session.

import { call } from "./api.js";

const OPENING = "moment.opening";

/** LINE has opened this page just now: whoever was signed in before may be somebody else. */
export function noteOpening() {
  sessionStorage.setItem(OPENING, "1");
}

export const isOpening = () => sessionStorage.getItem(OPENING) === "1";

/** Whether the browser was signed in as somebody else until now. Throws Problem. */
export async function exchange(liff) {
  const answer = await call("POST", "/auth/session", { id_token: liff.getIDToken() ?? "" });
  sessionStorage.removeItem(OPENING);
  return answer.is_other;
}
