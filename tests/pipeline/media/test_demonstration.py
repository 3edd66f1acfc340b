"""What a coach shows, as shots and lines: arithmetic before any ffmpeg (the film itself: tests/browser/test_console_hand.py)."""

import pytest
from pydantic import ValidationError

from models.coaching import Usage
from models.demonstration import Ink, Move, Point, Recording, SpokenLine, Stroke
from pipeline.demonstrations import lines_of
from pipeline.media.demonstration import MOST_SHOTS, STILL_SECONDS, Plan, plan_of, script_of
from pipeline.providers.ports import Heard, Transcript
from tests.pipeline.media.test_storyboard import facts

CLIP = facts(20)


def plan(seconds: float, *moves: tuple[float, float, float]) -> Plan:
    return plan_of(
        Recording(
            seconds=seconds, moves=[Move(at=at, clip_at=clip_at, rate=rate) for at, clip_at, rate in moves]
        ),
        CLIP,
    )


def test_it_lasts_as_long_as_it_was_recorded() -> None:
    board = plan(12.34, (0, 0, 1), (3, 3, 0), (5.01, 8, 0.25), (9, 9, 1))
    assert board.frames == round(12.34 * 30)
    assert [shot.is_still for shot in board.shots] == [False, True, False, False]
    assert [round(shot.stretch, 2) for shot in board.shots if not shot.is_still] == [1, 4, 1]


def test_what_would_go_past_the_end_of_the_clip_stands_still_there() -> None:
    board = plan(6, (0, 18, 1))
    running, still = board.shots
    assert running.seconds == pytest.approx(2 - STILL_SECONDS, abs=0.05)
    assert (still.is_still, still.start) == (True, 20 - STILL_SECONDS)
    assert board.frames == 180


def test_a_place_beyond_the_clip_is_its_last_picture() -> None:
    (still,) = plan(2, (0, 500, 1)).shots
    assert (still.is_still, still.start) == (True, 20 - STILL_SECONDS)


def test_a_clip_pulled_about_is_opened_a_bounded_number_of_times() -> None:
    moves = [(i * 0.05, (i * 7) % 20, 0.0) for i in range(1_900)]
    board = plan(100, *moves)
    assert len(board.shots) <= MOST_SHOTS
    assert board.frames == 3_000
    assert board.shots[-1].start == pytest.approx(moves[-1][1], abs=20)


def test_of_many_jumps_within_a_moment_the_last_one_counts() -> None:
    board = plan(4, (0, 1, 0), (2.00, 5, 0), (2.05, 6, 0), (2.10, 7, 1))
    assert [shot.start for shot in board.shots] == [1, pytest.approx(6.9)]


def test_a_line_grows_as_it_was_drawn_and_goes_when_it_was_wiped() -> None:
    points = [Point(at=1 + i * 0.2, x=i / 10, y=0.5) for i in range(6)]
    shown = Recording(
        seconds=5,
        moves=[Move(at=0, clip_at=0, rate=0)],
        strokes=[Stroke(ink=Ink.RED, points=points, until=3)],
    )
    events = [
        line for line in script_of(shown, [], plan_of(shown, CLIP), CLIP).splitlines() if "\\p1" in line
    ]
    assert len(events) == len(points)
    assert [event.split(",")[1] for event in events][:2] == ["0:00:01.00", "0:00:01.20"]
    assert events[-1].split(",")[2] == "0:00:03.00"
    lengths = [len(event) for event in events]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": 5, "moves": []},
        {"seconds": 5, "moves": [{"at": 1, "clip_at": 0, "rate": 1}]},
        {"seconds": 500, "moves": [{"at": 0, "clip_at": 0, "rate": 1}]},
        {"seconds": 5, "moves": [{"at": 0, "clip_at": -1, "rate": 1}]},
        {
            "seconds": 5,
            "moves": [{"at": 0, "clip_at": 0, "rate": 1}],
            "strokes": [{"points": [{"at": 2, "x": 0, "y": 0}], "until": 1}],
        },
    ],
)
def test_what_no_page_of_ours_sends_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Recording.model_validate(wrong)


def test_captions_stand_when_they_are_said() -> None:
    pieces = [Heard("ここを", 0.5, 1), Heard("見てください。", 1, 2), Heard("固まっています。", 4, 5)]
    lines = lines_of(Transcript("ここを見てください。固まっています。", Usage(), pieces), 6)
    assert [(line.text, line.start, line.start + line.seconds) for line in lines] == [
        ("ここを見てください。", 0.5, 4),
        ("固まっています。", 4, 6),
    ]


def test_without_times_each_sentence_has_its_share() -> None:
    lines = lines_of(Transcript("一二三四。一二三四。", Usage()), 10)
    assert [line.start for line in lines] == [0, 5]
    assert lines_of(Transcript("", Usage()), 10) == []


def test_a_caption_is_shown_in_lines_that_fit() -> None:
    shown = Recording(seconds=5, moves=[Move(at=0, clip_at=0, rate=0)])
    line = SpokenLine(start=0, seconds=4, text="この卵のふちを見てください。すぐにご飯を入れましょう。")
    script = script_of(shown, [line], plan_of(shown, CLIP), CLIP)
    assert r"\N" in script
