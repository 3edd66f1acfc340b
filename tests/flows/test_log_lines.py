"""What the log tells of a session: every unit of work by the ids of its rows, and no word of a learner's."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session as DbSession
from sqlmodel import select

from bot.owed import PUSH
from desk.simulated_line import channels
from jobs.inbox import Inbox, Outcome, store_events
from knowledge_base import phrasebook
from models.base import database_now
from models.chat import Message, MessageType
from models.inbox import EventSource, InboxEvent
from models.media import MediaKind
from models.session import StageName
from moment.resources import Resources, open_resources
from pipeline.providers.ports import ProviderRefused
from services import cooking, profile
from services.outbox import queue_message
from settings import Settings
from simulator.line.client import Learner
from tests import quick_providers
from tests.flows.steps import card_of, cook, handled_event, send_video, tap
from tests.jobs.test_inbox import row
from tests.log_lines import Line, LogLines, log_lines
from tests.system import WAIT, System, pick

WORD = "ひみつのことば"
QUESTION = f"{WORD}はいつ入れますか"


def line_once(learner: Learner, lines: LogLines, event: str, **values: object) -> Line:
    return learner.wait_for(lambda _: lines.of(event, **values), WAIT, what=f"the line '{event}'")[0]


def test_each_unit_of_work_logs_its_end_with_the_ids_it_carries(text_only: System, clip: Path) -> None:
    with log_lines() as lines:
        learner = text_only.learner()
        pick(learner)
        video = send_video(learner, clip)
        tap(learner, phrasebook.MEMO_SKIP_LABEL)
        card_of(learner)
        learner.text("火加減はどうでしたか")
        asked = line_once(learner, lines, "question answered")
        delivered = line_once(learner, lines, "message delivered", kind="coaching_ready")
        failed = line_once(learner, lines, "stage failed", stage=StageName.NARRATE)

    event = handled_event(text_only, learner, video)
    (media,) = text_only.media(learner)
    session = text_only.session(learner)
    (handled,) = lines.of("event handled", event_id=event.id)
    assert (handled["job"], handled["kind"], handled["outcome"]) == (
        "handle_events",
        "message",
        event.outcome,
    )
    (fetched,) = lines.of("media fetched", media_id=media.id, kind=MediaKind.VIDEO)
    (looked,) = lines.of("stage finished", stage=StageName.ANALYZE_VIDEO, session_id=session.id)
    assert handled["request_id"] == event.request_id
    assert len(event.request_id) == 16
    assert all(line["ms"] >= 0 for line in (handled, fetched, looked, delivered, asked))
    assert (looked["attempt"], looked["provider"]) == (1, "quick")
    assert (failed["attempt"], failed["error"], failed["level"]) == (1, "ProviderError", "error")
    assert (delivered["by"], delivered["session_id"]) == (PUSH, session.id)
    assert asked["message_id"] != delivered["message_id"]


def fail_once_at(errors: dict[str, Exception]) -> Callable[[str], None]:
    def before(call: str) -> None:
        if call in errors:
            raise errors.pop(call)

    return before


def test_no_words_of_a_learner_are_in_the_log_whatever_fails(system: System, clip: Path) -> None:
    quick_providers.script.before = fail_once_at(
        {
            "analyze": ValueError(WORD),
            "coaching_text": ProviderRefused([f"measurement: {WORD}"]),
            "answer": KeyError(WORD),
        }
    )
    with log_lines() as lines:
        learner = system.learner(WORD)
        system.desk.fault("push", times=1, user_id=learner.user_id, status=500)
        cook(learner, clip)
        learner.text(QUESTION)
        line_once(learner, lines, "question not answered")
        line_once(learner, lines, "question answered")
        line_once(learner, lines, "message delivered", kind="coaching_ready")
    assert {line["stage"] for line in lines.of("stage failed")} == {"analyze_video", "coach_text"}
    assert lines.of("stage failed", stage="coach_text")[0]["refused_for"] == ["measurement"]
    assert lines.of("message not sent")
    assert WORD not in lines.text
    assert learner.user_id not in lines.text


class BrokenHandler:
    """Breaks a rule of the database with the learner's own words."""

    def begin(self, event: InboxEvent) -> Callable[[DbSession], Outcome]:
        def work(db: DbSession) -> Outcome:
            db.execute(text("UPDATE dish SET month_unlocked = NULL, name_ja = :word"), event.body)
            return Outcome("never")

        return work

    def give_up(self, db: DbSession, event: InboxEvent) -> None: ...


def test_an_event_that_fails_quotes_nothing(resources: Resources) -> None:
    inbox = Inbox(
        resources.database, resources.queue, resources.leases, {EventSource.STRIPE: BrokenHandler()}
    )
    (subject,) = store_events(resources.database, [row("e", WORD) | {"body": {"word": WORD}}])
    with log_lines() as lines:
        inbox.handle(subject)
    (failed,) = lines.of("event failed")
    assert "NotNullViolation: 23502" in failed["exception"]
    assert WORD not in lines.text


def test_a_message_that_can_not_be_rendered_quotes_nothing(settings: Settings) -> None:
    with open_resources(settings.change(line_channels=channels()), quick_providers.build) as resources:
        with resources.database.transaction() as db:
            user = profile.take_in(db, "U1", WORD)
            session = cooking.open_cook(db, user, None, "fried-rice", database_now(db))
            session.coaching_text = {"mondaiten": [WORD]}
            ready = MessageType.COACHING_READY
            message = queue_message(db, user.id, ready, text=WORD, session_id=session.id)
        with log_lines() as lines:
            resources.delivery.deliver(message.id)
        with resources.database.transaction() as db:
            assert db.exec(select(Message.parked_at).where(Message.id == message.id)).one() is not None
    (failed,) = lines.of("message can't be rendered", message_id=message.id)
    assert "pydantic" in failed["exception"]
    assert WORD not in lines.text
