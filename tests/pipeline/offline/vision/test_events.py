"""The analyst against the truth of a drawn clip; its bounds over every variant stand in tests/moment/eval."""

from pathlib import Path

from footage.draw import draw
from tests.pipeline.offline.vision.guides import analysis_of, small


def test_events_tell_when_things_went_into_the_pan(tmp_path: Path) -> None:
    truth = draw(small("beef-steak", "clean", 3), tmp_path / "clip.mp4")
    events = analysis_of(tmp_path / "clip.mp4").cooking_events
    addition = next(event.second for event in truth.events if event.kind == "steak")
    louder = [event for event in events if event.event == "具材が入って、音が大きくなりました"]
    assert any(abs(event.t_seconds - addition) <= 1.5 for event in louder), events
    assert [event.t_seconds for event in events] == sorted(event.t_seconds for event in events)
