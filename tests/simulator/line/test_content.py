import io
import os
from collections.abc import Callable
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from PIL import Image

from simulator.line.client import Desk, DeskCallError, Learner
from tests.simulator.line.harness import SECOND_TOKEN, Bot, Receiver, wait_for_drop


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Bytes of some size; only their identity matters."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(700_000))
    return path


def content(message_id: str | None) -> str:
    return f"/v2/bot/message/{message_id}/content"


def test_a_video_arrives_with_its_bytes_and_type(
    bot: Bot, friend: Learner, receiver: Receiver, clip: Path
) -> None:
    upload = friend.video(clip, duration_ms=61_500)
    message = receiver.wait(2)[1]["message"]
    assert message["type"] == "video"
    assert message["id"] == upload.message_id
    assert message["duration"] == 61_500
    assert message["contentProvider"] == {"type": "line"}
    assert message["quoteToken"]
    answer = bot.get(content(upload.message_id))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.content == clip.read_bytes()


def test_a_voice_memo_is_m4a_and_cannot_be_quoted(
    bot: Bot, friend: Learner, receiver: Receiver, clip: Path
) -> None:
    upload = friend.audio(clip, file_name="memo.m4a", duration_ms=9000)
    message = receiver.wait(2)[1]["message"]
    assert "quoteToken" not in message
    assert bot.get(content(upload.message_id)).headers["content-type"] == "audio/m4a"
    assert bot.get(content(upload.message_id) + "/transcoding").json() == {"status": "succeeded"}


def test_a_file_has_name_and_size_but_no_provider(
    bot: Bot, friend: Learner, receiver: Receiver, clip: Path
) -> None:
    upload = friend.file(clip, file_name="料理.mov")
    message = receiver.wait(2)[1]["message"]
    assert (message["fileName"], message["fileSize"]) == ("料理.mov", 700_000)
    assert not {"contentProvider", "duration", "quoteToken"} & message.keys()
    assert bot.get(content(upload.message_id)).headers["content-type"] == "video/quicktime"
    transcoding = bot.get(content(upload.message_id) + "/transcoding")
    assert transcoding.status_code == 400
    assert transcoding.json() == {"message": "Transcoding status doesn't support this type of content"}


def test_content_is_202_without_bytes_until_it_is_ready(bot: Bot, friend: Learner, clip: Path) -> None:
    upload = friend.video(clip, preparing=3)
    transcoding = bot.get(content(upload.message_id) + "/transcoding")
    assert transcoding.json() == {"status": "processing"}
    answers = [bot.get(content(upload.message_id)) for _ in range(3)]
    assert [(a.status_code, len(a.content)) for a in answers] == [(202, 0), (202, 0), (200, 700_000)]


def test_a_cut_body_breaks_off_in_the_middle(desk: Desk, bot: Bot, friend: Learner, clip: Path) -> None:
    upload = friend.video(clip, cut_at=300_000)
    body = bytearray()

    def read() -> None:
        with bot.http.stream("GET", content(upload.message_id)) as answer:
            for chunk in answer.iter_bytes():
                body.extend(chunk)

    with pytest.raises(httpx.RemoteProtocolError):
        read()
    assert bytes(body) == clip.read_bytes()[:300_000]
    wait_for_drop(desk, "/content")


def test_a_slow_body_takes_its_time(bot: Bot, friend: Learner, tmp_path: Path) -> None:
    path = tmp_path / "slow.mp4"
    path.write_bytes(b"x" * 6000)
    upload = friend.video(path, slow_bytes_per_second=20_000)
    answer = bot.get(content(upload.message_id))
    assert len(answer.content) == 6000
    assert answer.elapsed.total_seconds() >= 0.25


def test_missing_and_gone_content(bot: Bot, friend: Learner, clip: Path) -> None:
    missing, old = friend.video(clip, missing=True), friend.video(clip, gone=True)
    for path in ("", "/transcoding", "/preview"):
        assert bot.get(content(missing.message_id) + path).status_code == 404
        assert bot.get(content(old.message_id) + path).status_code == 410
    assert bot.get(content(missing.message_id)).json() == {"message": "not found"}
    assert bot.get(content(old.message_id)).json() == {"message": "The content is gone"}
    assert bot.get(content("123")).status_code == 404


def test_content_belongs_to_its_channel(bot_with: Callable[[str], Bot], friend: Learner, clip: Path) -> None:
    upload = friend.video(clip)
    assert bot_with(SECOND_TOKEN).get(content(upload.message_id)).status_code == 404


def test_unsent_content_is_gone_from_thread_and_disk(
    bot: Bot, friend: Learner, clip: Path, tmp_path: Path
) -> None:
    upload = friend.video(clip)
    friend.unsend(str(upload.message_id))
    assert bot.get(content(upload.message_id)).status_code == 410
    assert friend.thread().bubbles == []
    assert list((tmp_path / "media").iterdir()) == []


def test_the_preview_of_a_photo_is_a_small_jpeg(bot: Bot, friend: Learner, tmp_path: Path) -> None:
    Image.new("RGB", (1600, 1200), "#e57373").save(tmp_path / "photo.jpg")
    upload = friend.image(tmp_path / "photo.jpg")
    answer = bot.get(content(upload.message_id) + "/preview")
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (384, 288)


def test_the_preview_of_a_video_is_its_first_frame(bot: Bot, friend: Learner, tmp_path: Path) -> None:
    path = tmp_path / "green.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.full((240, 320, 3), (0, 200, 0), np.uint8), format="rgb24")
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    upload = friend.video(path)
    answer = bot.get(content(upload.message_id) + "/preview")
    red, green, blue = np.asarray(Image.open(io.BytesIO(answer.content)))[120, 160].tolist()
    assert green > 150 > red + blue


def test_what_has_no_picture_has_no_preview(bot: Bot, friend: Learner, clip: Path) -> None:
    for upload in (friend.audio(clip), friend.video(clip)):
        answer = bot.get(content(upload.message_id) + "/preview")
        assert (answer.status_code, answer.json()) == (400, {"message": "The content can not be previewed"})


def test_the_page_plays_parts_of_a_learners_video(desk: Desk, friend: Learner, clip: Path) -> None:
    friend.video(clip, file_name="夕食.mp4")
    message = friend.thread().bubbles[0].message
    answer = httpx.get(desk.base_url + message["content_url"], headers={"range": "bytes=100-199"})
    assert answer.status_code == 206
    assert answer.content == clip.read_bytes()[100:200]


def test_a_file_name_cannot_leave_the_media_folder(friend: Learner, clip: Path, tmp_path: Path) -> None:
    friend.file(clip, file_name="../../escape.txt")
    assert [path.parent for path in (tmp_path / "media").iterdir()] == [tmp_path / "media"]
    assert friend.thread().bubbles[0].message["fileName"] == "escape.txt"


def test_a_blocked_account_gets_nothing(friend: Learner, clip: Path, tmp_path: Path) -> None:
    friend.block()
    with pytest.raises(DeskCallError, match="blocked"):
        friend.video(clip)
    assert list((tmp_path / "media").iterdir()) == []
