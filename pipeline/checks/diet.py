"""What a learner does not eat is never recommended to them, whoever wrote the words.

Recommended is what a sentence names and advises to use: not what it leaves out (卵は使わずに), replaces (バターの代わりに油を) or
tells the nature of (卵は熱で固まります). Of a dish that holds it, coaching may speak as far as this cook shows it.
"""

import re
from collections.abc import Iterator, Sequence

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Fault
from knowledge_base.foods import Avoided, avoided_by, foods, foods_of
from models.coaching import VideoAnalysis
from pipeline.checks.safety import claims
from pipeline.providers.ports import CoachingBrief, QuestionBrief

MOST_ITEMS = 6  # of a list in one sentence
LONGEST_ITEM = 8  # characters before the food's own name: 家にある別の
ASKS_SUBSTITUTE = re.compile(
    "代わり|代用|かわりに|替え(?:て|る|ら)|変えて|(?:なく|無く)ても|がない|きらし|切らし|足りない|なしで|抜きで|使わないで"
)
_USE = (
    "使|入れ|加え|足[しすせそ]|混ぜ|かけ|掛け|のせ|添え|振[りっる]|ふりかけ|散ら|合わせ|からめ|替え|変え|代え|代用|つな|作[れりっ]|食べ|味わ|召し上が|"
    "おすすめ|お勧め|オススメ|合い|合う|いい|よい|良い|試し|試す|選[びんべ]|用意|買[いっ]|どうぞ|溶[きいかけ]|焼[きいけ]|煮|揚げ|炒め|ゆで|茹で|割[りっ]|流し|"
    "和え|つけ|補[いえうっ]|ゆるめ|のば[しす]|仕上げ|効[きく]|ぴったり|便利|塗[りっ]|まぶ|漬け|飲[みん]|楽し|包[みん]|とじ|落と|注[ぎい]|はさ|挟"
)
_NOT_USED = (
    r"(?:を|は|が|も|など|や[^、。]{1,6}を|類)*(?:[^、。をはがも]{0,5})?"
    r"(?:(?:使|用い|入れ|加え|足|混ぜ|かけ|のせ|つけ|含|食べ|飲|買|溶|焼|揚げ|触れ|頼)[わさまらかんれ]?(?:れ|せ|て)?"
    r"(?:ず|ない(?!と(?!き|こ))|なく(?!ては|ちゃ)|なければ(?!な)|ません)|避け|控え(?!め)|やめ|除[いくき]|抜[いくき]|抜き|外し|省[いくき])"
)
_AFTER = re.compile(
    rf"^{_NOT_USED}"
    r"|^(?:[^、。]{0,4})(?:の代わり|のかわり|以外|不使用|フリー|アレルギー|あれるぎー|なし(?:で|の|に|でも)|無し|ぬき|抜き)"
    r"|^(?:が|は|も|を)?(?:あまり)?(?:な(?:い|く|け)|ありません|苦手|きらい|嫌い|だめ|ダメ|体に合わ|食べられ|食べない|切れ|きらし)"
    r"|^で(?:は|も)?な(?:い|く)|^では(?:あり|ござ)|^じゃな"
    r"|^は、?[^。]{1,24}に(?:替え|変え|換え|代え|置き換え)"
    r"|^を[^、。]{1,12}(?:に|へ|と)(?:替え|変え|換え|代え|置き換え|取り換え)"
    r"|^(?:を|が)?(?:含む|入った|入りの)(?:もの|食品|料理)(?:は|を)(?:避け|控え|選ば)"
)
_BEFORE = re.compile(
    "(?:使わない|使っていない|含まない|含んでいない|入らない|入っていない|入れない|抜きの|ぬきの|なしの|不使用の|フリーの|のような|みたいな)$"
)
_TOLD = re.compile(
    f"(?:{_USE})[^、。]{{0,4}}ます(?:ね|よ)?(?=[、。]|$)"
    "|(?:足し|加え|入れ|のせ|かけ|混ぜ|使い|振り|溶き|落とし)て?、[^。]*ます(?=[、。]|$)"
    "|^[^、。]{0,8}でも?[^、。]{0,10}(?:出|つき|補え|作れ)ます"
)
_WORD_GOES_ON = re.compile("^[一-龠ァ-ヶー]{1,4}")
_CLAUSE_ENDS = re.compile("(?:ば|ら|は|と|て|で|が|に|を|も|ので|から|し)$")  # whose 、 joins no list
_FORBIDS = re.compile("(?:使わ|入れ|加え|食べ|足さ)ないで(?:ください|お)")
_NEEDED = re.compile("(?:使わ|入れ|加え|足さ|混ぜ|かけ)な(?:いと(?!き|こ)|ければ)")
_GAINS = re.compile(
    "(?:足[しす]|加え|入れ|のせ|かけ|混ぜ|使[いうえっ]|替え|添え|振[りる]|ゆるめ|のば[しす])[^、。]{0,5}(?:と|ば|たら)、?[^。]*ます"
)
_LOSES = re.compile(
    "くずれ|崩れ|ぼやけ|かたく|固く|固ま|水っぽ|悪く|消え|逃げ|飛び|割れ|分離|生臭|くどく|濁り|焦げ|べちゃ|ゆるく"
)
# How what is there is made safe; nothing is put in.
_CARE = re.compile(
    "火[をが](?:中まで|しっかり|よく)?通|赤み|肉汁|(?:中まで|半熟にせず|すっかり)[^。]*固[めま]|洗[っい]|中心まで"
)
_PUT_IN = re.compile("加え|足[しす]|入れ|のせ|使[えい]|代わり|でも作|替え")
_NAMED_AS = re.compile("おすすめ|お勧め|オススメ|代わり(?:に|は|になる)|候補|よく合う|ぴったり")
_QUOTED = re.compile("「[^」]*」(?=と(?:話|感じ|書|おっしゃ|うかが|聞|の[おご]))")
_DISH_ADVISED = (
    "[^。]{0,32}(?:おすすめ|お勧め|から始め|を作ってみ|はいかが|がぴったり|に挑戦|がいちばん|から作)"
)


