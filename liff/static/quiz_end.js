// Back to the chat: says there that something was answered, in the learner's name if LINE allows it, and closes the page.

import { call } from "./api.js";
import { belongsToLine, line } from "./line.js";

const $ = (id) => document.getElementById(id);

/** Makes the button work; returns what it does. */
export function prepareEnd(answers) {
  const button = $("close");
  button.hidden = false;
  $("close-hint").hidden = true;

  let isClosing = false; // by whichever button: what is told in the chat is told once
  async function close() {
    if (isClosing) return;
    isClosing = button.disabled = true;
    try {
      await answers.send();
      if (answers.waiting().length > 0) {
        $("status").textContent = button.dataset.notSaved;
        return;
      }
      $("status").textContent = button.dataset.closing;
      const liff = belongsToLine() ? await line().catch(() => null) : null;
      const isInClient = liff?.isInClient() ?? false;
      if (answers.isChanged) await tell(isInClient ? liff : null);
      answers.noteTold();
      if (isInClient) liff.closeWindow();
    } catch (error) {
      console.warn("the chat was not told:", error.name);
    } finally {
      isClosing = button.disabled = false;
    }
    if (answers.waiting().length > 0) return;
    // A page that LINE didn't open, or that is still here.
    $("status").textContent = "";
    $("close-hint").hidden = false;
  }

  async function tell(liff) {
    try {
      if (liff === null) throw new Error("not in LINE");
      await liff.sendMessages([{ type: "text", text: button.dataset.message }]); // answered by a reply, which is free
    } catch {
      await call("POST", "/onboarding", { announce: true });
    }
  }

  button.addEventListener("click", close);
  return close;
}
