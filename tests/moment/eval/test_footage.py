"""`moment eval footage`: labels as people write them, each clip encoded anew, and figures that forgive nothing."""

import json
from pathlib import Path

import pytest

from knowledge_base.content import Signal
from models.coaching import Unclear
from moment.cli import main
from moment.eval.footage import Answer, ClipResult, FootageRequest, evaluate_footage, figures_of, look_at
from moment.eval.footage_labels import FootageLabel, Shown, read_labels, signs_in
from moment.eval.golden import WrongSet
from moment.eval.library import Library
from moment.eval.run import Coach
from pipeline.providers.ports import Providers
from tests import clips, quick_providers
from tests.media_files import make
from tests.moment.eval.sets import clip_item

HEAD = "file\tdish to pick\tcooking\twhat the frames show\n"
VERSIONS = ["as it is", "crf 35", "half size", "brighter", "darker"]


def drawn(variant: str, folder: Path) -> Path:
    recipe = clip_item("fried-rice", variant).recipe
    assert recipe is not None
    return clips.drawn(recipe.clip, folder / f"{variant}.mp4")


def something_else(out: Path, source: str = "testsrc2=s=160x120:r=8:d=4") -> Path:
    return make(out, "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p")


def write_labels(folder: Path, *lines: str) -> Path:
    (folder / "labels.tsv").write_text(HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def quick_coach() -> Coach:
    quick = quick_providers.PROVIDERS
    return Coach(quick, Library(quick.embedder, None))


def label(clip: Path, *signs: Signal, shown: Shown = Shown.COOKING) -> FootageLabel:
    return FootageLabel(clip, "fried-rice", shown, frozenset(signs))


@pytest.mark.parametrize(
    ("words", "signs"),
    [
        ("3 s, no sound: flames leap in a wok", {Signal.FLAMES}),
        ("smoke rises, the rim is burnt", {Signal.SMOKE, Signal.CHARRING}),
        ("no scorching; a lid, steam", set()),
        ("a pan without smoke", set()),
        ("nothing wrong", set()),
    ],
)
def test_signs_are_read_from_what_a_person_wrote(words: str, signs: set[Signal]) -> None:
    assert signs_in(words) == signs


def test_each_line_is_a_clip_and_more_columns_may_follow(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        (tmp_path / name).touch()
    write_labels(
        tmp_path,
        "a.mp4\tpomodoro\tyes (preparation)\tlettuce\tclaimed something",
        "b.mp4\tany\tno (a still picture of food)\ta photograph",
        "c.mp4\tbeef-steak\tserved\ta finished dish",
    )
    labels = read_labels(tmp_path)
    assert [each.shown for each in labels] == [Shown.COOKING, Shown.OTHER, Shown.SERVED]
    assert [each.dish for each in labels] == ["pomodoro", "fried-rice", "beef-steak"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("there.mp4\tany\tyes", "labels.tsv:2: four columns"),
        ("gone.mp4\tany\tyes\tx", "labels.tsv:2: file: no such file: gone.mp4"),
        ("there.mp4\tsoup\tyes\tx", "labels.tsv:2: dish: no dish 'soup'"),
        ("there.mp4\tany\tperhaps\tx", "labels.tsv:2: cooking: 'perhaps'"),
    ],
)
def test_a_wrong_line_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, complaint: str
) -> None:
    (tmp_path / "there.mp4").touch()
    with pytest.raises(WrongSet, match=complaint):
        read_labels(write_labels(tmp_path, line))
    assert main(["eval", "footage", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_wrong_fault_in_one_version_counts_and_a_right_answer_only_in_all() -> None:
    def clip(
        *faults: str | None, shown: Shown = Shown.COOKING, fire: bool = False, high: bool = False
    ) -> ClipResult:
        answers = [
            Answer(version=str(number), fault=fault, confidence="high" if high else "low")
            for number, fault in enumerate(faults)
        ]
        wrong = [each.version for each in answers if each.fault and not fire]
        return ClipResult(file="c", shown=shown, is_on_fire=fire, answers=answers, wrong=wrong)

    refused = Answer(version="0", refused="not_cooking")
    half_refused = clip(None, shown=Shown.OTHER).model_copy(
        update={"answers": [refused, Answer(version="1", confidence="low")]}
    )
    whole_refused = half_refused.model_copy(update={"answers": [refused, refused]})
    figures = figures_of(
        [
            clip(None, "rice_steaming"),
            clip("rice_steaming", high=True),
            clip("oil_smoking", "oil_smoking", fire=True),
            clip("oil_smoking", None, fire=True),
            half_refused,
            whole_refused,
            half_refused.model_copy(update={"shown": Shown.SERVED}),
            clip(None),
        ]
    )
    assert (figures.false_high, figures.false_alarms) == (1, 0.25)
    assert (figures.others_refused, figures.cooks_refused) == (0.5, 1)
    assert figures.fire_named == 0.5
    assert (figures.unsettled, figures.unanswered) == (4, 0)


def test_every_clip_is_looked_at_as_it_is_and_encoded_anew(tmp_path: Path) -> None:
    script = quick_providers.new_script()
    clip = something_else(tmp_path / "clip.mp4")
    script.fault = "oil_smoking"
    result = look_at(label(clip), quick_coach())
    assert [answer.version for answer in result.answers] == result.wrong == VERSIONS
    assert look_at(label(clip, Signal.SMOKE), quick_coach()).wrong == []
    script.unclear = Unclear.TOO_DARK
    assert {answer.refused for answer in look_at(label(clip), quick_coach()).answers} == {"too_dark"}


def test_the_command_gives_the_figures_of_the_offline_analyst(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    smoke, clean = drawn("smoke", tmp_path), drawn("clean", tmp_path)
    something_else(tmp_path / "bars.mp4")
    write_labels(
        tmp_path,
        f"{smoke.name}\tfried-rice\tyes\tsmoke rises from the oil",
        f"{clean.name}\tfried-rice\tyes\tnothing wrong",
        "bars.mp4\tany\tno\ta test picture",
    )
    assert main(["eval", "footage", str(tmp_path), "--json"]) == 0
    evaluation = json.loads(capsys.readouterr().out)
    figures = evaluation["figures"]
    assert (figures["clips"], figures["false_high"], figures["false_alarms"]) == (3, 0, 0.0)
    assert (figures["others_refused"], figures["cooks_refused"], figures["fire_named"]) == (1.0, 0, 1.0)
    assert [answer["version"] for answer in evaluation["clips"][0]["answers"]] == VERSIONS


def test_googles_analyst_is_measured_alike(providers: Providers, tmp_path: Path) -> None:
    """The double names a fault whatever it sees, but in the dark."""
    black = something_else(tmp_path / "black.mp4", "color=black:s=160x120:r=8:d=4")
    bars = something_else(tmp_path / "bars.mp4")
    labels = [label(black, shown=Shown.OTHER), label(bars, shown=Shown.OTHER)]
    coach = Coach(providers, Library(providers.embedder, None))
    evaluation = evaluate_footage(FootageRequest("google"), labels, coach)
    assert {answer.refused for answer in evaluation.clips[0].answers} == {"too_dark"}
    assert evaluation.figures.false_alarms == 0.5
    assert evaluation.figures.cost_usd > 0
