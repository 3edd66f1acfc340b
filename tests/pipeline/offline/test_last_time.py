"""What the offline coach says first: what became of what was asked last time."""

import re
from dataclasses import replace

import pytest

from knowledge_base.catalogue import load
from knowledge_base.profile import Profile
from models.coaching import FollowUp, FollowUpVerdict, SessionSummary, StructuredInput, VideoAnalysis
from pipeline.checks.coaching import check_coaching
from pipeline.checks.narration import check_narration
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.pacing import PACE
from pipeline.providers.ports import Asked, CoachingBrief
from tests.pipeline.offline.kitchen import search_result
from tests.pipeline.offline.test_coaching_snapshots import COOKS

COACH = OfflineCoach()
KNOWN = load()


def asked_for(code: str, **values: str) -> Asked:
    fault = KNOWN.faults[code]
    return Asked(fault.next_action, fault.success_sign, fault.stop_cue, fault, **values)


def brief(
    verdict: FollowUpVerdict, asked: Asked, fault: str | None, dish: str = "fried-rice", number: int = 2
) -> CoachingBrief:
    guide = KNOWN.dishes[dish]
    found = KNOWN.faults[fault] if fault else None
    evidence = "鍋の上に、青みがかった煙が広がっています。" if fault else ""
    told = verdict in (FollowUpVerdict.TOO_FAR, FollowUpVerdict.NOT_YET)
    past = FollowUp(
        verdict=verdict,
        fault=asked.fault.code if asked.fault else None,
        second=None if verdict is FollowUpVerdict.NOT_VISIBLE else 41,
        evidence=""
        if verdict is FollowUpVerdict.NOT_VISIBLE
        else evidence
        if told and evidence
        else "焼ける音が、はっきり大きくなっています。",
    )
    principle = KNOWN.principles[found.principle_id if found else guide.refinements[0].principle_id]
    return CoachingBrief(
        first_name="美咲",
        dish=guide,
        session_number=number,
        analysis=VideoAnalysis(
            cooking_events=[],
            key_moment_timestamp="0:41",
            key_moment_seconds=41,
            diagnosis=found.diagnosis if found else "落ちついて作れていました。",
            fault=fault,
            evidence=evidence,
            follow_up=past,
        ),
        fault=found,
        principles=[search_result(principle)],
        principle=principle,
        structured_input=StructuredInput(),
        transcript="",
        self_ratings={},
        past_sessions=[
            SessionSummary(dish=dish, session=number - 1, key_issue="", key_progress="", fault=past.fault)
        ],
        days_since_last=5,
        asked=asked,
        is_less_clean=verdict is FollowUpVerdict.TOO_FAR,
    )


@pytest.mark.parametrize("slug", ["fried-rice", "karaage", "miso-soup", "simmered-fish"])
@pytest.mark.parametrize("verdict", FollowUpVerdict)
def test_it_is_said_first_in_the_card_and_by_the_voice(slug: str, verdict: FollowUpVerdict) -> None:
    first, second = COOKS[slug][:2]
    asked = asked_for(first)
    fault = {FollowUpVerdict.NOT_YET: first, FollowUpVerdict.TOO_FAR: second}.get(verdict)
    cook = brief(verdict, asked, fault, slug)

    text, _ = COACH.coaching_text(cook)
    script, _ = COACH.narration(cook, text)

    check_coaching(text, cook)
    check_narration(script, cook, PACE)
    is_raw = not text.last_time  # then the card begins with it
    assert asked.action.rstrip("。") in (text.comparison if is_raw else text.last_time)
    assert "お願いした" in script.part1
    assert not re.search(r"様子が見られました。$", text.mondaiten)  # an opening that nothing follows


def test_too_far_is_named_kindly_with_the_sign_at_which_to_stop() -> None:
    asked = asked_for("pan_not_hot")
    text, _ = COACH.coaching_text(brief(FollowUpVerdict.TOO_FAR, asked, "oil_smoking"))

    assert "行きすぎた" in text.last_time
    assert "失敗ではなく" in text.last_time
    assert text.last_time.endswith(asked.stop_cue)
    assert "揺れて" in text.comparison


def test_what_another_dish_left_open_is_called_by_that_dish() -> None:
    asked = asked_for("pan_not_hot", earlier_dish="チャーハン")
    text, _ = COACH.coaching_text(brief(FollowUpVerdict.SEEN, asked, None, "beef-steak", number=1))

    assert text.last_time.startswith("チャーハンのときにお願いした「")
    assert "ちゃんと見えました" in text.last_time
    assert "0:41" in text.last_time


def test_advice_that_fits_them_no_more_is_not_quoted() -> None:
    asked = asked_for("charring_high_heat")
    assert "浮かせ" in asked.action
    cook = replace(brief(FollowUpVerdict.SEEN, asked, None), profile=Profile(kitchen_heat="ih"))
    text, _ = COACH.coaching_text(cook)

    assert text.last_time.startswith("前回お願いしたこと、")
    assert "浮かせ" not in text.last_time
