"""One coach at one clip: the stages' own logic from the video to the narration, without rows and queues."""

from dataclasses import dataclass, replace
from pathlib import Path

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from models.coaching import CannotTell, CoachingText, RetrievedPrinciple, StructuredInput, VideoAnalysis
from moment.eval.golden import GoldenItem
from moment.eval.library import Library
from moment.eval.results import Run, Step, StepRun
from moment.eval.steps import attempt, step_run
from pipeline.briefs import principle_to_teach
from pipeline.checks.analysis import check_analysis, check_look
from pipeline.checks.coaching import check_coaching
from pipeline.checks.narration import check_narration
from pipeline.media.ffmpeg import FfmpegError
from pipeline.media.footage import footage_of
from pipeline.media.probe import UnusableClip
from pipeline.media.view import BadView
from pipeline.providers.ports import AnalysisBrief, Asked, CoachingBrief, Look, Providers

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
        content, steps = self.listen(case.item.memo or "")
        analysis, more_steps = self.look(case, case.item.memo or "", content)
        steps += more_steps
        if analysis is None:
            return Run(memo_content=content, steps=steps)
        if isinstance(analysis, CannotTell):
            return Run(memo_content=content, steps=steps, unclear=analysis.reason)
        principles: list[RetrievedPrinciple] = []
        with step_run(Step.RETRIEVAL) as retrieval:
            principles = self.library.principles_for(
                analysis, case.dish, content.questions, case.item.session_number
            )
        brief = _coaching_brief(case, analysis, content, principles)
        text = attempt(
            Step.COACHING,
            lambda repair: self.providers.coach.coaching_text(brief, repair),
            lambda text: check_coaching(text, brief),
        )
        run = Run(
            memo_content=content,
            analysis=analysis,
            principles=[
                *(each.principle_id for each in principles),
                *([brief.principle.id] if brief.principle else []),
            ],
            coaching=text.answer,
            steps=[*steps, retrieval, text.run],
        )
        return self._narrate(run, brief, text.answer) if text.answer else run

    def listen(self, memo: str) -> tuple[StructuredInput, list[StepRun]]:
        if not memo:
            return StructuredInput(), []
        content = attempt(
            Step.ENTITIES, lambda _: self.providers.coach.extract_entities(memo), lambda _: None
        )
        return content.answer or StructuredInput(), [content.run]

    def look(
        self, case: Case, memo: str, content: StructuredInput, asked: Asked | None = None
    ) -> tuple[Look | None, list[StepRun]]:
        """The look at the video before the memo came, then weighed again with what the memo says; `asked` is what the
        learner was asked to try last time."""
        analyst, dish = self.providers.analyst, case.dish
        at_first = replace(_analysis_brief(case, "", StructuredInput()), asked=asked)
        try:
            with footage_of(case.clip) as footage:
                look = attempt(
                    Step.ANALYSIS,
                    lambda repair: analyst.analyze(footage, at_first, repair),
                    lambda look: check_look(look, case.seconds, dish, asked),
                )
        except (UnusableClip, FfmpegError, BadView) as error:  # one clip must not end all the others' runs
            return None, [StepRun(step=Step.ANALYSIS, error=f"{type(error).__name__}: {error}")]
        first = look.answer
        if first is None or isinstance(first, CannotTell):
            return first, [look.run]
        brief = replace(_analysis_brief(case, memo, content), asked=asked)
        second_thought = attempt(
            Step.RECONSIDER,
            lambda repair: analyst.reconsider(first, brief, repair),
            lambda analysis: check_analysis(analysis, case.seconds, dish, asked),
        )
        return second_thought.answer or first, [look.run, second_thought.run]

    def _narrate(self, run: Run, brief: CoachingBrief, coaching: CoachingText) -> Run:
        pace = self.providers.narrator.pace
        narration = attempt(
            Step.NARRATION,
            lambda repair: self.providers.coach.narration(brief, coaching, repair),
            lambda script: check_narration(script, brief, pace),
        )
        return run.model_copy(update={"narration": narration.answer, "steps": [*run.steps, narration.run]})


def _analysis_brief(case: Case, memo: str, content: StructuredInput) -> AnalysisBrief:
    return AnalysisBrief(
        dish=case.dish,
        faults=[load().faults[code] for code in case.dish.faults],
        session_number=case.item.session_number,
        duration_seconds=case.seconds,
        transcript=memo,
        structured_input=content,
        self_ratings=case.ratings,
    )


def _coaching_brief(
    case: Case, analysis: VideoAnalysis, content: StructuredInput, principles: list[RetrievedPrinciple]
) -> CoachingBrief:
    """Of a learner whose earlier sessions nobody knows."""
    fault = load().faults.get(analysis.fault or "")
    return CoachingBrief(
        first_name=LEARNER,
        dish=case.dish,
        session_number=case.item.session_number,
        analysis=analysis,
        fault=fault,
        principles=principles,
        principle=principle_to_teach(case.dish, fault, case.item.session_number),
        structured_input=content,
        transcript=case.item.memo or "",
        self_ratings=case.ratings,
        past_sessions=(),
        days_since_last=None,
    )
