"""Where the pan lies, and the picture divided into squares."""

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats

_SIDE = 8  # pixels of a square


def pan_distance(brightness: Floats) -> Floats:
    """Each pixel's distance from the middle of the pan, 1 at its edge: where most happens near the middle."""
    height, width = brightness.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    closeness = np.exp(
        -(((x - width / 2) / (0.33 * width)) ** 2 + ((y - height / 2) / (0.33 * height)) ** 2) / 2
    )
    weight = brightness.std(axis=0) * closeness + 1e-6
    weight /= weight.sum()
    cx, cy = float((weight * x).sum()), float((weight * y).sum())
    short = min(width, height)
    rx = float(np.clip(1.7 * np.sqrt((weight * (x - cx) ** 2).sum()), 0.22 * short, 0.42 * short))
    ry = float(np.clip(1.7 * np.sqrt((weight * (y - cy) ** 2).sum()), 0.22 * short, 0.42 * short))
    distance: Floats = np.sqrt(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2)
    return distance


def squares(pictures: Floats) -> Floats:
    """As (count, rows, columns, pixels of a square, channels); pixels that fill no square are dropped."""
    count, height, width = pictures.shape[:3]
    rows, columns = height // _SIDE, width // _SIDE
    inner = pictures[:, : rows * _SIDE, : columns * _SIDE]
    grid = inner.reshape(count, rows, _SIDE, columns, _SIDE, -1).transpose(0, 1, 3, 2, 4, 5)
    return grid.reshape(count, rows, columns, _SIDE * _SIDE, -1)


def square_distance(distance: Floats) -> Floats:
    """Of each square's middle from the middle of the pan."""
    means: Floats = squares(distance[None, ..., None]).mean(axis=(3, 4))[0]
    return means
