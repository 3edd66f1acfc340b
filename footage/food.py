"""What lies in the pan. A food paints itself for a second of its script; it moves only when it is stirred."""

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from footage.kitchen import Colour, Place, blend
from footage.script import Script, value_at

Floats = NDArray[np.floating[Any]]
_BLACK: Colour = (20, 17, 16)


class Food(Protocol):
    def paint(self, image: Image.Image, t: float) -> None:
        """Draws the food as it is at second `t` onto the pan."""
        ...


def food_for(dish: str, script: Script, place: Place, rng: np.random.Generator) -> Food:
    kinds: dict[str, type[FriedRice] | type[Steak] | type[Pomodoro]] = {
        "fried-rice": FriedRice,
        "beef-steak": Steak,
        "pomodoro": Pomodoro,
    }
    return kinds[dish](script, place, rng)


def _growth(since: float, t: float, over: float) -> float:
    """How far something that comes in at `since` has spread, 0 to 1."""
    return math.pow(min(max((t - since) / over, 0.0), 1.0), 0.6)


def _in_disc(rng: np.random.Generator, count: int, radius: float) -> tuple[Floats, Floats]:
    """Angles and distances (pan radii), evenly over a disc."""
    return rng.uniform(0, 2 * math.pi, count), radius * np.sqrt(rng.uniform(0, 1, count))


def _mix(a: Colour | Floats, b: Colour | Floats, share: Floats | float) -> Floats:
    """One colour a piece: each `share` of the way from a to b."""
    first, shares = np.asarray(a, float), np.asarray(share, float)[..., None]
    mixture: Floats = first + (np.asarray(b, float) - first) * np.clip(shares, 0, 1)
    return mixture


def _blob(rng: np.random.Generator, wobble: float, corners: int = 72) -> Floats:
    """Radii of a soft closed shape, around 1."""
    angle = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    radii = np.ones(corners)
    for wave in (2, 3, 5):
        radii += wobble / wave * np.sin(wave * angle + rng.uniform(0, 6))
    return radii


