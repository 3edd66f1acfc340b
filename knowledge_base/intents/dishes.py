"""Which words wish to cook another dish, or none today. Whole sentences only: 「チャーハンじゃなくてピラフみたいになった」
tells of a cook, and a question is a question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.intents.recognition import fold, safety_intent, sentences_of, speaks_of_cooking

_LONGEST = 45  # characters, as elsewhere: whoever writes more has something else to say too


class WishKind(StrEnum):
    COOK = "cook"  # one that we teach
    ANOTHER = "another"  # it is left open which
    UNKNOWN = "unknown"  # one that we do not teach
    NOT_TODAY = "not_today"


@dataclass(frozen=True)
class DishWish:
    """`slug` is of the dish that is wished for."""

    kind: WishKind
    slug: str = ""


# What learners call the dishes, as folded.
NAMES: Mapping[str, str] = {
    "fried-rice": "ちゃーはん|炒飯|焼き?飯|やきめし",
    "beef-steak": "(びーふ|牛(肉)?の?)?すてーき",
    "pomodoro": "とまと(そーす)?の?(ぱすた|すぱげってぃー?|すぱげてぃー?)|ぽもどーろ|とまとそーす",
    "meat-vegetable-stir-fry": "(お?肉と?)?(お?野菜|やさい)(炒め|いため)",
    "miso-soup": "お?(味噌|みそ)(汁|しる)|おみおつけ",
    "ginger-pork": "(豚(肉)?の?|ぶたの)?(生姜|しょうが)(焼き?|やき)",
    "rolled-omelet": "(だし|出汁)(巻き?|まき)(の?(卵|たまご|玉子))?(焼き)?|(卵|たまご|玉子)焼き?",
    "nikujaga": "(肉|にく)じゃが",
    "salt-grilled-fish": "(お?魚|さかな|鮭|しゃけ|さば|鯖|あじ|鯵|さんま|ぶり|たい|鯛)の?(塩焼き?|しおやき)|焼き?魚|やきざかな",
    "karaage": "(鶏の?|とりの?|鳥の?)?(唐揚げ?|から揚げ?|からあげ|空揚げ)",
    "hamburg-steak": "はんばーぐ(すてーき)?",
    "curry-rice": "((ちきん|びーふ|ぽーく|野菜|夏野菜)の?)?(かれー|かりー)(らいす)?",
    "peperoncino": "ぺぺろん(ちーの)?",
    "gyoza": "(焼き?|やき)?(餃子|ぎょうざ|ぎょーざ)",
    "oyakodon": "(親子|おやこ)(丼(ぶり)?|どん(ぶり)?)",
    "simmered-fish": "(お?魚|さかな|かれい|さば|鯖|ぶり|鯛|たい)の?(煮(つけ|付け?|物)|につけ)|煮魚|にざかな",
}
_NAME = "(?P<{}>" + "|".join(f"(?:{names})" for names in NAMES.values()) + ")"
_WHOLE = {slug: re.compile(names) for slug, names in NAMES.items()}

_START = "(すみません(が)?|ごめん(なさい|ね)?|やっぱり?|あの|えっと|じゃあ|では|それじゃあ?|でも|いや|申し訳ないですが|お願い(します)?|できれば)*"
_MEAL = "(の?((晩|夜|昼|朝|夕)?ご?(飯|はん)|夕食|昼食|夕飯|ごはん|献立|おかず|料理|めにゅー|練習))"
_WHEN = f"(今日|きょう|本日|今回|今夜|今晩|こんや|明日|あした|週末|今週|次回?|これから|お?昼|お?夕飯|夕食|(晩|夜|昼)ご?(飯|はん)){_MEAL}?(は|に|も)?"
_WHY = "([^。]{1,14}(ので|んで|から|くて|ため))?"  # said before a wish
_DAY = f"{_START}({_WHEN}{_START}){{0,2}}"
_SURELY_DAY = f"{_START}{_WHEN}{_START}"
_POLITE = "(です|ます)?(が|けど|けれど|ね|よ|わ|な|かな|の(です|で)?|ん(です|だ)?|と思(います|って(い?ます)?|う)|予定(です)?|つもり(です)?|お願いします|[?]|ー)*"
_MAY = "(ても|でも)(いい|良い|よい|大丈夫|おっけー|ok)(です)?(か|かな)?"
_COOK = (
    "(作り(たい|ます|ましょう)|作る|作ろう|作って(みたい|みます|みる)|つくり(たい|ます)|つくる|つくろう|料理し(たい|ます)|練習し(たい|ます)|習いたい|教わりたい|焼き(たい|ます)|やり(たい|ます)|やってみ(たい|ます)"
    f"|挑戦し(たい|ます|てみたい)|ちゃれんじし(たい|ます)|食べたい|たべたい|作っ{_MAY})"
)
_BECOME = f"(する|します|したい|しよう|しとく|しておきます|しておく|決め(た|ました|ます)|変え(たい|ます|る|て(ください)?)|変更(し(たい|ます)|する|で|して(ください)?)?|き(り)?替えたい|(し|変え|変更し|替え){_MAY})"
_THEN = f"((を|が|も|の(ほう|方)(を|が))?{_COOK}|(に|へ){_BECOME}|に(挑戦|ちゃれんじ)((し(て(み)?)?(たい|ます)|する|しよう|し{_MAY}))?|(が|の(ほう|方)が)(いい|良い|よい)|で(いき|行き)(たい|ます)|で(お願い(します)?|いいです)|(の|な)気分|(を|で)?お願い(します)?)"
_LEAVE = (
    "(じゃ|では|で(は)?)(な(い|く(て)?|くって|し)|ありません(で(して)?|。)?|ねぇ?)|(は|を|が)?((作|つく)(ら|りたく|れ)(な(い|くて|いで)|ません|ずに)|やめ(て(おきます|おく|おいて)?|る|ます|たい|とく|ときます|に(し(て|ます)|する))|もう?(飽き|あき)(た|まし)(ので|から|た(ので|から))?|食べたくな(い|くて)|ぱす(で|して)?|なし(で|にして)?)"
    "|(の|な)気分(じゃ|では)な(い|くて)|以外(の(もの|料理))?"
)
_SOME = "((何|なに|なん)か|どれか|(別|べつ|ほか|他|違う|ちがう|新しい|次|簡単な|もっと簡単な|軽い)の?)+(もの|やつ|料理|めにゅー|の|dish|もん|回)?|(別|べつ|ほか|他|違う|ちがう)(の|な)?(もの|やつ|料理|めにゅー|の|もん)"
_STRANGE = "[ぁ-んー一-龠々a-z]{2,12}?"
_NOTHING = (
    "(料理|ご飯|ごはん)?(は|を|も)?((作|つく)(ら|れ|り)(ない|ません|なさそう|そうにない|たくない|たくありません)|料理(し|でき)(ない|ません)|(お?休み|おやすみ)(し(ます|たい|ておきます)|する|に(します|する|したい)|です|で|いただきます)?|休(みます|む|みたい|ませて(ください)?)"
    "|ぱす(します|する|で|です)?|外食(します|する|です|なので?|に(します|する))?|出前(です|に(します|する)|を?取ります)?|作る(時間|気力|元気|余裕)(が|も)?(ない|ありません|なくて)|やめ(ておき(ます)?|とき(ます)?|ておく|とく)|無理(です|そう(です)?)?)"
)

_RULES: tuple[tuple[WishKind, re.Pattern[str]], ...] = (
    (WishKind.NOT_TODAY, re.compile(f"{_SURELY_DAY}(もう|ちょっと)?{_WHY}{_NOTHING}{_POLITE}")),
    (
        WishKind.COOK,
        re.compile(
            f"{_DAY}({_NAME.format('left')}({_LEAVE}))?{_WHY}{_DAY}{_NAME.format('wish')}{_THEN}{_POLITE}"
        ),
    ),
    (WishKind.COOK, re.compile(f"{_SURELY_DAY}{_NAME.format('wish')}(です)?{_POLITE}")),
    (
        WishKind.ANOTHER,
        re.compile(
            f"{_DAY}({_NAME.format('left')}|これ|この料理|それ)({_LEAVE}){_DAY}({_SOME})?({_THEN})?{_POLITE}"
        ),
    ),
    (WishKind.ANOTHER, re.compile(f"{_DAY}({_SOME}){_THEN}{_POLITE}")),
    (
        WishKind.UNKNOWN,
        re.compile(
            f"{_DAY}({_NAME.format('left')}({_LEAVE}))?{_DAY}(?P<strange>{_STRANGE})((を|が|も|の(ほう|方)(を|が)){_COOK}|に(挑戦|ちゃれんじ)(したい|します|してみ(たい|ます))){_POLITE}"
        ),
    ),
    (
        WishKind.UNKNOWN,
        re.compile(
            f"({_SURELY_DAY}|{_DAY}{_NAME.format('left')}({_LEAVE})){_DAY}(?P<strange>{_STRANGE})に{_BECOME}{_POLITE}"
        ),
    ),
)
# No dish, though it may be cooked, made or chosen.
_NO_DISH = re.compile(
    "^((何|なに|なん|いい|美味し|おいし|うま|すご|もっと|ちゃんと|早く|全部|両方|それ|これ|あれ|どれ|同じ|ご飯|ごはん|晩ご飯|夕飯|料理|れしぴ|時間|動画|写真|めも|こつ|続き|次|今度|もの|やつ|の|[一二三123]回目|弱火|中火|強火|火)|.*(め|さ|く|火|回|時間|方|こと|たい|ように|みたい)$)"
)


def dish_wish(text: str) -> DishWish | None:
    """None where they wish nothing of the kind; a danger goes before."""
    if len(text) > _LONGEST or safety_intent(text) is not None:
        return None
    parts = [fold(part).rstrip("。!！…?？") for part in sentences_of(text)]
    if not 1 <= len(parts) <= 2:
        return None
    wishes = [_wish(part) for part in parts]
    if any(wish is None for wish in wishes):
        return None
    return next((wish for wish in wishes if wish is not None and wish.kind is WishKind.COOK), wishes[-1])


def _wish(folded: str) -> DishWish | None:
    for kind, pattern in _RULES:
        match = pattern.fullmatch(folded)
        if match is None:
            continue
        if kind is WishKind.COOK:
            return DishWish(kind, _slug_of(match["wish"]))
        if kind is WishKind.UNKNOWN and not _may_be_dish(match["strange"], folded):
            continue
        return DishWish(kind)
    return None


def _slug_of(name: str) -> str:
    return next(slug for slug, names in _WHOLE.items() if names.fullmatch(name))


def _may_be_dish(strange: str, folded: str) -> bool:
    is_made = re.search(_COOK, folded) is not None
    return _NO_DISH.search(strange) is None and (is_made or not speaks_of_cooking(strange))
