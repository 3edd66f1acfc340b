// The left column: who is at the desk, and which channel they are looking at.

import { h } from "./element.js";

/** on: {choose(uid), chooseChannel(name), befriend(name), block(name), unblock(name)}. */
export function createPeople(learnerList, channelList, on) {
  return {
    update({ learners, channels, uid, channel, unread }) {
      const focused = document.activeElement?.dataset?.key;
      learnerList.replaceChildren(...learners.map((learner) => learnerItem(learner, learner.user_id === uid, on)));
      const learner = learners.find((candidate) => candidate.user_id === uid);
      channelList.replaceChildren(...channels.map((entry) =>
        channelItem(entry, { learner, current: entry.name === channel, unread: unread.has(entry.name) }, on)));
      // The lists are drawn anew: who used the keyboard stays where they were.
      if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    },
  };
}

function learnerItem(learner, current, on) {
  const states = Object.values(learner.channels);
  const words = states.some((state) => state.blocked) ? "ブロック中" : states.some((state) => state.friend) ? "友だち" : "友だちではありません";
  return h("li", {}, h("button", {
    type: "button", class: "person", "data-testid": "learner-item", "data-key": learner.user_id, "data-user-id": learner.user_id,
    "aria-current": current ? "true" : null, title: learner.user_id, onclick: () => on.choose(learner.user_id),
  }, learnerFace(learner), h("span", { class: "learner-words" }, h("strong", {}, learner.display_name), h("small", {}, words))));
}

function learnerFace({ display_name: name, picture_color: colour }) {
  const face = h("span", { class: "learner-face", "aria-hidden": "true" }, [...name][0] ?? "？");
  if (/^#[0-9a-f]{6}$/i.test(colour ?? "")) face.style.backgroundColor = colour;
  return face;
}

function channelItem({ name, display_name: words }, { learner, current, unread }, on) {
  const choose = h("button", {
    type: "button", class: "channel", "data-testid": "channel-item", "data-key": `channel ${name}`, "aria-current": current ? "true" : null,
    onclick: () => on.chooseChannel(name),
  }, h("strong", {}, words), h("small", {}, name), unread && h("span", { class: "unread", role: "img", "aria-label": "未読あり" }));
  return h("li", {}, choose, learner && friendshipButton(learner.channels[name], name, on));
}

function friendshipButton(state, name, on) {
  const [words, act, testId] = state?.blocked
    ? ["ブロックを解除", on.unblock, "unblock"]
    : state?.friend ? ["ブロック", on.block, "block"] : ["友だち追加", on.befriend, "follow"];
  return h("button", { type: "button", class: "friendship", "data-testid": testId, "data-key": `friendship ${name}`, onclick: () => act(name) }, words);
}
