"""The coaching text: the fault's own lines, one principle, and a kind word."""

import re
from typing import Any

from simulator.google.brain_analysis import FALLBACK_SIGNS
from simulator.google.japanese import bare, likeness, sayable
from simulator.google.prompt_text import Principle, Prompt

FALLBACK = {
    "diagnosis": "最初の食材を入れたときの火加減が、仕上がりにつながりました。",
    "next action": "食材を入れる前にひと呼吸おいて、油の動きと音を確かめてから始めましょう。",
    "success sign": "入れた瞬間に元気な音が立ち、そのまま続けば、ちょうどよい合図です。",
    "stop cue": "つんとしたにおいがしたら、火を弱めて様子を見ましょう。",
    "skill": "食材は、鍋の熱を受け取って変わっていきます。はじめの合図を待つと、その後の音も色も読みやすくなります。",
    "safety": "火のそばを離れず、やけどに気をつけて進めましょう。",
}
FAULT_HEADING = "The fault it comes down to"
MEMO_HEADING = "What the learner said"
PRAISE = "手もとがよく見えるように撮りながら、最後まで作りきりましたね。"
WELCOME_BACK = "おかえりなさい。またご一緒できてうれしいです。"
NOTHING_WRONG = "気になるところは見当たりませんでした。"
LINK = "メモで話してくださったことも、ここから来ていると考えられます。"
LAST_TIME = {
    "seen": "前回の「{action}」は、今回の動画でちゃんと見えました。",
    "partly": "前回の「{action}」は、少しずつ形になってきました。",
    "not_yet": "前回の「{action}」は、今回の動画ではまだ見えませんでした。",
    "not_visible": "前回の「{action}」は、今回の映像では確かめられませんでした。",
    "too_far": "前回の「{action}」を試して、少し行きすぎたようです。失敗ではなく、前進です。{stop}",
}
SUGGESTIONS = ("入れどきの合図は？", "音が弱いときは？", "ほかの料理にも使えますか？")
SKILL_SENTENCES = 2
LONG_AWAY_DAYS = 21


def coaching(prompt: Prompt) -> dict[str, Any]:
    lines = {name: line(prompt, name) for name in ("diagnosis", "next action", "success sign", "stop cue")}
    principle = principle_to_teach(prompt)
    return {
        "last_time": last_time(prompt),
        "praise": praise(prompt),
        "mondaiten": problem(prompt, lines["diagnosis"]),
        "skill": "".join(sayable(principle.text)[:SKILL_SENTENCES]) if principle else FALLBACK["skill"],
        "next_action": lines["next action"],
        "success_sign": lines["success sign"],
        "stop_cue": lines["stop cue"],
        "comparison": comparison(prompt),
        "safety": safety(prompt, lines["next action"]),
        "memo_answers": [
            {"question": question, "answer": memo_answer(question, lines["success sign"])}
            for question in questions(prompt)
        ],
        "suggested_questions": list(SUGGESTIONS),
        "principle_ids": [principle.id] if principle else [],
    }


def last_time(prompt: Prompt) -> str:
    """ "" where nothing was asked."""
    action, verdict = prompt.after_label("asked action"), prompt.after_label("asked verdict")
    if not action or verdict not in LAST_TIME:
        return ""
    return LAST_TIME[verdict].format(action=bare(action), stop=prompt.after_label("asked stop cue"))


def line(prompt: Prompt, name: str) -> str:
    """A labelled line of the fault, as far as a coach may say it."""
    own = Prompt(prompt.section(FAULT_HEADING)).after_label(name) or prompt.after_label(name)
    return "".join(sayable(own)) or FALLBACK[name]


def learner(prompt: Prompt) -> str:
    return prompt.fence("The learner is called")


def praise(prompt: Prompt) -> str:
    name = learner(prompt)
    return (f"{name}さん、" if name else "") + PRAISE


def problem(prompt: Prompt, diagnosis: str) -> str:
    """What happened, where it is to be seen, and what the learner noticed of it."""
    refinement = "".join(sayable(prompt.after_label("refinement")))
    if refinement:
        return NOTHING_WRONG + refinement
    at = prompt.after_label("key moment") or prompt.first_clock("What was seen and heard")
    signs = (sayable(prompt.after_label("seen")) or [FALLBACK_SIGNS])[0]
    where = [f"動画の{at}のあたりに、その様子が映っています。", signs] if at else [signs]
    link = [LINK] if any(prompt.fences(MEMO_HEADING)) else []
    return "".join(dict.fromkeys([diagnosis, *where, *link]))


def principle_to_teach(prompt: Prompt) -> Principle | None:
    """The principle the fault names, else the first that can be said."""
    usable = [each for each in prompt.principles() if sayable(each.text)]
    names = prompt.after_label("principle", "principle id")
    return next((each for each in usable if each.id in names), usable[0] if usable else None)


def comparison(prompt: Prompt) -> str:
    attempt = prompt.attempt()
    if attempt < 2 or not prompt.bullets("Earlier attempts"):
        return ""
    days = re.search(r"(?m)^\D*(\d+)\D*$", prompt.section("Earlier attempts").strip().splitlines()[-1])
    welcome = WELCOME_BACK if days and int(days[1]) >= LONG_AWAY_DAYS else ""
    if attempt == 2:
        return f"{welcome}前回よりも、手の動きが落ちついてきました。新しいことを試す回なので、少し揺れても大丈夫です。"
    return f"{welcome}はじめの回から、火加減の読み方が変わってきました。次に何を試すかは、ご自分で決めてみてください。"


def safety(prompt: Prompt, action: str) -> str:
    """The dish's own line that is nearest to the advice."""
    own = [each for text in prompt.bullets("Safety lines") for each in sayable(text)]
    return max(own, key=lambda each: likeness(each, action), default=FALLBACK["safety"])


def questions(prompt: Prompt) -> list[str]:
    """The memo's own."""
    return [each for each in prompt.fences("What they ask") if each]


def memo_answer(question: str, sign: str) -> str:
    return f"「{bare(question)}」というご質問には、合図でお答えします。{sign}"
