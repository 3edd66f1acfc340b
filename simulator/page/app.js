// The page's state, and who is told when it changes.

import { copy, createActions } from "./actions.js";
import { summary } from "./bubbles.js";
import { createComposer, mediaWords } from "./composer.js";
import * as desk from "./desk.js";
import { h, mediaUrl } from "./element.js";
import { drawIcons, icon } from "./icons.js";
import { createInspector } from "./inspector.js";
import { isLiffAddress, openLiff } from "./liff.js";
import { closeSheets } from "./liff_sheet.js";
import { watch } from "./live.js";
import { openMenu } from "./menu.js";
import { createPeople } from "./people.js";
import { createRichMenu } from "./rich_menu.js";
import { createThread } from "./thread.js";
import { toast } from "./toast.js";

const PEOPLE_MS = 5000;
const CANNOT_QUOTE = new Set(["audio", "file", "location"]); // LINE gives these no quote token

const byId = (id) => document.getElementById(id);
const state = { channels: [], learners: [], uid: null, channel: null, thread: null, unread: new Set(), tappedReplies: null };
let room = null;
let stopWatching = () => {};

// —— what a learner does ——

/** Runs one action, tells a failure, and reads the conversation anew. Returns the desk's answer, or null after a failure. */
async function act(action) {
  try {
    const answer = await action();
    refresh();
    return answer;
  } catch (error) {
    if (!(error instanceof desk.DeskError)) throw error;
    toast(error.message, "error");
    return null;
  }
}

const chat = {
  sendText: async (text, quoteId) => {
    const message = quoteId ? { type: "text", text, quote_message_id: quoteId } : { type: "text", text };
    if (!(await act(() => room.send(message)))) composer.fill(text); // nothing a learner wrote is lost
  },
  sendSticker: ({ packageId, stickerId }) => act(() => room.send({ type: "sticker", package_id: packageId, sticker_id: stickerId })),
  sendPlace: (place) => act(() => room.send({ type: "location", ...place })),
  postback: (postback) => act(() => room.postback(postback)),
  openLiff: (address) => act(() => openLiff(address, room)),
  async sendMedia(type, file, durationMs) {
    const abort = new AbortController();
    const row = thread.addPending(mediaWords(type, file), () => abort.abort());
    await act(() => room.upload({ type, file, fileName: file.name, durationMs }, row.progress, abort.signal));
    await refresh();
    row.remove();
  },
};

const composer = createComposer(byId("composer"), chat);
const richMenu = createRichMenu(byId("rich-menu"), { perform });
const performAction = createActions(chat, { ...composer, showRichMenu: richMenu.show });

function perform(action) {
  if (action.type === "postback" || action.type === "message") hideQuickReplies();
  return performAction(action);
}

function newestId() {
  return state.thread?.items.at(-1)?.id ?? null;
}

// LINE takes the chips away once one was used, before any answer comes.
function hideQuickReplies() {
  state.tappedReplies = newestId();
  byId("quick-replies").hidden = true;
}

const thread = createThread(
  { list: byId("thread"), scroller: byId("scroller"), newest: byId("to-newest"), announcer: byId("announcer") },
  {
    perform,
    onVideoEnded: (item) => item.from === "bot" && item.message.trackingId && act(() => room.videoComplete(item.id)),
    openMenu: (item, event) => openMenu(event, menuOf(item)),
  },
);

function menuOf(item) {
  const entries = [];
  const speaker = item.from === "bot" ? item.sender?.name ?? currentChannel().display_name : currentLearner().display_name;
  if (!CANNOT_QUOTE.has(item.message.type)) entries.push({ name: "リプライ", icon: "reply", act: () => composer.setQuote(item, speaker) });
  if (summary(item.message)) entries.push({ name: "コピー", icon: "copy", act: () => copy(summary(item.message)) });
  if (item.from === "learner") entries.push({ name: "送信取消", icon: "trash", act: () => unsend(item) });
  return entries;
}

async function unsend(item) {
  if (await act(() => room.unsend(item.id))) toast("送信を取り消しました。");
}

// —— reading the desk ——

let reading = null;
let readAgain = false;

