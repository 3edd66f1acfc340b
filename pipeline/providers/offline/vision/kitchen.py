"""How much a clip looks like a kitchen: the network's belief in kitchenware and food, over a few pictures.

It tells what is clearly something else, and no more: half of what is filmed in kitchens is nothing that ImageNet names.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.offline.vision.network import Network

# ImageNet's numbers (ILSVRC 2012, in their usual order).
_KITCHENWARE = {
    "caldron": 469, "cleaver": 499, "crock pot": 521, "dutch oven": 544, "frying pan": 567, "ladle": 618,
    "measuring cup": 647, "mixing bowl": 659, "mortar": 666, "plate": 923, "rotisserie": 766, "soup bowl": 809,
    "spatula": 813, "stove": 827, "strainer": 828, "tray": 868, "wok": 909, "wooden spoon": 910,
}  # fmt: skip
_FOOD = {
    "guacamole": 924, "consomme": 925, "hot pot": 926, "trifle": 927, "french loaf": 930, "cheeseburger": 933,
    "hot dog": 934, "mashed potato": 935, "cabbage": 936, "broccoli": 937, "cauliflower": 938, "zucchini": 939,
    "spaghetti squash": 940, "acorn squash": 941, "butternut squash": 942, "cucumber": 943, "artichoke": 944,
    "bell pepper": 945, "cardoon": 946, "mushroom": 947, "lemon": 951, "carbonara": 959, "chocolate sauce": 960,
    "dough": 961, "meat loaf": 962, "pizza": 963, "potpie": 964, "burrito": 965,
}  # fmt: skip
_NUMBERS = [*_KITCHENWARE.values(), *_FOOD.values()]


def likeness(network: Network, stills: Sequence[NDArray[np.uint8]]) -> float:
    """From 0 to 1: the mean over the stills of what the network believes to be kitchenware or food."""
    return float(np.mean([network.probabilities(still)[_NUMBERS].sum() for still in stills]))
