"""A learner cooks in the chat, while a coach looks on."""

from pathlib import Path

import pytest

from footage.script import ClipRecipe
from knowledge_base import phrasebook
from simulator.line.client import Learner
from tests.clips import drawn
from tests.flows.steps import send_video, tap
from tests.system import pick


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320))
    return drawn(recipe, tmp_path_factory.mktemp("footage") / "clip.mp4")


def cook(learner: Learner, clip: Path) -> None:
    """The coaching is not waited for."""
    pick(learner)
    send_video(learner, clip)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