def _spots(rng: np.random.Generator, size: tuple[int, int], grain: int) -> NDArray[np.floating[Any]]:
    """Smooth noise from 0 to 1: marbling, crust, scorch."""
    width, height = size
    coarse = rng.uniform(0, 255, (max(height // grain, 3), max(width // grain, 3))).astype(np.uint8)
    smooth = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    noise = np.asarray(smooth, np.float32)
    even: Floats = (noise - noise.min()) / max(float(np.ptp(noise)), 1.0)
    return even


class _Oil:
    """A film that shines where it lies thick, and bubbles as loudly as it sizzles."""

    def __init__(self, script: Script, place: Place, rng: np.random.Generator, reach: float) -> None:
        self._script, self._place, self._reach = script, place, reach
        self._shine = [
            (rng.uniform(-0.6, 0.6), rng.uniform(-0.6, 0.6), rng.uniform(0.06, 0.2)) for _ in range(9)
        ]
        self._angle, self._distance = _in_disc(rng, 60, 1.0)
        self._rng = np.random.default_rng(int(rng.integers(1 << 31)))

    def paint(self, image: Image.Image, t: float) -> None:
        growth = _growth(self._script.second_of("oil"), t, 1.5)
        if growth <= 0:
            return
        pen = ImageDraw.Draw(image, "RGBA")
        pen.ellipse(self._place.box(0, 0.05, 0.85 * growth, 0.8 * growth), fill=(206, 168, 70, 30))
        for x, y, r in self._shine:
            sway = 0.02 * math.sin(t * 0.8 + x * 9)
            pen.ellipse(self._place.box(x * growth + sway, y * growth, r, r * 0.55), fill=(255, 236, 170, 34))

    def bubble(self, image: Image.Image, t: float, inside: float, colour: tuple[int, int, int, int]) -> None:
        """Rings between `inside` and the film's edge, as many as the sizzle is loud."""
        pen = ImageDraw.Draw(image, "RGBA")
        count = int(60 * min(value_at(self._script.sizzle, t), 1.0))
        radii = self._rng.uniform(0.008, 0.026, count)
        for angle, distance, r in zip(self._angle[:count], self._distance[:count], radii, strict=True):
            reach = inside + (self._reach - inside) * distance
            pen.ellipse(
                self._place.box(reach * math.cos(angle), reach * math.sin(angle), r, r), outline=colour
            )


class _Bits:
    """Many small pieces (rice, curds, onion, garlic) that swirl about the pan as they are stirred."""

    def __init__(
        self, rng: np.random.Generator, count: int, spread: float, length: float, thick: float
    ) -> None:
        self._angle, self._distance = _in_disc(rng, count, spread)
        self._pace, self._phase = rng.uniform(0.3, 1.5, count), rng.uniform(0, 6, count)
        self._lie = rng.uniform(0, math.pi, count)
        self._length, self._thick = length * rng.uniform(0.7, 1.2, count), thick
        self.shade: Floats = rng.uniform(0, 1, count)
        self.patch: Floats = 0.5 + 0.5 * np.sin(3 * self._angle) * np.cos(5 * self._distance)

    def paint(
        self,
        image: Image.Image,
        place: Place,
        stir_seconds: float,
        spread: float,
        colours: Floats,
        *,
        as_discs: bool,
    ) -> None:
        """`spread` 0 to 1: from a heap to all over the pan. `colours` holds one RGB a piece."""
        if spread <= 0:
            return
        turn = self._angle + stir_seconds * self._pace
        far = (
            self._distance
            * (0.35 + 0.65 * spread)
            * (1 + 0.12 * np.sin(2.3 * stir_seconds * self._pace + self._phase))
        )
        x = place.centre[0] + place.radius * far * np.cos(turn)
        y = place.centre[1] + place.radius * far * np.sin(turn)
        lie = self._lie + stir_seconds * self._pace * 2
        half = self._length * place.radius / 2
        dx, dy = half * np.cos(lie), half * np.sin(lie)
        pen, width = ImageDraw.Draw(image), max(round(self._thick * place.radius), 1)
        fills: list[Colour] = [(r, g, b) for r, g, b in colours.astype(int).tolist()]
        if as_discs:
            for box, colour in zip(
                np.stack((x - half, y - half, x + half, y + half), 1).tolist(), fills, strict=True
            ):
                pen.ellipse(box, fill=colour)
            return
        ends = np.stack((x - dx, y - dy, x + dx, y + dy), 1).tolist()
        for end, colour in zip(ends, fills, strict=True):
            pen.line(end, fill=colour, width=width)


class FriedRice:
    def __init__(self, script: Script, place: Place, rng: np.random.Generator) -> None:
        self._script, self._place = script, place
        self._oil = _Oil(script, place, rng, 0.9)
        self._pool = _blob(rng, 0.16)
        self._curds = _Bits(rng, 46, 0.62, 0.17, 0.1)
        self._rice = _Bits(rng, 560, 0.8, 0.1, 0.042)
        self._onion = _Bits(rng, 60, 0.75, 0.05, 0.03)

    def paint(self, image: Image.Image, t: float) -> None:
        script, place = self._script, self._place
        self._oil.paint(image, t)
        stir_seconds = script.stir_seconds(t)
        brown, char = value_at(script.brown, t), value_at(script.char, t)
        egg, rice = script.second_of("egg"), script.second_of("rice")
        if t >= egg:
            self._paint_egg(image, t, stir_seconds, brown if t < rice + 30 else 0, char)
            self._oil.bubble(image, t, 0.5, (250, 230, 170, 90))
        if t >= rice:
            self._paint_rice(image, _growth(rice, t, 0.9), stir_seconds, brown, char)
        if t >= (season := script.second_of("season")):
            greens = _mix((92, 158, 70), (150, 190, 96), self._onion.shade)
            self._onion.paint(image, place, stir_seconds, _growth(season, t, 0.6), greens, as_discs=False)

    def _paint_egg(
        self, image: Image.Image, t: float, stir_seconds: float, brown: float, char: float
    ) -> None:
        script, place = self._script, self._place
        browning = (
            brown if script.brown[0][0] < script.second_of("rice") else 0.0
        )  # soy browns the rice, not the egg
        growth, scramble = _growth(script.second_of("egg"), t, 1.0), min(stir_seconds / 1.2, 1.0)
        if scramble < 1:
            angle = np.linspace(0, 2 * math.pi, len(self._pool), endpoint=False)
            reach = 0.6 * growth * self._pool * place.radius
            shape = np.stack(
                (place.centre[0] + reach * np.cos(angle), place.centre[1] + reach * np.sin(angle)), 1
            )
            pen = ImageDraw.Draw(image)
            pen.polygon(
                [(x, y) for x, y in shape.tolist()], fill=blend((246, 208, 92), (150, 92, 34), browning)
            )
            for x, y, r in ((-0.2, -0.1, 0.16), (0.22, 0.12, 0.13), (0.02, 0.3, 0.1)):
                pale = blend((252, 236, 178), (164, 108, 46), browning)
                pen.ellipse(place.box(x * growth, y * growth, r * growth, r * growth * 0.8), fill=pale)
        if scramble > 0:
            shade = self._curds.shade
            raw_curds = _mix((244, 202, 78), (254, 232, 148), shade)
            brown_curds = _mix(raw_curds, _mix((138, 82, 28), (166, 108, 44), shade), browning)
            colours = _mix(brown_curds, _BLACK, 0.9 * (self._curds.patch < char * 0.55))
            self._curds.paint(image, place, stir_seconds, 0.4 + 0.6 * scramble, colours, as_discs=True)

    def _paint_rice(
        self, image: Image.Image, spread: float, stir_seconds: float, brown: float, char: float
    ) -> None:
        soy = 0.0 if self._script.brown[0][0] < self._script.second_of("rice") else brown
        grains = _mix(_mix((246, 242, 230), (222, 214, 196), self._rice.shade), (196, 152, 98), soy)
        colours = _mix(grains, _BLACK, 0.92 * (self._rice.patch < char * 0.6))
        self._rice.paint(
            image,
            self._place,
            stir_seconds,
            0.55 * spread + 0.45 * min(stir_seconds / 6, 1),
            colours,
            as_discs=False,
        )


class Steak:
    def __init__(self, script: Script, place: Place, rng: np.random.Generator) -> None:
        self._script, self._place = script, place
        self._oil = _Oil(script, place, rng, 0.98)
        size = (round(place.radius * 1.5), round(place.radius * 1.12))
        self._shape = self._outline(rng, size)
        marbling, crust = _spots(rng, size, 9), _spots(rng, size, 5)
        self._raw = self._surface(marbling, (186, 62, 66), (238, 190, 184), 0.72)
        self._pale = self._surface(crust, (172, 150, 138), (190, 172, 160), 0.6)
        self._crust = self._surface(crust, (122, 70, 36), (82, 46, 26), 0.55)
        self._scorch = _spots(rng, size, 12)

    def _outline(self, rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
        radii, scale = _blob(rng, 0.1), 3
        mask = Image.new("L", (size[0] * scale, size[1] * scale))
        angle = np.linspace(0, 2 * math.pi, len(radii), endpoint=False)
        x = mask.width / 2 * (1 + 0.86 * radii * np.cos(angle))
        y = mask.height / 2 * (1 + 0.86 * radii * np.sin(angle))
        ImageDraw.Draw(mask).polygon([(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)], fill=255)
        return mask.resize(size, Image.Resampling.BOX)

    def _surface(
        self, noise: NDArray[np.floating[Any]], main: Colour, vein: Colour, above: float
    ) -> Image.Image:
        share = np.clip((noise - above) * 6, 0, 1)[..., None]
        return Image.fromarray((np.array(main) * (1 - share) + np.array(vein) * share).astype(np.uint8))

    def paint(self, image: Image.Image, t: float) -> None:
        script, place = self._script, self._place
        self._oil.paint(image, t)
        if t < (start := script.second_of("steak")):
            return
        flip, stir_seconds = script.second_of("flip"), script.stir_seconds(t)
        nudge = 0.13 * math.sin(stir_seconds * 4.2), 0.09 * math.sin(stir_seconds * 3.1)
        x, y = place.point(nudge[0] * min(stir_seconds * 2, 1), nudge[1] * min(stir_seconds * 2, 1))
        squash = min(1.0, 0.25 + abs(t - flip) / 0.4)
        growth = _growth(start, t, 0.35)
        size = (
            max(round(self._shape.width * growth), 2),
            max(round(self._shape.height * squash * growth), 2),
        )
        shadow = self._shape.resize(size).filter(ImageFilter.GaussianBlur(2))
        corner = (round(x - size[0] / 2), round(y - size[1] / 2))
        image.paste((22, 17, 14), (corner[0] + 3, corner[1] + 4), shadow.point(lambda v: v * 6 // 10))
        image.paste(self._face(t, second_side=t >= flip).resize(size), corner, self._shape.resize(size))
        self._oil.bubble(image, t, 0.68, (255, 226, 170, 110))
        if t >= (butter := script.second_of("butter")):
            remainder = max(0.0, 1 - (t - butter) / 4)
            ImageDraw.Draw(image, "RGBA").ellipse(
                place.box(-0.5, 0.5, 0.28 - 0.12 * remainder, 0.2 - 0.08 * remainder),
                fill=(250, 224, 128, 110 + round(130 * remainder)),
            )

    def _face(self, t: float, *, second_side: bool) -> Image.Image:
        crust = Image.blend(self._pale, self._crust, value_at(self._script.brown, t))
        face = crust if second_side else Image.blend(self._raw, self._pale, min(0.3, 0.03 * t))
        char = value_at(self._script.char, t)
        if not second_side or char <= 0:
            return face
        mask = np.clip((char * 0.62 - self._scorch) * 8, 0, 0.95)
        return Image.composite(
            Image.new("RGB", face.size, _BLACK), face, Image.fromarray((mask * 255).astype(np.uint8))
        )


class Pomodoro:
    def __init__(self, script: Script, place: Place, rng: np.random.Generator) -> None:
        self._script, self._place = script, place
        self._oil = _Oil(script, place, rng, 0.85)
        self._garlic = _Bits(rng, 34, 0.5, 0.15, 0.1)
        self._basil = _Bits(rng, 9, 0.5, 0.26, 0.13)
        side = round(place.radius * 1.8)
        lumps = _spots(rng, (side, side), 8)[..., None]
        sauce = np.array((198, 58, 30)) * (1 - lumps) + np.array((226, 104, 58)) * lumps
        self._sauce = Image.fromarray(sauce.astype(np.uint8))
        self._edge = _blob(rng, 0.06)
        self._scorch = _spots(rng, (side, side), 26)

    def paint(self, image: Image.Image, t: float) -> None:
        script, place = self._script, self._place
        self._oil.paint(image, t)
        stir_seconds, tomato = script.stir_seconds(t), script.second_of("tomato")
        if t >= (garlic := script.second_of("garlic")):
            brown = value_at(script.brown, min(t, tomato))
            toast = blend((238, 224, 178), (206, 160, 82), brown * 2) if brown < 0.5 else (206, 160, 82)
            colour = blend(toast, (104, 58, 24), brown * 2 - 1)
            slices = _mix(colour, (255, 250, 230), 0.18 * (1 - brown) * self._garlic.shade)
            self._garlic.paint(image, place, stir_seconds, _growth(garlic, t, 0.5), slices, as_discs=True)
            self._oil.bubble(image, t, 0.1, (250, 232, 180, 90))
        if t >= tomato:
            self._paint_sauce(image, t, stir_seconds, _growth(tomato, t, 1.2))
        if t >= (basil := script.second_of("basil")):
            greens = _mix((58, 122, 50), (98, 160, 76), self._basil.shade)
            self._basil.paint(image, place, stir_seconds, _growth(basil, t, 0.4), greens, as_discs=True)

    def _paint_sauce(self, image: Image.Image, t: float, stir_seconds: float, growth: float) -> None:
        place, side = self._place, self._sauce.width
        face = self._sauce
        char = value_at(self._script.char, t)
        if char > 0:
            shares = np.clip((char * 0.55 - self._scorch) * 8, 0, 0.94)
            face = Image.composite(
                Image.new("RGB", face.size, _BLACK), face, Image.fromarray((shares * 255).astype(np.uint8))
            )
        face = face.rotate(-stir_seconds * 40, Image.Resampling.NEAREST, fillcolor=(206, 70, 36))
        mask = Image.new("L", (side, side))
        angle = np.linspace(0, 2 * math.pi, len(self._edge), endpoint=False)
        reach = side / 2 * 0.92 * self._edge * (0.3 + 0.7 * growth)
        shape = np.stack((side / 2 + reach * np.cos(angle), side / 2 + reach * np.sin(angle)), 1)
        ImageDraw.Draw(mask).polygon([(x, y) for x, y in shape.tolist()], fill=255)
        corner = (round(place.centre[0] - side / 2), round(place.centre[1] - side / 2))
        image.paste(face, corner, mask.filter(ImageFilter.GaussianBlur(1)))
        self._oil.bubble(image, t, 0.05, (244, 150, 104, 130))
