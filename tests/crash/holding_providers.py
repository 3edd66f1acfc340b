"""The quick providers, whose first analysis never ends: for a worker that is to be killed in it.

Named by PROVIDERS; the folder for the sign that it has begun by HOLD_IN.
"""

import os
from pathlib import Path

from pipeline.providers.ports import Providers
from settings import Settings
from tests import quick_providers
from tests.crash.holding import hold_the_first_analysis


def build(settings: Settings) -> Providers:
    hold_the_first_analysis(Path(os.environ["HOLD_IN"]))
    return quick_providers.build(settings)
