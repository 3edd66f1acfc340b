"""One question to Gemini and its guarded answer: blocks, finish reasons, tokens really taken in, strict parse.

The order of the guards matters: the SDK raises for none of these, and an answer cut off or blocked looks like an
empty one. Every call is noted in the ledger, whether or not it came to anything.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import httpx2
from google import genai
from google.genai import errors, types
from pydantic import BaseModel, ValidationError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from logs.logger import get_logger
from models.base import utc_now
from models.coaching import ModelCall, Usage
from pipeline.providers import ledger
from pipeline.providers.google import prices
from pipeline.providers.ports import ProviderError, ProviderRefused, Repair
from settings import Settings

log = get_logger(__name__)

T = TypeVar("T", bound=BaseModel)

PROVIDER = "google"
RETRIED_CODES = frozenset({408, 429, 500, 502, 503, 504})
# Seconds between two tries of one call, jitter aside; who is asked to wait longer tries again as a stage.
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
VIDEO_TOKENS_AT_LEAST = 0.3  # of those expected: fewer, and the video was not really seen
HARMS = (
    types.HarmCategory.HARM_CATEGORY_HARASSMENT,
    types.HarmCategory.HARM_CATEGORY_HATE_SPEECH,
    types.HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT,
    types.HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT,
)
# Knives, raw meat and flames are this product's daily bread.
SAFETY = [
    types.SafetySetting(category=harm, threshold=types.HarmBlockThreshold.BLOCK_ONLY_HIGH) for harm in HARMS
]
REWORD = "Your last answer was withheld because it repeated an existing text. Write it in your own words."
REPAIR = "Write the complete answer again. Correct these problems. Keep everything else as it is."


class Unavailable(ProviderError):
    """Overloaded, too fast, or not reached: worth another try. `after` is how long Google asks to wait (seconds)."""

    outage = True

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class QuotaExhausted(ProviderError):
    """The model's quota of the day is used up: no try before its reset is any use."""

    outage = True


class NotAccepted(ProviderError):
    """Google refused the request itself: an unknown model, a malformed request."""


class KeyRefused(NotAccepted):
    """A key that is wrong, or was deleted, is an operator's to mend: what waits for it is not lost meanwhile."""

    outage = True


class NothingSeen(ProviderError):
    """The model took in no video, and would have answered all the same."""


class CutOff(ProviderError):
    """The answer ran into the limit of its length."""


class Recited(ProviderError):
    """The answer was withheld for repeating an existing text."""


@dataclass(frozen=True)
class Question(Generic[T]):
    purpose: str  # the prompt's label, with its version
    system: str
    parts: Sequence[types.Part]  # the video first, words after
    schema: type[T]
    max_output_tokens: int = 8_192  # thoughts count against it
    video_tokens: int = 0  # expected; 0: nothing to be seen
    media_resolution: str | None = None  # LOW, MEDIUM or HIGH
    thinking: str | None = None  # instead of the setting
    seed: int | None = None
    repair: Repair | None = None

    @property
    def contents(self) -> list[types.Content]:
        """A repair is another turn, so that all before it is the same request and may be cached."""
        first = types.Content(role="user", parts=list(self.parts))
        if self.repair is None:
            return [first]
        problems = "\n".join(f"- {violation}" for violation in self.repair.violations)
        request = f"Your answer has these problems:\n{problems}\n{REPAIR}"
        return [
            first,
            types.Content(role="model", parts=[types.Part(text=self.repair.answer)]),
            types.Content(role="user", parts=[types.Part(text=request)]),
        ]


@dataclass
class Answer:
    """What came over the stream."""

    text: str = ""
    block_reason: str = ""
    finish_reason: str = ""
    model_version: str = ""
    usage: types.GenerateContentResponseUsageMetadata = field(
        default_factory=types.GenerateContentResponseUsageMetadata
    )

    def take(self, chunk: types.GenerateContentResponse) -> None:
        if chunk.prompt_feedback and chunk.prompt_feedback.block_reason:
            self.block_reason = _name(chunk.prompt_feedback.block_reason)
        if chunk.usage_metadata:
            self.usage = chunk.usage_metadata
        self.model_version = chunk.model_version or self.model_version
        for candidate in (chunk.candidates or [])[:1]:
            if candidate.finish_reason:
                self.finish_reason = _name(candidate.finish_reason)
            for part in (candidate.content.parts if candidate.content else None) or []:
                if part.text and not part.thought:
                    self.text += part.text

    def tokens_in(self) -> dict[str, int]:
        """By modality."""
        details = self.usage.prompt_tokens_details or []
        tokens = {_name(entry.modality): entry.token_count or 0 for entry in details if entry.modality}
        return tokens or {"TEXT": self.usage.prompt_token_count or 0}


