"""The film's stage and all that takes a film back, on the rows and the store; the render itself is tried elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, update
from sqlmodel import col, select

from knowledge_base import film_talk, phrasebook
from models.base import database_now
from models.chat import Message, MessageType, RoomType
from models.consent import ConsentKind
from models.deletion import Deletion
from models.media import Media, MediaKind
from models.session import CookingSession, SessionStatus, StageName, StageRun
from models.user import User
from moment.resources import Resources
from pipeline.media.film.board import FilmBoard
from pipeline.media.film.captions import FilmWords
from pipeline.media.film.composition import Film
from pipeline.media.probe import ClipProblem, UnusableClip
from pipeline.stages import film as stage
from services import films
from services.consent import give_consent, has_consent
from services.films import FilmNews
from services.media import withdraw
from services.outbox import queue_coaching_video
from services.privacy import delete_learner
from services.thread import NOT_LINE, Origin
from storage.keys import film_key, film_preview_key
from tests.deaths import Killed
from tests.liff.cooks import add_cook, pay, run_stage
from tests.pipeline.media.film.test_board import PORTRAIT, facts

S = StageName
SOON = timedelta(minutes=1)
CLIP = facts(PORTRAIT).model_dump(mode="json")


@dataclass
class Cooked:
    """A learner who has cooked one dish three times; `house` is the process that works for them."""

    house: Resources
    user_id: int
    first_id: int
    third_id: int

    def agree(self) -> None:
        with self.house.database.transaction() as db:
            give_consent(db, self.user_id, ConsentKind.FILM, film_talk.TEXT_VERSION)

    def ask(self, origin: Origin = NOT_LINE) -> FilmNews:
        with self.house.database.transaction() as db:
            user = db.get_one(User, self.user_id)
            return films.ask_for(db, user, self.third_id, film_talk.TEXT_VERSION, origin)

    def work(self) -> None:
        """As the jobs do, once every lease of those before has run out and every pause is over."""
        with self.house.database.transaction() as db:
            now = {"due_at": func.now(), "nudge_at": func.now()}
            db.execute(update(StageRun).where(col(StageRun.due_at).is_not(None)).values(**now))
        self.house.scheduler.run(self.third_id)
        run = self.run()
        if run is not None and run.due_at is not None:
            self.house.runner.run(self.third_id, S.PRODUCE_FILM)

    def take_back(self, session_id: int) -> str:
        """As an unsend of the clip; the words that are owed for it."""
        with self.house.database.transaction() as db:
            session = db.get_one(CookingSession, session_id, with_for_update=True)
            assert session.video is not None
            withdraw(db, session.video, session)
        return next((m.text for m in reversed(self.messages()) if m.kind == MessageType.NOTICE), "")

    def purge(self) -> None:
        with self.house.database.transaction() as db:
            ids = db.exec(select(Deletion.id)).all()
            db.execute(update(Deletion).values(due_at=func.now(), nudge_at=func.now()))
        for deletion_id in ids:
            self.house.erasure.work(deletion_id)

    def session(self) -> CookingSession:
        with self.house.database.transaction() as db:
            return db.get_one(CookingSession, self.third_id)

    def run(self) -> StageRun | None:
        with self.house.database.transaction() as db:
            mine = StageRun.session_id == self.third_id, StageRun.stage == S.PRODUCE_FILM
            return db.exec(select(StageRun).where(*mine)).first()

    def messages(self) -> list[Message]:
        with self.house.database.transaction() as db:
            mine = col(Message.session_id).in_([self.first_id, self.third_id])
            return list(db.exec(select(Message).where(mine).order_by(col(Message.id))))

    def films(self) -> list[Message]:
        return [message for message in self.messages() if message.kind == MessageType.FILM]

    def stored(self) -> list[str]:
        root = Path(self.house.settings.objects_dir)
        return sorted(
            path.name for path in (root / "sessions" / str(self.third_id)).glob("film-*") if path.is_file()
        )


@pytest.fixture
def cooked(house: Resources, monkeypatch: pytest.MonkeyPatch) -> Cooked:
    monkeypatch.setattr(stage, "compose", quick_film)
    user_id = pay(house.database, f"U-{uuid4().hex}")
    ids = [add_cook(house.database, user_id, number=number) for number in (1, 2, 3)]
    for name in S:
        if name not in (S.PRODUCE_FILM, S.PREPARE_VIDEO, S.TRANSCRIBE_MEMO, S.EXTRACT_ENTITIES):
            run_stage(house.database, ids[2], name, done=True)
    with house.database.transaction() as db:
        clips = db.exec(
            select(Media).where(col(Media.session_id).in_(ids), Media.kind == MediaKind.VIDEO)
        ).all()
        for clip in clips:
            clip.facts = CLIP
            house.store.put(clip.object_key, iter([b"a clip"]), "video/mp4")
        queue_coaching_video(db, db.get_one(CookingSession, ids[2]))
    cooked = Cooked(house, user_id, ids[0], ids[2])
    deliver_all(cooked)
    return cooked


def quick_film(parts: object, words: FilmWords, into: Path) -> Film:
    path, preview = into / "film.mp4", into / "film.jpg"
    path.write_bytes(b"a film")
    preview.write_bytes(b"its preview")
    return Film(path, preview, FilmBoard((), 0, 0))


def deliver_all(cooked: Cooked) -> None:
    """As LINE takes all that is owed."""
    with cooked.house.database.transaction() as db:
        mine = col(Message.session_id) == cooked.third_id
        db.execute(
            update(Message)
            .where(mine, col(Message.retry_key).is_not(None))
            .values(delivered_at=func.now(), due_at=None, nudge_at=None, line_body=[{"type": "video"}])
        )


def token_of(house: Resources) -> Origin:
    with house.database.transaction() as db:
        return Origin(channel="moment", reply_token="token", reply_until=database_now(db) + SOON)


def test_nobody_who_has_not_agreed_gets_one(cooked: Cooked) -> None:
    cooked.work()
    assert (cooked.run(), cooked.films(), cooked.stored()) == (None, [], [])


def test_who_taps_gets_it_by_the_taps_reply_token(cooked: Cooked) -> None:
    assert cooked.ask(token_of(cooked.house)) is FilmNews.BEING_MADE
    cooked.work()
    session, run = cooked.session(), cooked.run()
    assert run is not None
    assert session.film_gcs_path == film_key(session.id, run.id)
    assert session.film_preview_gcs_path == film_preview_key(session.id, run.id)
    assert session.film_request == {}
    (message,) = cooked.films()
    assert (message.reply_token, message.video_gcs_path) == ("token", session.film_gcs_path)
    assert session.status == SessionStatus.COMPLETED
    cooked.work()
    assert len(cooked.films()) == 1


def test_who_asks_once_more_gets_the_same_film_again(cooked: Cooked) -> None:
    cooked.ask()
    cooked.work()
    run = cooked.run()
    assert cooked.ask(token_of(cooked.house)) is FilmNews.IS_SENT
    cooked.work()
    assert cooked.run() == run
    assert [message.reply_token for message in cooked.films()] == [None, "token"]


def test_who_agreed_before_gets_it_with_the_coaching_video_if_that_is_not_sent_yet(cooked: Cooked) -> None:
    cooked.agree()
    with cooked.house.database.transaction() as db:
        # Written after they had agreed.
        written = col(StageRun.session_id) == cooked.third_id, col(StageRun.stage) == S.COACH_TEXT
        db.execute(update(StageRun).where(*written).values(finished_at=func.now() + SOON))
        owed = {"delivered_at": None, "line_body": None, "due_at": func.now(), "nudge_at": func.now()}
        db.execute(update(Message).where(col(Message.session_id) == cooked.third_id).values(**owed))
    cooked.work()
    assert cooked.session().film_gcs_path
    assert cooked.films() == []
    body = rendered(cooked, MessageType.COACHING_VIDEO)
    assert [bubble["type"] for bubble in body] == ["text", "video", "text", "video"]
    assert body[2]["text"] == film_talk.NOTE
    assert "film-" in str(body[3]["originalContentUrl"])
    # One clip is taken back before that is sent: it goes without the film.
    with cooked.house.database.transaction() as db:
        message = db.exec(select(Message).where(Message.session_id == cooked.third_id)).one()
        message.line_body = body
    cooked.take_back(cooked.first_id)
    assert len(rendered(cooked, MessageType.COACHING_VIDEO)) == 2


def rendered(cooked: Cooked, kind: MessageType) -> list[dict[str, object]]:
    with cooked.house.database.transaction() as db:
        message = db.exec(
            select(Message).where(Message.session_id == cooked.third_id, Message.kind == kind)
        ).one()
        if message.line_body is not None:
            return message.line_body
        user = db.get_one(User, cooked.user_id)
        body = cooked.house.delivery.renderer.render(db, message, RoomType.COACHING, user)
        db.expunge(message)
        return body


def test_a_dish_that_was_over_before_they_agreed_gets_none_by_itself(cooked: Cooked) -> None:
    cooked.agree()
    cooked.work()
    assert cooked.run() is None


@pytest.mark.parametrize("attempt", ["first_id", "third_id"])
def test_a_film_goes_with_either_of_its_clips(cooked: Cooked, attempt: str) -> None:
    cooked.ask()
    cooked.work()
    deliver_all(cooked)
    assert len(cooked.stored()) == 2
    told = cooked.take_back(getattr(cooked, attempt))
    assert told == phrasebook.phrase("film_unsent")
    session = cooked.session()
    assert (session.film_gcs_path, session.film_preview_gcs_path, cooked.run()) == ("", "", None)
    assert [message.line_body for message in cooked.films()] == [None]
    cooked.purge()
    assert cooked.stored() == []
    cooked.work()
    assert (cooked.run(), cooked.ask()) == (None, FilmNews.NOT_YET)
    assert session.status == SessionStatus.COMPLETED


@pytest.mark.parametrize("attempt", ["first_id", "third_id"])
def test_a_clip_that_is_taken_back_while_the_film_is_made_is_in_none(
    cooked: Cooked, attempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_back_then_film(parts: object, words: FilmWords, into: Path) -> Film:
        cooked.take_back(getattr(cooked, attempt))
        return quick_film(parts, words, into)

    monkeypatch.setattr(stage, "compose", take_back_then_film)
    cooked.ask()
    cooked.work()
    assert (cooked.session().film_gcs_path, cooked.films(), cooked.run()) == ("", [], None)
    assert len(cooked.stored()) == 2  # put by one who did not know yet
    cooked.purge()
    assert cooked.stored() == []


def test_a_film_that_was_not_sent_yet_is_not_owed_any_more(cooked: Cooked) -> None:
    cooked.ask()
    cooked.work()
    assert len(cooked.films()) == 1
    cooked.take_back(cooked.first_id)
    assert cooked.films() == []


def test_who_wants_no_more_of_them_loses_those_that_are_there_and_may_agree_again(cooked: Cooked) -> None:
    cooked.ask()
    cooked.work()
    old = cooked.stored()
    with cooked.house.database.transaction() as db:
        assert films.stop(db, cooked.user_id)
        assert not has_consent(db, cooked.user_id, ConsentKind.FILM)
    cooked.ask()
    cooked.work()
    cooked.purge()
    assert len(cooked.stored()) == 2
    assert not set(cooked.stored()) & set(old)
    assert cooked.session().film_gcs_path.endswith(cooked.stored()[1])


def test_who_leaves_leaves_no_film(cooked: Cooked) -> None:
    cooked.ask()
    cooked.work()
    with cooked.house.database.transaction() as db:
        delete_learner(db, db.get_one(User, cooked.user_id))
    cooked.purge()
    assert cooked.stored() == []


def test_a_failure_is_told_only_to_who_asked_and_fails_nothing_else(
    cooked: Cooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blame(*_: object) -> Film:
        raise UnusableClip(ClipProblem.TRUNCATED)

    monkeypatch.setattr(stage, "compose", blame)
    cooked.ask(token_of(cooked.house))
    cooked.work()
    run = cooked.run()
    assert run is not None
    assert run.parked_at is not None
    assert cooked.session().status == SessionStatus.COMPLETED
    (told,) = cooked.films()
    assert (told.text, told.reply_token) == (phrasebook.phrase("film_failed"), "token")
    assert cooked.ask() is FilmNews.FAILED
    assert len(cooked.messages()) == 2  # with the coaching video


def killed_after(function: Callable[..., object]) -> Callable[..., object]:
    def do_and_die(*arguments: object, **named: object) -> None:
        function(*arguments, **named)
        raise Killed

    return do_and_die


def before_it_is_made(cooked: Cooked, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stage, "compose", killed_after(lambda *_: None))


def after_it_is_made(cooked: Cooked, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stage, "compose", killed_after(quick_film))


def with_one_object_put(cooked: Cooked, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cooked.house.store, "put", killed_after(cooked.house.store.put))


def before_it_is_stored(cooked: Cooked, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("pipeline.runner.Runner._store", killed_after(lambda *_: None))


def before_its_commit(cooked: Cooked, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stage, "hand_over", killed_after(films.hand_over))


@pytest.mark.parametrize(
    "die_there",
    [before_it_is_made, after_it_is_made, with_one_object_put, before_it_is_stored, before_its_commit],
)
@pytest.mark.parametrize("is_taken_back", [False, True])
def test_a_death_at_any_step_loses_nothing_and_doubles_nothing(
    cooked: Cooked, die_there: Callable[[Cooked, pytest.MonkeyPatch], None], is_taken_back: bool
) -> None:
    cooked.ask()
    with pytest.MonkeyPatch.context() as patch:
        die_there(cooked, patch)
        with pytest.raises(Killed):
            cooked.work()
    assert cooked.films() == []
    if is_taken_back:
        cooked.take_back(cooked.first_id)
        cooked.purge()
    cooked.work()
    assert len(cooked.films()) == (0 if is_taken_back else 1)
    assert len(cooked.stored()) == (0 if is_taken_back else 2)
    assert bool(cooked.session().film_gcs_path) is not is_taken_back
