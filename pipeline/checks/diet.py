"""What a learner does not eat is never recommended to them, whoever wrote the words.

A sentence that names such a food recommends it, unless it leaves it out (卵は使わずに), replaces it (バターの代わりに油を), warns of
it, tells what was seen (卵が固まっていました) or its nature (卵は熱で固まります). What the dish cannot be without may be spoken of; what the
analysis saw go in too, but nothing is ever added of it. What a learner says frees nothing: 「えびを食べるとじんましんが出ます」.
"""

import re
import unicodedata
from collections.abc import Iterator

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Fault
from knowledge_base.foods import Avoided, avoided_by, foods, foods_named_in, foods_of
from models.coaching import VideoAnalysis
from pipeline.checks.safety import claims
from pipeline.providers.ports import CoachingBrief, QuestionBrief

MOST_ITEMS = 6  # of a list in one sentence
LONGEST_ITEM = 8  # characters before the food's own name: 家にある別の
ASKS_SUBSTITUTE = re.compile(
    "代わり|代用|かわりに|替え(?:て|る|ら)|変えて|(?:なく|無く)ても|がない|きらし|切らし|足りない|なしで|抜きで|使わないで"
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
_CANNOT = re.compile(
    "^[^、。をに]{0,6}(?:を|は|が|も|に|など)*[^、。はがを]{0,6}(?:(?:使え|使わ|使って(?:い)?|入って(?:い)?|入れられ|入ら|含ま(?:れ)?|含んで(?:い)?|食べ(?:られ)?|召し上が[られ]|"
    "飲[めま]|頼ら|頼りす|手に入ら)(?:ない|なく|ません|ず)|控えて|避けて|(?:お好きで|好きでは)な)"
)
_BEFORE = re.compile(
    "(?:使わない|使っていない|含まない|含んでいない|入らない|入っていない|入れない|抜きの|ぬきの|なしの|不使用の|フリーの|のような|みたいな)$"
)
_LIKENED = re.compile("^[^、。をは]{0,8}(?:のよう[にな]|みたい[にな]|を思わせ|に似|を思い出)")
_TOOL = re.compile(
    "^[^、。]{0,8}[ただる](?:まな板|包丁|道具|手|ボウル|器|皿|お皿|箸|菜箸|トング|布巾|台|スプーン)[^。]*(?:洗|ふ[きいく]|拭|替え|分け|消毒)"
)
_WORD_GOES_ON = re.compile("^[一-龠ァ-ヶー]{1,4}")
_CLAUSE_ENDS = re.compile("(?:ば|ら|は|と|て|で|が|に|を|も|ので|から|し)$")  # whose 、 joins no list
_FORBIDS = re.compile(
    "(?:使わ|用い|入れ|加え|食べ|足さ|飲ま|選ば|混ぜ|召し上がら|のせ|添え|出さ|口にし)ないで(?:ください|お|ね)|(?:避け|控え)(?:て(?:ください|お)|ましょう|る)"
    "|(?:おすすめ|お勧め)(?:し|でき|いたし)ません|やめ(?:て(?:ください|お)|ましょう)|(?:使え|入れられ|召し上がれ|食べられ)ません"
    "|(?:もの|こと|場合|製品|商品)[がも](?:多く?)?あ[りる][^。]*(?:表示|原材料|ラベル)|(?:含|入ってい)[^。]*(?:表示|原材料|ラベル)"
)
# 牛乳を加えたら、水は足さないでください forbids the water.
_PUT_IN_FIRST = re.compile(
    "^[^、。はが]{0,6}(?:を|も|で|に)[^、。]*(?:加え|足[しす]|入れ|のせ|混ぜ|溶[いかけ]|かけ|散ら|添え|炒め|焼[いけ])(?![^、。]{0,3}[たる](?:もの|製品|商品|料理|とき|こと))"
)
# What was seen of this cook, or is good about it; never where it says what would have been better.
_FINDS = re.compile(
    "(?:(?:まし|でし|かっ|だっ)た(?:の?です)?|(?<!向い)(?<!適し)(?<!合っ)(?<!すぐれ)(?<!優れ)(?<!役立っ)(?<!待っ)(?<!むい)[てで]い?ます)(?:[ねよ]+|が)?$|[ただ](?:の|ところ|点|の?タイミング)[はもが]、?[^。]{0,20}です[ねよ]*$"
)
_WISHES = re.compile(
    "(?:ば|たら|ると|ほうが|方が)[^、。]{0,8}(?:よかった|良かった)|べきでした|(?:もっと|さらに|より)[^。]*(?:なって|よかった)"
)
_NATURE = (
    "(?:固ま|溶け|焦げ|縮|割れ|分離し?|沈|浮|しま[りる]|こわば|[かる固硬]たくな|[固硬]くな|飛[びぶ]|傷|いた[みむ]|くずれ|崩れ|ぼやけ|水っぽ|悪く|消え|逃げ|生臭|"
    "くどく|濁|べちゃ|ゆるく|色づ|こげ)[^、。]{0,8}(?:ます|です)[ねよ]*$"
)
_TELLS_NATURE = re.compile(
    f"^(?:[^、。をでに]{{0,4}}(?:は|が)|の[^、。をでに]{{1,10}}(?:は|が)|[^。]*と、?)[^。]*{_NATURE}"
)
# How what is there is made safe; nothing is put in.
_CARE = re.compile(
    "火[をが](?:中まで|しっかり|よく)?通|赤み|肉汁|(?:中まで|半熟にせず|すっかり)[^。]*固[めま]|洗[っい]|中心まで"
)
_PUT_IN = re.compile(
    "加え|足[しす]|入れ|のせ|使[えい]|代わり|でも作|替え|並べ|用意|選|買|刻|合わせ|添え|漬け|巻"
)
_SUGGESTS = re.compile(
    "(?:いかが|どう)(?:です|でしょう)か?$|(?:ませんか|ましょうか|(?:ない|よい|いい|良い)(?:です|でしょう)か|ないか|ないかな)$"
)
_MORE = re.compile(
    "^[^、。はが]{0,6}(?:を|も|で|と|や|に)[^。]*(?:入れ|加え|足[しすせそ]|のせ|添え|散ら|かけ|追加|増や|もうひと|もう一|替え|使[いうえっ]|用意|買|割[りっ]|落と|混ぜ)"
    "|^[^、。]{0,4}(?:も|なら|です|でも)(?=、|$|よ|い)"
)
_SEEN_IN = re.compile(
    "(?:入れ|入り|入っ|加え|割り|割っ|流し|流れ|炒め|焼[いきけか]|煮|揚げ|混ぜ|混ざ|のせ|からめ|溶[いきけか]|固ま|ゆで|茹で|まぶ|注[いぎ]|落と)[^、。]{0,12}(?:ます|ました|た|ている|る)?[。]?$"
)
_NOT_SEEN = re.compile(
    "ない|なく|なし|ません|[ずぬ](?:に|$|、)|抜き|アレルギー|あれるぎー|代わり|代用|避け|控え|発疹|じんましん|ショック|そう(?:です|な|に)|予定|つもり|らし|かもしれ|話して|とのこと|[?？か]$"
)
_QUOTED = re.compile("「[^」]*」(?=と(?:話|感じ|書|おっしゃ|うかが|聞|の[おご]))")
_DISH_ADVISED = (
    "[^。]{0,32}(?:おすすめ|お勧め|から始め|を作ってみ|はいかが|がぴったり|に挑戦|がいちばん|から作)"
)


def diet_violations(text: str, avoided: Avoided, dish: DishGuide | None = None) -> list[str]:
    """What the text recommends of that; `dish` is the one that is spoken of."""
    named = dict.fromkeys((*recommended(text, avoided), *_advised_dishes(text, avoided, dish)))
    return [f"diet: the learner does not eat {name}: recommend something else" for name in named]


def recommended(text: str, avoided: Avoided) -> list[str]:
    """The names of what is avoided and yet recommended."""
    if not avoided:
        return []
    sentences = claims.sentences(_QUOTED.sub("", text))
    return [name for each in sentences for name in _recommended_in(each, avoided)]


def without_avoided(sentence: str, avoided: Avoided) -> str:
    """The sentence, without what is avoided where it stands in a list of others; "" where it rests on it."""
    for _ in range(MOST_ITEMS):
        if not recommended(sentence, avoided):
            return sentence
        if not (shorter := _without_item(sentence, avoided)):
            return ""
        sentence = shorter
    return ""


def seen_foods(brief: CoachingBrief) -> frozenset[str]:
    """The families that the analysis saw go into this cook."""
    return _seen(brief.dish, brief.analysis, brief.fault)


def avoided_in(brief: CoachingBrief) -> Avoided:
    """What must not be recommended to whoever cooked this."""
    return avoided_by(brief.profile).besides(foods_of(brief.dish, usual=False), seen_foods(brief))


def avoided_in_answer(brief: QuestionBrief) -> Avoided:
    """Of the dish that they last cooked may be spoken, but nothing is named in its ingredients' place."""
    avoided = avoided_by(brief.profile)
    if brief.dish is None or asks_substitute(brief):
        return avoided
    fault = load().faults.get(brief.analysis.fault or "") if brief.analysis else None
    return avoided.besides(foods_of(brief.dish, usual=False), _seen(brief.dish, brief.analysis, fault))


def asks_substitute(brief: QuestionBrief) -> bool:
    return ASKS_SUBSTITUTE.search(brief.question) is not None


def _seen(dish: DishGuide, analysis: VideoAnalysis | None, fault: Fault | None) -> frozenset[str]:
    if analysis is None:
        return frozenset()
    texts = (analysis.evidence, *(event.event for event in analysis.cooking_events))
    seen = {
        key for text in texts for each in claims.sentences(text) for key in _put_in(each.strip("。!！\n"))
    }
    if fault is not None:  # which may be any dish's
        seen |= foods_named_in(fault.name_ja) & foods_of(dish)
    return frozenset(seen)


def _put_in(sentence: str) -> set[str]:
    """The families that a sentence of the analysis has in the pan; none where anything in it is denied."""
    if _NOT_SEEN.search(sentence) or claims.asks(sentence):
        return set()
    places = ((key, place) for key in foods() for place in Avoided((key,)).places_in(sentence))
    return {key for key, (_, words, _start, end) in places if _SEEN_IN.search(words[end:])}


def _recommended_in(sentence: str, avoided: Avoided) -> Iterator[str]:
    bare = unicodedata.normalize("NFKC", sentence).strip("。!?\n \u3000")
    suggests = _SUGGESTS.search(bare) is not None
    if not suggests and (claims.asks(bare.lower()) or sentence.rstrip().endswith(("?", "？"))):
        return
    if _CARE.search(sentence) and not _PUT_IN.search(sentence):
        return
    for name, words, start, end in avoided.places_in(sentence):
        if not _is_harmless(words, start, end):
            yield name
    for name, words, start, end in Avoided(avoided.seen).places_in(sentence):
        if _MORE.search(words[end:].rstrip("。!！\n")) and not _is_harmless(words, start, end):
            yield name


def _is_harmless(words: str, start: int, end: int) -> bool:
    after = words[end:].rstrip("。!！?？\n \u3000")
    if _is_left_out(words, start, end) or _LIKENED.search(after) or _TOOL.search(after):
        return True
    forbids = _FORBIDS.search(after)
    if (forbids and not _PUT_IN_FIRST.search(after[: forbids.start()])) or _TELLS_NATURE.search(after):
        return True
    return _FINDS.search(after) is not None and not _WISHES.search(after)


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
    is_after = _AFTER.search(rest) or _AFTER.search(after) or _CANNOT.search(rest)
    return bool(is_after or _BEFORE.search(words[:start]))


def _advised_dishes(text: str, avoided: Avoided, spoken_of: DishGuide | None) -> Iterator[str]:
    for dish in load().dishes.values():
        held = foods_of(dish) & set(avoided.families)
        if held and dish is not spoken_of and re.search(re.escape(dish.name_ja) + _DISH_ADVISED, text):
            yield dish.name_ja