class Gemini:
    """`spare` is asked at once when the model's own quota of the day is used up."""

    def __init__(
        self, client: genai.Client, model: str, settings: Settings, spare: str | None = None
    ) -> None:
        self.client = client
        self.model = model
        self._settings = settings
        self._spare = spare

    @property
    def usage(self) -> Usage:
        return Usage(provider=PROVIDER, model=self.model)

    def ask(self, question: Question[T]) -> T:
        """Raises ProviderError, ProviderRefused."""
        try:
            return self._ask(self.model, question)
        except QuotaExhausted:
            if self._spare is None or self._spare == self.model:
                raise
            log.warning(
                "the day's quota is used up, asking another model", model=self.model, asking=self._spare
            )
            return self._ask(self._spare, question)

    def _ask(self, model: str, question: Question[T]) -> T:
        try:
            return _parse(self._answer(model, question), question)
        except CutOff:
            # Thoughts may have taken the room, or the answer ran in circles: the same request would again.
            roomier = replace(
                question, max_output_tokens=2 * question.max_output_tokens, thinking="LOW", seed=1
            )
            return _parse(self._answer(model, roomier), roomier)
        except Recited:
            reworded = replace(question, parts=[*question.parts, types.Part(text=REWORD)])
            return _parse(self._answer(model, reworded), reworded)

    def _answer(self, model: str, question: Question[T]) -> Answer:
        return retrying(self._settings)(self._call, model, question)

    def _call(self, model: str, question: Question[T]) -> Answer:
        started, answer, outcome = time.monotonic(), Answer(), "ok"
        try:
            self._stream(model, question, answer)
            _check_video_tokens(answer, question)
            _check_finished(answer)
        except ProviderError as error:
            outcome = type(error).__name__
            raise
        finally:
            seconds = time.monotonic() - started
            ledger.add(_model_call(model, question.purpose, answer, outcome, seconds), PROVIDER)
        return answer

    def _stream(self, model: str, question: Question[T], answer: Answer) -> None:
        deadline = time.monotonic() + self._settings.gemini_timeout.total_seconds()
        config = self._config(question)
        try:
            for chunk in self.client.models.generate_content_stream(
                model=model, contents=list(question.contents), config=config
            ):
                answer.take(chunk)
                if time.monotonic() > deadline:
                    raise Unavailable("the answer took too long")
        except errors.APIError as error:
            raise typed_error(error) from error
        except httpx2.HTTPError as error:
            raise Unavailable(type(error).__name__) from error
        except (json.JSONDecodeError, errors.UnknownApiResponseError) as error:
            raise Unavailable("the answer was not JSON") from error

    def _config(self, question: Question[T]) -> types.GenerateContentConfig:
        resolution = question.media_resolution
        thinking = question.thinking or self._settings.gemini_thinking
        return types.GenerateContentConfig(
            system_instruction=question.system,
            response_mime_type="application/json",
            response_schema=question.schema,
            max_output_tokens=question.max_output_tokens,
            thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel(thinking)),
            media_resolution=types.MediaResolution(f"MEDIA_RESOLUTION_{resolution}") if resolution else None,
            safety_settings=SAFETY,
            seed=question.seed,
        )


def retrying(settings: Settings) -> Retrying:
    """Calls again what was Unavailable, some times; raises what the last call raised."""
    return Retrying(
        stop=stop_after_attempt(settings.gemini_attempts),
        retry=retry_if_exception_type(Unavailable),
        wait=_wait,
        reraise=True,
    )


def _wait(state: RetryCallState) -> float:
    """What Google asks for, else longer each time, with jitter."""
    error = state.outcome.exception() if state.outcome else None
    requested = error.after if isinstance(error, Unavailable) else 0.0
    own = wait_exponential_jitter(initial=FIRST_WAIT, max=LONGEST_WAIT, jitter=FIRST_WAIT)(state)
    return min(max(requested, own), LONGEST_WAIT)


