"""Each figure from rows that tell it, none from rows that don't; and what a page costs beside a year of cooks."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session as DbSession

from jobs.queue import Job
from models.base import JAPAN, database_now
from models.chat import Message, MessageType, WaitReason
from models.coach import Coach, CoachRole
from models.database import Database
from models.inbox import EventSource, InboxSubject
from models.media import Media, MediaKind, MediaSource, MediaState
from models.outage import ServiceOutage
from models.plan import PaidPeriod
from models.quota import PushQuota
from models.session import CookingSession, SessionStatus, StageName, StageRun
from models.user import User
from models.verdict import Verdict
from services import profile
from services.outbox import new_message, owe
from services.service_figures import (
    Calls,
    Part,
    Progress,
    SessionCost,
    Share,
    Spread,
    Window,
    service_figures,
)
from tests.conftest import own_database
from tests.models.test_hot_paths import plans_of, statements_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_numbers = count(1)


@dataclass(frozen=True)
class Kitchen:
    """Rows as cooks leave them, in one transaction of the test's."""

    db: DbSession

    @property
    def now(self) -> datetime:
        return database_now(self.db)

    def learner(self) -> User:
        return profile.take_in(self.db, f"U{next(_numbers):032}", "ゆうこ")

    def cook(
        self, user: User, number: int = 1, *, wait: timedelta = MINUTE, ago: timedelta = HOUR, dish: int = 1
    ) -> CookingSession:
        """Whose text came `wait` after the clip, `ago`."""
        session = CookingSession(user_id=user.id, dish_id=dish, session_number=number)
        session.status, session.coaching_text_delivered_at = SessionStatus.COMPLETED, self.now - ago
        self.db.add(session)
        self.db.flush()
        clip = Media(
            user_id=user.id,
            session_id=session.id,
            kind=MediaKind.VIDEO,
            source=MediaSource.LINE,
            state=MediaState.STORED,
            object_key=f"clip-{session.id}",
            received_at=self.now - ago - wait,
        )
        self.db.add(clip)
        self.sent(user, MessageType.COACHING_READY, session_id=session.id, ago=ago)
        return session

    def sent(
        self, user: User, kind: MessageType = MessageType.NOTICE, *, ago: timedelta = HOUR, **values: Any
    ) -> Message:
        message = owe(
            self.db, new_message(user.id, kind, text="はい", session_id=values.pop("session_id", None))
        )
        message.delivered_at, message.delivered_by = self.now - ago, "push"
        message.due_at, message.nudge_at = None, None
        message.sqlmodel_update(values)
        self.db.flush()
        return message

    def ran(self, session: CookingSession, stage: StageName, seconds: float = 1.0, **values: Any) -> StageRun:
        end = self.now - HOUR
        run = StageRun(session_id=session.id, stage=stage, job=Job.RUN_STAGE, finished_at=end)
        run.started_at = end - timedelta(seconds=seconds)
        run.sqlmodel_update(values)
        self.db.add(run)
        self.db.flush()
        return run


