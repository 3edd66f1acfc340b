// Questions asked in a window of their own: a date or time, a place.

import { h } from "./element.js";

const INPUT_TYPES = { date: "date", time: "time", datetime: "datetime-local" };

/** The chosen value in the action's own format ("2026-11-22", "18:30" or "2026-11-22T18:30"), or null. */
export async function askDateTime(action) {
  const input = h("input", {
    type: INPUT_TYPES[action.mode] ?? "datetime-local",
    value: action.initial?.replace("t", "T"),
    min: action.min?.replace("t", "T"),
    max: action.max?.replace("t", "T"),
    required: true,
    "aria-label": action.label ?? "日時",
  });
  return (await ask(action.label ?? "日時を選んでください", [input])) ? input.value : null;
}

/** {title, address, latitude, longitude} in degrees, or null. */
export async function askPlace() {
  const title = h("input", { value: "自宅", maxlength: 100 });
  const address = h("input", { value: "東京都新宿区四谷1-6-1", maxlength: 100 });
  const latitude = h("input", { type: "number", value: "35.687574", min: -90, max: 90, step: "any", required: true });
  const longitude = h("input", { type: "number", value: "139.72922", min: -180, max: 180, step: "any", required: true });
  const fields = [named("名前", title), named("住所", address), named("緯度", latitude), named("経度", longitude)];
  if (!(await ask("位置情報を送る", fields))) return null;
  return { title: title.value, address: address.value, latitude: latitude.valueAsNumber, longitude: longitude.valueAsNumber };
}

function named(words, input) {
  return h("label", {}, words, input);
}

function ask(title, fields) {
  return new Promise((resolve) => {
    const cancel = h("button", { type: "button", onclick: () => dialog.close() }, "やめる");
    const accept = (event) => {
      event.preventDefault();
      dialog.close("accepted");
    };
    const form = h("form", { onsubmit: accept }, h("h2", {}, title), fields,
      h("div", { class: "dialog-buttons" }, cancel, h("button", { type: "submit", class: "primary" }, "決定")));
    const dialog = h("dialog", { class: "dialog", "aria-label": title }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "accepted");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
