"""What a session of fried rice would give to the providers."""

from dataclasses import replace
from typing import Any

from knowledge_base.catalogue import load
from models.coaching import CoachingText, CookingEvent, RetrievedPrinciple, StructuredInput, VideoAnalysis
from pipeline.providers.ports import AnalysisBrief, CoachingBrief, QuestionBrief

DISH = load().dishes["fried-rice"]
FAULT = load().faults["oil_smoking"]
PRINCIPLE = load().principles[FAULT.principle_id]
SECONDS = 12.0
NAME = "ゆうこ"


def analysis(**changes: Any) -> VideoAnalysis:
    look = VideoAnalysis(
        cooking_events=[
            CookingEvent(t="0:02", t_seconds=2, event="油から煙が立つ", state="pan_temp: too_high"),
            CookingEvent(t="0:05", t_seconds=5, event="卵が入る", state="pan_temp: correct"),
        ],
        key_moment_timestamp="0:02",
        key_moment_seconds=2,
        diagnosis=FAULT.diagnosis,
        fault=FAULT.code,
        evidence="フライパンの上に、青みがかった煙が広がっています。",
        confidence="medium",
        provider="google",
    )
    return look.model_copy(update=changes)


def analysis_brief(**changes: Any) -> AnalysisBrief:
    brief = AnalysisBrief(
        dish=DISH,
        faults=[load().faults[code] for code in DISH.faults],
        session_number=1,
        duration_seconds=SECONDS,
        transcript="",
        structured_input=StructuredInput(),
        self_ratings={},
    )
    return replace(brief, **changes)


def coaching_brief(**changes: Any) -> CoachingBrief:
    brief = CoachingBrief(
        first_name=NAME,
        dish=DISH,
        session_number=1,
        analysis=analysis(),
        fault=FAULT,
        principles=[
            RetrievedPrinciple(
                principle_id=PRINCIPLE.id,
                title=PRINCIPLE.title,
                text=PRINCIPLE.text,
                category=PRINCIPLE.category,
                score=0.9,
            )
        ],
        principle=PRINCIPLE,
        structured_input=StructuredInput(questions=["温度はどうすればわかりますか。"]),
        transcript="煙が出てしまいました。温度はどうすればわかりますか。",
        self_ratings={"taste": 4},
        past_sessions=[],
        days_since_last=None,
    )
    return replace(brief, **changes)


def coaching(**changes: Any) -> CoachingText:
    text = CoachingText(
        praise=f"{NAME}さん、煙に気づいて火を弱めていましたね。",
        mondaiten="動画の0:02のあたりで、油から煙が立っていました。",
        skill="油は煙が立つ手前で、ゆらぎが見えます。",
        next_action="油のゆらぎが見えたら、卵を入れましょう。",
        success_sign="入れた瞬間に、元気な音が立ちます。",
        safety="油は、はねることがあります。顔を近づけないでください。",
        provider="google",
    )
    return text.model_copy(update=changes)


def question(words: str = "なぜ煙が出たのですか。", **changes: Any) -> QuestionBrief:
    brief = QuestionBrief(
        first_name=NAME,
        question=words,
        dish=DISH,
        coaching=coaching(),
        analysis=analysis(),
        principles=coaching_brief().principles,
        history=[],
    )
    return replace(brief, **changes)
