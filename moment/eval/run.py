"""One coach at one clip: the stages' own logic from the video to the narration, without rows and queues."""

from dataclasses import dataclass
from pathlib import Path

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from models.coaching import CoachingText, RetrievedPrinciple, StructuredInput, VideoAnalysis
from moment.eval.golden import GoldenItem
from moment.eval.library import Library
from moment.eval.results import Run, Step, StepRun
from moment.eval.steps import attempted, noted
from pipeline.briefs import to_teach
from pipeline.guards import check_analysis, check_coaching, check_narration
from pipeline.providers.ports import AnalysisBrief, CoachingBrief, Providers

LEARNER = "ゆうこ"


@dataclass(frozen=True)
class Case:
    """An item with its clip at hand."""

    item: GoldenItem
    clip: Path
    seconds: float

    @property
    def dish(self) -> DishGuide:
        return load().dishes[self.item.dish]

    @property
    def ratings(self) -> dict[str, int]:
        return {aspect.value: mark for aspect, mark in self.item.self_ratings.items()}


@dataclass(frozen=True)
class Coach:
    providers: Providers
    library: Library

    def coach(self, case: Case) -> Run:
        """Goes as far as there are answers to go on with."""
        said, steps = self.listened(case.item.memo or "")
        analysis, seen = self.seen(case, case.item.memo or "", said)
        steps += seen
        if analysis is None:
            return Run(said=said, steps=steps)
        with noted(Step.RETRIEVAL) as note:
            found = self.library.found(analysis, case.dish, said.questions, case.item.session_number)
        brief = _coaching_brief(case, analysis, said, found)
        composed = attempted(
            Step.COACHING,
            lambda repair: self.providers.coach.coaching_text(brief, repair),
            lambda text: check_coaching(text, brief),
        )
        run = Run(
            said=said,
            analysis=analysis,
            handed=[
                *(each.principle_id for each in found),
                *([brief.principle.id] if brief.principle else []),
            ],
            coaching=composed.answer,
            steps=[*steps, note, composed.note],
        )
        return self._narrated(run, brief, composed.answer) if composed.answer else run

    def listened(self, memo: str) -> tuple[StructuredInput, list[StepRun]]:
        if not memo:
            return StructuredInput(), []
        heard = attempted(
            Step.ENTITIES, lambda _: self.providers.coach.extract_entities(memo), lambda _: None
        )
        return heard.answer or StructuredInput(), [heard.note]

    def seen(
        self, case: Case, memo: str, said: StructuredInput
    ) -> tuple[VideoAnalysis | None, list[StepRun]]:
        """The look at the video before the memo came, then weighed again with what the memo says."""
        analyst, dish = self.providers.analyst, case.dish
        at_first = _analysis_brief(case, "", StructuredInput())
        look = attempted(
            Step.ANALYSIS,
            lambda repair: analyst.analyze(case.clip, at_first, repair),
            lambda analysis: check_analysis(analysis, case.seconds, dish),
        )
        first = look.answer
        if first is None:
            return None, [look.note]
        brief = _analysis_brief(case, memo, said)
        thought = attempted(
            Step.RECONSIDER,
            lambda repair: analyst.reconsider(first, brief, repair),
            lambda analysis: check_analysis(analysis, case.seconds, dish),
        )
        return thought.answer or first, [look.note, thought.note]

    def _narrated(self, run: Run, brief: CoachingBrief, coaching: CoachingText) -> Run:
        pace = self.providers.narrator.pace
        narrated = attempted(
            Step.NARRATION,
            lambda repair: self.providers.coach.narration(brief, coaching, repair),
            lambda script: check_narration(script, brief, pace),
        )
        return run.model_copy(update={"narration": narrated.answer, "steps": [*run.steps, narrated.note]})


def _analysis_brief(case: Case, memo: str, said: StructuredInput) -> AnalysisBrief:
    return AnalysisBrief(
        dish=case.dish,
        faults=[load().faults[code] for code in case.dish.faults],
        session_number=case.item.session_number,
        duration_seconds=case.seconds,
        transcript=memo,
        structured_input=said,
        self_ratings=case.ratings,
    )


def _coaching_brief(
    case: Case, analysis: VideoAnalysis, said: StructuredInput, found: list[RetrievedPrinciple]
) -> CoachingBrief:
    """Of a learner whose earlier sessions nobody knows."""
    fault = load().faults.get(analysis.fault or "")
    return CoachingBrief(
        first_name=LEARNER,
        dish=case.dish,
        session_number=case.item.session_number,
        analysis=analysis,
        fault=fault,
        principles=found,
        principle=to_teach(case.dish, fault, case.item.session_number),
        structured_input=said,
        transcript=case.item.memo or "",
        self_ratings=case.ratings,
        past_sessions=(),
        days_since_last=None,
    )
