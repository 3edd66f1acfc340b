"""What the camera does (another view, another scene, a shaking hand), and what moves besides."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats, Mask
from pipeline.providers.offline.vision.colours import luma
from pipeline.providers.offline.vision.pan import square_distance, squares

_LARGEST_SWAY = 0.12  # of the picture: more between two pictures is another view, not a shaking hand


@dataclass(frozen=True)
class Scenes:
    """`likeness` is each picture's to what the clip mostly shows, around the pan; -1 to 1."""

    elsewhere: Mask  # pictures that show something else
    changes: tuple[float, ...]  # seconds
    likeness: Floats


def find_scenes(pictures: Floats, distance: Floats, t: Floats) -> Scenes:
    """Haze pales the surroundings but leaves their pattern; another scene has another pattern."""
    means = squares(pictures).mean(axis=3)
    around = square_distance(distance) > 1.2
    if not around.any() or len(t) < 2:
        return Scenes(np.zeros(len(t), bool), (), np.ones(len(t), np.float32))
    usual = np.median(means, axis=0)
    difference = np.median(np.abs(means - usual).mean(axis=-1)[:, around], axis=1)
    likeness = _correlation(luma(means)[:, around], luma(usual)[around])
    elsewhere = (difference > max(0.12, 5 * float(np.median(difference)))) & (likeness < 0.5)
    jumps = np.median(np.abs(np.diff(means, axis=0)).mean(axis=-1), axis=(1, 2))
    changes = tuple(float(t[i + 1]) for i in np.flatnonzero(jumps > 0.12))
    return Scenes(elsewhere, changes, likeness)


def measure_motion(brightness: Floats, distance: Floats) -> tuple[Floats, float]:
    """Movement in the pan once the camera's own is taken out, and how far the camera sways (of the picture)."""
    if len(brightness) < 2:
        return np.zeros(len(brightness), np.float32), 0.0
    soft = _blur(brightness)
    sways = np.array([_sway(a, b) for a, b in pairwise(soft)])
    steady = np.stack([np.roll(b, (-y, -x), (0, 1)) for b, (y, x) in zip(soft[1:], sways, strict=True)])
    change = steady - soft[:-1]
    change -= np.median(change, axis=(1, 2), keepdims=True)  # the camera's exposure is no movement
    inside, outside = distance <= 1, distance > 1.4
    inside_motion = np.abs(change[:, inside]).mean(axis=1)
    outside_motion = (
        np.median(np.abs(change[:, outside]), axis=1) if outside.any() else np.zeros(len(inside_motion))
    )
    contrast = soft[1:, inside].std(axis=1) + 0.03
    usual = float(np.median(contrast))
    visibility = np.clip(contrast, 0.4 * usual, usual)  # haze hides movement
    motion = np.maximum(inside_motion - outside_motion, 0) / visibility
    sway = float(np.median(np.abs(sways).max(axis=1))) / max(brightness.shape[1:])
    return np.concatenate((motion[:1], motion)).astype(np.float32), sway


def align(before: Floats, after: Floats, mask: Mask) -> tuple[Mask, Floats]:
    """A mask of the later picture and its brightness, moved to where the earlier one has them: the camera's sway undone."""
    y, x = _sway(*_blur(np.stack((before, after))))
    return np.roll(mask, (-y, -x), (0, 1)), np.roll(after, (-y, -x), (0, 1))


def _correlation(patterns: Floats, pattern: Floats) -> Floats:
    """Of each row with the one pattern, from -1 to 1."""
    rows = patterns - patterns.mean(axis=1, keepdims=True)
    one = pattern - pattern.mean()
    size = np.linalg.norm(rows, axis=1) * np.linalg.norm(one)
    correlation: Floats = (rows @ one) / np.maximum(size, 1e-6)
    return correlation


def _blur(brightness: Floats) -> Floats:
    """Means of three by three: what a shift of less than a pixel leaves is no movement."""
    soft = brightness
    for axis in (1, 2):
        soft = (np.roll(soft, 1, axis) + soft + np.roll(soft, -1, axis)) / 3
    return soft


def _sway(before: Floats, after: Floats) -> tuple[int, int]:
    """By how many rows and columns the whole picture moves (phase correlation)."""
    spectrum = np.fft.rfft2(after) * np.conj(np.fft.rfft2(before))
    match = np.fft.irfft2(spectrum / np.maximum(np.abs(spectrum), 1e-6), before.shape)
    height, width = before.shape
    row, column = divmod(int(np.argmax(match)), width)
    y, x = (row + height // 2) % height - height // 2, (column + width // 2) % width - width // 2
    far = max(abs(y) / height, abs(x) / width) > _LARGEST_SWAY
    return (0, 0) if far else (y, x)
