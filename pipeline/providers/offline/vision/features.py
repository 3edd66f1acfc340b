"""What the samples show, measured against the clip itself: its own whites, its own empty pan, its own calm.

Real kitchens differ in light, pan and camera; a number that holds in one means nothing in the next.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.offline.vision.arrays import Floats
from pipeline.providers.offline.vision.blackening import measure_blackening
from pipeline.providers.offline.vision.camera import find_scenes, measure_motion
from pipeline.providers.offline.vision.colours import luma, strongest_channel
from pipeline.providers.offline.vision.flames import measure_flicker
from pipeline.providers.offline.vision.food import find_food, measure_novelty
from pipeline.providers.offline.vision.haze import measure_haze
from pipeline.providers.offline.vision.pan import pan_distance
from pipeline.providers.offline.vision.samples import Samples
from pipeline.providers.offline.vision.scope import OPENING_SECONDS, Scope, is_empty_pan, scope_of
from pipeline.providers.offline.vision.series import Series, without_gaps

_GLARE_LEVEL = 252  # of 255: what is brighter shows no colour


@dataclass(frozen=True)
class Features:
    seconds: float
    glare: float  # share of the pan that is too bright to show a colour, in the usual picture
    sway: float  # how far a hand-held camera moves from picture to picture, of the picture's longer side
    scope: Scope
    in_view: float  # share of the pictures that show the clip's main scene
    scene_changes: tuple[float, ...]  # seconds
    motion: Series  # in the pan, of its contrast, beyond what the surroundings move
    area: Series  # share of the pan that food covers
    brown: Series  # share of the food that is brown
    pale: Series  # share of the food that is light and hardly coloured
    food_brightness: Series  # of white
    black: Series  # share of the pan that is far darker than that spot ever was
    novelty: Series  # how much what lies in the pan changes at that second, against the seconds before
    likeness: Series  # of the surroundings to what the clip mostly shows, -1 to 1
    flicker: Series  # how plainly open flames flare, 0 to 1
    haze: Series  # how far the dark parts are lifted, of white
    haze_blueness: Series  # against the clip's white; 1 is neutral, above is bluish
    sizzle: Series | None  # dB


def measure_features(samples: Samples) -> Features:
    as_filmed = samples.pictures.astype(np.float32) / 255
    white = np.maximum(np.percentile(as_filmed[:: max(len(as_filmed) // 40, 1)], 98, axis=(0, 1, 2)), 0.15)
    pictures = np.minimum(as_filmed / white.astype(np.float32), 1.2)
    brightness = luma(pictures)
    distance = pan_distance(brightness)
    scenes = find_scenes(pictures, distance, samples.t)
    flicker = measure_flicker(as_filmed, luma(as_filmed))
    haze, blueness = measure_haze(pictures, distance)
    motion, sway = measure_motion(brightness, distance)
    food = find_food(pictures, distance <= 1, haze, samples.t)
    black = measure_blackening(pictures, brightness - haze[:, None, None], distance, samples.t)

    def series(values: Floats) -> Series:
        """Without what other scenes show."""
        main_scene = values.copy()
        main_scene[scenes.elsewhere] = np.nan
        return Series(samples.t, without_gaps(main_scene))

    sound = samples.sound
    return Features(
        seconds=samples.seconds,
        glare=_glare(samples.pictures, distance),
        sway=sway,
        scope=_scope(samples, pictures, brightness, distance, len(scenes.changes)),
        in_view=float(1 - scenes.elsewhere.mean()),
        scene_changes=scenes.changes,
        motion=series(motion),
        area=series(food.area),
        brown=series(food.brown),
        pale=series(food.pale),
        food_brightness=series(food.brightness),
        black=series(black),
        novelty=series(measure_novelty(food.palette, samples.t)),
        likeness=Series(samples.t, scenes.likeness),
        flicker=Series(samples.t, flicker),
        haze=series(haze),
        haze_blueness=series(blueness),
        sizzle=Series(sound.t, sound.sizzle_db) if sound else None,
    )


def _scope(samples: Samples, pictures: Floats, brightness: Floats, distance: Floats, cuts: int) -> Scope:
    first = samples.t <= samples.t[0] + OPENING_SECONDS
    opening, dark_and_bright = np.median(pictures[first], axis=0), np.median(brightness[first], axis=0)
    return scope_of(
        samples.seconds, cuts, opens_on_empty_pan=is_empty_pan(opening, dark_and_bright, distance)
    )


def _glare(pictures: NDArray[np.uint8], distance: Floats) -> float:
    pan = pictures[:, distance <= 1]
    return float(np.median((strongest_channel(pan) >= _GLARE_LEVEL).mean(axis=1)))
