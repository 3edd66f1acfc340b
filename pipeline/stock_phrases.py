"""What speech recognisers write where nobody speaks: they were taught on subtitles, which thank and say goodbye."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

THANKS = r"(誠に|まことに|本当に|どうも)?、?\s?ありがとうござい(ました|ます)"
GIVING = r"((いただ|頂)(き|いて)|くださり|下さり|くださって|下さって)?(まして)?"
PLEASE = r"(を|も|と|、|\s)*(ぜひ|是非|どうぞ)?、?(よろしく|宜しく)?、?(お願い(いた|致)?します|お願いね|してね|してください|を?よろしく)"
SUBSCRIBING = r"(チャンネル登録|高評価|グッドボタン|ベルマーク|いいねボタン)"
FAREWELL = r"((それ)?では|じゃあ?)?、?\s?(また|それでは)?、?\s?"

# Of a film's viewers: no learner says them of a dish.
VIEWERS = (
    rf"((本日|今日|今回)[はも]|この動画を)?、?\s?(最後まで|ここまで)?、?(ご|御)?(視聴|清聴){GIVING}、?\s?{THANKS}",
    rf"{SUBSCRIBING}((と|や|、|・|&|\s)*{SUBSCRIBING})*{PLEASE}",
    rf"{FAREWELL}(次|次回|今度)の?(動画|回|ビデオ)で(も)?、?\s?(また)?、?(お会い(しましょう|できれば.{{0,8}})|会いましょう|お楽しみに)",
    r"(この番組は)?.{0,12}提供で?お送り(しました|いたしました)",
    rf"(日本語)?字幕(視聴|作成|制作|製作|提供|協力|翻訳|監修)(者|会社)?({THANKS}|[:\s]\s?\S{{1,12}}|(?![しすをが])\S{{0,4}}(?=$|[\s。]))?",
    r"字幕\s?(by|:)\s?\S{1,24}( \S{1,24}){0,2}",
    r"thank(s| you)( (so|very) much| all| everyone)? for (watching|viewing|listening)( (this|the|my) (video|channel))?",
    r"(please )?(don'?t forget to )?(like (and|&) )?subscribe( to (my|the|our|this) channel)?",
    r"(subtitles?|captions?|transcription|transcribed|translated|captioned|translation)( (made|provided|created|done|edited))? by( the)?( [\w.'&-]+){1,5}",
    r"see you( (all|guys))? (in the |in my |for the )?next (video|time|one)",
    r"(www\.)?[\w-]+\.(org|com|tv|jp)(/\S*)?",
    r"[\[(【♪♫]\s?(音楽|拍手|歓声|BGM|music|applause|silence|無音)\s?[\])】♪♫]|[♪♫]+",
)
# Of courtesy: a learner says them too, so that only the sound can tell.
COURTESY = (
    THANKS,
    rf"(最後まで)?、?(ご覧){GIVING}、?\s?{THANKS}",
    r"(どうも)?ありがとう(ね)?",
    r"(本当に)?お疲れ(様|さま)(でした|です)",
    r"おやすみ(なさい)?",
    r"さようなら|さよなら|バイバイ|じゃあ?ね|またね|それではまた|では、?また",
    r"\b(thank you|thanks)( (so|very) much)?\b|\bbye([ -]?bye)?\b|\bgood ?(night|bye)\b",
    r"(?<![^\s。、])(はい|うん|あ|お|え|you)(?=$|[\s。、.])",
)
BREAKS = " 。！？!?.\n"
GAP = r"[\s。、,.!?！？…・]*"
GOES_ON = r"(?![っつてとをがはのにもでなへや])"  # チャンネル登録お願いしますって言われて


def pattern_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    any_phrase = "|".join(f"(?:{phrase})" for phrase in phrases)
    return re.compile(rf"(?:(?:{any_phrase}){GOES_ON}{GAP})+", re.IGNORECASE)


VIEWER_PATTERN = pattern_of(VIEWERS)
COURTESY_PATTERN = pattern_of((*VIEWERS, *COURTESY))
ONLY_GAP = re.compile(GAP)
LOOSE_ENDS = re.compile(rf"^{GAP}|[\s、,]*$")


@dataclass(frozen=True)
class StockPhrase:
    """`start` and `end` are places in the text."""

    start: int
    end: int
    is_viewers: bool  # which no learner says
    is_whole: bool  # an utterance of its own
    is_at_edge: bool  # of the text


def stock_phrases(text: str) -> Iterator[StockPhrase]:
    """Those of the text; viewers' first, where one is part of the other."""
    taken: list[StockPhrase] = []
    for pattern, is_viewers in ((VIEWER_PATTERN, True), (COURTESY_PATTERN, False)):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < each.end and each.start < end for each in taken):
                continue
            begins = ONLY_GAP.fullmatch(text[:start]) is not None
            ends = ONLY_GAP.fullmatch(text[end:]) is not None
            is_whole = (begins or text[start - 1] in BREAKS) and (ends or text[end - 1] in BREAKS)
            taken.append(StockPhrase(start, end, is_viewers, is_whole, begins or ends))
    yield from taken


def is_only_stock(text: str) -> bool:
    return COURTESY_PATTERN.fullmatch(text.strip()) is not None


def without(text: str, phrases: Iterable[StockPhrase]) -> str:
    """The text without these, and without the marks that then stand alone."""
    rest = text
    for phrase in sorted(phrases, key=lambda each: each.start, reverse=True):
        before, after = rest[: phrase.start], rest[phrase.end :]
        gap = " " if before and after and before[-1] not in BREAKS else ""
        rest = before + gap + after
    return LOOSE_ENDS.sub("", rest) if rest != text else text
