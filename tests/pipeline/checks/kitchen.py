"""A session of fried rice and words about it that pass every check, for the tests beside this file."""

from dataclasses import replace
from typing import Any

from knowledge_base.catalogue import load
from models.coaching import CoachingText, CookingEvent, StructuredInput, VideoAnalysis
from pipeline.providers.ports import CoachingBrief, QuestionBrief

DISH = load().dishes["fried-rice"]
GOOD = "卵がやわらかいうちに合わせましょう。"


def analysis(**values: Any) -> VideoAnalysis:
    event = CookingEvent(t="0:05", t_seconds=5, event="卵が入りました")
    base = VideoAnalysis(
        cooking_events=[event],
        key_moment_timestamp="0:05",
        key_moment_seconds=5,
        diagnosis="卵が固まっています。",
    )
    return VideoAnalysis.model_validate(base.model_dump() | values)


def brief(**values: Any) -> CoachingBrief:
    base = CoachingBrief(
        first_name="ゆうこ",
        dish=DISH,
        session_number=1,
        analysis=analysis(),
        fault=None,
        principles=[],
        principle=None,
        structured_input=StructuredInput(),
        transcript="",
        self_ratings={},
        past_sessions=[],
        days_since_last=None,
    )
    return replace(base, **values)


def question() -> QuestionBrief:
    return QuestionBrief(
        first_name="ゆうこ",
        question="なぜですか",
        dish=DISH,
        coaching=None,
        analysis=None,
        principles=[],
        history=[],
    )


def coaching(**values: Any) -> CoachingText:
    parts = {
        "praise": "ゆうこさん、手をとめて見ていましたね。",
        "mondaiten": GOOD,
        "skill": GOOD,
        "next_action": GOOD,
        "success_sign": GOOD,
    }
    return CoachingText.model_validate(parts | values)
