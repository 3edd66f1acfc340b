"""What every picture has: the table of warm paper, a plate or a bowl seen from the same angle, the steam."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from drawings.relief import HEIGHT, WIDTH, Colour, Field, Point, Relief, Stuff, blur, rgb

PAPER = "#F6E7CF"
TILT = 0.60  # how flat a circle lies in the picture
CENTRE = 512.0


@dataclass(frozen=True)
class Round:
    """A circle that lies on the table or on something: its middle and how wide it is to either side."""

    x: float
    y: float
    radius: float

    @property
    def depth(self) -> float:
        return self.radius * TILT

    def distance(self, relief: Relief) -> Field:
        """From its middle, 1 at its edge."""
        away: Field = np.hypot((relief.x - self.x) / self.radius, (relief.y - self.y) / self.depth)
        return away

    def place(self, turn: float, share: float) -> Point:
        """A point in it: `share` of the way from the middle to the edge."""
        return self.x + self.radius * share * np.cos(turn), self.y + self.depth * share * np.sin(turn)


def table(relief: Relief, accent: Colour) -> None:
    """Paper, and on it a wide disc of the dish's own colour."""
    grain = 1 + 0.012 * relief.noises[0] + 0.010 * relief.noises[1]
    relief.colour[:] = rgb(PAPER) * grain[..., None]
    disc = np.hypot((relief.x - CENTRE) / 560, (relief.y - 330) / 372)
    share = np.clip((1 - disc) * 60, 0, 1)
    relief.shade(share, accent, 0.92)
    edges = np.hypot((relief.x - CENTRE) / WIDTH, (relief.y - HEIGHT / 2) / HEIGHT)
    relief.shade(np.clip((edges - 0.42) * 1.6, 0, 1), "#8A5A2B", 0.30)


def _shadow_of(relief: Relief, thing: Round, drop: float, strength: float = 0.5) -> None:
    far = Round(thing.x + drop * 0.7, thing.y + drop, thing.radius * 1.01).distance(relief)
    relief.shade(blur((far < 1).astype(np.float32), 16), "#4A2C16", strength)


def plate(
    relief: Relief,
    colour: Colour = "#F7F3EA",
    ring: Colour | None = "#7D94A8",
    radius: float = 425,
) -> Round:
    """Returns its well."""
    whole = Round(CENTRE, 352, radius)
    _shadow_of(relief, whole, 26)
    away = whole.distance(relief)
    rim = np.interp(away, [0, 0.66, 0.74, 0.97, 1.0], [6, 6, 12, 30, 22]).astype(np.float32)
    relief.surface(away < 1, blur(rim, 2.5), Stuff(colour, gloss=0.32, grain=0.008))
    if ring is not None:
        band = np.clip(1 - np.abs(away - 0.90) / 0.010, 0, 1) + 0.6 * np.clip(
            1 - np.abs(away - 0.935) / 0.005, 0, 1
        )
        relief.shade(np.clip(band, 0, 1).astype(np.float32), ring, 0.75)
    return Round(whole.x, whole.y + 4, radius * 0.68)


def long_plate(relief: Relief, colour: Colour = "#48606B") -> Round:
    """A rectangular one with round corners, as fish is served on."""
    half_x, half_y, corner = 440.0, 212.0, 46.0
    x, y = np.abs(relief.x - CENTRE), np.abs(relief.y - 356)

    def inset(by: float) -> Field:
        """Below 0 inside."""
        across, down = np.maximum(x - (half_x - by - corner), 0), np.maximum(y - (half_y - by - corner), 0)
        inner = np.minimum(np.maximum(x - half_x + by, y - half_y + by), 0)
        away: Field = np.hypot(across, down) - corner + inner
        return away

    shadow = np.roll(inset(0) < 0, (52, 34), axis=(0, 1)).astype(np.float32)
    relief.shade(blur(shadow, 16), "#4A2C16", 0.5)
    away = inset(0)
    rim = np.interp(-away, [0, 12, 40, 60], [20, 28, 8, 6]).astype(np.float32)
    stuff = Stuff(colour, gloss=0.35, grain=0.05)
    relief.surface(away < 0, blur(rim, 2.5), stuff)
    return Round(CENTRE, 358, 380)


