"""The landing page's sample is cut from what the demo writes, and stays small."""

import json
from pathlib import Path

import av
import pytest

from models.coaching import CoachingCut
from moment.landing_sample import FOLDER, LEAD_SECONDS, POSTER, VIDEO, WIDTH, make_sample
from tests.media_files import H264, make

MOST_BYTES = 400_000


def test_the_key_moment_of_a_demo_becomes_the_sample(tmp_path: Path) -> None:
    demo, into = tmp_path / "demo", tmp_path / "sample"
    demo.mkdir()
    picture = ("-f", "lavfi", "-i", "testsrc=s=720x1280:r=30:d=8")
    make(demo / "coaching_video.mp4", *picture, "-f", "lavfi", "-i", "sine=d=8", *H264, "-c:a", "aac")
    make(demo / "preview.jpg", *picture, "-frames:v", "1")
    cut = CoachingCut(seconds=8, intro_seconds=6, intro_stretch=1)
    (demo / "coaching.json").write_text(json.dumps({"coaching_cut": cut.model_dump()}))
    make_sample(demo, into)
    with av.open(str(into / VIDEO)) as container:
        assert container.streams.video[0].codec_context.width == WIDTH
        assert container.streams.audio
        assert (container.duration or 0) / av.time_base == pytest.approx(8 - 6 + LEAD_SECONDS, abs=0.3)
    assert (into / POSTER).stat().st_size > 0


def test_what_the_repository_carries_is_small() -> None:
    assert sum((FOLDER / name).stat().st_size for name in (VIDEO, POSTER)) < MOST_BYTES
