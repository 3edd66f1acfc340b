"""Listening and answering: what a memo says, and a question in the chat."""

import re
from typing import Any

from simulator.google.japanese import sayable, sentences
from simulator.google.prompt_text import Prompt

_TROUBLE = re.compile("しまっ|ちゃっ|焦|煙|べちゃ|くっつ|固|生焼|うまくいか|失敗|弱かっ|足りな|わからな")
_ASKS = re.compile(r"(か|の|かな|でしょう)[？?。]?$|[？?]$")
_AMOUNT = re.compile("グラム|何分|何秒|何度|何杯|どのくらい|どれくらい|分量")
BY_SIGNS = "量や時間ではなく、鍋の合図で決めるのが、ここでのやり方です。"
FALLBACK_ANSWER = (
    "いちばんの手がかりは、鍋の音です。",
    "食材を入れたときに元気な音が続けば、熱は足りています。",
    "音が弱くなったら、一度に入れすぎたというしるしです。",
)
STEP = "次に作るときは、そのひとつだけを確かめてみましょう。"
ANSWER_SENTENCES = 3


def entities(transcript: str) -> dict[str, Any]:
    lines = sentences(transcript)
    questions = [each for each in lines if _ASKS.search(each)]
    trouble = [each.rstrip("。") for each in lines if _TROUBLE.search(each) and each not in questions]
    mood = "少し不安" if trouble else "おだやか" if lines else ""
    return {"identified_issues": trouble, "questions": questions, "emotional_state": mood}


def answer(prompt: Prompt) -> dict[str, Any]:
    question = prompt.fence("The question")
    lesson = next((lines for each in prompt.principles() if (lines := sayable(each.text))), FALLBACK_ANSWER)
    opening = [BY_SIGNS] if _AMOUNT.search(question) else []
    return {"answer": "".join([*opening, *lesson[:ANSWER_SENTENCES], STEP])}
