"""What is said of last time's advice claims no more than what was seen, and says it where it was not."""

import re

from models.coaching import CoachingText, FollowUpVerdict
from pipeline.checks.raw_meat import needs_warning
from pipeline.providers.ports import CoachingBrief
from pipeline.providers.sentences import sentences

_OF_LAST_TIME = re.compile("前回|前の(?:回|料理)|のときに|お願いした|お伝えした")
_CLAIMS = re.compile(
    "でき(?:てい|るように|まし)|ちゃんと見え|見えまし|見えてい|見られまし|変わって|変わりまし|直(?:って|り)|なくな|出ていません|出なく|"
    "見当たりません|見当たらな|克服|乗り越え|身につ|うまくいき|成功"
)
_NOT_A_CLAIM = re.compile("同じ|まだ|残って|かどうか|[かが]は、?(?:わか|確か|見)|言い切れ")
_ADMITS = re.compile(
    "(?:確かめ|見分け|見え|見られ|言い切|判断|わか|聞き取|聞き分け|見きわめ)[^。]{0,8}ま?せん|映って[^。]{0,4}せん"
)
_WHOLLY = re.compile("すっかり|完全に|ばっちり|完璧|もう大丈夫")
_TOO_FAR = re.compile("すぎ")
_WOBBLE = re.compile("揺れ|失敗(?:では|じゃ)|後退(?:では|じゃ)|行きすぎ|自然なこと|ぎこちな|下がったように")


def last_time_violations(coaching: CoachingText, brief: CoachingBrief) -> list[str]:
    past, text = brief.analysis.follow_up, coaching.last_time.strip()
    if past is None or brief.asked is None:
        return ["last time: nothing was asked before, so last_time must be empty"] if text else []
    told = "\n".join((coaching.praise, coaching.comparison))
    wrong = false_claims(told, past.verdict) + _unkind_wobble(coaching, brief)
    if needs_warning(brief):
        return [*wrong, *(["safety: raw food is spoken of first: last_time must be empty"] if text else [])]
    if not text:
        return [*wrong, "last time: last_time is missing: it says what became of what was asked"]
    return wrong + _wrong_for(past.verdict, text)


def false_claims(text: str, verdict: FollowUpVerdict) -> list[str]:
    """Sentences on last time that say more than was seen."""
    if verdict is FollowUpVerdict.SEEN:
        return []
    about = [each for each in sentences(text) if _OF_LAST_TIME.search(each)]
    if verdict is FollowUpVerdict.PARTLY:
        return [f"claim: it was only partly seen: {each}" for each in about if _WHOLLY.search(each)]
    if verdict is FollowUpVerdict.TOO_FAR:
        return []
    return [f"claim: this was not seen: {each}" for each in about if _claims(each)]


def _wrong_for(verdict: FollowUpVerdict, text: str) -> list[str]:
    match verdict:
        case FollowUpVerdict.NOT_YET | FollowUpVerdict.NOT_VISIBLE:
            claims = [f"claim: this was not seen: {each}" for each in sentences(text) if _claims(each)]
            admits = _ADMITS.search(text) or (verdict is FollowUpVerdict.NOT_YET and "まだ" in text)
            return claims if admits else [*claims, "last time: say that it was not seen"]
        case FollowUpVerdict.PARTLY:
            return ["claim: it was only partly seen"] if _WHOLLY.search(text) else []
        case FollowUpVerdict.TOO_FAR:
            return [] if _TOO_FAR.search(text) else ["last time: say that it went too far (行きすぎ), kindly"]
        case FollowUpVerdict.SEEN:
            return []


def _claims(sentence: str) -> bool:
    """Not what is quoted of the advice itself."""
    bare = re.sub("「[^」]*」", "", sentence)
    return bool(_CLAIMS.search(bare)) and not _NOT_A_CLAIM.search(bare)


def _unkind_wobble(coaching: CoachingText, brief: CoachingBrief) -> list[str]:
    """A second attempt that came out worse must not feel like failure."""
    told = "\n".join((coaching.last_time, coaching.praise, coaching.comparison, coaching.mondaiten))
    if brief.session_number != 2 or not brief.is_less_clean or _WOBBLE.search(told):
        return []
    return ["wobble: this attempt came out less clean: say that this is expected (揺れる回) and no failure"]
