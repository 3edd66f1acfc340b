"""The menus' signs: things of a kitchen and of a chat, in a few thick lines. Each is drawn in a square of 100 by 100."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sin, tau

from PIL import ImageDraw

Point = tuple[float, float]
LINE = 5.5


@dataclass(frozen=True)
class Pen:
    """Draws on a canvas at a place and a size of its own."""

    canvas: ImageDraw.ImageDraw
    left: float
    top: float
    scale: float
    line: str
    accent: str
    ground: str

    def points(self, points: Sequence[Point]) -> list[Point]:
        return [(self.left + x * self.scale, self.top + y * self.scale) for x, y in points]

    def stroke(self, *points: Point, colour: str | None = None, width: float = LINE) -> None:
        """A line with round ends and corners."""
        colour = colour or self.line
        placed, thick = self.points(points), round(width * self.scale)
        self.canvas.line(placed, colour, thick, joint="curve")
        for x, y in placed:
            half = thick / 2
            self.canvas.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def box(
        self, left: float, top: float, right: float, bottom: float, radius: float = 6, *, fill: str = ""
    ) -> None:
        """With `fill` without an outline."""
        corners = self.points([(left, top), (right, bottom)])
        width = round(LINE * self.scale)
        outline = None if fill else self.line
        self.canvas.rounded_rectangle(
            (*corners[0], *corners[1]), radius * self.scale, fill or self.ground, outline, width
        )

    def circle(self, x: float, y: float, radius: float, *, fill: str = "") -> None:
        corners = self.points([(x - radius, y - radius), (x + radius, y + radius)])
        outline = None if fill else self.line
        self.canvas.ellipse(
            (*corners[0], *corners[1]), fill or self.ground, outline, round(LINE * self.scale)
        )

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: str = "") -> None:
        """Degrees from three o'clock, clockwise."""
        corners = self.points([(x - radius, y - radius), (x + radius, y + radius)])
        width = round(LINE * self.scale)
        self.canvas.arc((*corners[0], *corners[1]), start, end, colour or self.line, width)

    def shape(self, *points: Point, fill: str) -> None:
        self.canvas.polygon(self.points(points), fill)


def draw(sign: str, pen: Pen) -> None:
    SIGNS[sign](pen)


def _pot(pen: Pen) -> None:
    for x in (34, 50, 66):
        steam = [(x + 2.4 * sin(y * tau / 13), 3 + y) for y in range(18)]
        pen.stroke(*steam, colour=pen.accent, width=3.4)
    pen.box(18, 36, 82, 92, 15)
    pen.shape((10, 30), (90, 30), (90, 52), (10, 52), fill=pen.ground)  # open above
    pen.stroke((50, 33), (50, 36), width=8)
    pen.stroke((14, 44), (86, 44))
    pen.stroke((5, 62), (18, 62))
    pen.stroke((82, 62), (95, 62))
    pen.stroke((34, 76), (66, 76), colour=pen.accent)


def _hourglass(pen: Pen) -> None:
    left, right = (
        ((26, 14), (26, 24), (46, 50), (26, 76), (26, 86)),
        ((74, 14), (74, 24), (54, 50), (74, 76), (74, 86)),
    )
    pen.shape((36, 30), (64, 30), (50, 47), fill=pen.accent)
    pen.shape((32, 84), (68, 84), (60, 70), (40, 70), fill=pen.accent)
    pen.stroke((50, 48), (50, 70), colour=pen.accent, width=4)
    pen.stroke(*left)
    pen.stroke(*right)
    pen.stroke((18, 11), (82, 11), width=7)
    pen.stroke((18, 89), (82, 89), width=7)


def _notebook(pen: Pen) -> None:
    pen.box(20, 8, 84, 92, 8)
    for y in (24, 42, 60, 78):
        pen.stroke((12, y), (26, y))
    for x, top in ((42, 66), (56, 52), (70, 34)):
        pen.stroke((x, 76), (x, top), colour=pen.accent, width=8)


def _question(pen: Pen) -> None:
    pen.box(8, 12, 92, 76, 20)
    pen.shape((28, 70), (52, 70), (26, 93), fill=pen.line)
    pen.shape((33, 68), (44, 68), (33, 80), fill=pen.ground)
    hook = [(50 + 11 * cos(radians(turn)), 34 + 11 * sin(radians(turn))) for turn in range(-185, 66, 5)]
    pen.stroke(*hook, (50, 48), (50, 53), colour=pen.accent)
    pen.circle(50, 63.5, 3.6, fill=pen.accent)


def _together(pen: Pen) -> None:
    """A phone that looks and listens."""
    pen.box(26, 8, 74, 92, 10)
    pen.circle(50, 40, 11)
    pen.circle(50, 40, 4, fill=pen.accent)
    pen.stroke((38, 74), (62, 74), colour=pen.accent)
    for x, turn in ((18, 130), (82, -50)):
        pen.arc(x + (12 if x < 50 else -12), 50, 22, turn, turn + 100, pen.accent)


def _plan(pen: Pen) -> None:
    pen.box(6, 20, 94, 82, 10)
    pen.shape((8, 34), (92, 34), (92, 46), (8, 46), fill=pen.accent)
    pen.stroke((20, 66), (44, 66))
    pen.stroke((70, 66), (80, 66))


def _profile(pen: Pen) -> None:
    pen.circle(50, 30, 20)
    pen.arc(50, 92, 37, 180, 360)
    pen.stroke((13, 92), (87, 92))
    pen.stroke((38, 78), (62, 78), colour=pen.accent)


def _guide(pen: Pen) -> None:
    pen.stroke((50, 24), (36, 16), (10, 16), (10, 80), (36, 80), (50, 88))
    pen.stroke((50, 24), (64, 16), (90, 16), (90, 80), (64, 80), (50, 88))
    pen.stroke((50, 24), (50, 88))
    for y in (36, 52):
        pen.stroke((22, y), (36, y), colour=pen.accent)
        pen.stroke((64, y), (78, y), colour=pen.accent)


def _coach(pen: Pen) -> None:
    """A person with a cook's cap."""
    pen.circle(50, 50, 20)
    pen.arc(50, 112, 37, 196, 344)
    for x, y, radius in ((33, 20, 13), (67, 20, 13), (50, 15, 15)):
        pen.circle(x, y, radius, fill=pen.accent)
    pen.shape((30, 20), (70, 20), (68, 40), (32, 40), fill=pen.accent)
    pen.stroke((32, 39), (68, 39))


SIGNS: Mapping[str, Callable[[Pen], None]] = {
    "pot": _pot,
    "hourglass": _hourglass,
    "notebook": _notebook,
    "question": _question,
    "together": _together,
    "plan": _plan,
    "profile": _profile,
    "guide": _guide,
    "coach": _coach,
}