def bowl(
    relief: Relief,
    colour: Colour,
    inside: Colour,
    *,
    rim: float = 330,
    depth: float = 250,
    bands: Sequence[tuple[float, Colour]] = (),
    level: float = 26,
) -> Round:
    """Returns the face of what fills it, `level` pixels below the rim. Bands are painted round it, at a share of its
    depth."""
    mouth = Round(CENTRE, 268, rim)
    foot = rim * 0.46
    down = np.clip((relief.y - mouth.y) / depth, 0, 1)
    half = foot + (rim - foot) * np.sqrt(np.clip(1 - down**2.3, 0, 1))
    bottom = (
        mouth.y + depth + foot * TILT * 0.42 * np.sqrt(np.clip(1 - ((relief.x - CENTRE) / foot) ** 2, 0, 1))
    )
    _shadow_of(relief, Round(CENTRE + 14, mouth.y + depth - 30, rim * 0.80), 30, 0.5)
    across = np.clip(np.abs(relief.x - CENTRE) / half, 0, 1)
    body = (relief.y > mouth.y) & (relief.y < bottom) & (np.abs(relief.x - CENTRE) < half)
    bulge = 70 * np.sqrt(np.clip(1 - across**2, 0, 1)) - 60 * down
    relief.surface(body, bulge.astype(np.float32), Stuff(colour, gloss=0.3, grain=0.015))
    curve = (relief.y - mouth.y - mouth.depth * np.sqrt(np.clip(1 - across**2, 0, 1))) / depth
    for share, tint in bands:
        stripe = np.clip(1 - np.abs(curve - share) / 0.022, 0, 1) * body
        relief.shade(stripe.astype(np.float32), tint, 0.85)
    away = mouth.distance(relief)
    lip = np.interp(away, [0, 0.9, 0.95, 0.985, 1], [40, 44, 62, 66, 58]).astype(np.float32)
    relief.surface(away < 1, lip, Stuff(inside, gloss=0.25, grain=0.01))
    face = Round(CENTRE, mouth.y + level * 0.55, rim - level * 0.9)
    wall = np.clip((mouth.y - relief.y) / mouth.depth, 0, 1) * (away < 0.95) * (face.distance(relief) > 1)
    relief.shade(wall.astype(np.float32), "#3A2414", 0.35)
    return face


def fill(relief: Relief, face: Round, stuff: Stuff, base: float = 44, waves: float = 0.0) -> None:
    """A liquid up to its face."""
    away = face.distance(relief)
    height = base + waves * relief.noises[2] + 2.5 * np.clip((away - 0.94) * 16, 0, 1)
    relief.surface(away < 1, height.astype(np.float32), stuff)


def steam(picture: Image.Image, places: Sequence[Point], seed: int, strength: float = 0.62) -> Image.Image:
    """Wisps that rise from these places."""
    random = np.random.default_rng(seed)
    veil = Image.new("L", picture.size)
    for x, y in places:
        layer = Image.new("L", picture.size)
        draw = ImageDraw.Draw(layer)
        height, sway, start = random.uniform(190, 250), random.uniform(20, 32), random.uniform(0, 6)
        for step in range(90):
            share = step / 89
            dx = sway * np.sin(start + 4.4 * share) * (0.35 + share)
            size = 3 + 9 * np.sin(np.pi * share) + 8 * share
            tone = int(225 * np.sin(np.pi * min(share * 1.12, 1)) ** 0.8)
            px, py = x + dx, y - height * share
            draw.ellipse((px - size, py - size * 1.6, px + size, py + size * 1.6), fill=tone)
        veil = ImageChops.lighter(veil, layer.filter(ImageFilter.GaussianBlur(10)))
    veil = veil.point(lambda tone: int(tone * strength))
    white = Image.new("RGB", picture.size, "#FFFDF8")
    return Image.composite(white, picture, veil)
