// The desk's JSON API (`/desk/…`): the only host this page talks to.

export class DeskError extends Error {
  /** status: HTTP status, or 0 when the simulator could not be reached. */
  constructor(message, status, cause) {
    super(message, { cause });
    this.name = "DeskError";
    this.status = status;
  }
}

const UNREACHABLE = "シミュレーターにつながりません。動いているか確かめて、もう一度お試しください。";

async function request(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw new DeskError(UNREACHABLE, 0, error);
  }
  return answerOf(response.status, await response.text());
}

function answerOf(status, text) {
  const answer = parsed(text);
  if (status >= 200 && status < 300) return answer;
  throw new DeskError(`できませんでした（${answer?.error ?? `HTTP ${status}`}）。内容を確かめて、もう一度お試しください。`, status);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function learnerPath(uid, what, query = {}) {
  const search = new URLSearchParams(query).toString();
  return `/desk/learners/${encodeURIComponent(uid)}/${what}${search && `?${search}`}`;
}

export const channels = () => request("GET", "/desk/channels");
export const learners = () => request("GET", "/desk/learners");
export const addLearner = (displayName) => request("POST", "/desk/learners", { display_name: displayName });
export const log = (after) => request("GET", `/desk/log?after=${after}`);

/** A learner in one channel: what every action of the chat is about. */
export function roomOf(uid, channel) {
  const post = (what, body) => request("POST", learnerPath(uid, what, { channel }), body);
  return {
    uid,
    channel,
    thread: () => request("GET", learnerPath(uid, "thread", { channel })),
    follow: () => post("follow"),
    block: () => post("block"),
    unblock: () => post("unblock"),
    send: (message) => post("messages", message),
    postback: (postback) => post("postback", postback),
    unsend: (messageId) => post("unsend", { message_id: messageId }),
    videoComplete: (messageId) => post("video-complete", { message_id: messageId }),
    openLiff: (address) => post("liff-open", { address }),
    upload: (media, onProgress, signal) => upload(learnerPath(uid, "media", mediaQuery(channel, media)), media.file, onProgress, signal),
  };
}

function mediaQuery(channel, { type, fileName, durationMs }) {
  const query = { channel, type, file_name: fileName };
  if (durationMs) query.duration_ms = durationMs;
  return query;
}

/** XMLHttpRequest, because fetch cannot tell how much of a body has gone out. onProgress gets 0…1. */
function upload(path, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const transfer = new XMLHttpRequest();
    transfer.open("POST", path);
    transfer.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    transfer.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    transfer.onerror = () => reject(new DeskError(UNREACHABLE, 0));
    transfer.onabort = () => reject(new DeskError("送信をやめました。", 0));
    transfer.onload = () => {
      try {
        resolve(answerOf(transfer.status, transfer.responseText));
      } catch (error) {
        reject(error);
      }
    };
    signal.addEventListener("abort", () => transfer.abort());
    transfer.send(file);
  });
}
