"""The families of foods that somebody may avoid, read from `foods.yaml`, and which of them a learner has named."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import Field, TypeAdapter

from knowledge_base.catalogue import ContentError, read_yaml
from knowledge_base.content import Content, DishGuide
from knowledge_base.profile import Profile
from knowledge_base.terms import one_spelling

FILE = "foods.yaml"
MOST_TERMS = 8  # of a text of sixty characters
_SEPARATORS = re.compile(r"[、,，・/／;；。．\n\s()（）「」]+|(?:および|及び|または)")
_COMMENT = re.compile(
    r"(?:(?:が|は|も|を)?(?:とくに|特に|少し|ちょっと|大の)?"
    r"(?:苦手|嫌い|きらい|食べられ(?:ない|ません)|食べれ(?:ない|ません)|だめ|ダメ|駄目|ng|無理|避けて(?:い)?(?:る|ます)|控えて(?:い)?(?:る|ます)"
    r"|アレルギー|あれるぎー|不耐症)|全般|など|とか|系|類|入り)?(?:です|ます|だ)?$",
    re.IGNORECASE,
)
_NONE = re.compile(r"^(?:(?:特|とく)に)?(?:な[しい]|ありません|ないです|いません|無し)(?:です)?$")
_HIRAGANA = re.compile("[ぁ-ん]+")
_KANJI = re.compile("[一-龠]")
# Mostly meant as "not much of it", or no food at all: without them nothing could be said of any dish.
_TOO_COMMON = frozenset(
    [
        "塩",
        "塩分",
        "塩気",
        "油",
        "脂",
        "脂質",
        "油分",
        "水",
        "砂糖",
        "糖",
        "糖分",
        "糖質",
        "カロリー",
        "炭水化物",
        "生",
        "辛",
        "甘",
        "苦",
        "物",
        "品",
        "類",
        "米",
        "ご飯",
        "料理",
        "食材",
        "野菜",
    ]
)
_SHORT = 2  # kana that other words may hold: these need a particle beside them


class Food(Content):
    name_ja: str
    words: list[str] = Field(min_length=1)
    called: list[str] = Field(min_length=1)
    includes: list[str] = Field(default_factory=list)

    @cached_property
    def sign(self) -> re.Pattern[str]:
        """Of a text in NFKC."""
        return re.compile("|".join(self.words))


@lru_cache(maxsize=1)
def foods() -> Mapping[str, Food]:
    """Raises ContentError."""
    read = TypeAdapter(dict[str, Food]).validate_python(read_yaml(Path(__file__).parent, FILE))
    for key, food in read.items():
        for other in food.includes:
            if other not in read:
                raise ContentError(FILE, f"{key}.includes", f"no family '{other}'")
    return read


@dataclass(frozen=True)
class Avoided:
    """What must never be recommended: families (those within them too), and words of the learner's own that belong to
    none, in one spelling. Of `seen` families, which are in the pan, may be spoken, but none be added."""

    families: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.families or self.terms or self.seen)

    def besides(self, core: Collection[str], seen: Collection[str] = ()) -> "Avoided":
        """Without the families that the dish is made of. Who eats no pork is still told of none where it is of some meat;
        who eats no meat hears of the one that is in the pan."""
        spared = self._spared(core)
        in_pan = self._spared((*core, *seen)) - spared
        left = tuple(each for each in self.families if each not in spared | in_pan)
        return Avoided(left, self.terms, tuple(each for each in self.families if each in in_pan))

    def _spared(self, cooked: Collection[str]) -> set[str]:
        spared = set(cooked)
        spared |= {each for key in cooked if key in self.families for each in foods()[key].includes}
        return spared | {key for key in self.families if spared & set(foods()[key].includes)}

    def places_in(self, text: str) -> Iterator[tuple[str, str, int, int]]:
        """Where the text names one of them: its name, the text as it was read, start and end."""
        plain = unicodedata.normalize("NFKC", text)
        for key in self.families:
            food = foods()[key]
            yield from ((food.name_ja, plain, m.start(), m.end()) for m in food.sign.finditer(plain))
        if self.terms:
            folded = one_spelling(plain)
            for term in self.terms:
                yield from ((term, folded, m.start(), m.end()) for m in _sign_of(term).finditer(folded))

    @property
    def names(self) -> list[str]:
        """As they are called in a sentence: 肉 where it is all meat."""
        within = {other for key in self.families for other in foods()[key].includes}
        return [*(foods()[key].name_ja for key in self.families if key not in within), *self.terms]

    def names_in(self, text: str) -> list[str]:
        return list(dict.fromkeys(name for name, *_ in self.places_in(text)))


def avoided_by(profile: Profile) -> Avoided:
    named = [key for key in profile.dietary if key in foods()]
    families, terms = _named_in(profile.avoid_ingredients)
    wanted = dict.fromkeys(within for key in (*named, *families) for within in _whole(key))
    return Avoided(tuple(wanted), terms)


def foods_named_in(text: str) -> frozenset[str]:
    """The families that a text of ours speaks of."""
    plain = unicodedata.normalize("NFKC", text)
    return frozenset(key for key, food in foods().items() if food.sign.search(plain))


def foods_of(dish: DishGuide, *, usual: bool = True) -> frozenset[str]:
    return frozenset((*dish.core_foods, *(dish.usual_foods if usual else ())))


def _whole(family: str) -> tuple[str, ...]:
    return (family, *foods()[family].includes)


def _named_in(text: str) -> tuple[list[str], tuple[str, ...]]:
    """Families and other words of what a learner has typed. What is doubtful is avoided rather than not."""
    families: list[str] = []
    terms: list[str] = []
    for piece in _SEPARATORS.split(unicodedata.normalize("NFKC", text)):
        bare = _COMMENT.sub("", piece).strip()
        if not bare or _NONE.match(piece) or _NONE.match(bare):
            continue
        found = [key for key, food in foods().items() if bare in food.called or food.sign.search(bare)]
        families += found
        if not found and _tells_enough(bare):
            terms.append(one_spelling(bare))
    return families, tuple(dict.fromkeys(terms))[:MOST_TERMS]


def _tells_enough(word: str) -> bool:
    return word not in _TOO_COMMON and (len(word) >= _SHORT or _KANJI.fullmatch(word) is not None)


@lru_cache(maxsize=256)
def _sign_of(term: str) -> re.Pattern[str]:
    """A short word of kana only where no other word holds it: いか is not in いかが."""
    sign = re.escape(term)
    if _HIRAGANA.fullmatch(term) and len(term) <= _SHORT + 1:
        return re.compile(rf"(?<![ぁ-ん]){sign}(?=[をやのもはでが、。]|$)(?!いかが)")
    return re.compile(sign)
