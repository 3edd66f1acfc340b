// LIFF URLs: in LINE they open over the chat; an ordinary browser is a new tab.
// Source: "Opening a LIFF app"; "Use LINE URL scheme" for openExternalBrowser.

import { openSheet } from "./liff_sheet.js";
import { toast } from "./toast.js";

const LIFF_ADDRESS = /^(?:https:\/\/(?:liff|miniapp)\.line\.me|line:\/\/app)\/(\d+-\w+)([/?#].*)?$/;

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

export const isLiffAddress = (address) => LIFF_ADDRESS.test(address ?? "");

/** Opens the app behind a LIFF URL for the learner of a room, in that chat. */
export async function openLiff(address, room) {
  if (wantsBrowser(address)) {
    openInBrowser(address);
    return;
  }
  const page = await room.openLiff(address);
  if (isOfOtherName(page.url)) return;
  openSheet(page, {
    openLiff: (next) => openLiff(next, room).catch((error) => toast(error.message, "error")),
    openInBrowser: (current) => openInBrowser(current || address),
  });
}

/** To a browser localhost and 127.0.0.1 are two sites, and a page of another site in a frame gets no cookies. */
function isOfOtherName(url) {
  const { hostname } = new URL(url);
  const isOther = hostname !== location.hostname && [hostname, location.hostname].every((name) => LOOPBACK.test(name));
  if (isOther) {
    const better = `${location.protocol}//${hostname}:${location.port}/`;
    toast(`この画面を ${better} で開き直してください。アドレスの名前が違うと、LIFFのページがサインインを保てません。`, "error");
  }
  return isOther;
}

function wantsBrowser(address) {
  const [, , additional = ""] = LIFF_ADDRESS.exec(address);
  const query = additional.split("#")[0].split("?")[1];
  return new URLSearchParams(query).get("openExternalBrowser") === "1";
}

/** LINE's LIFF server stands on the desk. There nobody is signed in yet: only LINE's app brings its user along. */
function openInBrowser(address) {
  const [, id, additional = ""] = LIFF_ADDRESS.exec(address) ?? [];
  window.open(id ? `/desk/liff/open/${id}${additional}` : address, "_blank", "noopener,noreferrer");
}
