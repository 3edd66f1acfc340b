"""What may not stand in words for a learner, whoever wrote them. Each violation is "kind: what is wrong"."""

import re
from collections.abc import Iterable

from pipeline.checks.amounts import measurements
from pipeline.checks.safety.guard import unsafe_claims

_MARKUP = re.compile(r"\*\*|^#+ |^[-*] |```|<[a-z/][^>]*>|__", re.MULTILINE)
_LEAKED = re.compile(r"[⟦⟧{}]|https?://|system prompt|プロンプト|AIモデル|言語モデル", re.IGNORECASE)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")
_LOOP = re.compile(r"(.{2,24}?)\1{4,}", re.DOTALL)
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ]")
LEAST_KANA = 0.15  # of all letters: names in Latin letters and long words in kanji leave more
FEW_LETTERS = 8  # "OK", a name
_POLITE = re.compile(
    r"(?:です|ます|ました|でした|ません|ましょう|ください|ですね|ますね|ますよ|ですよ|でしょう|ませんか|ですか)[ねよか]?[。！？!?]?$"
)
_SCOLDING = re.compile(
    r"してはいけません|失敗です|失敗でした|ダメです|だめです|なぜ[^。]{0,20}なかったの|下手|がっかり"
)


def is_japanese(text: str) -> bool:
    """Whether kana are among its letters as in every Japanese text; what is too short to tell is taken for it."""
    letters = [sign for sign in text if sign.isalpha()]
    kana = sum(_JAPANESE.match(sign) is not None for sign in letters)
    return len(letters) < FEW_LETTERS or kana >= len(letters) * LEAST_KANA


def violations(text: str, longest: int, about: str = "") -> list[str]:
    """What is wrong with one piece of learner-facing text; [] when nothing is. `longest` in characters; `about` is the
    learner's question, where the text answers one."""
    wrong = [f"measurement: '{amount}'" for amount in measurements(text)]
    if len(text) > longest:
        wrong.append(f"length: longer than {longest} characters")
    if _MARKUP.search(text):
        wrong.append("markup: the text contains formatting marks, which LINE shows as they are")
    if match := _LEAKED.search(text):
        wrong.append(f"leak: '{match.group()}' must not be shown to a learner")
    if _EMOJI.search(text):
        wrong.append("emoji: use none")
    if match := _LOOP.search(text):
        wrong.append(f"loop: '{match.group(1)}' is repeated many times")
    if match := _SCOLDING.search(text):
        wrong.append(f"tone: '{match.group()}' blames the learner")
    wrong += [
        f"safety: {claim}: what is said of this makes light of a danger"
        for claim in unsafe_claims(text, about)
    ]
    if text.strip() and not _JAPANESE.search(text):
        wrong.append("language: the text is not Japanese")
    elif text.strip() and not _POLITE.search(text.strip().rstrip("」")):
        wrong.append(f"tone: the text does not end in a polite form: …{text.strip()[-12:]}")
    return wrong


def wrong_times(text: str, known_seconds: Iterable[int], reach: int) -> list[str]:
    """A place in the learner's video may only be cited where something was seen (`reach` in seconds)."""
    known = list(known_seconds)
    return [
        f"time: nothing was seen at {minutes}:{seconds}"
        for minutes, seconds in re.findall(r"(?<!\d)(\d{1,2})[:：](\d{2})(?!\d)", text)
        if not any(abs(int(minutes) * 60 + int(seconds) - second) <= reach for second in known)
    ]
