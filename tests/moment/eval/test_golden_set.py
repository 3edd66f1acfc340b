"""The golden set's format, and our own set."""

import json
from pathlib import Path
from typing import Any

import pytest

from footage.script import dishes, variants
from models.coaching import RatingAspect
from moment.cli import main
from moment.eval.clips import ClipFolder
from moment.eval.golden import LABELS, OWN_SET, WrongSet, read_set
from moment.eval.synthetic import as_lines, golden_items
from tests.moment.eval.sets import clip_item, write_set

GOOD: dict[str, Any] = {
    "id": "grandmother-1",
    "video": "clip.mp4",
    "dish": "fried-rice",
    "clean": False,
    "events": [{"t": 3.5, "kind": "egg", "description": "卵が入る"}],
    "faults": [{"code": "oil_smoking", "severity": 3, "window": [2.0, 6.0]}],
    "acceptable": ["charring_high_heat"],
    "key_moment": [2.0, 6.0],
    "memo": "煙が出ました。どうすればいいですか。",
    "expected_questions": ["どうすればいいですか"],
    "self_ratings": {"taste": 4},
}


def a_set(folder: Path, *lines: str) -> Path:
    (folder / LABELS).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    (folder / "clip.mp4").write_bytes(b"a video")
    return folder


def test_a_human_coachs_line_is_read(tmp_path: Path) -> None:
    (item,) = read_set(a_set(tmp_path, "", json.dumps(GOOD, ensure_ascii=False)))
    assert item.right_codes == {"oil_smoking", "charring_high_heat"}
    assert item.key_moment == (2.0, 6.0)
    assert item.self_ratings == {RatingAspect.TASTE: 4}
    assert item.session_number == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"dish": "stone-soup"}, "dish: no dish 'stone-soup'"),
        ({"id": "Big Clip"}, "id: "),
        ({"video": "none.mp4"}, "video: no such file: none.mp4"),
        ({"video": "../clip.mp4"}, "video: must be a path inside the set's folder"),
        ({"video": None}, "video: neither a video nor a recipe"),
        ({"clean": True}, "clean: says one thing and faults another"),
        ({"faults": []}, "clean: says one thing and faults another"),
        ({"faults": [{"code": "no_such", "severity": 1, "window": [1, 2]}]}, "faults: 'no_such' is no fault"),
        ({"faults": [{"code": "oil_smoking", "severity": 4, "window": [1, 2]}]}, "faults.0.severity: "),
        ({"faults": [{"code": "oil_smoking", "severity": 1, "window": [3, 2]}]}, "faults.0.window: ends before"),
        ({"acceptable": ["meat_moved_early"]}, "acceptable: 'meat_moved_early' is no fault of fried-rice"),
        ({"key_moment": None}, "key_moment: missing beside a fault"),
        ({"key_moment": [-1, 2]}, "key_moment.0: "),
        ({"events": [{"t": "soon", "kind": "egg"}]}, "events.0.t: "),
        ({"memo": None}, "expected_questions: without a memo"),
        ({"self_ratings": {"taste": 6}}, "self_ratings.taste: "),
        ({"colour": "red"}, "colour: "),
        ({"recipe": {"dish": "fried-rice", "variant": "flood", "seconds": 9, "size": [90, 160], "seed": 1}},
         "recipe: no 'flood' clip"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_line_is_named_by_file_line_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], problem: str
) -> None:
    folder = a_set(tmp_path, json.dumps({**GOOD, "id": "first"}), json.dumps({**GOOD, **change}))

    with pytest.raises(WrongSet):
        read_set(folder)
    assert main(["eval", "coaching", str(folder)]) == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert f"{folder / LABELS}:2: {problem}" in output.err


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "no items"),
        (["nonsense"], ":1: line: "),
        ([json.dumps(GOOD), json.dumps(GOOD)], "id: 'grandmother-1' stands there twice"),
        (['{"id": "one"}'], ":1: dish: Field required"),
    ],
    ids=str,
)
def test_a_wrong_file_is_named(tmp_path: Path, lines: list[str], problem: str) -> None:
    with pytest.raises(WrongSet, match=problem):
        read_set(a_set(tmp_path, *lines))


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongSet, match=f"{LABELS}: cannot be read: FileNotFoundError"):
        read_set(tmp_path)


def test_a_video_nobody_can_play_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "coaching", str(a_set(tmp_path, json.dumps(GOOD)))]) == 2
    assert "grandmother-1: video: unusable: not_a_video" in capsys.readouterr().err


def test_our_set_is_what_the_script_makes() -> None:
    assert (OWN_SET / LABELS).read_text(encoding="utf-8") == as_lines(golden_items())


def test_our_set_covers_every_dish_and_signal_that_is_drawn() -> None:
    items = read_set(OWN_SET)
    clean = [item for item in items if item.clean]
    recipes = {(item.recipe.dish, item.recipe.variant) for item in items if item.recipe}
    assert len(items) >= 24
    assert len(clean) >= len(items) / 3
    assert recipes == {(dish, variant) for dish in dishes() for variant in variants(dish)}
    assert sum(item.memo is not None for item in items) >= 10
    assert any(item.memo for item in clean)


def test_clips_are_drawn_once_and_keep_out_of_version_control(tmp_path: Path) -> None:
    item = clip_item("pomodoro", "clean", seconds=2.0)
    clips = ClipFolder(write_set(tmp_path, [item]))
    clip = clips.clip_of(item)
    drawn_at = clip.stat().st_mtime_ns
    assert clips.clip_of(item) == clip
    assert clip.stat().st_mtime_ns == drawn_at
    assert clip.parent == tmp_path / ".clips"
    assert (clip.parent / ".gitignore").read_text() == "*\n"


def test_another_recipe_is_another_clip(tmp_path: Path) -> None:
    clips = ClipFolder(tmp_path, tmp_path / "elsewhere")
    one, other = (clips.clip_of(clip_item("pomodoro", "clean", seconds=2.0, seed=seed)) for seed in (1, 2))
    assert one != other
    assert one.parent == tmp_path / "elsewhere"
