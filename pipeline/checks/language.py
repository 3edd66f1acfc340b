"""What may not stand in words for a learner, whoever wrote them. Each violation is "kind: what is wrong"."""

import re
from collections.abc import Iterable

from knowledge_base import phrasebook

_NUMBER = r"[0-9０-９一二三四五六七八九十百半数]+"
_UNITS = "グラム|キロ|リットル|ミリ|センチ|カップ|デシ|度|℃|秒|分|時間|cc|CC|ml|mL|kg|cm|g|%|％|パーセント"
# 「2分」「１８０℃」「大さじ一」「三十秒」; not 「十分」「半分」「一度」「多分」「今度」, which are words.
_MEASUREMENT = re.compile(rf"(?:大さじ|小さじ)|(?<![:：0-9]){_NUMBER}\s?(?:{_UNITS})")
_WORDS = re.compile(
    r"(?<![一二三四五六七八九])十分(?!間|ほど|くらい)|半分|一度|何度|五分五分|二度と|[一二三四五六七八九]分(?:の|目|づき)"
)
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
# Raw meat called safe. What is only asked about, or denied, is no such claim.
_UNSAFE = re.compile(
    r"(?:生の|生焼け|半生|赤み?が?残|ピンク色?の)[^。]{0,24}"
    r"(?:大丈夫です|食べられます|問題ありません|問題ないです|心配ありません|安全です)"
)
_ADDRESSED = re.compile(r"(?:^|[。！？!?\n「])([^\s。、！？!?「」]{1,16}?)さん(?=[、。！はがものに])")
_NOBODY = frozenset(
    {"みな", "皆", "お母", "お父", "お子", "奥", "お姉", "お兄", "たく", "八百屋", "肉屋", "魚屋"}
)


def is_japanese(text: str) -> bool:
    """Whether kana are among its letters as in every Japanese text; what is too short to tell is taken for it."""
    letters = [sign for sign in text if sign.isalpha()]
    kana = sum(_JAPANESE.match(sign) is not None for sign in letters)
    return len(letters) < FEW_LETTERS or kana >= len(letters) * LEAST_KANA


def measurements(text: str) -> list[str]:
    """The amounts, times and temperatures in the text: coaching speaks of sounds, colours and textures."""
    return _MEASUREMENT.findall(_WORDS.sub("", text))


def violations(text: str, longest: int) -> list[str]:
    """What is wrong with one piece of learner-facing text; [] when nothing is. `longest` in characters."""
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
    if match := _UNSAFE.search(text):
        wrong.append(f"safety: '{match.group()}' says that food is safe which may not be")
    if text.strip() and not _JAPANESE.search(text):
        wrong.append("language: the text is not Japanese")
    elif text.strip() and not _POLITE.search(text.strip().rstrip("」")):
        wrong.append(f"tone: the text does not end in a polite form: …{text.strip()[-12:]}")
    return wrong


def wrong_names(text: str, first_name: str) -> list[str]:
    """The learner is addressed by their own first name, with さん and nothing else."""
    wrong = []
    if re.search(rf"{re.escape(first_name)}(?:くん|ちゃん|様|さま|氏)", text):
        wrong.append("name: put さん and nothing else behind the learner's name")
    addressees = set(_ADDRESSED.findall(text.replace(f"{first_name}さん", ""))) - _NOBODY
    wrong += [f"name: '{name}さん' is not the learner" for name in sorted(addressees)]
    return wrong


def wrong_times(text: str, known_seconds: Iterable[int], reach: int) -> list[str]:
    """A place in the learner's video may only be cited where something was seen (`reach` in seconds)."""
    known = list(known_seconds)
    return [
        f"time: nothing was seen at {minutes}:{seconds}"
        for minutes, seconds in re.findall(r"(?<!\d)(\d{1,2})[:：](\d{2})(?!\d)", text)
        if not any(abs(int(minutes) * 60 + int(seconds) - second) <= reach for second in known)
    ]


def without_name(text: str, first_name: str) -> str:
    """The learner is called what they call themselves, and LINE's names hold emoji, digits and anything else."""
    return text.replace(first_name, phrasebook.NAMELESS)
