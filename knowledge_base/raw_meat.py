"""Whether a learner says that meat or fish was raw inside: words of `raw_meat.yaml`, read clause by clause.

Production has no dictionary, so there is nothing here but `re`. What is denied, feared beforehand, or about tomato
sauce, onions and eggs is no such report; neither is the red of a steak.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge_base.catalogue import read_yaml

FILE = "raw_meat.yaml"


class Food(StrEnum):
    """What a dish cooks, as far as rawness matters."""

    MEAT = "meat"
    FISH = "fish"
    WHOLE_BEEF = "whole_beef"
    NAMED = "named"  # only meat that the learner names


# A negation as learners write it, dialects among them.
_NEG = (
    r"(?:な(?:い|か(?!な)|く|きゃ|さそ|し(?=[。、でのだ]|$))|無(?:い|かっ|く|し)|ね[えぇー]|ません|まへん|へん|ひん"
    r"|(?<![るたいなだ])ん(?:かっ|く|と|し|や|で|の|まま|。|、|$)|とらん|ず(?:に|じまい|、|。|$|でし)|不足)"
)
# What may stand between a sign and the negation that denies it.
_GAP = (
    r"(?:[くみ味さ色いのがはもをにでるし]|じゃ|では|でも|っぽ[さく]?|ところ|所|部分|箇所|汁|肉汁|あと|跡|感じ|もの|全然|ぜんぜん"
    r"|まったく|全く|もう|一切|どこにも|少しも|ほとんど|全部|すっかり|完全に|きれいに|ちゃんと|残っ?て?|のこって|残ら|出て?こ?|でて?こ?|見え|見られ|見当た[らり]"
    r"|なって|なら|なっ|あり|あった|ま(?=せ)|状態|焼け|煮え|やけ|にえ|とか|など|気になら)*"
)
_GONE = r"(?:消え|きえ|なくな|無くな|とれて|取れて|抜けて|ゼロ|な(?:いの|くて))"
_DENIED = re.compile(rf"{_GAP}(?:{_GONE}(?!(?:ら|て(?:い)?)?な[いか])(?!ま?せん)|(?!んで){_NEG})")
_STUBBORN = re.compile(
    rf"{_GAP}(?:消え|きえ|なくなら|無くなら|とれ|取れ|抜け)(?:て(?:い)?|き[らっ]?)?(?:な[いかく]|ません)"
)
_RHETORICAL = re.compile(rf"{_GAP}な(?:い|かった)(?:です|の|ん)*か?な?[？?]")
_HYPOTHETICAL = re.compile(r"[^。、]{0,4}?(?:なら(?!な)|場合|たら(?!し)|ければ|かと思)")
_PREVENTED = re.compile(
    r"[^。、]{0,3}?(?:にならな|になら(?:ん|ず)|を防|を避け|しないよう|にしな|にするの|ないように|対策|予防|かどうか[をは]?(?:見分|確か|確認|チェック)|か(?:確か|確認|見分))"
)
_FEARED = re.compile(
    r"(?:焼け|煮え|やけ|にえ)?(?:になるの|だけ|なの|って)?[がはをに]?(?:怖|こわ|恐|心配|不安|嫌|いや)(?:だった|なの|すぎ|い|く|な|で)*(?:ので|て|から|んで|で(?=[割切確])|、|し)"
)
_BEFORE_COOKING = re.compile(
    r"(?:焼く|煮る|揚げる|炒める|火にかける|ゆでる|加熱する?)の?前|買った(?:とき|時)|(?:最初|はじめ|初め)は|下味|解凍|生の(?:とき|時|状態)"
)
_ANOTHER_TIME = re.compile(r"(?:前回|前|この前|この間|以前|昔|先週|昨日|いつも)(?:の\w{1,6})?は(?!と)")
_STILL = re.compile(r"今回も|また|まだ|同じ")
_RESOLVED = re.compile(
    r"(?:(?:焼き?|揚げ|煮|温め|加熱し?|火を通し|やき|チンし)(?:直|なお)|レンジ|追加で|最後|最終的|そのあと|その後|あとから|結局|もう(?:少し|ちょっと|一[度回])|さらに|長め)"
    r"(?:(?!食べ)[^。]){0,24}?(?:消え(?!な)|なくなり|なくなっ|無くな|透明に|透きとおっ|白くなっ|白くなり|通(?:った|りまし|って(?:い)?[たま])|大丈夫(?:で|だ)|中まで焼け(?:た|まし|て(?:い)?[たま]))"
)
_MODIFIED = re.compile(r"(?:[いなの]|色の|っぽい|かった)?(?:色の|色が(?:きれい|綺麗|鮮やか)な)?(?:のは)?")
_HURT = re.compile(r"指|手を|手が|包丁で(?:手|指)|絆創膏|ばんそうこう|けが|怪我|鼻血|口の中")
_WORRY = re.compile("不安|心配|自信|怪し|あやし|微妙|[わ分]か|謎")
_PROVED = re.compile(
    r"通って(?:い)?(?:た|まし)|大丈夫(?:で|だ)|白く(?:な|て)|白かっ|透明でし|火が入って(?:い)?(?:た|まし)"
)
_COLOUR = re.compile("(?:真っ)?(?:赤|あか)|ピンク|ぴんく|桃色|桜色")
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_CLAUSE = re.compile(
    r"[、,]|けれども?|けど|(?<=[たいるだな])のに|ので|(?<=した|です|った|ます)が|(?<=[たるいす])から(?!あ|揚|り|っ)|(?<=た)し(?=[^た])"
)
_CONTRAST = re.compile(r"(?:けれども?|けど|のに|が)$")


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    words: dict[str, Any] = read_yaml(Path(__file__).parent, FILE)
    return words


@lru_cache(maxsize=1)
def _things() -> re.Pattern[str]:
    harmless = "|".join(_words()["harmless"])
    inside = "の(?:中|真ん中|中心|芯|内側|汁)"
    return re.compile(rf"(?P<harmless>(?:{harmless})(?:{inside})?)|(?P<meat>{_words()['meats']})")


@lru_cache(maxsize=len(Food))
def _signs(food: Food) -> re.Pattern[str]:
    lines = [*_words()["raw"]]
    lines += _words()["fish"] if food is Food.FISH else _words()["meat"]
    return re.compile("|".join(f"(?:{line.replace('<NEG>', _NEG)})" for line in lines), re.IGNORECASE)


def food_of(slug: str) -> Food:
    """Of the dish with that slug; only named meat counts in one that is not listed."""
    return next((Food(kind) for kind, slugs in _words()["kinds"].items() if slug in slugs), Food.NAMED)


def says_raw(text: str, slug: str) -> bool:
    """Whether the words report that the dish's meat or fish was, or may be, raw inside."""
    food = food_of(slug)
    clean = re.sub(r"(?<=[ぁ-ん一-龠])[ー〜~～]+|[ \t　…・]+", "", unicodedata.normalize("NFKC", text))
    sentences = _SENTENCE.findall(clean)
    for number, sentence in enumerate(sentences):
        if _tells(sentence, food) and not _RESOLVED.search("".join(sentences[number:])):
            return True
    return False


