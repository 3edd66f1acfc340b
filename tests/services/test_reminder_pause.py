"""A coach has a learner left in peace, and the learner's own word stays theirs."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.base import JAPAN, database_now
from models.coach import AuditEntry, Coach, CoachRole
from models.reminder import ReminderPause
from models.user import User
from moment.resources import Resources
from services.profile import note_friendship, take_in
from services.reminder_pause import DayUnfit, pause_in_force, pause_reminders, resume_reminders
from services.reminders import still_fits, switch_off


@pytest.fixture(autouse=True)
def _by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the tests run."""
    monkeypatch.setattr("models.rules.absence.MORNING", 0)
    monkeypatch.setattr("models.rules.absence.NIGHT", 24)


@pytest.fixture
def coach_id(resources: Resources) -> int:
    with resources.database.transaction() as db:
        coach = Coach(name="佐藤", role=CoachRole.COACH)
        db.add(coach)
        db.flush()
        return coach.id


@pytest.fixture
def away_id(resources: Resources) -> int:
    """Of one who was heard of a month ago, and is to be looked at now."""
    with resources.database.transaction() as db:
        user = take_in(db, "U-away", "ゆうこ")
        note_friendship(db, user, "moment")
        user.onboarding_done = True
        user.created_at = user.heard_at = database_now(db) - timedelta(days=30)
        user.remind_at = database_now(db)
        return user.id


def day(db: DbSession, *, ahead: int) -> date:
    return (database_now(db).astimezone(JAPAN) + timedelta(days=ahead)).date()


def remind_at(resources: Resources, user_id: int) -> datetime | None:
    with resources.database.transaction() as db:
        return db.get_one(User, user_id).remind_at


def test_no_reminder_comes_until_the_coach_ends_the_pause(
    resources: Resources, away_id: int, coach_id: int
) -> None:
    with resources.database.transaction() as db:
        pause_reminders(db, db.get_one(User, away_id), coach_id, None)
    assert resources.absences.look() == 0
    assert remind_at(resources, away_id) is None, "nobody looks again and again"
    with resources.database.transaction() as db:
        resume_reminders(db, db.get_one(User, away_id), coach_id)
    assert resources.absences.look() == 1


def test_a_pause_ends_by_itself_when_its_day_is_over(
    resources: Resources, away_id: int, coach_id: int
) -> None:
    with resources.database.transaction() as db:
        pause_reminders(db, db.get_one(User, away_id), coach_id, day(db, ahead=3))
        pause = pause_in_force(db, away_id)
        assert pause is not None
        until = pause.until
    assert until is not None
    assert (until.astimezone(JAPAN).hour, until.astimezone(JAPAN).minute) == (0, 0)
    assert resources.absences.look() == 0
    assert remind_at(resources, away_id) == until
    with resources.database.transaction() as db:  # the day comes
        over = database_now(db) - timedelta(minutes=1)
        db.execute(update(ReminderPause).values(until=over))
        db.execute(update(User).where(col(User.id) == away_id).values(remind_at=over))
        assert pause_in_force(db, away_id) is None
    assert resources.absences.look() == 1


def test_a_pause_with_an_end_takes_the_place_of_one_without(
    resources: Resources, away_id: int, coach_id: int
) -> None:
    with resources.database.transaction() as db:
        pause_reminders(db, db.get_one(User, away_id), coach_id, None)
    assert resources.absences.look() == 0
    with resources.database.transaction() as db:
        pause_reminders(db, db.get_one(User, away_id), coach_id, day(db, ahead=0))
    with resources.database.transaction() as db:
        pause = db.exec(select(ReminderPause)).one()
        assert pause.until is not None
        assert pause.until == db.get_one(User, away_id).remind_at


def test_a_reminder_that_waits_is_not_sent_in_a_pause(
    resources: Resources, away_id: int, coach_id: int
) -> None:
    assert resources.absences.look() == 1
    with resources.database.transaction() as db:
        user, now = db.get_one(User, away_id), database_now(db)
        assert still_fits(db, user, now)
        pause_reminders(db, user, coach_id, None)
        assert not still_fits(db, user, now)
        resume_reminders(db, user, coach_id)
        assert still_fits(db, user, now)


def test_the_learners_own_switch_stays_theirs(resources: Resources, away_id: int, coach_id: int) -> None:
    with resources.database.transaction() as db:
        user = db.get_one(User, away_id)
        switch_off(db, user, database_now(db))
        pause_reminders(db, user, coach_id, day(db, ahead=1))
        resume_reminders(db, user, coach_id)
        assert user.reminders_off_since is not None
        assert user.remind_at is None
    assert resources.absences.look() == 0


@pytest.mark.parametrize("ahead", [-1, 400])
def test_a_day_that_is_over_or_years_away_is_none(
    resources: Resources, away_id: int, coach_id: int, ahead: int
) -> None:
    with resources.database.transaction() as db, pytest.raises(DayUnfit):
        pause_reminders(db, db.get_one(User, away_id), coach_id, day(db, ahead=ahead))


def test_both_acts_are_on_record_and_a_pause_goes_with_its_learner(
    resources: Resources, away_id: int, coach_id: int
) -> None:
    with resources.database.transaction() as db:
        user = db.get_one(User, away_id)
        resume_reminders(db, user, coach_id)  # of none
        pause_reminders(db, user, coach_id, None)
        resume_reminders(db, user, coach_id)
        pause_reminders(db, user, coach_id, last := day(db, ahead=1))
        acts = db.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        assert [(each.act, each.facts.get("last_day")) for each in acts] == [
            ("reminders.pause", None),
            ("reminders.resume", None),
            ("reminders.pause", last.isoformat()),
        ]
        db.delete(user)
    with resources.database.transaction() as db:
        assert db.exec(select(ReminderPause)).all() == []