def diet_violations(
    text: str, avoided: Avoided, dish: DishGuide | None = None, *, is_substitute: bool = False
) -> list[str]:
    """What the text recommends of that; `dish` is the one that is spoken of."""
    named = dict.fromkeys(
        (*recommended(text, avoided, is_substitute=is_substitute), *_advised_dishes(text, avoided, dish))
    )
    return [f"diet: the learner does not eat {name}: recommend something else" for name in named]


def recommended(text: str, avoided: Avoided, *, is_substitute: bool = False) -> list[str]:
    """The names of what is avoided and yet recommended. Where a substitute was asked for, a bare 〜です names one."""
    if not avoided:
        return []
    sentences = claims.sentences(_QUOTED.sub("", text))
    return [
        name for each in sentences for name in _recommended_in(each, avoided, is_substitute=is_substitute)
    ]


def without_avoided(sentence: str, avoided: Avoided) -> str:
    """The sentence, without what is avoided where it stands in a list of others; "" where it rests on it."""
    for _ in range(MOST_ITEMS):
        if not recommended(sentence, avoided):
            return sentence
        if not (shorter := _without_item(sentence, avoided)):
            return ""
        sentence = shorter
    return ""


def cooked_foods(brief: CoachingBrief) -> frozenset[str]:
    """What this cook holds: what the dish cannot be without, and what was seen or told of it."""
    told = (brief.transcript, *brief.structured_input.identified_issues)
    return _cooked(brief.dish, brief.analysis, brief.fault, told)


def avoided_in(brief: CoachingBrief) -> Avoided:
    """What must not be recommended to whoever cooked this."""
    return avoided_by(brief.profile).besides(cooked_foods(brief))


