"""The pictures of the rich menus: tiles, each with a sign and its words.

What is drawn is data, so that a picture needs to be drawn only where it is needed: `fingerprint` tells whether it is still
the same, on every machine, without drawing it.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from drawings import signs
from drawings.signs import Pen

INK = "#1F2933"
QUIET = "#6B7280"
WARM = "#C2410C"
PAPER = "#FFF7ED"
WHITE = "#FFFFFF"
EDGE = "#F1DFCB"
BLUSH = "#FED7AA"  # on what is warm, where white would be too loud

GAP = 14  # pixels around each tile: two tiles stand twice as far apart
SCALE = 2  # drawn so much larger, then made smaller: smooth edges


@dataclass(frozen=True)
class Tile:
    """Its place in pixels. The main one is in the warm colour; `is_quiet` can't be tapped, and has no frame."""

    x: int
    y: int
    width: int
    height: int
    sign: str
    label: str
    caption: str = ""
    is_main: bool = False
    is_quiet: bool = False


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    tiles: Sequence[Tile]


def fingerprint(picture: Picture) -> str:
    """Changes with what is drawn and with how it is drawn; not with the libraries that draw it."""
    how = b"".join(Path(module).read_bytes() for module in (__file__, signs.__file__))
    return hashlib.sha256(how + repr(asdict(picture)).encode()).hexdigest()


def draw(picture: Picture) -> bytes:
    """A PNG."""
    large = Image.new("RGB", (picture.width * SCALE, picture.height * SCALE), PAPER)
    canvas = ImageDraw.Draw(large)
    for tile in picture.tiles:
        _draw_tile(canvas, tile)
    out = io.BytesIO()
    large.reduce(SCALE).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class _Colours:
    ground: str
    line: str
    accent: str
    label: str
    caption: str


_PLAIN = _Colours(WHITE, INK, WARM, INK, QUIET)
_MAIN = _Colours(WARM, WHITE, BLUSH, WHITE, PAPER)
_BARE = _Colours(PAPER, INK, WARM, INK, QUIET)


def _draw_tile(canvas: ImageDraw.ImageDraw, tile: Tile) -> None:
    colours = _MAIN if tile.is_main else _BARE if tile.is_quiet else _PLAIN
    box = (tile.x + GAP, tile.y + GAP, tile.x + tile.width - GAP, tile.y + tile.height - GAP)
    if not tile.is_quiet:
        edge = None if tile.is_main else EDGE
        corners = tuple(each * SCALE for each in box)
        canvas.rounded_rectangle(corners, 48 * SCALE, fill=colours.ground, outline=edge, width=5 * SCALE)
    _fill(canvas, tile, colours)


def _fill(canvas: ImageDraw.ImageDraw, tile: Tile, colours: _Colours) -> None:
    """Sign, label and caption below each other, in the middle of the tile."""
    label = _font(_label_size(tile))
    caption = _font(round(label.size * 0.56))
    sign_size = min(tile.width * 0.6, tile.height * 0.47) * SCALE
    between = label.size * 0.42
    lines = [line for line in tile.caption.split("\n") if line]
    words = label.size + len(lines) * caption.size * 1.35
    top = tile.y * SCALE + (tile.height * SCALE - sign_size - between - words) / 2
    middle = (tile.x + tile.width / 2) * SCALE
    pen = Pen(
        canvas, middle - sign_size / 2, top, sign_size / 100, colours.line, colours.accent, colours.ground
    )
    signs.draw(tile.sign, pen)
    y = top + sign_size + between
    canvas.text((middle, y + label.size / 2), tile.label, colours.label, label, anchor="mm")
    y += label.size + caption.size * 0.9
    for line in lines:
        canvas.text((middle, y), line, colours.caption, caption, anchor="mm")
        y += caption.size * 1.35


def _label_size(tile: Tile) -> int:
    """As large as the tile lets it be; all of one menu look alike, as their tiles do."""
    largest = min(156 if tile.is_main else 104, round(tile.height * 0.17)) * SCALE
    room = (tile.width - 2 * GAP - 56) * SCALE
    while largest > 20 and _font(largest).getlength(tile.label) > room:
        largest -= 2
    return largest


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    package = resources.files("noto_cjk_sans_jp_bold")
    return ImageFont.truetype(str(package / "NotoSansCJKjp-Bold.otf"), size)
