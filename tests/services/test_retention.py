"""What is kept for so long only goes; what was made of it, and what is still worked with, stays."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, update
from sqlmodel import col, select

from knowledge_base.pages import page_words
from liff.pages.now import now_of
from models.deletion import Deletion
from models.inbox import EventSource, InboxEvent, UnsentMessage
from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession, SessionStatus, StageName, StageRun
from moment.cli import parser
from moment.commands import operation
from moment.commands.call import Call
from moment.resources import Resources
from services.media import withdraw
from services.operations import FootageGone, retry_all, retry_session
from services.profile import take_in
from storage.keys import coaching_video_key, new_media_key, preview_key, view_key
from storage.local import LocalStore
from storage.store import StoreUnavailable
from tests import quick_providers
from tests.log_lines import log_lines

OLD = timedelta(days=91)


@dataclass
class Cook:
    session_id: int
    video: int
    memo: int
    keys: Sequence[str]  # of the raw film, its view and the memo
    made: Sequence[str]  # of the coaching video and its picture


@pytest.fixture
def user_id(resources: Resources) -> int:
    with resources.database.transaction() as db:
        return take_in(db, "U-keeper", "ゆうこ").id


def add_cook(resources: Resources, user_id: int, number: int, status: SessionStatus, age: timedelta) -> Cook:
    with resources.database.transaction() as db:
        session = CookingSession(user_id=user_id, dish_id=1, session_number=number, status=status)
        if status is SessionStatus.COMPLETED:
            session.coaching_text, session.voice_transcript = (
                {"mondaiten": "卵が固まりました。"},
                "おいしかったです。",
            )
        db.add(session)
        db.flush()
        made = [coaching_video_key(session.id, 1), preview_key(session.id, 1)]
        if status is SessionStatus.COMPLETED:
            session.coaching_video_gcs_path, session.coaching_preview_gcs_path = made
        rows = [_media(session, kind) for kind in (MediaKind.VIDEO, MediaKind.MEMO)]
        session.raw_video_url, session.voice_memo_url = (row.object_key for row in rows)
        db.add_all(rows)
        db.flush()
        db.execute(
            update(Media).where(col(Media.session_id) == session.id).values(received_at=func.now() - age)
        )
        video, memo = rows
        keys = [video.object_key, view_key(video.object_key), memo.object_key]
    for key in (*keys, *made):
        resources.store.put(key, iter([b"picture"]), "video/mp4")
    return Cook(session.id, video.id, memo.id, keys, made)


def _media(session: CookingSession, kind: MediaKind) -> Media:
    key = new_media_key(kind)
    return Media(
        user_id=session.user_id, session_id=session.id, kind=kind, source=MediaSource.UPLOAD, object_key=key,
        state=MediaState.STORED, view_key=view_key(key) if kind is MediaKind.VIDEO else "",
    )  # fmt: skip


def purge(resources: Resources, cook: Cook) -> None:
    for media_id in (cook.video, cook.memo):
        resources.intake.work(media_id)


def left(resources: Resources, keys: Sequence[str]) -> list[str]:
    return [key for key in keys if resources.store.exists(key)]


def session_of(resources: Resources, cook: Cook) -> CookingSession:
    with resources.database.transaction() as db:
        return db.get_one(CookingSession, cook.session_id)


def test_raw_footage_goes_and_what_was_made_of_it_stays(resources: Resources, user_id: int) -> None:
    old = add_cook(resources, user_id, 1, SessionStatus.COMPLETED, OLD)
    young = add_cook(resources, user_id, 2, SessionStatus.COMPLETED, timedelta(days=89))
    at_work = add_cook(resources, user_id, 3, SessionStatus.TEXT_READY, OLD)

    assert resources.retention.sweep().footage == 2
    assert resources.retention.sweep().footage == 0
    for cook in (old, young, at_work):
        purge(resources, cook)

    assert left(resources, old.keys) == []
    assert left(resources, [*old.made, *young.keys, *at_work.keys]) == [*old.made, *young.keys, *at_work.keys]
    session = session_of(resources, old)
    assert (session.status, session.video, session.raw_video_url) == (SessionStatus.COMPLETED, None, "")
    assert session.voice_transcript == "おいしかったです。"
    assert now_of(session, finished=(), minutes=0, news={}) is None  # the coaching video is there
    session.coaching_video_gcs_path = ""
    told = now_of(session, finished=(), minutes=0, news={})
    assert told is not None
    assert told.text == page_words("session")["expired_text"]


def test_a_film_that_expired_can_still_be_taken_back(resources: Resources, user_id: int) -> None:
    cook = add_cook(resources, user_id, 1, SessionStatus.COMPLETED, OLD)
    resources.retention.sweep()
    purge(resources, cook)
    with resources.database.transaction() as db:
        session = db.get_one(CookingSession, cook.session_id)
        withdraw(db, db.get_one(Media, cook.video), session)
        deletion_id = db.exec(select(Deletion.id)).one()
    resources.intake.work(cook.video)
    resources.erasure.work(deletion_id)
    assert left(resources, [*cook.keys, *cook.made]) == []
    assert session_of(resources, cook).coaching_video_gcs_path == ""


def test_a_film_that_is_gone_is_not_tried_again(resources: Resources, user_id: int) -> None:
    cook = add_cook(resources, user_id, 1, SessionStatus.FAILED, OLD)
    with resources.database.transaction() as db:
        parked = StageRun(session_id=cook.session_id, stage=StageName.ANALYZE_VIDEO, job="run_stage")
        parked.parked_at = func.now()  # type: ignore[assignment]
        db.add(parked)
    resources.retention.sweep()
    with resources.database.transaction() as db, pytest.raises(FootageGone, match="MOMENT_FOOTAGE_KEPT"):
        retry_session(db, cook.session_id)
    with resources.database.transaction() as db:
        assert retry_all(db) == (0, 0)


def test_events_keep_only_that_they_came(resources: Resources) -> None:
    with resources.database.transaction() as db:
        for number, (days, is_handled) in enumerate([(31, True), (29, True), (31, False)]):
            event = InboxEvent(
                source=EventSource.LINE, event_id=f"e{number}", subject="U1", timestamp_ms=1,
                body={"message": {"text": "ひみつ"}},
            )  # fmt: skip
            db.add(event)
            db.flush()
            ago = {"received_at": func.now() - timedelta(days=days)}
            ago |= {"handled_at": func.now()} if is_handled else {}
            db.execute(update(InboxEvent).where(col(InboxEvent.id) == event.id).values(**ago))
        db.add(UnsentMessage(line_message_id="long ago"))
        db.add(UnsentMessage(line_message_id="today"))
        db.flush()
        ago = {"unsent_at": func.now() - timedelta(days=31)}
        db.execute(
            update(UnsentMessage).where(col(UnsentMessage.line_message_id) == "long ago").values(**ago)
        )
    with log_lines() as lines:
        assert resources.retention.sweep().events == 1
    with resources.database.transaction() as db:
        bodies = dict(db.exec(select(InboxEvent.event_id, InboxEvent.body)).all())
        unsent = db.exec(select(UnsentMessage.line_message_id)).all()
        subject = db.exec(select(InboxEvent.subject).where(InboxEvent.event_id == "e0")).one()
    assert [event_id for event_id, body in bodies.items() if not body] == ["e0"]
    assert (list(unsent), subject) == (["today"], "U1")
    assert "ひみつ" not in str(lines.of("retention"))


def test_old_speech_goes(resources: Resources) -> None:
    store = resources.store
    assert isinstance(store, LocalStore)
    for name in ("old", "young"):
        store.put(f"speech/{name}.wav", iter([b"sound"]), "audio/wav")
    store.put("videos/old.mp4", iter([b"picture"]), "video/mp4")
    long_ago = time.time() - 31 * 86_400
    for key in ("speech/old.wav", "videos/old.mp4"):
        path = store.local_path(key)
        assert path is not None
        os.utime(path, (long_ago, long_ago))
    assert resources.retention.sweep().speech == 1
    assert left(resources, ["speech/old.wav", "speech/young.wav", "videos/old.mp4"]) == [
        "speech/young.wav",
        "videos/old.mp4",
    ]


def test_what_one_kind_stumbles_over_does_not_keep_the_others(
    resources: Resources, user_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Sequence[str]:
        raise StoreUnavailable("away")

    monkeypatch.setattr(LocalStore, "keys_before", away)
    add_cook(resources, user_id, 1, SessionStatus.COMPLETED, OLD)
    with log_lines() as lines:
        assert resources.retention.sweep().footage == 2
    assert [line["what"] for line in lines.of("retention waits")] == ["speech"]


def test_an_operator_is_told_what_was_deleted(
    resources: Resources, user_id: int, capfd: pytest.CaptureFixture[str]
) -> None:
    add_cook(resources, user_id, 1, SessionStatus.COMPLETED, OLD)
    options = parser().parse_args(["retention"])
    assert operation.retention(Call(options, resources.settings, quick_providers.build)) == 0
    told = "".join(capfd.readouterr())
    assert "films and voices older than 90 days: 2 deleted" in told
    assert "speech older than 30 days: 0 deleted" in told
