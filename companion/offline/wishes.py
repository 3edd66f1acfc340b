"""What the learner wants of us, told by what was heard: a timer, the last words again, an answer, or nothing."""

import re
from unicodedata import normalize

from knowledge_base.intents.kinds import Intent
from knowledge_base.intents.recognition import asks_yes_or_no, fold, talk_intent
from pipeline.providers.offline.clauses import split_memo
from pipeline.providers.offline.memo_questions import is_question

# Of folded text: hiragana for katakana. A recogniser that is not sure writes たいまる and 図って.
_TIMER = re.compile(
    "たいま|(計|測|図|量|はか)って|鳴らして|(た|経)ったら(教え|知らせ|呼|言)|後に?(教え|知らせ|呼)"
)
_NUMBER = "([0-9]+|[一二三四五六七八九十]+)"
_ENDS_TIMER = re.compile("(止|と)め|(消|け)し|やめ|きゃんせる|もういい")
_DURATION = re.compile(f"(?:{_NUMBER}時間(半)?)?(?:{_NUMBER}分(半)?)?(?:{_NUMBER}秒)?")
_LABEL = re.compile("([一-龠ぁ-んァ-ヶー]{1,8}?)(?:用)?の?タイマ")
_DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")}
_LONGEST = 3 * 60 * 60  # seconds

_CALLED = re.compile(
    "^(ねえ|ねぇ|ねー|あの)?(もーめん|こーち|先生)|^(ねえ|ねぇ|すみません)|聞いて(ください|る|ます)"
)
_ASKED = re.compile(
    "教えて|知りたい|聞きたい|どうしよう|助けて|(見|確かめ)て(ください|くれ|もらえ|ほしい)|(わか|分か)ら(な|ん)"
)
_TO_ONESELF = re.compile("(っけ|かな[あー]?|かしら|よし|さて)[。、？]*$|^(よし|さて|えっと|あれ)[、。]")


def wants_again(text: str) -> bool:
    return talk_intent(text) in (Intent.REPEAT, Intent.AGAIN)


def wants_timer(text: str) -> bool:
    spoken = fold(text)
    return _TIMER.search(spoken) is not None and _ENDS_TIMER.search(spoken) is None


def timer_seconds(text: str) -> int | None:
    """How long is named: 三分, 1分半, 1時間30分, 90秒. None: nothing, or what no timer is for."""
    for match in _DURATION.finditer(fold(text)):
        hours, half_hour, minutes, half_minute, seconds = match.groups()
        whole = _number(hours) * 3600 + _number(minutes) * 60 + _number(seconds)
        whole += 1800 * bool(half_hour) + 30 * bool(half_minute)
        if 0 < whole <= _LONGEST:
            return whole
    return None


def timer_label(text: str) -> str:
    """「卵のタイマー」 is of 卵; "" where it is of nothing named."""
    without_time = re.sub(f"{_NUMBER}(時間|分|秒)半?(間)?の?", "", normalize("NFKC", text))
    label = _LABEL.search(without_time.replace("、", "。"))
    return label[1].removesuffix("の") if label else ""


def asks_us(text: str) -> bool:
    """A question, or a word to us; not what one mutters over a pan."""
    spoken = fold(text)
    if _CALLED.search(spoken) or _ASKED.search(spoken):
        return True
    if _TO_ONESELF.search(text):
        return False
    return asks_yes_or_no(text) or any(is_question(sentence) for sentence in split_memo(text))


def _number(written: str | None) -> int:
    if written is None:
        return 0
    if written.isdigit() and written.isascii():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[sign]) for sign in ones))
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