def typed_error(error: errors.APIError) -> ProviderError:
    """Google's words are for operators; they hold no secret and no learner's words."""
    description = f"{error.code} {error.status}: {str(error.message)[:300]}"
    if error.code == 429 and _is_of_the_day(error):
        return QuotaExhausted(description)
    if error.code in RETRIED_CODES:
        return Unavailable(description, _retry_delay(error))
    if error.code == 401 or _names_key(error):
        return KeyRefused(description)
    return NotAccepted(description)


def _details(error: errors.APIError) -> list[dict[str, object]]:
    details = error.details
    body = details.get("error", details) if isinstance(details, dict) else {}
    return _dicts(body.get("details")) if isinstance(body, dict) else []


def _names_key(error: errors.APIError) -> bool:
    """Google answers 400 to a key that it does not know (google.rpc.ErrorInfo)."""
    return any(str(entry.get("reason", "")).startswith("API_KEY_") for entry in _details(error))


def _is_of_the_day(error: errors.APIError) -> bool:
    """A quota of the minute looks the same but for its id (google.rpc.QuotaFailure)."""
    violations = [v for entry in _details(error) for v in _dicts(entry.get("violations"))]
    return any("PerDay" in str(violation.get("quotaId", "")) for violation in violations)


def _dicts(value: object) -> list[dict[str, object]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _retry_delay(error: errors.APIError) -> float:
    """Seconds (google.rpc.RetryInfo, "37s")."""
    for entry in _details(error):
        delay = str(entry.get("retryDelay", "")).removesuffix("s")
        if delay.replace(".", "", 1).isdigit():
            return float(delay)
    return 0.0


def _check_video_tokens(answer: Answer, question: Question[T]) -> None:
    if answer.block_reason or not question.video_tokens:
        return
    tokens = answer.tokens_in().get("VIDEO", 0)
    if tokens < VIDEO_TOKENS_AT_LEAST * question.video_tokens:
        raise NothingSeen(f"{tokens} video tokens taken in where {question.video_tokens} were expected")


def _check_finished(answer: Answer) -> None:
    if answer.block_reason:
        raise ProviderRefused([f"blocked: {answer.block_reason}"])
    if answer.finish_reason == "STOP":
        if not answer.text.strip():
            raise ProviderRefused(["empty: the model said nothing"])
        return
    if answer.finish_reason == "MAX_TOKENS":
        raise CutOff("the answer ran into the limit of its length")
    if answer.finish_reason == "RECITATION":
        raise Recited("the answer recited an existing text")
    if not answer.finish_reason:
        raise Unavailable("the answer broke off")
    raise ProviderRefused([f"blocked: {answer.finish_reason}"])


def _parse(answer: Answer, question: Question[T]) -> T:
    try:
        return question.schema.model_validate_json(answer.text)
    except ValidationError as error:
        problems = [
            f"schema: {'.'.join(map(str, entry['loc'])) or 'answer'}: {entry['msg']}"
            for entry in error.errors(include_url=False, include_input=False)[:10]
        ]
        raise ProviderRefused(problems, answer.text) from error


def _model_call(model: str, purpose: str, answer: Answer, outcome: str, seconds: float) -> ModelCall:
    prompt_tokens = answer.usage.prompt_token_count or 0
    cached = answer.usage.cached_content_token_count or 0
    output = answer.usage.candidates_token_count or 0
    thoughts = answer.usage.thoughts_token_count or 0
    if answer.model_version and not answer.model_version.startswith(model):
        log.warning(
            "answered by another model: is this id retired?", model=model, answered_by=answer.model_version
        )
    return ModelCall(
        purpose=purpose,
        model=model,
        answered_by=answer.model_version,
        outcome=outcome,
        input_tokens=answer.tokens_in() if prompt_tokens else {},
        cached_tokens=cached,
        output_tokens=output,
        thought_tokens=thoughts,
        seconds=round(seconds, 3),
        cost_usd=prices.tokens(
            answer.model_version or model, prompt_tokens, cached, output + thoughts, utc_now().date()
        ),
    )


def _name(value: object) -> str:
    """Unknown enum values arrive as pseudo-members: compare by name."""
    return str(getattr(value, "name", value))
