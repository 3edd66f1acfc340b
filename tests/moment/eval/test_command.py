"""`moment eval coaching` over a few small clips, as a person would run it."""

import json
import re
from pathlib import Path

import pytest

from moment.cli import main
from moment.eval.compare import compare, read_evaluation
from moment.eval.results import Evaluation
from tests.clips import DRAWN
from tests.moment.eval.sets import clip_item, write_set

CLIPS = (
    ("fried-rice", "smoke"),
    ("fried-rice", "clean"),
    ("beef-steak", "weak_sizzle"),
    ("pomodoro", "timelapse"),
)


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation") / "small"
    return write_set(folder, [clip_item(dish, variant) for dish, variant in CLIPS])


@pytest.fixture(scope="module")
def evaluation(small_set: Path) -> Evaluation:
    out = small_set.parent / "out"
    assert (
        main(
            [
                "eval",
                "coaching",
                str(small_set),
                "-n",
                "2",
                "--probes",
                "1",
                "--clips",
                str(DRAWN),
                "--out",
                str(out),
            ]
        )
        == 0
    )
    return read_evaluation(out / "run.json")


def test_every_clip_is_run_as_often_as_asked(evaluation: Evaluation) -> None:
    assert [len(each.runs) for each in evaluation.items] == [2, 2, 2, 2]
    summary = evaluation.summary
    assert (summary.clips, summary.clean_clips, summary.runs, summary.failed_runs) == (4, 2, 8, 0)
    assert summary.false_alarms == 0
    assert summary.fault_recall == summary.key_moment_2s == 1
    assert {step.provider for step in summary.steps} >= {"offline", "offline-coach"}


def test_the_file_has_the_names_that_earlier_ones_have(evaluation: Evaluation, small_set: Path) -> None:
    file = json.loads((small_set.parent / "out" / "run.json").read_text(encoding="utf-8"))
    assert list(file) == ["provider", "golden_set", "made_at", "retrieval", "summary", "items", "probes"]
    assert list(file["items"][0]["runs"][0]) == [
        "said", "analysis", "handed", "coaching", "narration", "steps", "unclear",
    ]  # fmt: skip
    assert list(file["probes"][0]) == [
        "probe", "item", "usual", "fault", "confidence", "moment", "verdict", "held", "why",
    ]  # fmt: skip


def test_the_offline_coach_says_the_same_every_time(evaluation: Evaluation) -> None:
    assert (evaluation.summary.same_fault, evaluation.summary.moment_spread) == (1.0, 0.0)
    for each in evaluation.items:
        first, second = (run.model_copy(update={"steps": []}) for run in each.runs)
        assert first == second


def test_the_page_holds_its_frames_and_needs_nothing_else(evaluation: Evaluation, small_set: Path) -> None:
    page = (small_set.parent / "out" / "report.html").read_text(encoding="utf-8")
    # Where the label says, on the two faulty clips, and where the coach looked, on all four.
    assert page.count('src="data:image/jpeg;base64,/9j/') == 6
    assert 'name="viewport"' in page
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", page)
    for each in evaluation.items:
        assert each.item.id in page
    assert "oil_smoking" in page


def test_the_table_names_the_headline(small_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = small_set.parent / "table"
    assert main(["eval", "coaching", str(small_set), "-n", "1", "--probes", "0", "--out", str(out)]) == 0
    table = capsys.readouterr().out
    for words in ("false alarms on clean clips", "key moment within 2 s", "analysis", "report.html"):
        assert words in table
    assert "probe" not in table


def test_json_is_one_object_and_a_comparison_goes_to_people(
    evaluation: Evaluation, small_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = small_set.parent / "out" / "run.json"
    out = small_set.parent / "json"
    options = ["-n", "1", "--probes", "0", "--out", str(out), "--compare", str(other), "--json"]
    assert main(["eval", "coaching", str(small_set), *options]) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["clips"] == 4
    assert "→" in output.err


def test_a_comparison_tells_better_from_worse(evaluation: Evaluation) -> None:
    worse = evaluation.summary.model_copy(
        update={"false_alarms": 0.5, "fault_recall": 0.25, "cost_per_run": 0.1}
    )
    silent = [run.model_copy(update={"analysis": None}) for run in evaluation.items[0].runs]
    items = [evaluation.items[0].model_copy(update={"runs": silent}), *evaluation.items[1:3]]
    now = evaluation.model_copy(update={"summary": worse, "items": items})

    comparison = compare(evaluation, now)

    rows = {row.name: row for row in comparison.rows}
    alarms = rows["false alarms on clean clips"]
    assert (alarms.before, alarms.now, alarms.change, alarms.better) == ("0.0 %", "50.0 %", "+50.0 %", -1)
    assert (rows["fault recall"].change, rows["fault recall"].better) == ("-75.0 %", -1)
    assert rows["one run, cost"].better == -1
    assert rows["fault precision"].better == 0
    assert [(each.item, each.before, each.now) for each in comparison.changes] == [
        ("fried-rice-smoke-1", "oil_smoking", "no fault")
    ]
    assert comparison.only_one == ("pomodoro-timelapse-1",)
    assert {row.name: row.better for row in compare(now, evaluation).rows}["fault recall"] == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "no such folder: nowhere"),
        (["--provider", "oracle"], "'oracle'"),
        (["-n", "0"], "not a count from 1: 0"),
        (["--compare", "nowhere.json"], "no such file: nowhere.json"),
    ],
)
def test_a_wrong_option_gets_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["eval", "coaching", *arguments])
    assert exit_.value.code == 2
    line = capsys.readouterr().err
    assert complaint in line
    assert line.count("\n") == 1


def test_a_comparison_with_something_else_is_refused(
    small_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "run.json"
    wrong.write_text('{"provider": "offline"}')
    assert main(["eval", "coaching", str(small_set), "--compare", str(wrong)]) == 2
    line = capsys.readouterr().err
    assert f"{wrong}: golden_set: Field required" in line
    assert line.count("\n") == 1
