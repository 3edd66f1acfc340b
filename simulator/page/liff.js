// LIFF addresses: on a phone LINE opens them in its own browser; here the app behind them opens in a new tab.

import * as desk from "./desk.js";
import { openableUrl } from "./element.js";
import { toast } from "./toast.js";

const LIFF_ADDRESS = /^(?:https:\/\/(?:liff|miniapp)\.line\.me|line:\/\/app)\/(\d+-\w+)([^?#]*)(\?[^#]*)?(#.*)?$/;

export const isLiffAddress = (address) => LIFF_ADDRESS.test(address ?? "");

/** Opens the app for one learner. LINE appends path and query of the LIFF URL to the endpoint ("Opening a LIFF app"). */
export async function openLiff(address, { uid, channel }) {
  const [, id, path, query, fragment] = LIFF_ADDRESS.exec(address);
  // The tab is opened within the tap: after waiting for an answer the browser would block it as a pop-up.
  const tab = window.open("", "_blank");
  const app = await desk.liffApp().catch((error) => {
    tab?.close();
    throw error;
  });
  const endpoint = id === app.liff_id ? openableUrl(app.endpoint_url) : null;
  if (!endpoint || !tab) {
    tab?.close();
    toast(tab ? `LIFFアプリ ${id} の行き先が設定されていません。シミュレーターの設定を確かめてください。`
      : "新しいタブを開けませんでした。ブラウザーでポップアップを許可してください。", "error");
    return;
  }
  tab.opener = null;
  tab.location.replace(destination(endpoint, { path, query, fragment }, { uid, channel }));
}

function destination(endpoint, { path = "", query = "", fragment = "" }, { uid, channel }) {
  const target = new URL(endpoint);
  if (path && path !== "/") target.pathname = target.pathname.replace(/\/$/, "") + path;
  for (const [name, value] of new URLSearchParams(query)) target.searchParams.append(name, value);
  target.searchParams.set("desk_learner", uid);
  target.searchParams.set("desk_channel", channel);
  target.hash = fragment;
  return target.href;
}