/** Reads the conversation; calls that come while one is under way share the next one. */
function refresh() {
  if (reading) {
    readAgain = true;
    return reading;
  }
  reading = readThreads().finally(() => { reading = null; });
  return reading;
}

async function readThreads() {
  do {
    readAgain = false;
    await readThread(room);
  } while (readAgain);
}

async function readThread(from) {
  if (!from) return;
  try {
    const answer = await from.thread();
    if (from === room) showThread(answer);
  } catch (error) {
    if (!(error instanceof desk.DeskError)) throw error;
    if (error.status === 404) await readPeople(); // the simulator was started anew, without this learner
    else if (error.status) toast(error.message, "error");
  }
}

async function readPeople() {
  const [channels, learners] = await Promise.all([desk.channels(), desk.learners()]);
  const changed = JSON.stringify([channels, learners]) !== JSON.stringify([state.channels, state.learners]);
  Object.assign(state, { channels, learners });
  const gone = !learners.some((learner) => learner.user_id === state.uid);
  if (gone && state.uid) inspector.startAnew();
  if (gone) choose(wanted().uid ?? learners[0]?.user_id ?? null);
  else if (changed) showPeople();
}

/** Tries to read the people; being offline is told once, by the connection mark, not at every turn. */
async function keepPeople() {
  if (document.hidden) return;
  try {
    await readPeople();
    if (!state.uid) showPeople();
  } catch (error) {
    if (!(error instanceof desk.DeskError)) throw error;
    showConnection("polling");
  }
}

// —— which room ——

/** The address keeps the room (#uid/channel), so that two windows can be two learners. */
function wanted() {
  const [uid, channel] = decodeURIComponent(location.hash.slice(1)).split("/");
  return {
    uid: state.learners.find((learner) => learner.user_id === uid)?.user_id,
    channel: state.channels.find((entry) => entry.name === channel)?.name,
  };
}

function choose(uid, channel = wanted().channel ?? state.channels[0]?.name) {
  const sameLearner = uid === state.uid;
  if (!sameLearner) {
    state.unread.clear();
    closeSheets();
  }
  state.unread.delete(channel);
  Object.assign(state, { uid, channel, thread: null, tappedReplies: null });
  room = uid && channel ? desk.roomOf(uid, channel) : null;
  history.replaceState(null, "", uid ? `#${uid}/${channel}` : "#");
  thread.clear();
  composer.reset();
  showQuickReplies(null);
  richMenu.update(null);
  showPeople();
  if (!sameLearner) watchLearner(uid);
  return refresh();
}

function watchLearner(uid) {
  stopWatching();
  stopWatching = uid ? watch(uid, onChange, showConnection) : () => {};
}

function onChange(change) {
  if (change && change.channel !== state.channel) {
    if (change.kind === "message") state.unread.add(change.channel);
    showPeople();
    return;
  }
  refresh();
  inspector.read();
}

async function addLearner(name, channel) {
  const learner = await act(() => desk.addLearner(name || "ゆうこ"));
  if (!learner) return;
  await act(() => desk.roomOf(learner.user_id, channel).follow());
  await act(readPeople);
  await choose(learner.user_id, channel);
  closeDrawer();
  if (matchMedia("(hover: hover)").matches) byId("composer-input").focus(); // on a phone the keyboard would cover the chat
}

async function changeFriendship(how, channel) {
  await act(() => desk.roomOf(state.uid, channel)[how]());
  await act(readPeople);
}

// —— showing ——

function currentLearner() {
  return state.learners.find((learner) => learner.user_id === state.uid);
}

function currentChannel() {
  return state.channels.find((entry) => entry.name === state.channel);
}

function showThread(answer) {
  state.thread = answer;
  thread.update(answer, currentChannel().display_name);
  showQuickReplies(answer.quick_reply);
  richMenu.update(answer.rich_menu);
}

function showQuickReplies(quickReply) {
  const bar = byId("quick-replies");
  const key = JSON.stringify(quickReply);
  bar.hidden = !quickReply?.items?.length || state.tappedReplies === newestId();
  if (bar.dataset.shown === key) return;
  bar.dataset.shown = key ?? "";
  bar.replaceChildren(...(quickReply?.items ?? []).map(quickReplyChip));
  bar.scrollLeft = 0;
}

