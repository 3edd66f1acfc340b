// LINE's action objects: what a tap on a button, area or quick reply does.
// Source: Messaging API reference, "Action objects"; rich-menu camera addresses: "Use LINE URL scheme".

import { askDateTime, askPlace } from "./dialogs.js";
import { openableUrl } from "./element.js";
import { isLiffAddress } from "./liff.js";
import { toast } from "./toast.js";

const CAMERA_ADDRESS = /^(?:https:\/\/line\.me\/R|line:\/)\/nv\/(camera\/?$|cameraRoll\/(?:single|multi))/;

/** Returns perform(action). chat: {sendText, sendPlace, postback, openLiff}; composer: {fill, openRecorder, pick}. */
export function createActions(chat, composer) {
  const performers = {
    postback: (action) => {
      applyInputOption(action, composer);
      return chat.postback({ data: action.data, ...postbackWords(action) });
    },
    message: (action) => chat.sendText(action.text),
    uri: (action) => openAddress(action.uri, chat, composer),
    datetimepicker: async (action) => {
      const value = await askDateTime(action);
      if (value) await chat.postback({ data: action.data, params: { [action.mode]: value }, ...postbackWords(action) });
    },
    richmenuswitch: (action) =>
      chat.postback({ data: action.data, params: { newRichMenuAliasId: action.richMenuAliasId, status: "SUCCESS" } }),
    camera: () => composer.pick("camera"),
    cameraRoll: () => composer.pick("cameraRoll"),
    location: async () => {
      const place = await askPlace();
      if (place) await chat.sendPlace(place);
    },
    clipboard: (action) => copy(action.clipboardText),
  };
  return (action) => {
    const performer = Object.hasOwn(performers, action.type) ? performers[action.type] : null;
    if (performer) return performer(action);
    return toast(`このボタン（${action.type}）は、このページでは使えません。`, "error");
  };
}

// `text` is the old name of displayText; LINE still shows it.
function postbackWords(action) {
  const words = {};
  if (action.displayText ?? action.text) words.display_text = action.displayText ?? action.text;
  if (action.label) words.label = action.label;
  return words;
}

function applyInputOption(action, composer) {
  const apply = {
    openVoice: () => composer.openRecorder(),
    openKeyboard: () => composer.fill(action.fillInText ?? ""),
    openRichMenu: () => composer.showRichMenu(true),
    closeRichMenu: () => composer.showRichMenu(false),
  };
  if (Object.hasOwn(apply, action.inputOption ?? "")) apply[action.inputOption]();
}

function openAddress(address, chat, composer) {
  const camera = CAMERA_ADDRESS.exec(address ?? "");
  if (camera) return composer.pick(camera[1].startsWith("cameraRoll") ? "cameraRoll" : "camera");
  if (isLiffAddress(address)) return chat.openLiff(address);
  const href = openableUrl(address);
  if (!href) return toast("このリンクは開けません。アドレスの形が正しくないようです。", "error");
  return window.open(href, "_blank", "noopener,noreferrer");
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("コピーしました。");
  } catch (error) {
    // Outside https and localhost there is no clipboard at all (TypeError); elsewhere the browser may refuse it.
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    toast(`コピーできませんでした。こちらを選んでコピーしてください：${text}`, "error");
  }
}

/** Makes any element carry out a LINE action by tap, Enter or Space. */
export function tappable(node, action, ctx, name) {
  if (!action) return node;
  node.classList.add("tappable");
  node.setAttribute("role", "button");
  node.tabIndex = 0;
  const words = name ?? action.label;
  if (words) node.setAttribute("aria-label", words);
  const act = (event) => {
    event.preventDefault();
    event.stopPropagation(); // the box around may have an action of its own
    ctx.perform(action);
  };
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.target === node && (event.key === "Enter" || event.key === " ")) act(event);
  });
  return node;
}
