"""What the models say about a cook, as strict types; the tables keep them as JSON.

Units: `*_seconds` are whole seconds from the start of the learner's video.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RatingAspect(StrEnum):
    APPEARANCE = "appearance"
    TASTE = "taste"
    TEXTURE = "texture"
    AROMA = "aroma"


class StructuredInput(Strict):
    """Stage 0: what the learner's self-assessment says."""

    identified_issues: list[str] = Field(default_factory=list)
    questions: list[str] = Field(default_factory=list)
    emotional_state: str = ""
    provider: str = ""


class CookingEvent(Strict):
    t: str = Field(pattern=r"^\d{1,3}:\d{2}$")  # "0:23", as the design document writes it
    t_seconds: int = Field(ge=0)
    event: str  # what is seen or heard, in observable words (Japanese)
    state: str = ""  # "pan_temp: too_high" or the like
    duration_seconds: int = Field(default=0, ge=0)


class SeenSignal(Strict):
    """Something the footage itself shows, whatever fault it speaks for."""

    signal: str
    strength: float = Field(ge=0, le=1)
    second: float = Field(ge=0)


class FollowUpVerdict(StrEnum):
    """How much of what was asked last time the footage shows."""

    SEEN = "seen"
    PARTLY = "partly"
    NOT_YET = "not_yet"  # it would show, and what went wrong then is there again
    NOT_VISIBLE = "not_visible"  # this footage cannot tell
    TOO_FAR = "too_far"  # it was done beyond its end: the opposite went wrong


class FollowUp(Strict):
    """`fault` is what the advice was to mend; None where it was a refinement. `second` and `evidence` tell where and by
    what it is seen; None and why not, where nothing is."""

    verdict: FollowUpVerdict
    fault: str | None = None
    second: int | None = Field(default=None, ge=0)
    evidence: str = ""  # in observable words (Japanese)


class VideoAnalysis(Strict):
    """Stage 1. `fault` is a code of the taxonomy, or None when nothing wrong was seen."""

    cooking_events: list[CookingEvent]
    key_moment_timestamp: str = Field(pattern=r"^\d{1,3}:\d{2}$")
    key_moment_seconds: int = Field(ge=0)
    diagnosis: str
    fault: str | None = None
    evidence: str = ""  # what in the footage speaks for the diagnosis, in observable words (Japanese)
    confidence: Literal["low", "medium", "high"] = "medium"
    not_visible: list[str] = Field(default_factory=list)
    signals: list[SeenSignal] = Field(default_factory=list)
    follow_up: FollowUp | None = None  # None: nothing was asked before
    provider: str = ""

    @property
    def is_clean(self) -> bool:
        """Nothing wrong was found, and enough was seen to say so; what went wrong last time was looked for and is gone."""
        past = self.follow_up
        is_open = past is not None and past.fault is not None and past.verdict is not FollowUpVerdict.SEEN
        return self.fault is None and self.confidence != "low" and not is_open


class Unclear(StrEnum):
    """Why a clip shows no cook that could be judged. Each has its words in the phrasebook, under "video."."""

    NOT_COOKING = "not_cooking"
    TOO_DARK = "too_dark"
    OUT_OF_VIEW = "out_of_view"  # neither food nor pan
    NOT_LIVE = "not_live"  # a still picture, or edited until no course is left
    TOO_SHORT = "too_short"  # to say anything


class CannotTell(Strict):
    """Stage 1's other answer: nothing is made of this clip, and no attempt is spent on it."""

    reason: Unclear
    provider: str = ""


class RetrievedPrinciple(Strict):
    """Stage 2: a principle and how near it lies (cosine similarity, 1 is nearest)."""

    principle_id: str
    title: str
    text: str
    category: str
    score: float


class MemoAnswer(Strict):
    question: str
    answer: str


class CoachingText(Strict):
    """Stage 3a. The first four are the design document's; the rest goes into the follow-up bubble."""

    mondaiten: str
    skill: str
    next_action: str
    success_sign: str
    last_time: str = ""  # what became of what was asked last time: read before all the rest
    praise: str = ""
    comparison: str = ""
    stop_cue: str = ""
    safety: str = ""
    memo_answers: list[MemoAnswer] = Field(default_factory=list)
    memo_note: str = ""  # of a memo that could not be understood; not the coach's to write
    outlook: str = ""  # how it goes on after this attempt; not the coach's to write either
    suggested_questions: list[str] = Field(default_factory=list, max_length=4)
    principle_ids: list[str] = Field(default_factory=list)
    provider: str = ""


class NarrationScript(Strict):
    """Stage 3b: spoken words. part1 runs over the whole cook, part2 over the key moment."""

    part1: str
    pivot: str
    part2: str
    provider: str = ""


class CoachingCut(Strict):
    """Stage 4: where in the coaching video the learner's own clip is seen. First whole, at another speed, then the key
    moment. Seconds of the coaching video."""

    seconds: float = Field(gt=0)  # all of it
    intro_seconds: float = Field(gt=0)  # then comes the key moment
    intro_stretch: float = Field(gt=0)  # seconds of the intro for each second of the clip

    def shown_at(self, clip_second: float) -> float:
        """When the intro shows this second of the clip."""
        return min(clip_second * self.intro_stretch, self.intro_seconds)


class SessionSummary(Strict):
    dish: str
    session: int
    key_issue: str
    key_progress: str
    fault: str | None = None


class RecurringMistake(Strict):
    mistake: str
    seen_count: int = Field(ge=1)


class OpenSkill(Strict):
    """What a dish has ended without: looked for again in the next one that needs it."""

    skill: str
    fault: str
    dish: str


class ModelCall(Strict):
    """One call to a service that costs money or time: asked of what, answered by what, and what it took."""

    purpose: str  # the prompt's label ("analysis.v1") or the service's own verb ("recognize")
    model: str  # asked for
    answered_by: str = (
        ""  # what the service says it used: retired ids are routed to their successors silently
    )
    outcome: str = "ok"  # or the name of the error
    input_tokens: dict[str, int] = Field(default_factory=dict)  # by modality: TEXT, VIDEO, AUDIO, IMAGE
    cached_tokens: int = 0  # of the input
    output_tokens: int = 0
    thought_tokens: int = 0  # billed as output
    audio_seconds: float = 0.0
    characters: int = 0
    seconds: float = 0.0  # from the request to its last byte
    cost_usd: float = 0.0


class Usage(Strict):
    """What an answer took; kept on its `stage_run`, with the calls of every attempt."""

    provider: str = ""
    model: str = ""
    audio_seconds: float = 0.0
    characters: int = 0
    calls: list[ModelCall] = Field(default_factory=list)
    cost_usd: float = 0.0  # of all calls