def avoided_in_answer(brief: QuestionBrief) -> Avoided:
    """Of the dish that they last cooked may be spoken, but nothing is named in its ingredients' place."""
    avoided = avoided_by(brief.profile)
    if brief.dish is None or asks_substitute(brief):
        return avoided
    fault = load().faults.get(brief.analysis.fault or "") if brief.analysis else None
    return avoided.besides(_cooked(brief.dish, brief.analysis, fault, ()))


def asks_substitute(brief: QuestionBrief) -> bool:
    return ASKS_SUBSTITUTE.search(brief.question) is not None


def _cooked(
    dish: DishGuide, analysis: VideoAnalysis | None, fault: Fault | None, told: Sequence[str]
) -> frozenset[str]:
    # What is asked about (バターを入れてもいいですか) is not in the pan for that.
    seen = [
        each for text in told for each in claims.sentences(text) if not claims.asks(each.strip("。!！?？\n"))
    ]
    if analysis is not None:
        seen += [analysis.evidence, *(event.event for event in analysis.cooking_events)]
    found = {key for text in seen for key in _used_in(text)}
    if fault is not None:  # which may be any dish's
        about = (fault.name_ja, fault.seen, fault.diagnosis)
        found |= {key for text in about for key in _used_in(text)} & foods_of(dish)
    return foods_of(dish, usual=False) | found


def _used_in(text: str) -> set[str]:
    """The families that the text has in use."""
    return {
        key
        for key in foods()
        for _, words, start, end in Avoided((key,)).places_in(text)
        if not _is_left_out(words, start, end)
    }


def _recommended_in(sentence: str, avoided: Avoided, *, is_substitute: bool) -> Iterator[str]:
    if claims.asks(sentence.strip("。!?！？\n").lower()):
        return
    if _CARE.search(sentence) and not _PUT_IN.search(sentence):
        return
    for name, words, start, end in avoided.places_in(sentence):
        if _is_left_out(words, start, end):
            continue
        after = words[end:].rstrip("。!！\n")
        if _FORBIDS.search(after):
            continue
        advises = claims.advises(after, 0) and re.search(_USE, after) is not None
        is_named = after.endswith(("です", "ですね", "ですよ")) and (
            is_substitute or _NAMED_AS.search(words) is not None
        )
        gains = (_GAINS.search(after) and not _LOSES.search(after)) or _NEEDED.search(after)
        if advises or gains or _TOLD.search(after) or is_named:
            yield name


def _without_item(sentence: str, avoided: Avoided) -> str:
    """きのこや玉ねぎ、かつお節を → きのこや玉ねぎを; "" where no list holds it."""
    for _, words, start, end in avoided.places_in(sentence):
        if len(words) != len(sentence) or _is_left_out(words, start, end):
            continue
        left = max(words.rfind(joiner, 0, start) for joiner in "、や") + 1
        before = words[left:start]
        rest = _WORD_GOES_ON.sub("", words[end:])  # かつお|節
        if (
            re.match("(?:や|、(?!$))", rest)
            and len(before) <= LONGEST_ITEM
            and not re.search("[をがは]", before)
        ):
            return words[:left] + rest[1:]
        is_last = not _CLAUSE_ENDS.search(words[: left - 1]) and re.match("[のをにもで]", rest)
        if left and not before and is_last:
            return words[: left - 1] + rest
    return ""


def _is_left_out(words: str, start: int, end: int) -> bool:
    rest = words[end:]
    after = rest[re.match(r"[^をはがもでにの、。や]{0,4}", rest).end() :]  # type: ignore[union-attr]
    is_after = _AFTER.search(rest) or _AFTER.search(after)
    return bool(is_after or _BEFORE.search(words[:start]))


def _advised_dishes(text: str, avoided: Avoided, spoken_of: DishGuide | None) -> Iterator[str]:
    for dish in load().dishes.values():
        held = foods_of(dish) & set(avoided.families)
        if held and dish is not spoken_of and re.search(re.escape(dish.name_ja) + _DISH_ADVISED, text):
            yield dish.name_ja
