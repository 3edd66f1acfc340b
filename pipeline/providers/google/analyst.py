"""Stage 1 on Gemini: one structured look at the whole clip, and a closer one where it pays."""

from google.genai import types

from logs.logger import get_logger
from models.coaching import CannotTell, CookingEvent, Usage, VideoAnalysis
from pipeline.media.view import MAX_PICTURES
from pipeline.providers.follow_up import in_step
from pipeline.providers.google import prompts, schemas
from pipeline.providers.google.files import video_part
from pipeline.providers.google.gemini import PROVIDER, Gemini, Question
from pipeline.providers.ports import AnalysisBrief, Footage, Look, ProviderError, ProviderRefused, Repair
from settings import Settings
from storage.workspace import workspace

log = get_logger(__name__)

TOKENS_PER_FRAME = 66  # at LOW and MEDIUM; measured by Google's own notebook (local_token_counting, 2026-06)
ZOOM_SECONDS = 12.0  # around the candidate moment
ZOOM_FPS = 5.0


class GeminiAnalyst:
    def __init__(self, gemini: Gemini, settings: Settings) -> None:
        self._gemini = gemini
        self._settings = settings

    @property
    def service(self) -> str:
        """Each model is overloaded by itself."""
        return self._gemini.model

    def analyze(
        self, footage: Footage, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[Look, Usage]:
        """Raises ProviderError, ProviderRefused."""
        prompt = prompts.analysis(brief)
        # No more than the view holds of a long clip.
        fps = min(self._settings.gemini_fps, MAX_PICTURES / max(brief.duration_seconds, 1.0))
        with video_part(
            self._gemini.client, footage.view, brief.video_uri, self._settings.gemini_inline_bytes
        ) as part:
            part.video_metadata = types.VideoMetadata(fps=fps)
            answer = self._gemini.ask(
                Question(
                    purpose=prompt.label,
                    system=prompts.system(),
                    parts=[part, *_photos(brief), types.Part(text=prompt.text)],
                    schema=schemas.analysis_of(
                        [fault.code for fault in brief.faults], looks_for=brief.asked is not None
                    ),
                    video_tokens=int(brief.duration_seconds * fps * TOKENS_PER_FRAME),
                    media_resolution=self._settings.gemini_media_resolution,
                    repair=repair,
                )
            )
        look = schemas.to_look(answer, PROVIDER)
        if isinstance(look, CannotTell):
            return look, self._gemini.usage
        return self._surer(footage, _about(look, brief), brief), self._gemini.usage

    def _surer(self, footage: Footage, analysis: VideoAnalysis, brief: AnalysisBrief) -> VideoAnalysis:
        """After a closer look, where one is wanted and pays."""
        if not (self._settings.gemini_zoom and _is_worth_a_closer_look(analysis, brief)):
            return analysis
        try:
            return self._look_closer(footage, analysis, brief)
        except ProviderError as error:
            # The first look stands on its own; the learner need not wait for a second try of this one.
            log.warning("no closer look", error=type(error).__name__)
            return analysis

    def reconsider(
        self, analysis: VideoAnalysis, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[VideoAnalysis, Usage]:
        """Without words, ratings or photos there is nothing to weigh anew, and nothing is asked."""
        given = brief.transcript, brief.structured_input.identified_issues, brief.self_ratings, brief.photos
        if not any(given):
            return analysis, Usage()
        prompt = prompts.reconsideration(analysis, brief)
        answer = self._gemini.ask(
            Question(
                purpose=prompt.label,
                system=prompts.system(),
                parts=[*_photos(brief), types.Part(text=prompt.text)],
                schema=schemas.judgement_of([fault.code for fault in brief.faults]),
                repair=repair,
            )
        )
        weighed = analysis.model_copy(update=schemas.verdict_of(answer))
        return in_step(weighed, brief.asked), self._gemini.usage

    def _look_closer(self, footage: Footage, first: VideoAnalysis, brief: AnalysisBrief) -> VideoAnalysis:
        """The same verdict at a sharper moment, or none when the closer look does not bear it out.

        The window is cut here, so that its times are certain: whether those of a clipped request count from
        the window's start is not documented.
        """
        start = max(
            0.0, min(first.key_moment_seconds - ZOOM_SECONDS / 2, brief.duration_seconds - ZOOM_SECONDS)
        )
        prompt = prompts.zoom(first, brief, start, ZOOM_SECONDS)
        with workspace() as folder:
            window = footage.cut(start, ZOOM_SECONDS, folder / "window.mp4")
            part = types.Part.from_bytes(data=window.read_bytes(), mime_type="video/mp4")
        part.video_metadata = types.VideoMetadata(fps=ZOOM_FPS)
        answer = self._gemini.ask(
            Question(
                purpose=prompt.label,
                system=prompts.system(),
                parts=[part, types.Part(text=prompt.text)],
                schema=schemas.judgement_of([fault.code for fault in brief.faults]),
                video_tokens=int(ZOOM_SECONDS * ZOOM_FPS * TOKENS_PER_FRAME),
                media_resolution="HIGH",
            )
        )
        verdict = schemas.verdict_of(answer)
        moment = int(start) + schemas.seconds_of(answer.key_moment)
        if moment > brief.duration_seconds:
            raise ProviderRefused(["time: the closer look names a moment past its window"])
        clock = schemas.clock_of(moment)
        event = CookingEvent(t=clock, t_seconds=moment, event=answer.evidence or answer.diagnosis)
        events = sorted([*first.cooking_events, event], key=lambda each: each.t_seconds)
        verdict |= {"key_moment_seconds": moment, "key_moment_timestamp": clock, "cooking_events": events}
        return in_step(first.model_copy(update=verdict), brief.asked)


def _photos(brief: AnalysisBrief) -> list[types.Part]:
    """What they are, then they."""
    if not brief.photos:
        return []
    pictures = [
        types.Part.from_bytes(data=photo.read_bytes(), mime_type="image/jpeg") for photo in brief.photos
    ]
    return [types.Part(text=prompts.photos(len(pictures)).text), *pictures]


def _is_worth_a_closer_look(analysis: VideoAnalysis, brief: AnalysisBrief) -> bool:
    """A fault to be sure of, in a clip long enough that one frame a second may have missed it."""
    return (
        analysis.fault is not None and analysis.confidence != "high" and brief.duration_seconds > ZOOM_SECONDS
    )


def _about(look: VideoAnalysis, brief: AnalysisBrief) -> VideoAnalysis:
    """What became of the advice says which fault that was to mend."""
    if look.follow_up is None or brief.asked is None or brief.asked.fault is None:
        return look
    return look.model_copy(
        update={"follow_up": look.follow_up.model_copy(update={"fault": brief.asked.fault.code})}
    )