def _tells(sentence: str, food: Food) -> bool:
    if food in (Food.NAMED, Food.WHOLE_BEEF):
        needed = _words()["named" if food is Food.NAMED else "not_whole"]
        if not re.search(needed, sentence):
            return False
    for match in _signs(food).finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        if _is_report(match.group(), before, after) and _is_of_meat(match.group(), before, after, food):
            return True
    return False


def _is_report(sign: str, before: str, after: str) -> bool:
    """Not denied, feared beforehand, supposed or of another time."""
    clause = _clauses(before)[-1]
    if _ANOTHER_TIME.search(before) and not _STILL.search(before + sign + after):
        return False
    if _BEFORE_COOKING.search(clause) and not _STILL.search(clause + sign):
        return False
    if ("もし" in before or "万一" in before) or _PREVENTED.match(after) or _FEARED.match(after):
        return False
    if _WORRY.search(sign) and _PROVED.search(after):
        return False
    if _STUBBORN.match(after) or _RHETORICAL.match(after):
        return True
    return not (_DENIED.match(after) or _HYPOTHETICAL.match(after))


def _is_of_meat(sign: str, before: str, after: str, food: Food) -> bool:
    """By the thing that is named nearest; where none is, the dish itself is meant."""
    modified = _MODIFIED.match(after)
    following = _things().match(after, modified.end() if modified else 0)
    if following and following["harmless"]:
        return False
    if "血" in sign and _HURT.search(before + after):
        return False
    for clause in _clauses_it_goes_on_from(before):
        named = [*_things().finditer(clause)]
        if named and _COLOUR.match(sign) and re.match(_words()["pink_when_done"], named[-1].group()):
            return False
        if named:
            harmless = named[-1]["harmless"]
            return not harmless or (_begins_inside(sign) and not clause.endswith((harmless, f"{harmless}の")))
    return True


def _clauses_it_goes_on_from(before: str) -> Iterator[str]:
    """From the last one back to a contrast: ソースはよかったけど、まだ赤い is not about the sauce."""
    clauses = _clauses(before)
    yield clauses.pop()
    while clauses and not _CONTRAST.search(clauses[-1].rstrip("、,")):
        yield clauses.pop()


def _begins_inside(sign: str) -> bool:
    """中が冷たい names what it is about itself."""
    return re.match(r"中|真ん中|まんなか|中心|内側|芯|奥|肉|鶏|豚|身|骨", sign) is not None


def _clauses(text: str) -> list[str]:
    """Each with the word that ends it; the last is open, and may be empty."""
    ends = [match.end() for match in _CLAUSE.finditer(text)]
    starts = [0, *ends]
    return [text[start:end] for start, end in zip(starts, [*ends, len(text)], strict=True)] or [""]
