"""What the analyst may claim, and when it must say that it could not see."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from footage.draw import draw
from knowledge_base.catalogue import load
from knowledge_base.content import Signal
from models.coaching import CannotTell, Unclear, VideoAnalysis
from pipeline.checks.analysis import check_look
from pipeline.media.footage import footage_of
from pipeline.providers.offline.analyst import OfflineAnalyst
from pipeline.providers.offline.vision.samples import read_samples
from pipeline.providers.ports import ProviderError
from tests.media_files import make
from tests.pipeline.offline.vision.guides import (
    ANALYST,
    ONE_EACH,
    SECONDS,
    analysis_of,
    brief,
    fault,
    look_at,
    small,
)


@pytest.fixture(scope="module")
def smoky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clip = tmp_path_factory.mktemp("smoky") / "clip.mp4"
    draw(small("fried-rice", "smoke"), clip)
    return clip


@pytest.fixture(scope="module")
def fine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clip = tmp_path_factory.mktemp("fine") / "clip.mp4"
    draw(small("fried-rice", "clean"), clip)
    return clip


def plain(out: Path, source: str, *more: str) -> Path:
    return make(out, "-f", "lavfi", "-i", source, *more, "-c:v", "libx264", "-preset", "ultrafast")


def all_words(analysis: VideoAnalysis) -> str:
    events = "".join(event.event for event in analysis.cooking_events)
    return analysis.diagnosis + analysis.evidence + events + "".join(analysis.not_visible)


def test_a_fault_is_told_in_the_catalogues_words_with_what_was_seen(smoky: Path) -> None:
    analysis = analysis_of(smoky)
    smoke = next(each for each in ONE_EACH if each.code == "smoke")
    assert (analysis.fault, analysis.diagnosis) == ("smoke", smoke.diagnosis)
    assert "煙" in analysis.evidence
    assert any(
        "煙" in event.event and event.state == "pan_temp: too_high" for event in analysis.cooking_events
    )
    assert analysis.provider == "offline"


def test_only_the_dishs_own_faults_are_named(smoky: Path) -> None:
    assert analysis_of(smoky, brief((fault("cold_pan", Signal.WEAK_SIZZLE),))).fault is None


def test_a_clean_cook_is_praised_at_its_most_telling_moment(fine: Path) -> None:
    truth = draw(small("fried-rice", "clean"), fine.with_name("again.mp4"))
    analysis = analysis_of(fine)
    additions = [event.second for event in truth.events if event.kind in ("egg", "rice")]
    assert analysis.fault is None
    assert "失敗は見当たりません" in analysis.diagnosis
    assert any(abs(analysis.key_moment_seconds - second) <= 2 for second in additions)


def test_no_measurement_is_ever_spoken(smoky: Path, fine: Path) -> None:
    for clip in (smoky, fine):
        assert not re.search(r"[0-9０-９]|秒|度", all_words(analysis_of(clip)))


def test_the_same_footage_gives_the_same_answer(smoky: Path) -> None:
    with footage_of(smoky) as footage:
        assert ANALYST.analyze(footage, brief()) == OfflineAnalyst().analyze(footage, brief())


def test_usage_names_the_method_and_the_sound_it_heard(smoky: Path) -> None:
    with footage_of(smoky) as footage:
        usage = ANALYST.analyze(footage, brief())[1]
    assert (usage.provider, usage.model) == ("offline", "footage-signals-2")
    assert 15 <= usage.audio_seconds <= 17


def test_without_sound_the_sizzle_is_said_to_be_unheard(smoky: Path, tmp_path: Path) -> None:
    silent = make(tmp_path / "silent.mp4", "-i", str(smoky), "-an", "-c:v", "copy")
    analysis = analysis_of(silent)
    assert analysis.fault == "smoke"
    assert any("音が入っていない" in words for words in analysis.not_visible)
    assert not any("音が入っていない" in words for words in analysis_of(smoky).not_visible)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("color=black:s=180x320:d=10", Unclear.TOO_DARK),
        ("color=gray:s=180x320:d=10", Unclear.OUT_OF_VIEW),
        ("smptebars=s=180x320:d=10", Unclear.NOT_COOKING),
        ("testsrc2=s=180x320:d=1.5", Unclear.TOO_SHORT),
    ],
)
def test_where_nothing_can_be_told_that_is_the_answer(tmp_path: Path, source: str, reason: Unclear) -> None:
    clip = plain(tmp_path / "clip.mp4", source)
    look = look_at(clip, brief(transcript="煙が出て焦げました"))
    assert look == CannotTell(reason=reason, provider="offline")


def test_a_photograph_of_a_pan_is_no_cook(fine: Path, tmp_path: Path) -> None:
    photo = make(tmp_path / "photo.png", "-ss", "9", "-i", str(fine), "-frames:v", "1")
    clip = make(
        tmp_path / "clip.mp4", "-loop", "1", "-i", str(photo), "-t", "12", "-r", "8", "-pix_fmt", "yuv420p"
    )
    assert look_at(clip) == CannotTell(reason=Unclear.NOT_LIVE, provider="offline")


def test_a_dim_kitchen_is_still_looked_at(fine: Path, tmp_path: Path) -> None:
    dim = make(
        tmp_path / "dim.mp4",
        "-i",
        str(fine),
        "-vf",
        "colorlevels=romax=0.4:gomax=0.4:bomax=0.4",
        "-c:a",
        "copy",
    )
    assert isinstance(look_at(dim), VideoAnalysis)


@pytest.mark.parametrize("start", [0, 3, 6, 9, 12])
def test_whatever_a_short_cut_shows_its_analysis_holds_against_the_guards(
    smoky: Path, tmp_path: Path, start: int
) -> None:
    """Deterministic as it is, what the guards refuse once they would refuse at every try."""
    cut = make(tmp_path / "cut.mp4", "-ss", str(start), "-i", str(smoky), "-t", "3", "-c:v", "libx264")
    for dish in load().dishes.values():
        faults = tuple(load().faults[code] for code in dish.faults)
        look = look_at(cut, replace(brief(faults, seconds=3.0), dish=dish))
        assert isinstance(look, VideoAnalysis)
        check_look(look, 3.0, dish)


def test_sound_that_goes_on_after_the_pictures_tells_of_nothing_past_the_end(
    fine: Path, tmp_path: Path
) -> None:
    longer = make(
        tmp_path / "longer.mp4", "-i", str(fine), "-f", "lavfi", "-i", "sine=d=40", "-map", "0:v", "-map", "1:a",
        "-c:v", "copy",
    )  # fmt: skip
    check_look(look_at(longer), SECONDS, brief().dish)


@pytest.mark.parametrize("seconds", ["2", "3"])
def test_the_shortest_video_is_answered_within_its_length(smoky: Path, tmp_path: Path, seconds: str) -> None:
    start = make(tmp_path / "start.mp4", "-i", str(smoky), "-t", seconds, "-c:a", "aac")
    analysis = analysis_of(start, brief(seconds=float(seconds)))
    assert analysis.key_moment_seconds < max(float(seconds), 1)
    assert any("動画が短く" in words for words in analysis.not_visible)


def test_the_key_moment_lies_inside_the_video_the_learner_sent(smoky: Path) -> None:
    assert analysis_of(smoky, brief(seconds=2.5)).key_moment_seconds <= 2


@pytest.mark.parametrize("content", [b"", b"not a video at all" * 100])
def test_an_unreadable_video_is_a_providers_error(tmp_path: Path, content: bytes) -> None:
    video = tmp_path / "broken.mp4"
    video.write_bytes(content)
    with pytest.raises(ProviderError):
        analysis_of(video)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    tone = make(tmp_path / "tone.m4a", "-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac")
    with pytest.raises(ProviderError):
        analysis_of(tone)


def test_a_truncated_video_is_read_as_far_as_it_goes(smoky: Path, tmp_path: Path) -> None:
    data = smoky.read_bytes()
    start = tmp_path / "start.mp4"
    start.write_bytes(data[: len(data) * 2 // 3])
    assert analysis_of(start).fault == "smoke"


def test_a_large_video_is_read_by_its_keyframes_and_a_small_one_closely(smoky: Path, tmp_path: Path) -> None:
    large = plain(tmp_path / "large.mp4", "testsrc2=s=1920x1080:r=30:d=18", "-g", "30")
    assert len(read_samples(large).t) <= 19
    assert len(read_samples(smoky).t) >= 45


def test_fields_of_view_other_than_the_pan_are_no_haze(smoky: Path, fine: Path, tmp_path: Path) -> None:
    """A white plate shown at the end is another scene, not steam."""
    scene = "[1:v]scale=180:320,fps=8,format=yuv420p[plate];[0:v]fps=8,format=yuv420p[pan];[pan][plate]concat=n=2:v=1[v]"
    two_scenes = make(
        tmp_path / "two-scenes.mp4", "-i", str(fine), "-f", "lavfi", "-i", "smptehdbars=s=180x320:d=4,negate",
        "-filter_complex", scene, "-map", "[v]", "-c:v", "libx264",
    )  # fmt: skip
    analysis = analysis_of(two_scenes, brief(seconds=20))
    assert analysis.fault is None
    assert any("場面が切り替わりました" in event.event for event in analysis.cooking_events)


def with_noise(clip: Path, out: Path, loudness: float) -> Path:
    noise = f"anoisesrc=a={loudness}:d=16:seed=7"
    return make(
        out, "-i", str(clip), "-f", "lavfi", "-i", noise, "-map", "0:v", "-map", "1:a", "-c:v", "copy"
    )


def test_a_fan_that_hides_the_sizzle_is_no_cold_pan(fine: Path, tmp_path: Path) -> None:
    analysis = analysis_of(with_noise(fine, tmp_path / "fan.mp4", 0.2))
    assert analysis.fault is None
    assert any("聞き分けられません" in words for words in analysis.not_visible)


def test_a_kitchen_that_stays_quiet_throughout_is_a_cold_pan(fine: Path, tmp_path: Path) -> None:
    assert analysis_of(with_noise(fine, tmp_path / "quiet.mp4", 0.0005)).fault == "weak_sizzle"
