"""What to call a learner: in writing as they wish, aloud only as far as a Japanese voice can say it."""

import re
import unicodedata

from knowledge_base import phrasebook
from models.user import User

LONGEST = 20  # characters
WISH = "call_name"  # of the quiz (`User.learner_profile`)
READING = "call_name_reading"

_BRACKETS = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|《[^《》]*》|〈[^〈〉]*〉|<[^<>]*>|「[^「」]*」|『[^『』]*』|≪[^≪≫]*≫"
)
_ASIDE = re.compile(r"(?<=.)[@|/:].*", re.DOTALL)  # where they are, what they do
_HONORIFIC = re.compile(r"(?<![っッ])(?:さん|ちゃん|くん|様|さま)(?:\s.*)?$")
# What the offline voice and a Japanese one in the cloud say; the caption's font has all of it, and more.
_LETTER = r"ぁ-ゖァ-ヺ々〆ヵヶ一-鿿㐀-䶿\U00020000-\U0002ffffA-Za-z0-9"
_SAYABLE = re.compile(rf"[{_LETTER}ー・'-]*[{_LETTER}][{_LETTER}ー・'-]*")
_KANA = re.compile("[ぁ-ゖァ-ヺー・ ]+")
_JAPANESE_SETS = ("euc_jis_2004", "cp932")  # whose kanji have Japanese readings
_COMMON_VARIANTS = str.maketrans({"𠮷": "吉"})  # in neither set, but drawn and said


def first_name_of(display_name: str) -> str:
    """The name to put さん behind: no honorific of its own, nothing in brackets, no line breaks, no symbols."""
    whole = unicodedata.normalize("NFKC", display_name)
    name = _tidy(_ASIDE.sub("", _BRACKETS.sub(" ", whole).strip())) or _tidy(whole)
    name = _HONORIFIC.sub("", name).strip()
    return _cut(name) or phrasebook.NAMELESS


def called(user: User) -> str:
    """In writing: as they wish to be called, else as LINE calls them. LINE shows every script."""
    wish = first_name_of(str(user.learner_profile.get(WISH) or ""))
    return user.first_name if wish == phrasebook.NAMELESS else wish


def called_aloud(user: User) -> str:
    """In speech and its captions: as they say it is read, else the first of their names, or a part of it, that can be
    said and drawn."""
    read = first_name_of(str(user.learner_profile.get(READING) or ""))
    reading = read if _KANA.fullmatch(read) and read != phrasebook.NAMELESS else ""
    names = (reading, *(sayable_part(name) for name in (called(user), user.first_name)))
    return next((name for name in names if name), phrasebook.NAMELESS)


def sayable_part(name: str) -> str:
    """The words of the name that a Japanese voice can say, accents left out; "" when there are none."""
    plain = re.sub("[\u0300-\u036f]", "", "".join(_without_accent(sign) for sign in name))
    return " ".join(word for word in plain.split() if _is_sayable(word))


def _tidy(name: str) -> str:
    # Letters, marks and numbers of any script, and what stands inside names.
    letters = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "・ー-' " else " " for c in name)
    return re.sub(r"\s+", " ", letters).strip(" ・-'")


def _cut(name: str) -> str:
    """At most LONGEST characters, and no letter without its marks."""
    end = LONGEST
    while end and unicodedata.category(name[end : end + 1] or "a")[0] == "M":
        end -= 1
    return name[:end].strip()


def _without_accent(sign: str) -> str:
    base = unicodedata.normalize("NFKD", sign)[0]
    return base if base.isascii() and base.isalpha() else sign


def _is_sayable(word: str) -> bool:
    return _SAYABLE.fullmatch(word) is not None and any(_is_in(word, charset) for charset in _JAPANESE_SETS)


def _is_in(word: str, charset: str) -> bool:
    try:
        word.translate(_COMMON_VARIANTS).encode(charset)
    except UnicodeEncodeError:
        return False
    return True
