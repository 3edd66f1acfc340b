"""Captions as an ASS script: lines are divided here, because libass cannot divide Japanese.

Rules of line breaking follow JLREQ (W3C, "Requirements for Japanese Text Layout", 3.1.7 and 3.1.8).
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import budoux

from pipeline.media.narration import GAP_SECONDS, NarrationSentence

LINE_WIDTH = 16.0  # full-width characters
LINES = 2
CLEAR_BOTTOM = 0.12  # LINE draws its player's controls there

FONT = "Noto Sans CJK JP"
_EM_TO_ASS_SIZE = 1.448  # ASS sizes count ascent and descent, together 1.448 em in this font

_NEVER_FIRST = set(
    "、。，．・：；？！!?,.)]」』）］｝】〉》〕’”…‥ー～〜ゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ％%℃"
)
_NEVER_LAST = set("([「『（［｛【〈《〔‘“")
_FULL_WIDTH_TWIN = str.maketrans({"{": "｛", "}": "｝", "\\": "＼"})  # these three are ASS's own signs


@dataclass(frozen=True)
class Caption:
    start: float  # seconds
    end: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    """A few words, not spoken: in the upper corner, or as a card in the middle."""

    start: float  # seconds
    end: float
    text: str
    style: Literal["Mark", "Card"] = "Mark"


def captions_of(sentence: NarrationSentence) -> list[Caption]:
    """A sentence's captions: as many as its words need, each shown for its share of the words."""
    lines = break_lines(sentence.text)
    groups = [tuple(lines[i : i + LINES]) for i in range(0, len(lines), LINES)]
    total = sum(map(width, lines)) or 1.0
    captions: list[Caption] = []
    start = sentence.start
    for group in groups:
        end = start + sentence.seconds * sum(map(width, group)) / total
        captions.append(Caption(start, end, group))
        start = end
    if captions:  # the last one stays until the next sentence begins: no flicker
        last = captions.pop()
        captions.append(Caption(last.start, last.end + GAP_SECONDS, last.lines))
    return captions


def break_lines(text: str) -> list[str]:
    """Lines of at most LINE_WIDTH, about equally long, each of whole phrases."""
    phrases = [piece for phrase in _phrases(printable(text)) for piece in _pieces(phrase)]
    fewest = len(_pack(phrases, LINE_WIDTH))
    limits = (half / 2 for half in range(2, int(LINE_WIDTH * 2)))
    narrowest = next((w for w in limits if _fits(phrases, w, fewest)), LINE_WIDTH)
    return _pack(phrases, narrowest)


def width(text: str) -> float:
    """In full-width characters."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def ass_script(captions: Iterable[Caption], marks: Sequence[Mark], *, size: tuple[int, int]) -> str:
    """An ASS document for a picture of `size` pixels."""
    events = [ass_event("Caption", c.start, c.end, r"\N".join(c.lines)) for c in captions]
    events += [ass_event(m.style, m.start, m.end, r"{\fad(200,300)}" + printable(m.text)) for m in marks]
    return ass_header(size) + "".join(events)


def ass_header(size: tuple[int, int]) -> str:
    """Up to the events (the format: libass, "ASS File Format Guide"), with the styles Caption, Mark and Card."""
    across, down = size
    em = min(across / 18, max(28.0, down * 0.07))
    margin = round(down * CLEAR_BOTTOM + em * 0.4)
    font = round(em * _EM_TO_ASS_SIZE)
    small = round(font * 0.8)
    colours = "&H00FFFFFF,&H00FFFFFF"
    return f"""[Script Info]
ScriptType: v4.00+
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: TV.709
PlayResX: {across}
PlayResY: {down}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, \
MarginL, MarginR, MarginV, Encoding
Style: Caption,{FONT},{font},{colours},&H00201A14,&H80000000,-1,0,0,0,100,100,0,0,1,{em * 0.1:.1f},{em * 0.05:.1f},\
2,8,8,{margin},1
Style: Mark,{FONT},{small},{colours},&H002A6BE8,&H002A6BE8,-1,0,0,0,100,100,0,0,3,{em * 0.2:.1f},0,\
7,{round(em * 0.8)},8,{round(em * 0.8)},1
Style: Card,{FONT},{round(font * 1.15)},{colours},&H00201A14,&H80000000,-1,0,0,0,100,100,0,0,1,{em * 0.08:.1f},0,\
5,8,8,8,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def ass_event(style: str, start: float, end: float, text: str) -> str:
    """`text` may hold ASS's own signs: what comes from elsewhere goes through `printable`."""
    return f"Dialogue: 0,{_clock(start)},{_clock(end)},{style},,0,0,0,,{text}\n"


def _clock(seconds: float) -> str:
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 100:02}.{rest % 100:02}"


@lru_cache(maxsize=1)
def _parser() -> budoux.Parser:
    return budoux.load_default_japanese_parser()


def printable(text: str) -> str:
    """Without what the font cannot draw (emoji, controls) or ASS would obey."""
    characters = unicodedata.normalize("NFC", text).translate(_FULL_WIDTH_TWIN)
    printable = (char for char in characters if char.isspace() or _is_drawable(char))
    return " ".join("".join(printable).split())


def _is_drawable(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] != "C" and category != "Mn" and not (category == "So" and char > "\uffff")


def _phrases(text: str) -> list[str]:
    """Phrases as a reader pauses, none of which begins or ends against the rules."""
    phrases: list[str] = []
    for phrase in _parser().parse(text) if text else []:
        if phrases and not _may_break(phrases[-1], phrase):
            phrases[-1] += phrase
        else:
            phrases.append(phrase)
    return phrases


def _pieces(phrase: str) -> list[str]:
    """The phrase, in pieces where it is wider than a line."""
    pieces: list[str] = []
    while width(phrase) > LINE_WIDTH:
        longest = next(n for n in range(len(phrase), 0, -1) if width(phrase[:n]) <= LINE_WIDTH)
        lengths = (n for n in range(longest, 0, -1) if _may_break(phrase[:n], phrase[n:]))
        length = next(lengths, longest)
        pieces.append(phrase[:length])
        phrase = phrase[length:]
    return [*pieces, phrase]


def _may_break(before: str, after: str) -> bool:
    number = before[-1:].isascii() and before[-1:].isalnum() and after[:1].isascii() and after[:1].isalnum()
    return after[:1] not in _NEVER_FIRST and before[-1:] not in _NEVER_LAST and not number


def _pack(phrases: Sequence[str], limit: float) -> list[str]:
    lines: list[str] = []
    for phrase in phrases:
        if lines and width(lines[-1] + phrase) <= limit:
            lines[-1] += phrase
        else:
            lines.append(phrase)
    return [line.strip() for line in lines if line.strip()]


def _fits(phrases: Sequence[str], limit: float, fewest: int) -> bool:
    lines = _pack(phrases, limit)
    return len(lines) <= fewest and all(width(line) <= limit for line in lines)
