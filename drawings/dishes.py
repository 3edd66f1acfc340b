"""A picture of every dish that is taught: `python -m drawings.dishes [SLUG …]` draws them anew."""

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from drawings import eggs, fish, meat, noodles, rice, simmered
from drawings.gallery import PICTURES
from drawings.relief import Point, Relief
from drawings.tableware import steam

QUALITY = 84
FOLDER = PICTURES / "dishes"
RECORD = FOLDER / "script.sha256"  # of the script that drew what lies there
_SCRIPT = (
    *("dishes", "relief", "tableware", "outlines", "garnish"),
    *("rice", "meat", "fish", "noodles", "simmered", "eggs"),
)


@dataclass(frozen=True)
class DishDrawing:
    """`wisps` are where steam rises."""

    paint: Callable[[Relief], None]
    wisps: Sequence[Point] = ()


DISHES: Mapping[str, DishDrawing] = {
    "fried-rice": DishDrawing(rice.fried_rice, [(450, 260), (560, 240)]),
    "beef-steak": DishDrawing(meat.beef_steak, [(430, 290), (590, 280)]),
    "pomodoro": DishDrawing(noodles.pomodoro, [(460, 260), (575, 250)]),
    "meat-vegetable-stir-fry": DishDrawing(meat.stir_fry, [(450, 255), (570, 245)]),
    "miso-soup": DishDrawing(simmered.miso_soup, [(440, 230), (560, 215)]),
    "ginger-pork": DishDrawing(meat.ginger_pork, [(400, 330), (540, 330)]),
    "rolled-omelet": DishDrawing(eggs.rolled_omelet, [(380, 270), (560, 260)]),
    "nikujaga": DishDrawing(simmered.nikujaga, [(440, 215), (570, 205)]),
    "salt-grilled-fish": DishDrawing(fish.salt_grilled_fish, [(480, 290), (610, 285)]),
    "karaage": DishDrawing(meat.karaage, [(440, 255), (570, 245)]),
    "hamburg-steak": DishDrawing(meat.hamburg_steak, [(450, 270), (570, 260)]),
    "curry-rice": DishDrawing(rice.curry_rice, [(560, 280), (670, 275)]),
    "peperoncino": DishDrawing(noodles.peperoncino, [(450, 255), (570, 245)]),
    "gyoza": DishDrawing(meat.gyoza, [(430, 230), (570, 225)]),
    "oyakodon": DishDrawing(rice.oyakodon, [(440, 215), (570, 205)]),
    "simmered-fish": DishDrawing(fish.simmered_fish, [(430, 280), (580, 280)]),
}


def draw(slug: str) -> Image.Image:
    """Always the same picture."""
    seed = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:4])
    relief = Relief(seed)
    DISHES[slug].paint(relief)
    return steam(relief.finish(), DISHES[slug].wisps, seed)


def script_digest() -> str:
    """Another whenever what draws the dishes is changed."""
    digest = hashlib.sha256()
    for module in _SCRIPT:
        digest.update((Path(__file__).parent / f"{module}.py").read_bytes())
    return digest.hexdigest()


def main(slugs: Sequence[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for slug in slugs or DISHES:
        draw(slug).save(FOLDER / f"{slug}.jpg", quality=QUALITY, optimize=True, progressive=True)
    RECORD.write_text(script_digest() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
