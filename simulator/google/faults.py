"""Faults on demand: what an API does wrong with the next matching requests."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import Field, model_validator

from simulator.google.errors import GoogleError, StorageError
from simulator.google.verbs import LIVE_VERBS, VERBS, Verb
from simulator.http import faults
from simulator.http.faults import Strike

WireKind = Literal["status", "rate_limit", "daily_quota", "unavailable", "hang", "slow", "cut", "not_json"]
AnswerKind = Literal[
    "truncated",
    "number_loop",
    "word_loop",
    "prompt_blocked",
    "safety",
    "recitation",
    "no_candidates",
    "no_video_tokens",
    "past_the_end",
    "model_swap",
    "unknown_finish",
    "thoughts_leak",
]
FileKind = Literal["stays_processing", "fails_processing"]
LiveKind = Literal["closed"]
WIRE_KINDS: frozenset[str] = frozenset(get_args(WireKind))
ANSWER_KINDS: frozenset[str] = frozenset(get_args(AnswerKind))
FILE_KINDS: frozenset[str] = frozenset(get_args(FileKind))
_ENDINGS: dict[str, faults.Ending] = {"cut": "half", "hang": "silence"}
LIVE_KINDS: frozenset[str] = frozenset(("closed", "slow", "hang", "status", "unavailable"))
GENERATING = ("gemini.generateContent", "gemini.streamGenerateContent")


@dataclass(frozen=True)
class Subject:
    """What one request is about. `names` are the response schema's properties and the purpose they speak of."""

    verb: Verb
    path: str
    model: str | None = None
    names: frozenset[str] = frozenset()

    def matches(self, match: str | None) -> bool:
        return match is None or match in self.names or match in self.path


class Fault(faults.Fault):
    """`verb` is one ("gemini.generateContent") or a whole API ("gemini").

    `model` and `match` (a property of the response schema, a purpose, or a part of the path) narrow it down.
    `delay_seconds` is how late a slow answer starts, and the retryDelay of a rate limit. A connection to Live is
    `closed` by `close_code`; one that hangs stays open, and nothing comes.
    """

    verb: str
    kind: WireKind | AnswerKind | FileKind | LiveKind
    status: int = Field(500, ge=400, le=599)
    close_code: int = Field(1011, ge=1000, le=4999)
    delay_seconds: float = Field(1, ge=0, le=600)
    model: str | None = None
    match: str | None = None

    @model_validator(mode="after")
    def _strikes_something(self) -> "Fault":
        verbs = [verb for verb in VERBS if self._names(verb)]
        if not verbs:
            raise ValueError(f"no verb {self.verb!r}; there are {', '.join(VERBS)}")
        if self.kind in ANSWER_KINDS and not set(verbs) & set(GENERATING):
            raise ValueError(f"{self.kind} is a fault of {' and '.join(GENERATING)}")
        if self.kind in FILE_KINDS and "files.upload" not in verbs:
            raise ValueError(f"{self.kind} is a fault of files.upload")
        is_live = set(verbs) <= LIVE_VERBS
        if (self.kind == "closed" and not is_live) or (is_live and self.kind not in LIVE_KINDS):
            raise ValueError(f"{self.kind} is no fault of {self.verb}")
        return self

    def _names(self, verb: str) -> bool:
        return self.verb == verb or verb.startswith(f"{self.verb}.")

    def fits(self, subject: Subject) -> bool:
        model_fits = self.model is None or self.model == subject.model
        return self._names(subject.verb) and model_fits and subject.matches(self.match)

    def strike(self) -> Strike:
        if self.kind == "slow":
            return Strike("answer", self.delay_seconds)
        return Strike(_ENDINGS.get(self.kind, "error"), work_first=self.accept)

    def error(self, subject: Subject) -> GoogleError:
        """The error a status, rate limit, quota or overload fault answers with."""
        model = subject.model or subject.verb
        if self.kind == "rate_limit":
            details = [_quota_failure("GenerateRequestsPerMinutePerProjectPerModel", model)]
            details.append(_retry_info(self.delay_seconds))
            return GoogleError(429, self.message or QUOTA_MESSAGE, details=details)
        if self.kind == "daily_quota":
            details = [_quota_failure("GenerateRequestsPerDayPerProjectPerModel", model)]
            return GoogleError(429, self.message or QUOTA_MESSAGE, details=details)
        if self.kind == "unavailable":
            return GoogleError(503, self.message or OVERLOAD_MESSAGE)
        shape = StorageError if subject.verb.startswith("storage.") else GoogleError
        return shape(self.status, self.message or f"Fault {self.status}")


QUOTA_MESSAGE = "You exceeded your current quota, please check your plan and billing details."
OVERLOAD_MESSAGE = "The model is overloaded. Please try again later."


def _quota_failure(quota_id: str, model: str) -> dict[str, Any]:
    """google.rpc.QuotaFailure: the only place where a minute's limit differs from a day's."""
    violation = {
        "quotaMetric": "generativelanguage.googleapis.com/generate_requests_per_model",
        "quotaId": quota_id,
        "quotaDimensions": {"location": "global", "model": model},
    }
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}


def _retry_info(seconds: float) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds:g}s"}