const CHIP_ICONS = { camera: "camera", cameraRoll: "image", location: "pin", datetimepicker: "calendar", clipboard: "copy", uri: "link" };

function quickReplyChip({ imageUrl, action }) {
  const src = mediaUrl(imageUrl);
  const drawn = CHIP_ICONS[action.type] && icon(CHIP_ICONS[action.type]);
  return h("button", { type: "button", class: "chip", "data-testid": "quick-reply", onclick: () => perform(action) },
    src ? h("img", { src, alt: "" }) : drawn, action.label);
}

function showPeople() {
  people.update(state);
  const learner = currentLearner();
  byId("welcome").hidden = Boolean(learner);
  byId("chat").hidden = !learner;
  byId("add-form").hidden = !state.learners.length;
  byId("channels").closest("section").hidden = !learner;
  const names = state.channels.map((entry) => entry.display_name);
  if (names.length) byId("welcome-bot").textContent = `「${names[0]}」`;
  if (!learner) return;
  byId("account-name").textContent = currentChannel().display_name;
  byId("room-name").textContent = `${learner.display_name}さんのトーク`;
  showFriendship(learner.channels[state.channel] ?? {});
}

function showFriendship({ friend, blocked }) {
  const notice = byId("closed-notice");
  notice.hidden = Boolean(friend) && !blocked;
  byId("composer").hidden = Boolean(blocked);
  notice.querySelector("p").textContent = blocked ? "ブロックしています。" : "まだ友だちではありません。";
  notice.querySelector("button").textContent = blocked ? "ブロックを解除" : "友だちに追加";
  notice.querySelector("button").onclick = () => changeFriendship(blocked ? "unblock" : "follow", state.channel);
}

function showConnection(mode) {
  const mark = byId("connection");
  mark.dataset.mode = mode;
  mark.textContent = mode === "live" ? "" : "再接続しています";
}

// —— wiring ——

const people = createPeople(byId("learners"), byId("channels"), {
  choose: (uid) => { choose(uid, state.channel); closeDrawer(); },
  chooseChannel: (name) => { choose(state.uid, name); closeDrawer(); },
  befriend: (name) => changeFriendship("follow", name),
  block: (name) => changeFriendship("block", name),
  unblock: (name) => changeFriendship("unblock", name),
});
const inspector = createInspector(byId("inspector"));

function openDrawer() {
  byId("desk").classList.add("drawer-open");
  byId("open-drawer").setAttribute("aria-expanded", "true");
  byId("drawer-shade").hidden = false;
  byId("close-drawer").focus();
}

function closeDrawer() {
  if (!byId("desk").classList.contains("drawer-open")) return;
  byId("open-drawer").focus();
  byId("desk").classList.remove("drawer-open");
  byId("open-drawer").setAttribute("aria-expanded", "false");
  byId("drawer-shade").hidden = true;
}

function bindPage() {
  drawIcons(document);
  byId("open-drawer").addEventListener("click", openDrawer);
  byId("close-drawer").addEventListener("click", closeDrawer);
  byId("drawer-shade").addEventListener("click", closeDrawer);
  byId("people").addEventListener("keydown", (event) => event.key === "Escape" && closeDrawer());
  bindNewLearner(byId("welcome-form"), byId("welcome-name"));
  bindNewLearner(byId("add-form"), byId("add-name"));
  byId("thread").addEventListener("click", openWrittenLiff);
  addEventListener("hashchange", () => wanted().uid && choose(wanted().uid));
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}

/** A LIFF URL in a text opens over the chat, too. */
function openWrittenLiff(event) {
  const address = event.target.closest("a[href]")?.getAttribute("href");
  if (!isLiffAddress(address)) return;
  event.preventDefault();
  chat.openLiff(address);
}

function bindNewLearner(form, input) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    form.querySelector("[type=submit]").disabled = true;
    await addLearner(name, state.channel ?? state.channels[0]?.name);
    form.querySelector("[type=submit]").disabled = false;
    input.value = "";
  });
}

bindPage();
act(readPeople).then(() => showPeople());
setInterval(keepPeople, PEOPLE_MS);
