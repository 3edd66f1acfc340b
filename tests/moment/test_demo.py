"""The whole product on one command, and what a person may do to it meanwhile."""

import json
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.embedded import free_port, scratch_folder
from footage.script import ClipRecipe
from knowledge_base import phrasebook
from models.session import StageName
from pipeline.media.probe import check_usable
from storage.sniff import ContentKind, content_kind
from tests.clips import drawn
from tests.media_files import tone
from tests.moment.children import QUICK_MODULE, START_SECONDS, Command, command, wait_until

REJECTIONS = [phrasebook.phrase(key) for key in phrasebook.PHRASES if key.startswith("video.")]
LEAVE_SECONDS = 20.0  # a busy machine
DEMO_SECONDS = 900.0  # about one minute on an idle machine


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where an unprivileged Postgres can enter, which pytest's own folders do not allow."""
    folder = scratch_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "clip.mp4"
    drawn(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), path)
    return path


@pytest.fixture(scope="module")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone(tmp_path_factory.mktemp("memo") / "memo.m4a", seconds=1.0)


def test_the_demo_plays_a_whole_session_and_writes_what_came_of_it(folder: Path) -> None:
    out = folder / "out"
    with command("demo", "--out", str(out), folder=folder) as demo:
        assert demo.process.wait(DEMO_SECONDS) == 0, demo.output
        _nothing_is_left(demo)
    coaching = json.loads((out / "coaching.json").read_text())
    assert coaching["coaching_text"]["mondaiten"] in demo.output
    assert coaching["dish"] == "fried-rice"
    assert len(coaching["self_ratings"]) == 4
    assert coaching["voice_transcript"]
    facts = check_usable(out / "coaching_video.mp4")
    assert (facts.width, facts.video_codec, facts.pix_fmt) == (720, "h264", "yuv420p")
    assert facts.audio_track is not None
    assert facts.duration_seconds > 10
    assert content_kind(out / "preview.jpg") is ContentKind.IMAGE
    _transcript_is_whole(json.loads((out / "transcript.json").read_text()))
    timings = json.loads((out / "timings.json").read_text())
    assert set(timings["stages"]) == {"fetch_video", "fetch_memo", *StageName} - {
        "prepare_video",
        "produce_film",
    }
    assert 0 < timings["seconds_to_text"] < timings["seconds_to_video"]


def _transcript_is_whole(crossings: list[dict[str, Any]]) -> None:
    """Both directions, in the order in which they crossed."""
    numbers = [crossing["seq"] for crossing in crossings]
    assert numbers == sorted(numbers)
    assert {crossing["direction"] for crossing in crossings} >= {"LINE→bot", "bot→LINE"}
    first = next(each for each in crossings if each["direction"] == "LINE→bot")
    assert (first["direction"], first["request"]["events"][0]["type"]) == ("LINE→bot", "follow")
    pushes = [c for c in crossings if c["path"].endswith("/message/push") and c["status"] == 200]
    kinds = [message["type"] for push in pushes for message in push["request"]["messages"]]
    assert [kind for kind in kinds if kind != "text"] == ["flex", "video"]
    assert [c for c in crossings if c["path"].endswith("/message/reply") and c["status"] == 200]


def test_the_demo_plays_on_googles_sdks_against_their_doubles(folder: Path, clip: Path) -> None:
    out = folder / "out"
    with command("demo", "--google-doubles", "--video", str(clip), "--out", str(out), folder=folder) as demo:
        assert demo.process.wait(DEMO_SECONDS) == 0, demo.output
        _nothing_is_left(demo)
    coaching = json.loads((out / "coaching.json").read_text())
    answers = ("structured_input", "video_analysis", "coaching_text", "narration_script")
    assert {coaching[name]["provider"] for name in answers} == {"google"}
    assert "煙が出てしまって" in coaching["voice_transcript"]
    assert check_usable(out / "coaching_video.mp4").width == 720
    timings = json.loads((out / "timings.json").read_text())
    assert {"recognize", "analysis.v4", "coaching_text.v6", "synthesize"} <= {
        call["purpose"] for call in timings["calls"]
    }
    assert sum(timings["cost_usd"].values()) > 0


def test_the_demo_tells_why_a_video_is_not_taken(folder: Path, memo: Path) -> None:
    notes = folder / "notes.mp4"
    notes.write_text("no video at all\n")
    arguments = ("demo", "--video", str(notes), "--memo", str(memo))
    with command(*arguments, folder=folder, module=QUICK_MODULE) as demo:
        assert demo.process.wait(START_SECONDS) == 1, demo.output
        assert any(f"moment: no coaching: {words}" in demo.output for words in REJECTIONS), demo.output
        assert "Traceback" not in demo.output
        _nothing_is_left(demo)


def test_ctrl_c_in_the_middle_of_a_render_ends_everything(folder: Path, clip: Path, memo: Path) -> None:
    hanging = folder / "ffmpeg"
    hanging.write_text(f"#!/bin/sh\ntouch {folder}/rendering\nexec sleep 600\n")
    hanging.chmod(hanging.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    arguments = ("demo", "--video", str(clip), "--memo", str(memo))
    with command(*arguments, folder=folder, module=QUICK_MODULE, IMAGEIO_FFMPEG_EXE=str(hanging)) as demo:
        wait_until(lambda: (folder / "rendering").exists() or demo.process.poll() is not None, "the render")
        assert demo.process.poll() is None, demo.output
        assert demo.interrupt() == 128 + signal.SIGINT
        assert "Traceback" not in demo.output
        _nothing_is_left(demo)


def test_ctrl_c_ends_what_moment_up_started(folder: Path) -> None:
    web, desk, stripe = free_port(), free_port(), free_port()
    ports = ("--port", str(web), "--desk-port", str(desk), "--stripe-port", str(stripe))
    with command("up", *ports, folder=folder, module=QUICK_MODULE) as up:
        wait_until(lambda: "Stripe's desk" in up.output or up.process.poll() is not None, "both pages")
        assert up.process.poll() is None, up.output
        for line in (
            "database  embedded Postgres (DATABASE_URL is not set)",
            "broker    embedded Valkey (MOMENT_BROKER_URL is not set)",
            "LINE      the simulator (MOMENT_LINE_CHANNELS is not set)",
            "models    offline coach (MOMENT_PROVIDERS is not set)",
            f"http://127.0.0.1:{desk}/",
            f"http://127.0.0.1:{stripe}/",
        ):
            assert line in up.output
        link = next(word for word in up.output.split() if f":{web}/console/" in word)
        signed_in = httpx.get(link, follow_redirects=True, trust_env=False)
        assert "担当コーチ" in signed_in.text
        assert httpx.get(link, trust_env=False).status_code == 410
        assert len(up.family()) > 10  # LINE, Stripe, web, six workers, reconciler, and the command itself
        assert up.interrupt() == 0
        assert "Traceback" not in up.output
        _nobody_is_left(up)


def _nothing_is_left(demo: Command) -> None:
    _nobody_is_left(demo)
    assert list(demo.scratch.iterdir()) == []


def _nobody_is_left(command: Command) -> None:
    """The server that forks the parts leaves by itself when the command has gone."""
    wait_until(lambda: command.family() == [], "the last process's end", LEAVE_SECONDS)
