"""What the offline coach is held to over our whole golden set, and where measuring it has mended it."""

from pathlib import Path

from models.coaching import StructuredInput, VideoAnalysis
from moment.eval.clips import ClipFolder
from moment.eval.coaching import Request, cases_of, evaluate
from moment.eval.golden import OWN_SET, GoldenItem
from moment.eval.library import Library
from moment.eval.run import Case, Coach
from moment.eval.synthetic import golden_items
from pipeline.providers.offline import build
from settings import Settings
from tests.clips import DRAWN
from tests.media_files import make
from tests.moment.eval.sets import clip_item


def offline_coach() -> Coach:
    providers = build(Settings.without_environment()).usual
    return Coach(providers, Library(providers.embedder, None))


def test_the_offline_coach_finds_planted_faults_and_leaves_clean_clips_in_peace() -> None:
    request = Request(OWN_SET, "offline", runs=1, probes=0, clips=DRAWN)
    evaluation = evaluate(request, cases_of(request), offline_coach())

    summary = evaluation.summary
    assert summary.false_alarms is not None
    assert summary.key_moment_2s is not None
    assert summary.false_alarms <= 0.1, summary
    assert summary.key_moment_2s >= 0.9, summary
    assert summary.violations == {}


def look_at(item: GoldenItem, clip: Path) -> VideoAnalysis:
    case = Case(item, clip, item.recipe.seconds if item.recipe else 0.0)
    look, _ = offline_coach().look(case, "", StructuredInput())
    assert isinstance(look, VideoAnalysis)
    return look


def test_a_burnt_out_picture_is_no_ground_for_a_fault_of_colour(tmp_path: Path) -> None:
    well_lit = clip_item("fried-rice", "clean", seed=3007, seconds=20.0)
    assert well_lit.recipe is not None
    item = well_lit.model_copy(update={"recipe": well_lit.recipe.model_copy(update={"light": 1.3})})
    analysis = look_at(item, ClipFolder(tmp_path, DRAWN).clip_of(item))
    assert analysis.fault is None
    assert any("白くとんで" in words for words in analysis.not_visible)


def test_shadows_that_a_camera_crushes_are_no_charring(tmp_path: Path) -> None:
    item = next(each for each in golden_items() if each.id == "beef-steak-clean-2")
    steep = make(
        tmp_path / "steep.mp4", "-i", str(ClipFolder(tmp_path, DRAWN).clip_of(item)),
        "-vf", "eq=brightness=0.08:contrast=1.25", "-c:v", "libx264", "-preset", "veryfast", "-c:a", "copy",
    )  # fmt: skip
    assert look_at(item, steep).fault is None
