"""A learner's thread as a state machine: whatever happens, in whatever order, the rows make sense."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session as DbSession
from sqlmodel import select

from bot.conversation import latest_session
from bot.say.prompts import prompt_for
from knowledge_base import copy
from models.base import utc_now
from models.chat import MessageType, Sender
from models.coaching import RatingAspect
from models.database import transaction
from models.dish import Dish
from models.rules.next_step import Ask, NextStep, next_step
from models.session import CookingSession, SessionStatus, StageRun
from pipeline.advance import retry
from pipeline.objects import memo_key, proxy_key, video_key
from pipeline.providers.loading import store
from pipeline.providers.ports import ProviderRefused
from settings import settings
from simulator.client import Desk
from tests import quick_providers
from tests.crash.phone import Phone

DISHES = ("fried-rice", "beef-steak", "pomodoro", "no-such-dish")
WORDS = ("おいしくできました", "スキップ", "3", "料理を選ぶ", "ヘルプ", "{火}加減は**どう**ですか？")
FAULTS = {"a push refused": False, "a push taken, its answer lost": True}
MAX_ROUNDS = 60  # of work until nothing is left to do


@dataclass(frozen=True)
class Ground:
    desk: Desk
    clip: Path
    sideways: Path  # needs a proxy
    memo: Path
    broken: Path  # no video at all


class ThreadMachine(RuleBasedStateMachine):
    ground: ClassVar[Ground]
    phone: Phone

    @initialize(start=st.sampled_from(["new", "cooking", "coached", "given up"]))
    def follow(self, start: str) -> None:
        """Not every walk has to find its own way into a cook."""
        self.phone = Phone.new(self.ground.desk)
        if start == "new":
            return
        self.cook("fried-rice")
        if start == "given up":
            self._fail(*self.phone.ready()[0])
        if start == "coached":
            self._work()

    @rule(meanwhile=st.sampled_from(["nothing", "the work goes on"]))
    def block_and_come_back(self, meanwhile: str) -> None:
        self.phone.line.block()
        self.phone.arrives({"type": "unfollow"})
        if meanwhile != "nothing":
            shown = len(self.phone.line.thread().from_bot)
            self._work(blocked=True)
            assert len(self.phone.line.thread().from_bot) == shown
        self.phone.line.unblock()
        self.phone.arrives({"type": "follow", "follow": {"isUnblocked": True}})

    @rule(slug=st.sampled_from(DISHES))
    def pick_dish(self, slug: str) -> None:
        before = self._step()
        self.phone.taps(f"action=dish&slug={slug}")
        said = self._last_said()
        if before.ask not in (Ask.MEMO, Ask.RATING, Ask.WAIT_FOR_TEXT) and "回目ですね" in said:
            with transaction() as db:
                session = latest_session(db, self.phone.user(db))
                assert session is not None
                assert db.get_one(Dish, session.dish_id).slug == slug
                assert next_step(session).ask in (Ask.VIDEO, Ask.MEMO, Ask.RATING)

    @rule(slug=st.sampled_from(DISHES))
    def cook(self, slug: str) -> None:
        """As asked: a dish, its video, no memo."""
        self.pick_dish(slug)
        self.phone.sends("video", self.ground.clip)
        self.skip_memo(0)

    @rule(what=st.sampled_from(["good", "good", "sideways", "broken", "gone"]))
    def send_video(self, what: str) -> None:
        file = {"sideways": self.ground.sideways, "broken": self.ground.broken}.get(what, self.ground.clip)
        self.phone.sends("video", file, gone=what == "gone")

    @rule(what=st.sampled_from(["good", "broken"]))
    def send_memo(self, what: str) -> None:
        self.phone.sends("audio", self.ground.broken if what == "broken" else self.ground.memo)

    @rule(aspect=st.sampled_from(RatingAspect), value=st.integers(-1, 7), back=st.integers(0, 2))
    def rate(self, aspect: RatingAspect, value: int, back: int) -> None:
        """Of the latest session or, by an old button, of one before."""
        self.phone.taps(f"action=rate&session_id={self._session_id(back)}&aspect={aspect}&value={value}")

    @rule(back=st.integers(0, 1))
    def skip_memo(self, back: int) -> None:
        self.phone.taps(f"action=skip_memo&session_id={self._session_id(back)}")

    @rule(data=st.sampled_from(["action=menu", "action=voice", "action=gone", "", "action=rate&value=x"]))
    def other_button(self, data: str) -> None:
        self.phone.taps(data)

    @rule(words=st.sampled_from(WORDS))
    def text(self, words: str) -> None:
        self.phone.says({"type": "text", "text": words}, self.phone.line.text(words).message_id)

    @rule()
    def sticker(self) -> None:
        self.phone.says({"type": "sticker"}, self.phone.line.sticker().message_id)

    @precondition(lambda self: self.phone.sent)
    @rule(data=st.data())
    def unsend(self, data: st.DataObject) -> None:
        message_id = data.draw(st.sampled_from(self.phone.sent))
        self.phone.sent.remove(message_id)
        self.phone.arrives({"type": "unsend", "unsend": {"messageId": message_id}})

    @rule(data=st.data())
    def redelivery(self, data: st.DataObject) -> None:
        with transaction() as db:
            before = len(self.phone.messages(db))
        self.phone.again(data.draw(st.sampled_from(self.phone.events)))
        with transaction() as db:
            assert len(self.phone.messages(db)) == before

    @precondition(lambda self: self.phone.ready())
    @rule(data=st.data(), fate=st.sampled_from(["done", "done", "fails", "fails for good"]))
    def run_a_stage(self, data: st.DataObject, fate: str) -> None:
        session_id, stage = data.draw(st.sampled_from(self.phone.ready()))
        if fate == "fails for good":
            self._fail(session_id, stage)
            return
        quick_providers.script.before = refuse if fate == "fails" else agree
        self.phone.run(session_id, stage)
        quick_providers.script.before = agree

    @rule()
    def workers_catch_up(self) -> None:
        self._work()

    @rule(what=st.sampled_from(["time", "media", "answers", "pushes", *FAULTS]))
    def some_of_the_work(self, what: str) -> None:
        if what == "time":
            self.phone.time_passes()
        elif what == "media":
            self.phone.tend_media()
        elif what == "answers":
            self.phone.answer_all()
        else:
            if what in FAULTS:
                self.ground.desk.fault("push", status=500, times=1, accept=FAULTS[what])
            self.phone.deliver_all()
            self.ground.desk.clear_faults()

    @rule(back=st.integers(0, 1))
    def operator_retries(self, back: int) -> None:
        session_id = self._session_id(back)
        if session_id:
            retry(session_id)

    @invariant()
    def rows_agree(self) -> None:
        with transaction() as db:
            sessions = self.phone.sessions(db)
            numbers = Counter((session.dish_id, session.session_number) for session in sessions)
            assert set(numbers.values()) <= {1}
            assert all(number in (1, 2, 3) for _, number in numbers)
            for session in sessions:
                _status_agrees(db, session)
            everyone: list[CookingSession | None] = [None, *sessions]
            for each in everyone:
                assert isinstance(next_step(each), NextStep)
                assert prompt_for(db, self.phone.user(db), each, utc_now()).bubbles

    @invariant()
    def every_event_is_handled(self) -> None:
        with transaction() as db:
            events = self.phone.inbox(db)
        assert len(events) == len(self.phone.events)
        assert all(event.handled_at and event.attempts == 0 for event in events), [e.error for e in events]
        assert not {"unhandled", "failed", ""} & {event.outcome for event in events}

    @invariant()
    def messages_agree(self) -> None:
        with transaction() as db:
            messages = self.phone.messages(db)
            using = {session.video_message_id for session in self.phone.sessions(db)}
            using |= {session.memo_message_id for session in self.phone.sessions(db)}
        once = Counter(
            (message.session_id, message.meta["type"])
            for message in messages
            if message.meta["type"] in (MessageType.COACHING_READY, MessageType.COACHING_VIDEO)
        )
        assert set(once.values()) <= {1}
        assert not [message for message in messages if message.delivered_at and message.parked_at]
        for message in messages:
            if message.sender == Sender.USER and message.meta.get("purged_at"):
                taken_back = message.line_message_id or ""
                assert not [
                    key for key in (video_key, proxy_key, memo_key) if store().exists(key(taken_back))
                ]

    def teardown(self) -> None:
        """Left alone, every session comes to an end and every debt is paid."""
        if not hasattr(self, "phone"):
            return
        self._work()
        assert not self.phone.ready()
        assert not self.phone.owed()
        self.rows_agree()
        self.messages_agree()
        self._thread_agrees()

    def _fail(self, session_id: int, stage: str) -> None:
        """In every attempt it has."""
        quick_providers.script.before = refuse
        for _ in range(settings().max_attempts):
            self.phone.time_passes()
            self.phone.run(session_id, stage)
        quick_providers.script.before = agree

    def _work(self, *, blocked: bool = False) -> None:
        """Everything that workers would do by and by."""
        for _ in range(MAX_ROUNDS):
            self.phone.time_passes()
            self.phone.tend_media()
            for session_id, stage in self.phone.ready():
                self.phone.run(session_id, stage)
            self.phone.answer_all()
            self.phone.deliver_all()
            if not self.phone.ready() and (blocked or not self.phone.owed()):
                return

    def _thread_agrees(self) -> None:
        thread = self.phone.line.thread()
        with transaction() as db:
            sessions = self.phone.sessions(db)
            parked = [message.error for message in self.phone.messages(db) if message.parked_at]
        assert parked == []
        for session in sessions:
            assert session.status not in (
                SessionStatus.UPLOADED,
                SessionStatus.PROCESSING,
                SessionStatus.TEXT_READY,
            )
        coached = [session for session in sessions if session.coaching_text]
        cards = [bubble for bubble in thread.of_type("flex") if copy.CARD_PROBLEM in bubble.text]
        assert len(cards) == len(coached), thread
        videos = Counter(bubble.message["trackingId"] for bubble in thread.of_type("video"))
        assert set(videos.values()) <= {1}
        made = {f"session-{session.id}" for session in sessions if session.coaching_video_gcs_path}
        assert made <= set(videos)
        keys = [
            key for s in sessions for key in (s.coaching_video_gcs_path, s.coaching_preview_gcs_path) if key
        ]
        assert all(store().exists(key) for key in keys)

    def _step(self) -> NextStep:
        with transaction() as db:
            return next_step(latest_session(db, self.phone.user(db)))

    def _session_id(self, back: int) -> int:
        with transaction() as db:
            sessions = self.phone.sessions(db)
            return sessions[-1 - back].id or 0 if len(sessions) > back else 0

    def _last_said(self) -> str:
        with transaction() as db:
            said = [message.text for message in self.phone.messages(db) if message.sender != Sender.USER]
        return said[-1] if said else ""


def _status_agrees(db: DbSession, session: CookingSession) -> None:
    """The status says what the columns say."""
    has_video, has_text = session.raw_video_url != "", bool(session.coaching_text)
    if session.status == SessionStatus.PENDING_UPLOAD:
        assert not has_video
        assert not has_text
    elif session.status in (SessionStatus.UPLOADED, SessionStatus.PROCESSING):
        assert has_video
        assert not has_text
        assert (session.pipeline_job_id is not None) == (session.status == SessionStatus.PROCESSING)
    elif session.status == SessionStatus.TEXT_READY:
        assert has_text
        assert session.coaching_video_gcs_path == ""
    elif session.status == SessionStatus.COMPLETED:
        assert has_text
        assert (session.coaching_video_gcs_path != "") == has_video
    else:
        runs = db.exec(select(StageRun).where(StageRun.session_id == session.id)).all()
        assert [run for run in runs if run.parked_at]
        assert session.pipeline_error


def agree(call: str) -> None:
    pass


def refuse(call: str) -> None:
    raise ProviderRefused([f"refused: {call}"])
