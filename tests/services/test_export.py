"""A learner gets all of their data in one file, nobody else's, and nothing that they took back."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs.queue import LONGEST_JOB
from knowledge_base import export_talk
from models.chat import Message, MessageType, Topic, WaitReason
from models.coaching import CoachingText, SessionSummary
from models.dish import Dish
from models.export import Export
from models.media import Media, MediaKind, MediaSource, MediaState
from models.reminder import ReminderPause
from models.session import CookingSession, SessionStatus
from models.user import User
from moment.resources import Resources
from services.export import content, work
from services.export.wish import LIFE, ExportNotMade, ask_for_admin, ask_for_data, made_export
from services.outbox import queue_message
from services.privacy import LearnerLeaving, delete_learner
from services.profile import learner_state, take_in
from services.thread import Origin, record_inbound
from services.withdrawal import withdraw_message
from storage.keys import coaching_video_key, new_media_key
from storage.store import ObjectStore, StoreUnavailable
from tests.consents import consent_of

COACHING = CoachingText(
    mondaiten="卵が固まりきってから、ご飯を入れていました。",
    skill="卵は余熱でも固まります。",
    next_action="ふちが固まったら、ご飯を入れましょう。",
    success_sign="粒ごとに、つやが出ます。",
    praise="火を落とさずに作れていました。",
    provider="quick",
)


@dataclass
class Keeper:
    """A learner with a finished cook, whose words name them."""

    resources: Resources
    user_id: int
    name: str

    def ask(self, origin: Origin = Origin()) -> bool:
        with self.resources.database.transaction() as db:
            return ask_for_data(db, db.get_one(User, self.user_id), origin)

    def is_asked_for(self) -> None:
        """By an admin of the console."""
        with self.resources.database.transaction() as db:
            ask_for_admin(db, db.get_one(User, self.user_id))

    def work(self) -> None:
        for export in self.exports():
            self.resources.exports.work(export.id)

    def exports(self) -> list[Export]:
        with self.resources.database.transaction() as db:
            return list(
                db.exec(select(Export).where(Export.user_id == self.user_id).order_by(col(Export.id)))
            )

    def later(self, by: timedelta) -> None:
        """What was due within this time is due now, and what is told is as long ago."""
        with self.resources.database.transaction() as db:
            mine = update(Export).where(col(Export.user_id) == self.user_id)
            db.execute(mine.values(due_at=col(Export.due_at) - by, ready_at=col(Export.ready_at) - by,
                                   over_at=col(Export.over_at) - by))  # fmt: skip

    def has_file(self, export: Export) -> bool:
        return self.resources.store.exists(export.object_key)

    def contents(self) -> Mapping[str, bytes]:
        (export,) = [each for each in self.exports() if each.over_at is None]
        whole = b"".join(self.resources.store.read(export.object_key))
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}

    def says(self, words: str, line_message_id: str) -> None:
        with self.resources.database.transaction() as db:
            user = db.get_one(User, self.user_id)
            record_inbound(
                db, user, MessageType.TEXT, text=words, origin=Origin(line_message_id=line_message_id)
            )

    def unsends(self, line_message_id: str) -> None:
        with self.resources.database.transaction() as db:
            withdraw_message(db, db.get_one(User, self.user_id), line_message_id)

    def made(self) -> Export:
        with self.resources.database.transaction() as db:
            return made_export(db, self.user_id)

    def links(self) -> list[Message]:
        with self.resources.database.transaction() as db:
            about = col(Message.meta)["topic"].astext == Topic.EXPORT
            return list(db.exec(select(Message).where(about).order_by(col(Message.id))))


def keeper_of(resources: Resources, name: str, number: int) -> Keeper:
    with resources.database.transaction() as db:
        user = take_in(db, f"U-{name}", name)
        consent_of(db, user.id)
        session = CookingSession(
            user_id=user.id, dish_id=1, session_number=1, status=SessionStatus.COMPLETED,
            voice_transcript=f"{name}の感想です。", self_ratings={"taste": 4},
            coaching_text=COACHING.model_copy(update={"praise": f"{name}さん、よくできました。"}).model_dump(mode="json"),
        )  # fmt: skip
        db.add(session)
        db.flush()
        session.coaching_video_gcs_path = coaching_video_key(session.id, 1)
        kinds = (MediaKind.VIDEO, MediaKind.MEMO, MediaKind.VOICE_QUESTION)
        rows = [
            Media(
                user_id=user.id, session_id=session.id if kind is not MediaKind.VOICE_QUESTION else None, kind=kind,
                source=MediaSource.LINE, line_message_id=f"{name}-{kind}", object_key=new_media_key(kind),
                state=MediaState.STORED,
            )
            for kind in kinds
        ]  # fmt: skip
        db.add_all(rows)
        keys = [session.coaching_video_gcs_path, *(row.object_key for row in rows)]
        user_id = user.id
    for key in keys:
        resources.store.put(key, iter([f"{name} {key.split('/')[0]}".encode() * number]), "video/mp4")
    return Keeper(resources, user_id, name)


@pytest.fixture
def yuko(resources: Resources) -> Keeper:
    return keeper_of(resources, "ゆうこ", 1000)


@pytest.fixture
def hanako(resources: Resources) -> Keeper:
    return keeper_of(resources, "はなこ", 1)


def test_it_holds_all_of_theirs_and_nothing_of_anothers(yuko: Keeper, hanako: Keeper) -> None:
    yuko.says("ゆうこの質問です。", "m1")
    hanako.says("はなこの質問です。", "m2")
    assert yuko.ask()
    yuko.work()
    contents = yuko.contents()
    texts = {name: data.decode() for name, data in contents.items() if name.endswith((".txt", ".json"))}
    whole = "\n".join(texts.values())
    assert "はなこ" not in whole
    assert "はなこ".encode() not in b"".join(contents.values())
    assert "あなたのデータです" in texts["README.txt"]
    assert "ゆうこの質問です。" in texts["messages.txt"]
    assert [each["text"] for each in json.loads(texts["messages.json"])] == ["ゆうこの質問です。"]
    (cook,) = json.loads(texts["sessions.json"])
    assert cook["voice_transcript"] == "ゆうこの感想です。"
    (told,) = [text for name, text in texts.items() if name.endswith("coaching.txt")]
    for words in (COACHING.mondaiten, "ゆうこさん、よくできました。", "ゆうこの感想です。", "味：4"):
        assert words in told
    assert json.loads(texts["profile.json"])["first_name"] == "ゆうこ"
    assert json.loads(texts["plan.json"])["status"] == "free"
    assert [each["kind"] for each in json.loads(texts["consents.json"])] == ["footage"]
    films = {
        name.rpartition("/")[2].partition("-")[0]: data
        for name, data in contents.items()
        if name not in texts
    }
    assert films["coaching"] == "ゆうこ sessions".encode() * 1000
    assert films["video"] == "ゆうこ videos".encode() * 1000
    assert films["memo"] == "ゆうこ memos".encode() * 1000
    assert films["voice_question"] == "ゆうこ questions".encode() * 1000


def test_what_a_coach_holds_back_is_not_in_it(yuko: Keeper) -> None:
    with yuko.resources.database.transaction() as db:
        cook = db.exec(select(CookingSession).where(CookingSession.user_id == yuko.user_id)).one()
        cook.video_analysis, cook.narration_script = (
            {"diagnosis": COACHING.mondaiten},
            {"part1": "まだです。"},
        )
        state = learner_state(db, yuko.user_id)
        summary = SessionSummary(
            dish=cook_dish(db, cook), session=1, key_issue=COACHING.mondaiten, key_progress=""
        )
        state.session_summaries, state.next_focus = [summary.model_dump()], COACHING.next_action
        message = queue_message(
            db, yuko.user_id, MessageType.COACHING_READY, text=COACHING.mondaiten, session_id=cook.id
        )
        message.waits_for, message.due_at = WaitReason.REVIEW, None
        db.add_all([cook, state, message])
    yuko.ask()
    yuko.work()
    contents = yuko.contents()
    whole = b"\n".join(data for name, data in contents.items() if name.endswith((".txt", ".json"))).decode()
    for words in (COACHING.mondaiten, COACHING.next_action, "よくできました。", "まだです。"):
        assert words not in whole
    assert "ゆうこの感想です。" in whole
    assert [name for name in contents if "coaching-video" in name] == []
    assert "コーチがまだ確認しているコーチング" in contents["README.txt"].decode()


def cook_dish(db: DbSession, cook: CookingSession) -> str:
    return db.get_one(Dish, cook.dish_id).slug


def test_asked_again_there_is_one_and_later_a_new_one(yuko: Keeper) -> None:
    assert yuko.ask()
    assert not yuko.ask()  # under way
    yuko.work()
    assert yuko.ask()
    yuko.work()
    (export,) = yuko.exports()
    assert [each.meta["export_id"] for each in yuko.links()] == [str(export.id)] * 2
    yuko.later(timedelta(hours=25))
    assert yuko.ask()
    yuko.work()
    old, new = yuko.exports() if len(yuko.exports()) == 2 else (export, yuko.exports()[0])
    assert (yuko.has_file(old), yuko.has_file(new)) == (False, True)


def test_its_time_over_it_goes(yuko: Keeper) -> None:
    yuko.ask()
    yuko.work()
    (export,) = yuko.exports()
    yuko.later(LIFE - timedelta(minutes=1))
    yuko.work()
    assert yuko.has_file(export)
    yuko.later(timedelta(minutes=1))
    yuko.work()
    assert not yuko.has_file(export)
    assert yuko.exports() == []


def test_what_was_taken_back_is_in_no_file(yuko: Keeper) -> None:
    yuko.says("ないしょの話", "m1")
    yuko.ask()
    yuko.work()
    (export,) = yuko.exports()
    assert "ないしょの話" in yuko.contents()["messages.txt"].decode()
    yuko.unsends("m1")
    yuko.work()
    assert not yuko.has_file(export)
    yuko.ask()
    yuko.work()
    assert "ないしょの話".encode() not in b"".join(yuko.contents().values())


def test_taken_back_while_it_is_made_it_is_made_anew(yuko: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    yuko.says("ないしょの話", "m1")
    yuko.ask(Origin(channel="moment", reply_token="token"))
    (first,) = yuko.exports()
    read = content.read_content

    def read_then_unsend(*args: Any) -> Any:
        read_before = read(*args)
        monkeypatch.setattr(work, "read_content", read)
        yuko.unsends("m1")
        return read_before

    monkeypatch.setattr(work, "read_content", read_then_unsend)
    yuko.resources.exports.work(first.id)
    assert not yuko.has_file(first)
    assert yuko.links() == []
    yuko.work()
    assert "ないしょの話".encode() not in b"".join(yuko.contents().values())
    (link,) = yuko.links()
    assert link.reply_token == "token"
    # Whoever was at the first may have died after putting it once more.
    yuko.resources.store.put(first.object_key, iter([b"late"]), "application/zip")
    yuko.later(LONGEST_JOB)
    yuko.work()
    assert not yuko.has_file(first)
    assert len(yuko.exports()) == 1


def test_what_is_too_large_has_a_link_of_its_own(yuko: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "MOST_BYTES", 30_000)
    yuko.ask()
    yuko.work()
    contents = yuko.contents()
    links = contents["links.txt"].decode()
    assert export_talk.LINKS_LEAD in links
    outside = [line for line in links.splitlines() if line.startswith("http")]
    films = [name for name in contents if name.endswith((".mp4", ".m4a"))]
    assert len(outside) + len(films) == 4
    assert outside
    assert films
    key = yuko.resources.links.key_of(outside[0].split("/media/")[1].split("/")[0])
    assert yuko.resources.store.exists(key)


def test_a_store_that_is_away_is_waited_for_and_what_never_works_is_said(
    yuko: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            raise StoreUnavailable("away")

    class Broken:
        def __init__(self, store: ObjectStore) -> None:
            self.store = store

        def __getattr__(self, name: str) -> Any:
            if name == "put":
                raise ValueError("broken")
            return getattr(self.store, name)

    yuko.ask()
    (export,) = yuko.exports()
    exports, store = yuko.resources.exports, yuko.resources.store
    replace(exports, store=Away()).work(export.id)
    (waits,) = yuko.exports()
    assert (waits.attempts, waits.ready_at, waits.over_at) == (0, None, None)
    for _ in range(exports.max_attempts + 1):
        yuko.later(timedelta(hours=1))
        replace(exports, store=Broken(store)).work(export.id)
    with yuko.resources.database.transaction() as db:
        told = db.exec(select(Message.text).where(Message.kind == MessageType.NOTICE)).all()
    assert told == [export_talk.PHRASES["export_failed"]]
    assert yuko.ask()  # anew


def test_nothing_of_it_is_whole_in_memory(yuko: Keeper) -> None:
    """The store is given chunks as they are read."""
    largest = 0

    class Watching:
        def __getattr__(self, name: str) -> Any:
            return getattr(yuko.resources.store, name)

        def put(self, key: str, chunks: Any, content_type: str) -> int:
            nonlocal largest
            total = 0
            for chunk in chunks:
                largest, total = max(largest, len(chunk)), total + len(chunk)
            return total

        def read(self, key: str) -> Any:
            return (b"x" * 100_000 for _ in range(200))

    yuko.ask()
    (export,) = yuko.exports()
    replace(yuko.resources.exports, store=Watching()).work(export.id)  # type: ignore[arg-type]
    assert 100_000 <= largest < 110_000


def test_an_admin_gets_the_same_file_and_the_learner_hears_nothing(yuko: Keeper) -> None:
    yuko.says("ゆうこの質問です。", "m1")
    yuko.is_asked_for()
    with pytest.raises(ExportNotMade):
        yuko.made()
    yuko.is_asked_for()
    yuko.work()
    assert yuko.links() == []
    assert "ゆうこの質問です。" in yuko.contents()["messages.txt"].decode()
    (export,) = yuko.exports()
    assert yuko.made().id == export.id
    assert yuko.ask(), "theirs too, once they ask"
    assert [each.meta["export_id"] for each in yuko.links()] == [str(export.id)]
    assert yuko.exports()[0].object_key == export.object_key


def test_a_learner_who_asks_while_it_is_made_for_an_admin_is_told(
    yuko: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = content.read_content

    def read_and_be_asked(*args: Any) -> Any:
        assert not yuko.ask(Origin(channel="moment", reply_token="token"))
        return read(*args)

    monkeypatch.setattr(work, "read_content", read_and_be_asked)
    yuko.is_asked_for()
    yuko.work()
    (link,) = yuko.links()
    assert link.reply_token == "token"


def test_a_file_of_the_learners_own_is_the_admins_too(yuko: Keeper) -> None:
    yuko.ask()
    yuko.work()
    yuko.later(timedelta(days=2))
    yuko.is_asked_for()
    (export,) = yuko.exports()
    assert yuko.made().id == export.id, "its link in the chat lives on"
    yuko.later(LIFE)
    with yuko.resources.database.transaction() as db:
        db.execute(update(Export).values(expires_at=col(Export.expires_at) - LIFE))
    yuko.is_asked_for()
    assert [each.is_wished for each in yuko.exports() if each.over_at is None] == [False]


def test_what_an_admin_asked_for_stays_so_when_it_is_begun_anew_or_given_up(yuko: Keeper) -> None:
    yuko.says("ないしょの話", "m1")
    yuko.is_asked_for()
    yuko.unsends("m1")
    (export,) = [each for each in yuko.exports() if each.over_at is None]
    assert not export.is_wished
    exports = replace(yuko.resources.exports, max_attempts=0)
    exports.work(export.id)
    with yuko.resources.database.transaction() as db:
        assert db.exec(select(Message.id).where(Message.kind == MessageType.NOTICE)).all() == []
    with pytest.raises(ExportNotMade):
        yuko.made()


def test_of_one_who_leaves_no_file_is_made(yuko: Keeper) -> None:
    with yuko.resources.database.transaction() as db:
        delete_learner(db, db.get_one(User, yuko.user_id))
    with pytest.raises(LearnerLeaving):
        yuko.is_asked_for()


def test_a_coachs_pause_of_reminders_is_the_learners_to_know(yuko: Keeper) -> None:
    with yuko.resources.database.transaction() as db:
        db.add(ReminderPause(user_id=yuko.user_id))
    yuko.ask()
    yuko.work()
    told = json.loads(yuko.contents()["profile.json"])["reminders"]
    assert told["off_since"] is None
    assert set(told["paused"]) == {"created_at", "until"}
