"""What Google asks, in US dollars, as read on 2026-11-22 from third-party copies of its price pages.

A sketch for watching costs, not an invoice: a model that is not listed costs 0 here and is logged once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from logs.logger import get_logger

log = get_logger(__name__)

MILLION = 1_000_000

SPEECH_PER_MINUTE = 0.016  # chirp_2 and chirp_3
EMBEDDING_PER_MILLION_TOKENS = {"gemini-embedding-001": 0.15, "gemini-embedding-2": 0.20}
TOKENS_PER_CHARACTER = 1.0  # of Japanese text, about: the embedding call tells no count
VOICE_PER_MILLION_CHARACTERS = {"Chirp3-HD": 30.0, "Neural2": 16.0}


@dataclass(frozen=True)
class TokenPrice:
    """Per million tokens. Thoughts are billed as output."""

    input: float
    output: float
    cached: float
    until: date = date.max  # the last day on which it holds


_TOKENS: Mapping[str, tuple[TokenPrice, ...]] = {
    "gemini-3.8-flash": (
        TokenPrice(0.75, 3.75, 0.075, until=date(2026, 12, 31)),
        TokenPrice(1.50, 7.50, 0.15),
    ),
    "gemini-3.6-flash": (TokenPrice(0.75, 3.75, 0.075),),
    "gemini-3.5-flash": (TokenPrice(1.50, 9.00, 0.15),),
    "gemini-3.5-flash-lite": (TokenPrice(0.30, 2.50, 0.03),),
    "gemini-4-argon": (TokenPrice(2.00, 10.00, 0.20),),
}


def tokens(model: str, prompt_tokens: int, cached: int, output: int, on: date) -> float:
    """`prompt_tokens` includes the cached ones, `output` the thoughts."""
    price = _price(model, on)
    if price is None:
        return 0.0
    fresh = max(prompt_tokens - cached, 0)
    return (fresh * price.input + cached * price.cached + output * price.output) / MILLION


@dataclass(frozen=True)
class LivePrice:
    """Per million tokens, by what they are of. Thoughts are billed as text."""

    text: float
    audio: float
    picture: float
    text_out: float
    audio_out: float


_LIVE: Mapping[str, LivePrice] = {"gemini-3.8-live": LivePrice(0.75, 3.00, 1.00, 4.50, 12.00)}


def live(model: str, heard: Mapping[str, int], said: Mapping[str, int]) -> float:
    """Tokens by modality. What is of no modality known is counted as sound, the dearest."""
    name = max((name for name in _LIVE if model.startswith(name)), key=len, default=None)
    if name is None:
        _say_unknown(model)
        return 0.0
    price = _LIVE[name]
    asked = {"TEXT": price.text, "IMAGE": price.picture, "VIDEO": price.picture}
    dollars = sum(count * asked.get(kind, price.audio) for kind, count in heard.items())
    dollars += sum(
        count * (price.text_out if kind == "TEXT" else price.audio_out) for kind, count in said.items()
    )
    return dollars / MILLION


def _price(model: str, on: date) -> TokenPrice | None:
    """The longest name that the model's begins with: "gemini-3.8-flash-001" is a gemini-3.8-flash."""
    names = [name for name in _TOKENS if model.startswith(name)]
    if not names:
        _say_unknown(model)
        return None
    return next(price for price in _TOKENS[max(names, key=len)] if on <= price.until)


@lru_cache(maxsize=32)
def _say_unknown(model: str) -> None:
    log.warning("no price is known for the model: its calls are counted as free", model=model)


def speech(seconds: float) -> float:
    return seconds / 60 * SPEECH_PER_MINUTE


def voice(name: str, characters: int) -> float:
    kind = next((price for part, price in VOICE_PER_MILLION_CHARACTERS.items() if part in name), 0.0)
    return characters * kind / MILLION


def embedding(model: str, characters: int) -> float:
    return characters * TOKENS_PER_CHARACTER * EMBEDDING_PER_MILLION_TOKENS.get(model, 0.0) / MILLION
