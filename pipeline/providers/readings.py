"""What a speech engine gets instead of the text: no signs that cannot be said, kitchen words as cooks read them."""

import re
import unicodedata
from collections.abc import Iterator

CLOCK = re.compile(r"(\d{1,3}):(\d{2})")
# Told digit by digit. No other number of three digits or more is ever said to a learner.
TELEPHONE = re.compile(r"[#＃]?\d{2,4}(?:-\d{2,4})*-\d{3,4}|[#＃]\d{4}|(?<!\d)1(?:10(?!番)|18|19|89)(?!\d)")
DIGITS = ("ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
ASIDE = re.compile(r"[（(]")  # begins after a breath
BRACKETS = re.compile(r"[「」『』（）()【】\[\]〈〉《》\"'“”‘’*_#`]")
SECOND_PAUSE = re.compile(r"^、|(?<=[、。！？!?])、")
PAUSES = re.compile(r"[…‥・:;→⇒/|~〜—–]+")
UNSPEAKABLE = re.compile(r"[^\w。、！？!?ー々〆ヶ％%]")  # signs to look at, not to say: emoji, arrows, notes

ALONE = r"(?<![一-龥])", r"(?![一-龥])"  # not part of a compound
# Kitchen words that engines read, or have read in some context, as their everyday homographs. Found by
# comparing pyopenjtalk.g2p with Sudachi's readings over the whole curriculum.
READINGS = (
    (re.compile("IH"), "アイエイチ"),
    (re.compile("110番"), "ひゃくとおばん"),
    (re.compile("十分(?=に|熱|火)"), "じゅうぶん"),
    (re.compile("中火"), "ちゅうび"),
    (re.compile("強火"), "つよび"),
    (re.compile("弱火"), "よわび"),
    (re.compile("水気"), "みずけ"),
    (re.compile("塩気"), "しおけ"),
    (re.compile("塩水"), "しおみず"),
    (re.compile("一口"), "ひとくち"),
    (re.compile("(?<![一-龥])生(?=卵|肉|魚|米|野菜|の|に|で|か|が|っぽ|焼|臭|煮)"), "なま"),
    (re.compile("盛り付け|盛りつけ"), "もりつけ"),
    (re.compile("辛(?=い|く|さ|み|口)"), "から"),
    (re.compile("照り"), "てり"),
    (re.compile("(?<=[鍋のン])縁"), "ふち"),
    (re.compile("空(?=の(鍋|フライパン)|焼き)"), "から"),
    (re.compile("香草"), "こうそう"),
    (re.compile("葉物"), "はもの"),
    (re.compile("焼き油"), "やきあぶら"),
    (re.compile("待つ間がな"), "まつまがな"),
    (re.compile("見え(?=れ|ま|る|て|な|た)"), "みえ"),
    (re.compile("へら(?=で|を|に|が|の)"), "ヘラ"),
    (re.compile("具".join(ALONE)), "ぐ"),
    (re.compile("音".join(ALONE)), "おと"),
    (re.compile("中(?=[はがもまにのを])".join((ALONE[0], ""))), "なか"),
)


def with_readings(text: str) -> str:
    """For an engine that takes plain text: kitchen words are written in kana."""
    words = speakable_text(text)
    for pattern, reading in READINGS:
        words = pattern.sub(reading, words)
    return words


def speakable_text(text: str) -> str:
    """The text without what cannot be said; its kitchen words stay in kanji."""
    words = unicodedata.normalize("NFKC", text)
    words = CLOCK.sub(lambda clock: clock_words(int(clock[1]), int(clock[2])), words)
    words = TELEPHONE.sub(lambda number: digits(number[0]), words)
    words = UNSPEAKABLE.sub("", PAUSES.sub("、", BRACKETS.sub("", ASIDE.sub("、", words))))
    return SECOND_PAUSE.sub("", words)


def homographs(words: str) -> Iterator[tuple[str, str]]:
    """(as it stands there, its reading in kana) of each kitchen word in the speakable text, once each."""
    readings = {match.group(): reading for pattern, reading in READINGS for match in pattern.finditer(words)}
    yield from readings.items()


def digits(number: str) -> str:
    """119 is said いち、いち、きゅう: run together, its digits are words of their own (いちいち)."""
    lead = "、シャープ、" if number.startswith("#") else "、"
    return lead + "、".join(DIGITS[int(digit)] for digit in number if digit.isdigit())


def clock_words(minutes: int, seconds: int) -> str:
    """0:41 is said 41秒, 2:05 is said 2分5秒."""
    return (f"{minutes}分" if minutes else "") + (f"{seconds}秒" if seconds or not minutes else "")
