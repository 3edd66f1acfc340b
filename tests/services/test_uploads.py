"""What becomes of uploads whose page has ended: found, waited for, or swept up."""

import hashlib
import threading
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from knowledge_base import consent_talk
from models.base import database_now
from models.chat import Message, Topic
from models.media import Media, MediaKind, MediaSource
from models.session import CookingSession
from models.upload import Upload
from models.user import User
from moment.resources import Resources
from services import cooking, footage, profile
from services.offered_file import OfferedFile
from services.uploads import ABANDONED_AFTER, Progress, UploadClosed
from storage.local import LocalStore
from storage.store import StoreUnavailable

CONTENT = b"\x00\x00\x00\x18ftypmp42" + bytes(1000)


def offer(content: bytes = CONTENT, *, number: int = 0) -> OfferedFile:
    head = hashlib.sha256(content).hexdigest()
    return OfferedFile(MediaKind.VIDEO, "clip.mp4", len(content), "video/mp4", number, head)


@pytest.fixture
def store(resources: Resources) -> LocalStore:
    assert isinstance(resources.store, LocalStore)
    return resources.store


@pytest.fixture
def cook(resources: Resources) -> CookingSession:
    """A learner's, which waits for its video."""
    with resources.database.transaction() as db:
        user = profile.take_in(db, "U" + "1" * 32, "ゆうこ")
        footage.agree(db, user)
        return cooking.open_cook(db, user, None, "fried-rice", database_now(db))


def open_upload(resources: Resources, cook: CookingSession, file: OfferedFile | None = None) -> Progress:
    return resources.uploads.open(cook.user_id, cook.id, file or offer())


def send(store: LocalStore, upload: Upload, content: bytes = CONTENT) -> None:
    place = store.uploads.place_of(upload.place)
    store.uploads.append(place, 0, content)
    if len(content) == upload.size:
        store.uploads.finish(place)


def settle(resources: Resources, upload: Upload, *, after: timedelta = timedelta()) -> Upload:
    """As the reconciler would have it done, so much later than the page was last there."""
    with resources.database.transaction() as db:
        now = database_now(db)
        values = {"touched_at": now - after, "due_at": now, "nudge_at": now}
        db.execute(update(Upload).where(col(Upload.id) == upload.id).values(**values))
    resources.uploads.settle(upload.id)
    with resources.database.transaction() as db:
        return db.get_one(Upload, upload.id)


def media_of(resources: Resources, cook: CookingSession) -> list[Media]:
    with resources.database.transaction() as db:
        return list(db.exec(select(Media).where(Media.user_id == cook.user_id)))


def told(resources: Resources) -> list[str]:
    with resources.database.transaction() as db:
        return [
            message.text for message in db.exec(select(Message).where(col(Message.retry_key).is_not(None)))
        ]


