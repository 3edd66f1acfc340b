"""A learner's way so far as one picture: which skills each cook practised, and the marks they gave themselves.

Made for a phone: a bubble shows it at less than half of its size, so nothing is smaller than 28 pixels.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH = 860  # of the sheet that is drawn
LARGEST = 1024  # of either side of the picture: LINE shows none that is larger
MOST_COOKS, MOST_SKILLS = 9, 7
INK, QUIET, PALE = "#1F2933", "#5B6470", "#E9D9C2"
WARM, SOFT, PAPER, BAND = "#C2410C", "#F3B98A", "#FFF7ED", "#FBEBD6"
MARK_TONES = ("#F6D9C0", "#F3C29B", "#EDA36C", "#DE7A3A", "#C2410C")  # from the lowest mark to the best

_SCALE = 2  # drawn larger, then made smaller: smooth edges
_LEFT, _RIGHT, _ROW = 258, 176, 62
_FONT = resources.files("noto_cjk_sans_jp_bold") / "NotoSansCJKjp-Bold.otf"


@dataclass(frozen=True)
class Row:
    """A skill: the columns of the cooks that practised it, and whether it is acquired."""

    name: str
    cooks: Sequence[int]
    is_acquired: bool


@dataclass(frozen=True)
class Marks:
    """Of one aspect, 1 to 5, one a column; None where none was given."""

    name: str
    values: Sequence[int | None]


@dataclass(frozen=True)
class Words:
    """All that is written besides names."""

    title: str
    skills: str
    marks: str
    attempt: str  # what the numbers are that stand over the dishes' names
    acquired: str
    developing: str
    more: str  # skills that there is no room for; "" where all are there
    legend: str


@dataclass(frozen=True)
class Figures:
    """What is drawn. Each column is a cook, by its dish and which attempt it was; the newest is the last."""

    words: Words
    columns: Sequence[tuple[str, int]]
    skills: Sequence[Row]
    marks: Sequence[Marks]

    @property
    def content(self) -> bytes:
        """Another wherever the picture would be another."""
        script = Path(__file__).read_bytes()
        return hashlib.sha256(script + json.dumps(asdict(self), ensure_ascii=False).encode()).digest()


def draw(figures: Figures) -> bytes:
    """A PNG."""
    sheet = _Sheet(figures)
    sheet.paint()
    picture = sheet.image.resize(sheet.size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.quantize(128).save(file, "PNG", optimize=True)
    return file.getvalue()


def size_of(figures: Figures) -> tuple[int, int]:
    return _Sheet(figures).size


class _Sheet:
    """Where everything stands, from the top downwards."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.skills_top = 156
        more = 44 if figures.words.more else 0
        self.marks_top = self.skills_top + _ROW * len(figures.skills) + more + 78
        self.names_top = self.marks_top + _ROW * len(figures.marks) + 8
        names = [_name_height(name) for name, _ in figures.columns]
        self.height = self.names_top + 44 + max(names, default=0) + 74
        self.step = min(84, (WIDTH - _LEFT - _RIGHT) / max(len(figures.columns), 1))

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture."""
        smaller = min(1.0, LARGEST / self.height)
        return round(WIDTH * smaller), round(self.height * smaller)

    def paint(self) -> None:
        self.image = Image.new("RGB", (WIDTH * _SCALE, self.height * _SCALE), PAPER)
        self.pen = ImageDraw.Draw(self.image)
        words = self.figures.words
        self._write((36, 58), words.title, 46, INK)
        self._paint_dishes()
        self._write((36, self.skills_top - 28), words.skills, 32, WARM)
        for index, row in enumerate(self.figures.skills):
            self._paint_skill(row, self.skills_top + _ROW * index + _ROW / 2)
        if words.more:
            self._write((36, self.marks_top - 100), words.more, 28, QUIET)
        self._write((36, self.marks_top - 28), words.marks, 32, WARM)
        for index, marks in enumerate(self.figures.marks):
            self._paint_marks(marks, self.marks_top + _ROW * index + _ROW / 2)
        self._write((36, self.names_top + 18), words.attempt, 28, QUIET)
        self._write((36, self.height - 40), words.legend, 28, QUIET)

    def _x(self, column: int) -> float:
        return _LEFT + self.step * (column + 0.5)

    def _paint_dishes(self) -> None:
        """A band behind each dish's cooks, every second one tinted; their numbers and its name below."""
        columns = list(enumerate(self.figures.columns))
        for index, (name, group) in enumerate(groupby(columns, key=lambda column: column[1][0])):
            cooks = list(group)
            first, last = self._x(cooks[0][0]) - self.step / 2, self._x(cooks[-1][0]) + self.step / 2
            if index % 2 == 0:
                box = (first, self.skills_top - 6, last, self.height - 76)
                self.pen.rounded_rectangle([side * _SCALE for side in box], 14 * _SCALE, fill=BAND)
            for column, (_, number) in cooks:
                self._write((self._x(column), self.names_top + 18), str(number), 28, QUIET, anchor="mm")
            self._write_downwards((first + last) / 2, self.names_top + 48, name)

    def _paint_skill(self, row: Row, y: float) -> None:
        tone, words = (WARM if row.is_acquired else SOFT), self.figures.words
        self._write((36, y), row.name, 30, INK, fits=_LEFT - 48)
        places = [self._x(column) for column in row.cooks]
        if len(places) > 1:
            self.pen.line(
                [places[0] * _SCALE, y * _SCALE, places[-1] * _SCALE, y * _SCALE], fill=tone, width=6 * _SCALE
            )
        for x in places:
            self._dot((x, y), 15, tone)
        label = words.acquired if row.is_acquired else words.developing
        self._write((WIDTH - 28, y), label, 28, WARM if row.is_acquired else QUIET, anchor="rm")

    def _paint_marks(self, marks: Marks, y: float) -> None:
        self._write((36, y), marks.name, 30, INK)
        for column, value in enumerate(marks.values):
            at = self._x(column), y
            if value is None:
                self._dot(at, 4, PALE)
                continue
            self._dot(at, 21, MARK_TONES[value - 1])
            self._write(at, str(value), 28, "#FFFFFF" if value > 3 else INK, anchor="mm")

    def _dot(self, at: tuple[float, float], radius: float, tone: str) -> None:
        x, y = at
        box = (x - radius, y - radius, x + radius, y + radius)
        self.pen.ellipse([side * _SCALE for side in box], fill=tone)

    def _write(
        self,
        at: tuple[float, float],
        words: str,
        size: int,
        tone: str,
        *,
        anchor: str = "lm",
        fits: float = 0,
    ) -> None:
        """With `fits`, smaller where it would be wider than that."""
        font = _font(size)
        if fits and font.getlength(words) > fits * _SCALE:
            font = _font(int(size * fits * _SCALE / font.getlength(words)))
        self.pen.text((at[0] * _SCALE, at[1] * _SCALE), words, tone, font, anchor)

    def _write_downwards(self, x: float, y: float, name: str) -> None:
        for index, sign in enumerate(_shown(name)):
            at = x * _SCALE, (y + 30 * index + 15) * _SCALE
            if sign not in "ー…":
                self.pen.text(at, sign, QUIET, _font(28), "mm")
                continue
            tile = Image.new("L", (30 * _SCALE, 30 * _SCALE))
            ImageDraw.Draw(tile).text((15 * _SCALE, 15 * _SCALE), sign, 255, _font(28), "mm")
            corner = round(at[0] - 15 * _SCALE), round(at[1] - 15 * _SCALE)
            self.image.paste(QUIET, corner, tile.rotate(-90))


def _shown(name: str) -> str:
    return name if len(name) <= 7 else f"{name[:6]}…"


def _name_height(name: str) -> int:
    return 30 * len(_shown(name))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    with resources.as_file(_FONT) as path:
        return ImageFont.truetype(path, size * _SCALE)
