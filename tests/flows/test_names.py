"""What a learner is called: in LINE as they write themselves, aloud as a Japanese voice can say it."""

from pathlib import Path

from knowledge_base import phrasebook
from tests.flows.steps import cook, wait_for_words
from tests.system import WAIT, System

PAUSED_AT = "produce_video"


def test_a_name_that_no_voice_can_say_is_written_and_not_spoken(shared: System, clip: Path) -> None:
    learner = shared.learner("ไอซ์")
    cook(learner, clip)
    assert wait_for_words(learner, "おつかれさまでした").text.startswith("ไอซ์さん、")
    learner.wait_for(lambda _: shared.session(learner).narration_script, WAIT, what="the narration")
    assert shared.session(learner).narration_script["part1"].startswith(f"{phrasebook.NAMELESS}、")
