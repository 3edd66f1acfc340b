"""What a coach sends besides words: kept clean, as their own message; what cannot be shown or heard is refused."""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from PIL import Image
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from console.identity import csrf_of
from console.pages.attachments import MOST_BYTES
from knowledge_base import phrasebook
from models.chat import Attachment, Message, MessageType, rooms_of
from models.user import User
from pipeline.media.probe import check_usable
from services import profile
from services.export.content import read_content
from services.handover import take
from services.traces import object_keys
from storage.keys import attachment_preview_key
from tests.conftest import empty_broker, make_settings, own_database
from tests.console.conftest import SignedIn, new_coach
from tests.liff.conftest import Site
from tests.media_files import H264, make
from tests.system import WAIT, start_system

VIDEO = re.compile('<video src="([^"]+)" poster="([^"]+)" [^>]*aria-label="コーチが送った動画"')
PLACE = "+35.6586+139.7454/"


@pytest.fixture(scope="module")
def site(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With workers: what is owed reaches LINE."""
    folder = tmp_path_factory.mktemp("attachments")
    with own_database(postgres_url) as url:
        settings = make_settings(url, empty_broker(valkey_url), folder)
        with start_system(folder, settings) as running:
            yield Site(running.web_url, running.desk, running.database, running.settings)


@pytest.fixture
def user_id(site: Site) -> int:
    with site.database.transaction() as db:
        return profile.take_in(db, f"U{uuid4().hex}", "ゆうこ").id


def sent(db: DbSession, user_id: int) -> Sequence[Message]:
    mine = col(Message.chat_room_id).in_(rooms_of(user_id)), Message.kind == MessageType.COACH
    return db.exec(select(Message).where(*mine)).all()


def send(client: SignedIn, user_id: int, kind: str, file: bytes) -> httpx.Response:
    return client.client.post(
        f"/console/threads/{user_id}/attachments",
        data={"csrf": csrf_of(client.token), "kind": kind},
        files={"file": ("x", file)},
        timeout=WAIT,
    )


def filmed_sideways(folder: Path) -> Path:
    """As a phone does, which notes where."""
    picture = ("-f", "lavfi", "-i", "testsrc2=s=1280x960:r=25:d=2")
    sound = ("-f", "lavfi", "-i", "sine=frequency=300:duration=2")
    level = make(folder / "level.mov", *picture, *sound, *H264, "-c:a", "aac")
    turned = ("-display_rotation", "90", "-i", str(level), "-c", "copy")
    return make(folder / "sent.mov", *turned, "-metadata", f"location={PLACE}")


def test_a_picture_is_kept_clean_and_goes_with_its_learner(
    site: Site, coach_client: SignedIn, user_id: int, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.png"
    Image.new("RGB", (40, 30)).save(picture)
    assert send(coach_client, user_id, "photo", picture.read_bytes()).status_code == 303
    with site.database.transaction() as db:
        (message,) = sent(db, user_id)
        assert message.meta["key"] in object_keys(db, user_id)
        assert message.meta["key"].endswith(".jpg")


def test_a_video_reaches_its_learner_upright_and_clean(
    site: Site, coach_client: SignedIn, tmp_path: Path
) -> None:
    learner = site.desk.learner("うみ")
    learner.follow()
    learner.wait_for(lambda thread: thread.from_bot, WAIT, what="the welcome")
    with site.signed_in(learner) as client:
        with site.database.transaction() as db:
            user_id = db.exec(select(User.id).where(User.line_user_id == learner.user_id)).one()
        filmed = filmed_sideways(tmp_path).read_bytes()
        assert PLACE.encode() in filmed
        assert send(coach_client, user_id, "video", filmed).status_code == 303
        learner.wait_for(lambda thread: thread.of_type("video"), WAIT, what="the video")
        (said, *_) = client.get("/api/chat/rooms/coaching/messages").json()["messages"]
    (bubble,) = learner.thread().of_type("video")
    assert bubble.sender_name == "コーチ 佐藤"
    shown = httpx.get(bubble.message["originalContentUrl"])
    assert shown.headers["content-type"] == "video/mp4"
    assert httpx.get(said["video_url"]).content == shown.content
    video, preview = tmp_path / "shown.mp4", tmp_path / "preview.jpg"
    video.write_bytes(shown.content)
    preview.write_bytes(httpx.get(bubble.message["previewImageUrl"]).content)
    facts = check_usable(video)
    assert (facts.video_codec, facts.pix_fmt, facts.audio_track, facts.rotation) == ("h264", "yuv420p", 0, 0)
    assert (facts.width, facts.height) == (720, 960)
    assert abs(facts.duration_seconds - 2) < 0.1
    assert shown.content.index(b"moov") < shown.content.index(b"mdat")
    assert PLACE.encode() not in shown.content
    with Image.open(preview) as image:
        assert (image.format, image.size) == ("JPEG", (720, 960))


def test_a_video_is_in_the_thread_and_in_the_data_and_goes_with_its_learner(
    site: Site, coach_client: SignedIn, user_id: int, tmp_path: Path
) -> None:
    picture = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=15:d=1")  # without sound
    filmed = make(tmp_path / "sent.webm", *picture, "-c:v", "libvpx", "-deadline", "realtime")
    assert send(coach_client, user_id, "video", filmed.read_bytes()).status_code == 303
    with site.database.transaction() as db:
        (message,) = sent(db, user_id)
        key = message.video_gcs_path
        assert set(object_keys(db, user_id)) == {key, attachment_preview_key(key)}
    shown = VIDEO.search(coach_client.get(f"/console/threads/{user_id}").text)
    assert shown is not None
    types = [httpx.head(unescape(link)).headers["content-type"] for link in shown.groups()]
    assert types == ["video/mp4", "image/jpeg"]
    with site.database.transaction() as db:
        (message,) = sent(db, user_id)
        message.delivered_at = message.created_at
        db.add(message)
        db.flush()
        assert key in [each.key for each in read_content(db, user_id).files]


def test_of_a_video_to_a_thread_that_another_has_nothing_is_kept(
    site: Site, coach_client: SignedIn, user_id: int, tmp_path: Path
) -> None:
    with site.database.transaction() as db:
        take(db, db.get_one(User, user_id), new_coach(db, "光").id)
    kept = set(site.settings.objects_dir.rglob("*.*"))
    assert send(coach_client, user_id, "video", filmed_sideways(tmp_path).read_bytes()).status_code == 409
    assert set(site.settings.objects_dir.rglob("*.*")) == kept


@pytest.mark.parametrize(
    ("kind", "file"),
    [("photo", b"%PDF"), ("voice", b"nothing"), ("photo", b""), ("video", b"%PDF"), ("video", b"")],
)
def test_what_cannot_be_shown_or_heard_is_refused(
    site: Site, coach_client: SignedIn, user_id: int, kind: str, file: bytes
) -> None:
    answer = send(coach_client, user_id, kind, file)
    assert answer.status_code == 422
    assert phrasebook.phrase("console.attachment_unfit") in answer.text
    with site.database.transaction() as db:
        assert not sent(db, user_id)


def test_a_video_that_is_too_long_too_large_or_cut_off_is_refused(
    site: Site, coach_client: SignedIn, user_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = ("-f", "lavfi", "-i", "color=s=64x64:r=1:d=190", *H264)
    long = make(tmp_path / "long.mp4", *slow).read_bytes()
    filmed = filmed_sideways(tmp_path).read_bytes()
    for file in (long, filmed[: len(filmed) // 2]):
        assert send(coach_client, user_id, "video", file).status_code == 422
    monkeypatch.setitem(MOST_BYTES, Attachment.VIDEO, len(filmed) - 1)
    assert send(coach_client, user_id, "video", filmed).status_code == 422
    with site.database.transaction() as db:
        assert not sent(db, user_id)
