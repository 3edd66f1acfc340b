"""`moment eval words`: a table or JSON, and 1 below a goal; a labelled set that can't be used is named."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from moment.cli import main
from moment.eval.words import command, figures, questions
from moment.eval.words.figures import Outcome, WordFigure, WrongCases, read_cases, share


def measured(right: Sequence[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [Outcome(f"文{number}", is_right) for number, is_right in enumerate(right)]

    def measure(providers: object) -> list[WordFigure]:
        return [share("part", "sentences that hold", outcomes, 0.75)]

    monkeypatch.setattr(command, "MEASURES", (measure,))


@pytest.mark.parametrize(("right", "code"), [([True] * 4, 0), ([True] * 3 + [False], 0), ([True, False], 1)])
def test_a_figure_below_its_goal_ends_with_1_and_its_misses_are_shown(
    right: Sequence[bool], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured(right, monkeypatch)
    assert main(["eval", "words"]) == code
    out = capsys.readouterr().out
    assert "sentences that hold" in out
    assert ("文1" in out) == bool(code)


def test_json_holds_every_miss(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    measured([False] * 9, monkeypatch)
    assert main(["eval", "words", "--json"]) == 1
    (figure,) = json.loads(capsys.readouterr().out)
    assert (figure["value"], figure["is_met"], len(figure["misses"])) == (0.0, False, 9)


def test_a_wrong_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    (tmp_path / "questions.jsonl").write_text('{"text": "焦げた"}\n{"tex": "焦げた"}\n', encoding="utf-8")
    with pytest.raises(WrongCases, match=r"questions\.jsonl:2: text: Field required"):
        read_cases("questions", questions.QuestionCase)