def test_a_video_is_taken_though_its_page_ended_after_the_last_byte(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    upload = open_upload(resources, cook).upload
    send(store, upload)
    row = settle(resources, upload)
    (media,) = media_of(resources, cook)
    assert (media.source, media.session_id, media.object_key) == (
        MediaSource.UPLOAD,
        cook.id,
        upload.object_key,
    )
    assert (row.media_id, row.place, row.nudge_at, row.lease_token) == (media.id, "", None, None)
    assert told(resources) == []  # the coaching text will say enough
    assert resources.uploads.complete(cook.user_id, upload.id).media_id == media.id


def test_one_that_is_on_its_way_is_left_alone_and_looked_at_again(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    upload = open_upload(resources, cook).upload
    send(store, upload, CONTENT[:500])
    for hours in (0, 2, 40):
        row = settle(resources, upload, after=timedelta(hours=hours))
        assert row.is_open
        assert (row.attempts, row.lease_token) == (0, None)
        assert row.due_at is not None
    assert resources.uploads.look(cook.user_id, upload.id).kept == 500


def test_what_nobody_came_back_for_is_deleted(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    upload = open_upload(resources, cook).upload
    send(store, upload, CONTENT[:500])
    row = settle(resources, upload, after=ABANDONED_AFTER + timedelta(minutes=1))
    assert row.cancelled_at is not None
    row = settle(resources, upload)
    assert (row.place, row.nudge_at) == ("", None)
    assert [*(store.root / ".uploads").iterdir()] == []
    with pytest.raises(UploadClosed):
        resources.uploads.complete(cook.user_id, upload.id)


def test_all_that_was_kept_is_found_even_when_the_server_died_before_it_said_so(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    upload = open_upload(resources, cook).upload
    store.uploads.append(store.uploads.place_of(upload.place), 0, CONTENT)  # and not finished
    row = settle(resources, upload, after=ABANDONED_AFTER + timedelta(minutes=1))
    assert row.completed_at is not None
    assert len(media_of(resources, cook)) == 1


def test_a_cancelled_one_is_deleted_also_when_all_of_it_was_here(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    upload = open_upload(resources, cook).upload
    send(store, upload)
    resources.uploads.cancel(cook.user_id, upload.id)
    settle(resources, upload)
    assert not store.exists(upload.object_key)
    assert media_of(resources, cook) == []


def test_a_store_that_is_away_costs_nothing_but_time(
    resources: Resources, store: LocalStore, cook: CookingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = open_upload(resources, cook).upload
    send(store, upload)

    def away(_key: str) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "describe", away)
        row = settle(resources, upload)
        assert (row.is_open, row.attempts) == (True, 0)
        resources.uploads.cancel(cook.user_id, upload.id)
        patch.setattr(store, "delete", away)
        assert settle(resources, upload).nudge_at is not None
    assert settle(resources, upload).nudge_at is None


def test_a_first_video_is_asked_for_in_the_chat_should_its_page_tell_nothing(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    with resources.database.transaction() as db:
        footage.withdraw(db, db.get_one(User, cook.user_id))
    upload = open_upload(resources, cook).upload
    send(store, upload)
    resources.uploads.complete(cook.user_id, upload.id)
    (media,) = media_of(resources, cook)
    assert not media.may_be_seen
    assert told(resources) == [consent_talk.FIRST]
    with resources.database.transaction() as db:
        (asks,) = db.exec(select(Message).where(col(Message.retry_key).is_not(None))).all()
        assert asks.due_at is not None
        assert (asks.meta["topic"], asks.due_at > database_now(db)) == (Topic.CONSENT, True)
        footage.agree(db, db.get_one(User, cook.user_id))  # by the reply to what the page told
    assert told(resources) == []
    (media,) = media_of(resources, cook)
    assert media.may_be_seen


def test_a_second_video_that_only_the_reconciler_finds_is_told_of(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    first, second = (open_upload(resources, cook, offer(number=number)).upload for number in (1, 2))
    for upload in (first, second):
        send(store, upload)
    settle(resources, first)
    assert settle(resources, second).cancelled_at is not None
    assert len(media_of(resources, cook)) == 1
    (words,) = told(resources)
    assert words.startswith("この回の動画は、もう届いています")


def test_a_video_whose_cook_is_gone_waits_for_a_dish(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    upload = open_upload(resources, cook).upload
    send(store, upload)
    with resources.database.transaction() as db:
        db.delete(db.get_one(CookingSession, cook.id))
    settle(resources, upload)
    (words,) = told(resources)
    assert "どの料理の動画ですか" in words
    with resources.database.transaction() as db:
        user = db.get_one(User, cook.user_id)
        taken = cooking.open_cook(db, user, None, "fried-rice", database_now(db))
        assert taken.video is not None
        assert taken.video.object_key == upload.object_key


def test_the_same_file_in_many_tabs_is_one_upload(resources: Resources, cook: CookingSession) -> None:
    start, ids = threading.Barrier(4), []

    def open_tab() -> None:
        start.wait()
        ids.append(open_upload(resources, cook).upload.id)

    tabs = [threading.Thread(target=open_tab) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1


def test_page_and_reconciler_at_once_take_it_once(
    resources: Resources, store: LocalStore, cook: CookingSession
) -> None:
    upload = open_upload(resources, cook).upload
    send(store, upload)
    start = threading.Barrier(3)

    def run(work: object) -> None:
        start.wait()
        if work == "settle":
            resources.uploads.settle(upload.id)
        else:
            resources.uploads.complete(cook.user_id, upload.id)

    with resources.database.transaction() as db:
        now = database_now(db)
        db.execute(update(Upload).values(due_at=now, nudge_at=now))
    threads = [threading.Thread(target=run, args=(work,)) for work in ("settle", "complete", "complete")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(media_of(resources, cook)) == 1
    with resources.database.transaction() as db:
        assert db.get_one(Upload, upload.id).nudge_at is None
