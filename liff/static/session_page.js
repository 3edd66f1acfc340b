// A cook's page: its players, and what is new while coaching is being made.

import { followMoments } from "./moments.js";
import { watch } from "./watch.js";
import "./withdraw.js";

const news = document.getElementById("news");
const record = () => document.getElementById("record");

function put(fresh) {
  news.hidden = true;
  record().replaceWith(fresh);
  followMoments(fresh);
}

/** What somebody plays, or reads with the keyboard, is not taken from under them. */
function isBusy() {
  const players = [...record().querySelectorAll("video, audio")];
  return players.some((player) => !player.paused) || record().contains(document.activeElement);
}

let waiting = null;

function changed(fresh) {
  if (isBusy()) {
    waiting = fresh;
    news.hidden = false;
  } else put(fresh);
}

document.getElementById("show-news").addEventListener("click", () => {
  put(waiting);
  record().querySelector("h2")?.scrollIntoView({ block: "start" });
});

followMoments(record());
if (record().dataset.events !== "") watch(record(), changed);
