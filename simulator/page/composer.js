// Everything below the conversation that a learner writes or picks with.

import { readableSize, summary } from "./bubbles.js";
import { askPlace } from "./dialogs.js";
import { h } from "./element.js";
import { STICKERS, stickerFace } from "./icons.js";
import { durationOf } from "./media.js";
import { createRecorder } from "./recorder.js";

/** chat: {sendText(text, quoteId), sendSticker, sendPlace, sendMedia(type, file, durationMs)}. */
export function createComposer(root, chat) {
  const find = (selector) => root.querySelector(selector);
  const form = find("form");
  const input = find("#composer-input");
  const quote = createQuoteBar(find("#quote"), input);
  const panels = createPanels(root);

  const recorder = createRecorder(find("#record-panel"), {
    recorded: (file, durationMs) => chat.sendMedia("audio", file, durationMs),
    chooseFile: () => find("[data-kind=audio]").click(),
    closed: () => panels.show(null),
  });
  panels.onChange("record-panel", recorder.open, recorder.close);

  function refreshInput() {
    const empty = input.value.trim() === "";
    find("#send").hidden = empty;
    find("#open-recorder").hidden = !empty;
    input.style.height = "";
    if (!empty) input.style.height = `${Math.min(input.scrollHeight, 120)}px`;
  }

  function submit() {
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    refreshInput();
    chat.sendText(text, quote.take());
    input.focus();
  }

  function fill(text) {
    panels.show(null);
    input.value = text;
    refreshInput();
    input.focus();
    input.setSelectionRange(text.length, text.length);
  }

  bindKeys(form, input, submit, refreshInput);
  bindFiles(root, chat, panels);
  fillStickers(find("#sticker-panel"), chat, panels);
  find("#share-place").addEventListener("click", async () => {
    panels.show(null);
    const place = await askPlace();
    if (place) await chat.sendPlace(place);
  });

  return {
    fill,
    setQuote: quote.set,
    openRecorder: () => panels.show("record-panel"),
    pick: (kind) => find(kind === "camera" ? "#camera" : "#camera-roll").click(),
    /** Leaves nothing of one room in the next. */
    reset() {
      quote.take();
      panels.show(null);
      input.value = "";
      refreshInput();
    },
  };
}

function bindKeys(form, input, submit, refreshInput) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", refreshInput);
  input.addEventListener("keydown", (event) => {
    // While kana is being turned into kanji, Enter belongs to the input method (229: Safari's way of saying so).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
}

function createQuoteBar(bar, input) {
  let quoted = null;
  const set = (item, speaker) => {
    quoted = item;
    bar.hidden = !item;
    if (!item) return;
    bar.querySelector("strong").textContent = speaker;
    bar.querySelector("span").textContent = summary(item.message);
    input.focus();
  };
  bar.querySelector("button").addEventListener("click", () => set(null));
  const take = () => {
    const id = quoted?.id ?? null;
    set(null);
    return id;
  };
  return { set, take };
}

/** One panel is open at a time; its button says so, Escape closes it. */
function createPanels(root) {
  const buttons = [...root.querySelectorAll("[aria-controls]")];
  const listeners = new Map();
  let open = null;

  function show(id) {
    if (id === open) return;
    const before = open;
    open = id;
    for (const button of buttons) {
      const isOpen = button.getAttribute("aria-controls") === open;
      button.setAttribute("aria-expanded", String(isOpen));
      root.querySelector(`#${button.getAttribute("aria-controls")}`).hidden = !isOpen;
    }
    if (before) listeners.get(before)?.closed();
    if (open) listeners.get(open)?.opened();
  }

  const toggle = (id) => show(id === open ? null : id);

  for (const button of buttons) button.addEventListener("click", () => toggle(button.getAttribute("aria-controls")));
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    const button = buttons.find((candidate) => candidate.getAttribute("aria-controls") === open);
    show(null);
    button.focus();
  });
  return {
    show,
    onChange: (id, opened, closed) => listeners.set(id, { opened, closed }),
  };
}

function bindFiles(root, chat, panels) {
  for (const input of root.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", async () => {
      const [file] = input.files;
      input.value = ""; // so that the same file can be chosen again
      panels.show(null);
      if (!file) return;
      const type = input.dataset.kind ?? (file.type.startsWith("video/") ? "video" : "image");
      const timed = type === "video" || type === "audio";
      await chat.sendMedia(type, file, timed ? await durationOf(file, type) : null);
    });
  }
}

function fillStickers(panel, chat, panels) {
  for (const sticker of STICKERS) {
    const send = () => {
      panels.show(null);
      chat.sendSticker(sticker);
    };
    panel.append(h("button", { type: "button", "aria-label": `スタンプ：${sticker.name}`, onclick: send }, stickerFace(sticker.stickerId)));
  }
}

/** What a file on its way is called in its bubble. */
export function mediaWords(type, file) {
  const kinds = { video: "動画", audio: "ボイスメッセージ", image: "写真", file: file.name };
  return `${kinds[type]}を送っています（${readableSize(file.size)}）`;
}
