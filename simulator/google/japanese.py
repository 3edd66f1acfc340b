"""Sentences of spoken Japanese: choosing those a coach may say, and filling a length with them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

_POLITE = re.compile(r"(です|ます|でした|ました|ません|ましょう|ください|でしょう)(ね|よ|よね|か)?[。！？]?$")
_MEASURE = re.compile(
    r"[0-9０-９]|[一二三四五六七八九十百半数]+(分間?|秒|度|グラム|杯|割|センチ|ミリ|リットル)|さじ"
)
_SIGN = re.compile("[ァ-ヶ一-龥]")
_VOICELESS = re.compile(r"[「」『』（）()\[\]【】⟦⟧*#`🍳✅]")


@dataclass(frozen=True)
class Line:
    """A sentence that may be said; `keep` ones always are."""

    text: str
    keep: bool = False


def sentences(text: str) -> list[str]:
    """Whole sentences, each closed."""
    lines = (line.strip() for line in text.splitlines() if not line.strip().startswith("#"))
    pieces = (each.strip() for line in lines for each in re.findall(r"[^。！？]+[。！？]?", line))
    return [each if each[-1] in "。！？" else f"{each}。" for each in pieces if each]


def sayable(text: str) -> list[str]:
    """The polite sentences without a measurement or a time."""
    return [each for each in sentences(text) if _POLITE.search(each) and not has_measure(each)]


def voice_lines(text: str) -> list[str]:
    """Those of them a voice can say, without brackets."""
    return [_VOICELESS.sub("", each) for each in sayable(text)]


def has_measure(text: str) -> bool:
    return _MEASURE.search(text) is not None


def bare(text: str) -> str:
    return text.strip().rstrip("。！？!?")


def fill(lines: Sequence[Line], shortest: int, longest: int, count: int) -> str:
    """The choice of lines whose length lies nearest to the span, and then nearest to the number of sentences."""
    best: tuple[tuple[int, int], str] | None = None
    for choice in product(*((True,) if line.keep else (True, False) for line in lines)):
        texts = list(dict.fromkeys(line.text for line, is_in in zip(lines, choice, strict=True) if is_in))
        text = "".join(texts)
        rank = (max(shortest - len(text), len(text) - longest, 0), abs(len(texts) - count))
        if best is None or rank < best[0]:
            best = (rank, text)
    return best[1] if best else ""


def likeness(one: str, other: str) -> int:
    """How many written signs, alone and with their neighbour, two texts share; hiragana alone say nothing."""
    return len(_signs(one) & _signs(other))


def _signs(text: str) -> set[str]:
    pieces = [text[at : at + length] for length in (1, 2) for at in range(len(text) - length + 1)]
    return {piece for piece in pieces if _SIGN.search(piece)}
