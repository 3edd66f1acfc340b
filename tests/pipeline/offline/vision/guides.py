"""A curriculum of one fault a signal, so that what the analyst names tells which signal it read."""

from pathlib import Path

from footage.script import ClipRecipe
from knowledge_base.content import Cuisine, DishGuide, Fault, Refinement, Signal, Step
from models.coaching import RatingAspect, StructuredInput, VideoAnalysis
from pipeline.providers.offline.analyst import OfflineAnalyst
from pipeline.providers.ports import AnalysisBrief, Footage, Look

SMALL = (180, 320)
SECONDS = 16.0


def small(dish: str, variant: str, seed: int = 1) -> ClipRecipe:
    return ClipRecipe(dish, variant, SECONDS, SMALL, seed, frames_per_second=8)


def fault(
    code: str,
    *signals: Signal,
    words: tuple[str, ...] = ("ありえない話",),
    spoils: tuple[RatingAspect, ...] = (),
) -> Fault:
    return Fault(
        code=code,
        name_ja=code,
        seen="様子が変わります。",
        diagnosis=f"{code}が起きていました。",
        stage="加熱",
        severity=2,
        skill="heat_management",
        principle_id="listen",
        next_action="音を聞きましょう。",
        success_sign="音が続きます。",
        learner_words=list(words),
        aspects=list(spoils),
        signals=list(signals),
    )


ONE_EACH = tuple(fault(signal.value, signal) for signal in Signal)


def guide(slug: str, faults: tuple[Fault, ...]) -> DishGuide:
    return DishGuide(
        slug=slug,
        name_ja="料理",
        name_en="dish",
        description_ja="料理です。",
        month_unlocked=1,
        order=1,
        principles=["heat_management"],
        transferable_to=[],
        steps=[Step(name="焼く", looks="色づきます。")],
        attempts=["一", "二", "三"],
        faults=[each.code for each in faults],
        refinements=[
            Refinement(
                skill="heat_management",
                principle_id="listen",
                point="点",
                next_action="次",
                success_sign="印",
            )
        ],
        safety=[],
        start_cue="始め",
        stop_cue="終わり",
        substitutions=[],
        allergens=[],
        core_foods=[],
        usual_foods=[],
        cuisines=[Cuisine.JAPANESE],
        traits=[],
        speech_phrases=[],
    )


def brief(
    faults: tuple[Fault, ...] = ONE_EACH,
    *,
    dish: str = "fried-rice",
    transcript: str = "",
    issues: tuple[str, ...] = (),
    ratings: dict[str, int] | None = None,
    seconds: float = SECONDS,
) -> AnalysisBrief:
    return AnalysisBrief(
        dish=guide(dish, faults),
        faults=faults,
        session_number=1,
        duration_seconds=seconds,
        transcript=transcript,
        structured_input=StructuredInput(identified_issues=list(issues)),
        self_ratings=ratings or {},
    )


def analysis_of(video: Path, analysis_brief: AnalysisBrief | None = None) -> VideoAnalysis:
    """Of a video that is its own view, and shows a cook."""
    look = look_at(video, analysis_brief)
    assert isinstance(look, VideoAnalysis)
    return look


ANALYST = OfflineAnalyst()  # one for all, as in a process: its network takes as long to make as a look


def look_at(video: Path, analysis_brief: AnalysisBrief | None = None) -> Look:
    """At a video that is its own view."""
    return ANALYST.analyze(Footage(video, _cut), analysis_brief or brief())[0]


def _cut(_start: float, _seconds: float, _output: Path) -> Path:
    raise AssertionError("the offline analyst looks once")
