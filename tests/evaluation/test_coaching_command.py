"""`moment eval coaching` over a few small clips, as a person would run it."""

import json
import re
from pathlib import Path

import pytest

from moment.cli import main
from moment.eval.compare import compared, read_evaluation
from moment.eval.results import Evaluation
from tests.evaluation.sets import drawn, written

CLIPS = (
    ("fried-rice", "smoke"),
    ("fried-rice", "clean"),
    ("beef-steak", "weak_sizzle"),
    ("pomodoro", "timelapse"),
)


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation") / "small"
    return written(folder, [drawn(dish, variant) for dish, variant in CLIPS])


@pytest.fixture(scope="module")
def evaluated(small_set: Path) -> Evaluation:
    out = small_set.parent / "out"
    assert main(["eval", "coaching", str(small_set), "-n", "2", "--probes", "1", "--out", str(out)]) == 0
    return read_evaluation(out / "run.json")


def test_every_clip_is_run_as_often_as_asked(evaluated: Evaluation) -> None:
    assert [len(each.runs) for each in evaluated.items] == [2, 2, 2, 2]
    summary = evaluated.summary
    assert (summary.clips, summary.clean_clips, summary.runs, summary.failed_runs) == (4, 2, 8, 0)
    assert summary.false_alarms == 0
    assert summary.fault_recall == summary.key_moment_2s == 1
    assert {step.provider for step in summary.steps} >= {"offline", "offline-coach"}


def test_the_offline_coach_says_the_same_every_time(evaluated: Evaluation) -> None:
    assert (evaluated.summary.same_fault, evaluated.summary.moment_spread) == (1.0, 0.0)
    for each in evaluated.items:
        first, second = (run.model_copy(update={"steps": []}) for run in each.runs)
        assert first == second


def test_the_page_holds_its_frames_and_needs_nothing_else(evaluated: Evaluation, small_set: Path) -> None:
    page = (small_set.parent / "out" / "report.html").read_text(encoding="utf-8")
    # Where the label says, on the two faulty clips, and where the coach looked, on all four.
    assert page.count('src="data:image/jpeg;base64,/9j/') == 6
    assert 'name="viewport"' in page
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", page)
    for each in evaluated.items:
        assert each.item.id in page
    assert "oil_smoking" in page


def test_the_table_names_the_headline(small_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = small_set.parent / "table"
    assert main(["eval", "coaching", str(small_set), "-n", "1", "--probes", "0", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    for words in ("false alarms on clean clips", "key moment within 2 s", "analysis", "report.html"):
        assert words in printed
    assert "probe" not in printed


def test_json_is_one_object_and_a_comparison_goes_to_people(
    evaluated: Evaluation, small_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = small_set.parent / "out" / "run.json"
    out = small_set.parent / "json"
    options = ["-n", "1", "--probes", "0", "--out", str(out), "--compare", str(other), "--json"]
    assert main(["eval", "coaching", str(small_set), *options]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["clips"] == 4
    assert "→" in said.err


def test_a_comparison_tells_better_from_worse(evaluated: Evaluation) -> None:
    worse = evaluated.summary.model_copy(
        update={"false_alarms": 0.5, "fault_recall": 0.25, "cost_per_run": 0.1}
    )
    silent = [run.model_copy(update={"analysis": None}) for run in evaluated.items[0].runs]
    items = [evaluated.items[0].model_copy(update={"runs": silent}), *evaluated.items[1:3]]
    now = evaluated.model_copy(update={"summary": worse, "items": items})

    found = compared(evaluated, now)

    rows = {row.name: row for row in found.rows}
    alarms = rows["false alarms on clean clips"]
    assert (alarms.before, alarms.now, alarms.change, alarms.better) == ("0.0 %", "50.0 %", "+50.0 %", -1)
    assert (rows["fault recall"].change, rows["fault recall"].better) == ("-75.0 %", -1)
    assert rows["one run, cost"].better == -1
    assert rows["fault precision"].better == 0
    assert [(each.item, each.before, each.now) for each in found.changed] == [
        ("fried-rice-smoke-1", "oil_smoking", "no fault")
    ]
    assert found.only_one == ("pomodoro-timelapse-1",)
    assert {row.name: row.better for row in compared(now, evaluated).rows}["fault recall"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "no such folder: nowhere"),
        (["--provider", "oracle"], "'oracle'"),
        (["-n", "0"], "not a count from 1: 0"),
        (["--compare", "nowhere.json"], "no such file: nowhere.json"),
    ],
)
def test_a_wrong_option_gets_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["eval", "coaching", *arguments])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_a_comparison_with_something_else_is_refused(
    small_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "run.json"
    wrong.write_text('{"provider": "offline"}')
    assert main(["eval", "coaching", str(small_set), "--compare", str(wrong)]) == 2
    said = capsys.readouterr().err
    assert f"{wrong}: golden_set: Field required" in said
    assert said.count("\n") == 1
