"""What an evaluation yields, as it lies in run.json and is compared later.

The file's names are a format that people compare across versions: a field that is called otherwise here has an alias.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import ConfigDict, Field

from models.coaching import CoachingText, NarrationScript, Strict, StructuredInput, Unclear, VideoAnalysis
from moment.eval.golden import GoldenItem


class Step(StrEnum):
    ENTITIES = "entities"
    ANALYSIS = "analysis"
    RECONSIDER = "reconsider"
    RETRIEVAL = "retrieval"
    COACHING = "coaching_text"
    NARRATION = "narration"


class StepRun(Strict):
    """One step of one run. `violations` are the guards' ("kind: detail"), of every try."""

    step: Step
    provider: str = ""
    seconds: float = 0.0
    cost_usd: float = 0.0
    calls: int = 0  # to paid services
    tries: int = 1  # 2 when the answer had to be repaired
    violations: list[str] = Field(default_factory=list)
    error: str = ""  # of a call that gave no answer at all

    @property
    def at_first_try(self) -> bool:
        return not self.violations and not self.error


class Stored(Strict):
    """Goes by its aliases in run.json."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


class Run(Stored):
    """One look at one clip, from the video to the narration; None where a step gave no answer."""

    memo_content: StructuredInput = Field(default_factory=StructuredInput, alias="said")
    analysis: VideoAnalysis | None = None
    principles: list[str] = Field(default_factory=list, alias="handed")  # those the coach could teach from
    coaching: CoachingText | None = None
    narration: NarrationScript | None = None
    steps: list[StepRun] = Field(default_factory=list)
    unclear: Unclear | None = None  # why nothing could be told of the clip; there is no analysis then

    @property
    def fault(self) -> str | None:
        return self.analysis.fault if self.analysis else None


class ItemResult(Strict):
    item: GoldenItem
    seconds: float  # of the clip
    runs: list[Run]


class Probe(StrEnum):
    """A clip or memo changed so that a coach who looks must answer otherwise."""

    REVERSED = "reversed"
    BLACK = "black"
    MUTED = "muted"
    OTHER_MEMO = "other_memo"
    ASKED_AGAIN = "asked_again"
    ASKED_GONE = "asked_gone"
    ASKED_TOO_FAR = "asked_too_far"


class ProbeResult(Stored):
    probe: Probe
    item: str
    usual: str | None  # the fault named on the clip as it is
    fault: str | None
    confidence: str
    moment: int  # seconds
    verdict: str = ""  # on what was asked last time
    holds: bool = Field(alias="held")
    why: str


class StepStats(Strict):
    """Of all runs of a step by one provider; seconds and US dollars."""

    step: Step
    provider: str
    runs: int
    seconds_p50: float
    seconds_p95: float
    cost_p50: float
    cost_p95: float


class Summary(Strict):
    """Shares run from 0 to 1; None where no item of the set can tell."""

    clips: int
    clean_clips: int
    runs: int
    failed_runs: int  # without an analysis
    false_alarms: float | None  # share of the runs on clean clips that name a fault
    fault_precision: float | None
    fault_recall: float | None
    gravest_first: float | None  # share of the runs on clips with several faults that name one of the gravest
    key_moment_2s: float | None
    key_moment_5s: float | None
    key_moment_error: float | None  # mean distance to the labelled window, seconds
    event_f1_2s: float | None
    event_f1_5s: float | None
    questions_found: float | None
    contract: float | None  # share of the steps right at the first try
    grounded: float | None
    same_fault: float | None  # share of the runs that name what most runs on that clip name
    moment_spread: float | None  # mean over the clips of latest minus earliest key moment, seconds
    violations: dict[str, int]  # "step: kind" -> count
    probes: dict[str, float]  # share of the probes that held
    seconds_p50: float  # of a whole run
    seconds_p95: float
    cost_usd: float  # of everything, the probes too
    cost_per_run: float
    steps: list[StepStats]


class Evaluation(Strict):
    """run.json."""

    provider: str
    golden_set: str
    made_at: datetime
    retrieval: bool  # False: no database, each coach was given the fault's own principle
    summary: Summary
    items: list[ItemResult]
    probes: list[ProbeResult]