def month_of(now: datetime) -> tuple[datetime, datetime]:
    """As it is in Japan."""
    begin = now.astimezone(JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return begin, (begin + 32 * DAY).replace(day=1)


@pytest.fixture
def kitchen(database: Database) -> Iterator[Kitchen]:
    with database.sessions() as db:
        yield Kitchen(db)


def test_where_there_is_nothing_nothing_is_told(kitchen: Kitchen) -> None:
    figures = service_figures(kitchen.db, Window.WEEK)
    assert figures.waits == {Part.TEXT: [], Part.VIDEO: []}
    assert (figures.stages, figures.calls, figures.troubles, figures.pushes) == ([], [], [], [])
    assert (figures.parked, figures.violations) == ([], [])
    assert all((queue.due, queue.age, queue.parked) == (0, None, 0) for queue in figures.queues)
    assert figures.cost == SessionCost(0, 0, 0.0)
    assert figures.progress == Progress(Share(0, 0), Share(0, 0), Share(0, 0))


def test_waits_are_told_of_the_window_and_of_each_day(kitchen: Kitchen) -> None:
    user = kitchen.learner()
    for number, (minutes, ago) in enumerate([(2, HOUR), (4, HOUR), (12, 3 * DAY)], 1):
        kitchen.cook(user, number, wait=minutes * MINUTE, ago=ago)
    kitchen.cook(kitchen.learner(), wait=9 * HOUR, ago=8 * DAY)
    whole, *days = service_figures(kitchen.db, Window.WEEK).waits[Part.TEXT]
    assert whole.spread == Spread(3, 240.0, 672.0)
    assert (whole.at, whole.in_time) == (None, 2)
    assert [(day.spread.count if day.spread else 0, day.in_time) for day in days] == [(1, 0), (2, 2)]
    assert [day.at.astimezone(JAPAN).hour for day in days if day.at] == [0, 0]


def test_a_wait_of_which_the_clip_is_gone_is_not_guessed(kitchen: Kitchen) -> None:
    kitchen.sent(kitchen.learner(), MessageType.COACHING_READY)
    (whole, _) = service_figures(kitchen.db, Window.DAY).waits[Part.TEXT]
    assert (whole.spread, whole.watched) == (None, Share(0, 1))


def test_videos_that_were_watched_to_the_end_are_counted(kitchen: Kitchen) -> None:
    user = kitchen.learner()
    for number, watched_at in ((1, kitchen.now), (2, None)):
        session = kitchen.cook(user, number)
        kitchen.sent(user, MessageType.COACHING_VIDEO, session_id=session.id, watched_at=watched_at)
    assert service_figures(kitchen.db, Window.DAY).waits[Part.VIDEO][0].watched == Share(1, 2)


def test_stages_are_told_in_the_order_in_which_they_run(kitchen: Kitchen) -> None:
    user = kitchen.learner()
    for number, seconds in ((1, 10.0), (2, 20.0)):
        session = kitchen.cook(user, number)
        kitchen.ran(session, StageName.NARRATE, seconds)
        kitchen.ran(session, StageName.ANALYZE_VIDEO, seconds * 2)
    times = service_figures(kitchen.db, Window.DAY).stages
    assert [(each.stage, each.spread) for each in times] == [
        ("analyze_video", Spread(2, 30.0, 39.0)),
        ("narrate", Spread(2, 15.0, 19.5)),
    ]


def test_what_is_due_and_what_was_given_up_is_told_with_the_way_to_try_it_again(kitchen: Kitchen) -> None:
    db, user = kitchen.db, kitchen.learner()
    session = kitchen.cook(user)
    failed = kitchen.sent(user, MessageType.COACHING_FAILED, session_id=session.id)
    ago: dict[str, Any] = {"parked_at": kitchen.now - HOUR}
    error = "ProviderRefused: やけどをしました"
    kitchen.ran(session, StageName.NARRATE, finished_at=None, error=error, **ago)
    lost = kitchen.sent(user, delivered_at=None, error="Refused: 400", parked_at=kitchen.now - 2 * HOUR)
    db.add(InboxSubject(source=EventSource.LINE, subject="U1", parked_at=kitchen.now - 3 * HOUR))
    db.add(InboxSubject(source=EventSource.LINE, subject="U2", due_at=kitchen.now, nudge_at=kitchen.now))
    figures = service_figures(db, Window.DAY)
    assert [(each.kind, each.what, each.user_id, each.error, each.retry_id) for each in figures.parked] == [
        ("stage", "narrate", user.id, "ProviderRefused", failed.id),
        ("message", "notice", user.id, "Refused", lost.id),
        ("inbox_subject", "line", None, "", None),
    ]
    queues = {queue.kind: (queue.due, queue.parked) for queue in figures.queues}
    assert (queues["stage"], queues["message"], queues["inbox_subject"]) == ((0, 1), (0, 1), (1, 1))


def test_calls_that_failed_are_told_by_model_and_kind(kitchen: Kitchen) -> None:
    session = kitchen.cook(kitchen.learner())

    def usage(*outcomes: str) -> dict[str, Any]:
        return {"calls": [{"model": "gemini", "outcome": outcome} for outcome in outcomes]}

    kitchen.ran(session, StageName.NARRATE, usage=usage("ok", "Unavailable"))
    kitchen.ran(session, StageName.COACH_TEXT, usage=usage("Refused"), finished_at=None, nudge_at=kitchen.now)
    kitchen.ran(session, StageName.RETRIEVE, usage=usage("Timeout"), finished_at=kitchen.now - 2 * DAY)
    figures = service_figures(kitchen.db, Window.DAY)
    assert figures.calls == [Calls("gemini", 3, {"Refused": 1, "Unavailable": 1})]


def test_what_fails_now_is_told(kitchen: Kitchen) -> None:
    session = kitchen.cook(kitchen.learner())
    trying: dict[str, Any] = {
        "finished_at": None,
        "nudge_at": kitchen.now + MINUTE,
        "error": "Unavailable: 503",
    }
    kitchen.ran(session, StageName.NARRATE, **trying)
    kitchen.db.add(ServiceOutage(service="gemini", failures=4, opened_at=kitchen.now))
    kitchen.db.add(ServiceOutage(service="speech", failures=1))
    troubles = service_figures(kitchen.db, Window.DAY).troubles
    assert [(each.stage, each.error, each.count) for each in troubles] == [
        ("", "gemini", 4),
        ("narrate", "Unavailable", 1),
    ]


def test_pushes_of_the_month_are_counted_and_what_they_come_to_is_reckoned(kitchen: Kitchen) -> None:
    user, now = kitchen.learner(), kitchen.now
    begin, end = month_of(now)
    for at in (now, begin, begin - timedelta(seconds=1)):
        kitchen.sent(user, delivered_at=at, channel="moment")
    kitchen.sent(user, delivered_by="reply", channel="moment")
    held: dict[str, Any] = {"delivered_at": None, "delivered_by": "", "waits_for": WaitReason.QUOTA}
    kitchen.sent(user, channel="moment", **held)
    (pushes,) = service_figures(kitchen.db, Window.DAY).pushes
    lately = sum(at > now - 7 * DAY for at in (now, begin, begin - timedelta(seconds=1)))
    expected = round(2 + lately * (end - now) / (7 * DAY))
    assert (pushes.channel, pushes.sent, pushes.expected, pushes.held) == ("moment", 2, expected, 1)
    assert (pushes.used, pushes.most, pushes.is_too_much) == (None, None, False), "LINE has told nothing"


def test_what_line_counts_is_taken_and_what_it_comes_to_is_held_against_its_limit(kitchen: Kitchen) -> None:
    begin, end = month_of(kitchen.now)
    quota = PushQuota(
        channel="moment", most=1000, used=990, looked_at=max(begin + MINUTE, kitchen.now - HOUR)
    )
    kitchen.db.add(quota)
    kitchen.db.add(PushQuota(channel="videos", used=7, looked_at=kitchen.now))
    for _ in range(70):
        kitchen.sent(kitchen.learner(), channel="moment", ago=timedelta())
    moment, videos = service_figures(kitchen.db, Window.DAY).pushes
    expected = 990 + round(70 * (end - kitchen.now) / (7 * DAY))
    assert (moment.used, moment.most, moment.sent, moment.expected) == (990, 1000, 70, expected)
    assert moment.is_too_much is (expected > 1000)
    assert (videos.used, videos.most, videos.expected, videos.is_too_much) == (7, None, 7, False)
    quota.most = expected
    kitchen.db.flush()
    moment, _ = service_figures(kitchen.db, Window.DAY).pushes
    assert not moment.is_too_much, "as many as are allowed"


def test_what_line_told_long_ago_or_of_last_month_is_not_known_now(kitchen: Kitchen) -> None:
    begin, _ = month_of(kitchen.now)
    quota = PushQuota(channel="moment", most=1000, used=990, looked_at=kitchen.now - 4 * HOUR)
    kitchen.db.add(quota)
    kitchen.sent(kitchen.learner(), channel="moment", ago=timedelta())
    for looked_at in (kitchen.now - 4 * HOUR, begin - timedelta(seconds=1)):
        quota.looked_at = looked_at
        kitchen.db.flush()
        (pushes,) = service_figures(kitchen.db, Window.DAY).pushes
        assert (pushes.used, pushes.most, pushes.sent, pushes.is_too_much) == (None, None, 1, False)


def test_a_session_is_told_with_all_that_was_sent_and_spent_for_it(kitchen: Kitchen) -> None:
    user = kitchen.learner()
    session = kitchen.cook(user)
    kitchen.sent(user, session_id=session.id, delivered_by="reply")
    kitchen.sent(user, MessageType.COACHING_VIDEO, session_id=session.id)
    question = kitchen.sent(user, MessageType.QUESTION, session_id=session.id, delivered_by="")
    question.usage = {"calls": [{"cost_usd": 0.25}, {"cost_usd": 0.5}]}
    kitchen.ran(session, StageName.NARRATE, usage={"cost_usd": 1.0})
    kitchen.ran(kitchen.cook(user, 2, ago=2 * DAY), StageName.NARRATE, usage={"cost_usd": 9.0})
    assert service_figures(kitchen.db, Window.DAY).cost == SessionCost(1, 2, 1.75)


def test_how_far_dishes_and_learners_come(kitchen: Kitchen) -> None:
    far, near, old = kitchen.learner(), kitchen.learner(), kitchen.learner()
    for number in (1, 2, 3):
        kitchen.cook(far, number, ago=(5 - number) * HOUR)
    kitchen.cook(far, 1, dish=2)
    for number in (1, 2):
        kitchen.cook(near, number, ago=(5 - number) * HOUR)
    kitchen.cook(old, 1, ago=40 * DAY)
    kitchen.cook(old, 2)
    for user in (far, old):
        kitchen.db.add(
            PaidPeriod(
                user_id=user.id,
                invoice_id=f"in_{user.id}",
                customer_id="cus",
                subscription_id="sub",
                amount_yen=9800,
                starts_at=kitchen.now,
                ends_at=kitchen.now + 30 * DAY,
                paid_at=kitchen.now,
            )
        )
    progress = service_figures(kitchen.db, Window.WEEK).progress
    assert progress == Progress(second=Share(2, 3), third=Share(1, 3), paid=Share(1, 2))


def test_of_what_coaches_say_of_findings_the_newest_word_of_each_counts(kitchen: Kitchen) -> None:
    cook = kitchen.cook(kitchen.learner())
    first, second = Coach(name="佐藤", role=CoachRole.COACH), Coach(name="山本", role=CoachRole.COACH)
    kitchen.db.add_all([first, second])
    kitchen.db.flush()
    said = [(first, "fault", True), (first, "fault", False), (second, "fault", True), (first, "smoke", True)]
    for coach, finding, is_confirmed in said:
        verdict = Verdict(
            session_id=cook.id, coach_id=coach.id, finding=finding, found="x", is_confirmed=is_confirmed
        )
        kitchen.db.add(verdict)
        kitchen.db.flush()
    assert service_figures(kitchen.db, Window.DAY).confirmed == Share(2, 3)


# --- what a page costs

A_YEAR = (
    """INSERT INTO "user" (line_user_id, first_name, onboarding_done)
       SELECT 'past-' || n, 'ゆうこ', true FROM generate_series(1, CAST(:learners AS int)) AS n""",
    """INSERT INTO chatroom (user_id, room_type) SELECT id, 'coaching' FROM "user" """,
    """INSERT INTO session (user_id, dish_id, session_number, raw_video_url, memo_skipped, voice_transcript,
           pipeline_error, coaching_video_gcs_path, coaching_preview_gcs_path, status, created_at, updated_at,
           coaching_text_delivered_at, video_analysis, coaching_text)
       SELECT u.id, d.id, n, 'v', true, repeat('あ', 300), '', 'v', 'p', 'completed', at, at, at,
              jsonb_build_object('text', repeat('x', 800)), jsonb_build_object('text', repeat('y', 800))
         FROM "user" u CROSS JOIN (SELECT id FROM dish ORDER BY id LIMIT 3) d CROSS JOIN generate_series(1, 3) AS n,
              LATERAL (SELECT now() - (u.id * 7919 + d.id * 97 + n * 31) % 365 * interval '1 day'
                             - u.id % 24 * interval '1 hour' AS at) AS time""",
    """INSERT INTO media (user_id, session_id, position, kind, source, channel, object_key, state, received_at)
       SELECT user_id, id, n, CASE n WHEN 1 THEN 'video' ELSE 'memo' END, 'line', 'moment', id || '-' || n, 'stored',
              created_at - interval '3 min'
         FROM session CROSS JOIN generate_series(1, 2) AS n""",
    """INSERT INTO stage_run (session_id, stage, job, attempts, started_at, finished_at, usage)
       SELECT id, stage, 'run_stage', 1, created_at - interval '1 min', created_at,
              '{"cost_usd": 0.01, "calls": [{"model": "gemini", "outcome": "ok", "cost_usd": 0.01}]}'
         FROM session CROSS JOIN unnest(CAST('{prepare_video,transcribe_memo,extract_entities,analyze_video,
                                              retrieve,coach_text,narrate,produce_video}' AS varchar[])) AS stage""",
    """INSERT INTO message (chat_room_id, session_id, sender, kind, text, video_gcs_path, channel, retry_key,
                            delivered_at, delivered_by, created_at, line_body)
       SELECT r.id, s.id, 'ai', kind, repeat('い', 200), '', 'moment', gen_random_uuid(), s.created_at,
              CASE WHEN kind LIKE 'coaching%' THEN 'push' ELSE 'reply' END, s.created_at,
              jsonb_build_array(repeat('z', 400))
         FROM session s JOIN chatroom r ON r.user_id = s.user_id
        CROSS JOIN unnest(CAST('{coaching_ready,coaching_video}' AS varchar[])
                          || array_fill(CAST('notice' AS varchar), ARRAY[8])) AS kind""",
)


@pytest.fixture(scope="module")
def year(postgres_url: str) -> Iterator[Database]:
    """Nine sessions of each learner, and ten messages of each session."""
    with own_database(postgres_url) as url, closing(Database(url)) as database:
        with database.transaction() as db:
            for statement in map(text, A_YEAR):
                db.execute(statement, dict.fromkeys(statement.compile().params, 200))
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        yield database


def test_a_day_is_found_by_indexes_and_takes_eleven_statements(year: Database) -> None:
    with year.sessions() as db:
        with statements_of(year) as statements:
            figures = service_figures(db, Window.DAY)
        assert len(statements) == 11
        assert figures.waits[Part.TEXT][0].spread is not None
        plans = plans_of(db, statements)
    for table in ("message", "session", "stage_run", "media"):
        assert f"Seq Scan on {table}" not in plans, plans
