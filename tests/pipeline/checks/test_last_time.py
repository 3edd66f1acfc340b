"""Words on last time's advice say no more than was seen, and say it where it was not."""

import pytest

from knowledge_base.catalogue import load
from models.coaching import FollowUp, FollowUpVerdict
from pipeline.checks.coaching import check_coaching
from pipeline.checks.last_time import false_claims
from pipeline.providers.ports import Asked, CoachingBrief, ProviderRefused
from tests.pipeline.checks.kitchen import analysis, brief, coaching

FAULT = load().faults["pan_not_hot"]
ASKED = Asked(FAULT.next_action, FAULT.success_sign, FAULT.stop_cue, FAULT)
RIGHT = {
    FollowUpVerdict.SEEN: "前回の「音を聞いてから入れましょう」、今回はちゃんと見えましたよ。",
    FollowUpVerdict.PARTLY: "前回お願いしたことは、少しずつ形になってきました。",
    FollowUpVerdict.NOT_YET: "前回の「音が立つのを見届けましょう」は、今回の動画ではまだ見えませんでした。",
    FollowUpVerdict.NOT_VISIBLE: "前回お願いしたことは、今回の映像では確かめられませんでした。",
    FollowUpVerdict.TOO_FAR: "前回のことを試して、少し行きすぎたようです。失敗ではなく前進です。",
}
CLAIMS = (
    "前回お願いしたことが、できていました。",
    "前回お願いしたところは、もう出ていませんでした。",
    "前回のところは、しっかり直っています。",
    "前回お願いしたことが、身につきましたね。",
)


def cook(verdict: FollowUpVerdict, **values: object) -> CoachingBrief:
    evidence = {} if verdict is FollowUpVerdict.NOT_VISIBLE else {"second": 5, "evidence": "音がしています。"}
    past = FollowUp(verdict=verdict, fault=FAULT.code, **evidence)
    return brief(
        analysis=analysis(follow_up=past.model_dump()), asked=ASKED, **({"session_number": 3} | values)
    )


@pytest.mark.parametrize("verdict", FollowUpVerdict)
def test_each_verdict_has_its_words(verdict: FollowUpVerdict) -> None:
    check_coaching(coaching(last_time=RIGHT[verdict]), cook(verdict))
    with pytest.raises(ProviderRefused, match="missing"):
        check_coaching(coaching(), cook(verdict))


@pytest.mark.parametrize("verdict", [FollowUpVerdict.NOT_YET, FollowUpVerdict.NOT_VISIBLE])
@pytest.mark.parametrize("claim", CLAIMS)
def test_what_was_not_seen_is_claimed_nowhere(verdict: FollowUpVerdict, claim: str) -> None:
    for field in ("last_time", "comparison", "praise"):
        words = {"last_time": RIGHT[verdict], "praise": "ゆうこさん、見ていましたね。"}
        words[field] = words.get(field, "") + claim
        with pytest.raises(ProviderRefused, match="claim"):
            check_coaching(coaching(**words), cook(verdict))
    assert false_claims(claim, verdict)  # of the voice too
    assert false_claims(claim, FollowUpVerdict.SEEN) == []


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (FollowUpVerdict.NOT_VISIBLE, "前回お願いしたことも、続けてみましょう。"),
        (FollowUpVerdict.NOT_YET, "前回お願いしたことも、続けてみましょう。"),
        (FollowUpVerdict.PARTLY, "前回お願いしたことは、すっかり形になりました。"),
        (FollowUpVerdict.TOO_FAR, "前回お願いしたことを、試してくださいましたね。"),
        (FollowUpVerdict.TOO_FAR, "前回のことは行きすぎです。失敗です。"),
        (FollowUpVerdict.SEEN, "前回のことが、0:30のあたりで見えました。"),
    ],
)
def test_words_that_miss_the_verdict_are_refused(verdict: FollowUpVerdict, words: str) -> None:
    with pytest.raises(ProviderRefused):
        check_coaching(coaching(last_time=words), cook(verdict))


def test_nothing_is_said_of_a_time_before_where_nothing_was_asked() -> None:
    with pytest.raises(ProviderRefused, match="nothing was asked"):
        check_coaching(coaching(last_time=RIGHT[FollowUpVerdict.SEEN]), brief())


def test_raw_meat_is_spoken_of_before_last_time() -> None:
    raw = "まず、肉はまだ食べずに、中心まで火を通し直してください。"
    gyoza = load().dishes["gyoza"]
    values = cook(FollowUpVerdict.SEEN, dish=gyoza, transcript="中の肉が赤くて生でした。")
    check_coaching(coaching(mondaiten=raw, safety="中まで火を通しましょう。"), values)
    with pytest.raises(ProviderRefused, match="last_time must be empty"):
        check_coaching(coaching(mondaiten=raw, last_time=RIGHT[FollowUpVerdict.SEEN]), values)


def test_a_second_attempt_that_came_out_worse_is_told_to_be_expected() -> None:
    worse = cook(FollowUpVerdict.SEEN, session_number=2, is_less_clean=True)
    words = {"last_time": RIGHT[FollowUpVerdict.SEEN]}
    with pytest.raises(ProviderRefused, match="wobble"):
        check_coaching(coaching(**words), worse)
    check_coaching(coaching(**words, comparison="2回目は、出来が揺れやすい回です。"), worse)
