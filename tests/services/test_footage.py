"""What waits for the learner's consent is asked for, kept for so long only, and never held up for good."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import film_talk
from models.chat import Message, MessageType, Topic, WaitReason
from models.consent import ConsentKind
from models.dish import Dish
from models.export import Export
from models.media import Media, MediaKind, MediaState
from models.rules.next_step import Ask, next_step
from models.session import CookingSession, SessionStatus
from models.user import User
from moment.resources import Resources
from services import footage, media
from services.consent import consent_in_force, give_consent, withdraw_consent
from services.cooking import open_cook_alone
from services.cooks import newest_cooks
from services.export.wish import ask_for_data
from services.films import stop
from services.outbox import queue_message
from services.profile import take_in
from tests.consents import consent_of


@pytest.fixture
def user_id(resources: Resources) -> int:
    with resources.database.transaction() as db:
        return take_in(db, "U-asked", "ゆうこ").id


def cook_with(db: DbSession, user_id: int, *kinds: MediaKind) -> CookingSession:
    session = CookingSession(user_id=user_id, dish_id=db.exec(select(Dish)).all()[0].id, session_number=1)
    db.add(session)
    db.flush()
    for kind in kinds:
        receive(db, user_id, kind, session)
    return session


def receive(db: DbSession, user_id: int, kind: MediaKind, session: CookingSession) -> Media:
    row = media.receive(db, db.get_one(User, user_id), kind, session=session, object_key=f"{kind}/{id(kind)}")
    row.object_key = f"{kind}/{row.id}"
    row.state = MediaState.STORED
    db.add(row)
    db.flush()
    return row


@pytest.mark.parametrize("later", [MediaKind.MEMO, MediaKind.VIDEO])
def test_what_comes_to_a_cook_of_before_is_asked_for_and_does_not_hold_it_up(
    resources: Resources, user_id: int, later: MediaKind
) -> None:
    """Its video came under the terms of before, which hold for that alone."""
    with resources.database.transaction() as db:
        consent_of(db, user_id)
        session = cook_with(db, user_id, MediaKind.VIDEO)
        withdraw_consent(db, user_id, ConsentKind.FOOTAGE)
        assert _asks(db, session) == [Ask.MEMO] * 2
        receive(db, user_id, later, session)
        assert _asks(db, session) == [Ask.CONSENT] * 2

        footage.refuse(db, db.get_one(User, user_id))
        assert _asks(db, session) == [Ask.MEMO] * 2
        assert [clip.is_live for clip in session.videos] == [True]

        receive(db, user_id, later, session)
        footage.agree(db, db.get_one(User, user_id))
        assert session.may_be_seen
        assert next_step(session).ask is not Ask.CONSENT


def _asks(db: DbSession, session: CookingSession) -> list[Ask]:
    """By the session itself, and as lists read it."""
    db.flush()
    return [next_step(session).ask, newest_cooks(db, session.user_id, 1)[0].ask]


def test_what_was_never_agreed_to_is_not_kept_for_good(resources: Resources, user_id: int) -> None:
    with resources.database.transaction() as db:
        session = cook_with(db, user_id, MediaKind.VIDEO, MediaKind.MEMO)
        session.status, session.raw_video_url = SessionStatus.UPLOADED, "video/1"
        session_id = session.id
        footage.ask_for_consent(db, user_id, after=timedelta(days=1))
        _age(db, session.media)
    assert resources.retention.sweep().footage == 2
    with resources.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        assert (session.video, session.memo, session.raw_video_url) == (None, None, "")
        assert next_step(session).ask is Ask.VIDEO
        assert _questions(db) == []


def test_a_memo_of_a_cook_whose_video_never_came_is_not_kept_for_good(
    resources: Resources, user_id: int
) -> None:
    with resources.database.transaction() as db:
        consent_of(db, user_id)
        _age(db, cook_with(db, user_id, MediaKind.MEMO).media)
    assert resources.retention.sweep().footage == 1


def _age(db: DbSession, rows: Sequence[Media]) -> None:
    old = func.now() - timedelta(days=91)
    db.execute(update(Media).where(col(Media.id).in_([row.id for row in rows])).values(received_at=old))


def _questions(db: DbSession) -> Sequence[Message]:
    asks = col(Message.meta)["topic"].astext == Topic.CONSENT
    return db.exec(select(Message).where(asks, col(Message.retry_key).is_not(None))).all()


def test_a_dish_chosen_on_a_page_has_the_chat_ask_of_the_video_before_it(
    resources: Resources, user_id: int
) -> None:
    with resources.database.transaction() as db:
        user, slug = db.get_one(User, user_id), db.exec(select(Dish)).all()[0].slug
        row = media.receive(db, user, MediaKind.VIDEO, object_key="video/unplaced")
        row.state = MediaState.STORED
        db.add(row)
        db.flush()
        cook = open_cook_alone(db, user, slug)
        assert next_step(cook).ask is Ask.CONSENT
        assert len(_questions(db)) == 1
        footage.ask_for_consent(db, user_id)
        assert len(_questions(db)) == 1


def test_nobody_is_asked_about_a_video_that_was_refused_meanwhile(resources: Resources, user_id: int) -> None:
    with resources.database.transaction() as db:
        session = cook_with(db, user_id, MediaKind.VIDEO)
        footage.ask_for_consent(db, user_id)
        media.reject(db, session.videos[0], session, "too_long")
        message_id = _questions(db)[0].id
    resources.delivery.deliver(message_id)
    with resources.database.transaction() as db:
        assert _questions(db) == []


def test_what_waits_for_a_message_that_will_never_be_sent_goes(resources: Resources, user_id: int) -> None:

    with resources.database.transaction() as db:
        session = cook_with(db, user_id)
        session.session_number, session.film_gcs_path = 3, "film/1.mp4"
        db.add(session)
        queue_message(db, user_id, MessageType.FILM, video="film/1.mp4", session_id=session.id)
        later = queue_message(db, user_id, MessageType.NOTICE, text="あとで", session_id=session.id)
        later.waits_for, later.due_at, later.nudge_at = WaitReason.EARLIER_MESSAGE, None, None
        later_id = later.id
        stop(db, user_id)
    with resources.database.transaction() as db:
        row = db.get_one(Message, later_id)
        assert (row.waits_for, row.due_at is not None) == (None, True)


def test_the_consent_to_films_goes_with_that_to_the_footage_and_so_do_the_films(
    resources: Resources, user_id: int
) -> None:
    with resources.database.transaction() as db:
        consent_of(db, user_id)
        give_consent(db, user_id, ConsentKind.FILM, film_talk.TEXT_VERSION)
        third = cook_with(db, user_id, MediaKind.VIDEO)
        third.session_number, third.film_gcs_path = 3, "film/1.mp4"
        db.add(third)
        assert footage.withdraw(db, db.get_one(User, user_id))
        assert [consent_in_force(db, user_id, kind) for kind in ConsentKind] == [None, None]
        assert third.film_gcs_path == ""

        footage.agree(db, db.get_one(User, user_id))
        assert consent_in_force(db, user_id, ConsentKind.FILM) is None


def test_a_file_of_data_goes_with_the_film_that_it_holds(resources: Resources, user_id: int) -> None:

    with resources.database.transaction() as db:
        session = cook_with(db, user_id)
        session.session_number, session.film_gcs_path = 3, "film/1.mp4"
        db.add(session)
        ask_for_data(db, db.get_one(User, user_id))
        export = db.exec(select(Export)).one()
        export.ready_at = func.now()  # type: ignore[assignment]
        db.add(export)
        db.flush()
        stop(db, user_id)
        db.refresh(export)
        assert export.over_at is not None
