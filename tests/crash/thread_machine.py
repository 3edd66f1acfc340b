"""A learner's thread as a state machine: whatever happens, in whatever order, the rows make sense."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.say.steps import Steps
from knowledge_base import phrasebook
from models.base import database_now
from models.chat import Message, MessageType, Sender, SentBubble, WaitReason
from models.coaching import RatingAspect
from models.database import Database
from models.dish import Dish
from models.media import Media, MediaKind, MediaState
from models.rules.history import latest_session
from models.rules.next_step import Ask, NextStep, next_step
from models.rules.status import session_status
from models.session import MEMO_STAGES, CookingSession, SessionStatus, StageName, StageRun
from moment.resources import Resources
from pipeline.answers import MAX_ATTEMPTS as ANSWER_ATTEMPTS
from pipeline.graph import ready
from pipeline.providers.ports import ProviderRefused
from services.operations import redeliver, retry_session
from simulator.line.client import Desk
from storage.keys import spoken_answer_key, view_key
from tests import quick_providers
from tests.crash.phone import Phone

DISHES = ("fried-rice", "beef-steak", "pomodoro", "no-such-dish")
WORDS = ("おいしくできました", "スキップ", "3", "料理を選ぶ", "ヘルプ", "{火}加減は**どう**ですか？")
FAULTS = {"a push refused": False, "a push taken, its answer lost": True}

THEIR_KINDS = frozenset(
    {MessageType.TEXT, MessageType.QUESTION, MessageType.VIDEO, MessageType.AUDIO, MessageType.OTHER}
)
# Said once a session at most.
ONCE = (
    MessageType.COOKING_VIDEO,
    MessageType.COACHING_READY,
    MessageType.COACHING_VIDEO,
    MessageType.COACHING_FAILED,
)


@dataclass(frozen=True)
class Ground:
    desk: Desk
    resources: Resources
    clip: Path
    sideways: Path  # needs a view
    memo: Path
    broken: Path  # no video at all


class ThreadMachine(RuleBasedStateMachine):
    ground: ClassVar[Ground]
    phone: Phone

    @initialize(start=st.sampled_from(["new", "cooking", "without a memo", "coached", "given up"]))
    def follow(self, start: str) -> None:
        """Not every walk has to find its own way into a cook."""
        self.phone = Phone.new(self.ground.desk, self.ground.resources)
        if start == "new":
            return
        if start == "without a memo":
            self.pick_dish("fried-rice")
            self.phone.sends("video", self.ground.clip)
            self._work_without_time()
            return
        self.cook("fried-rice")
        if start == "given up":
            self._work_without_time(but=StageName.ANALYZE_VIDEO)
            self._fail(self._session_id(0), StageName.ANALYZE_VIDEO)
        if start == "coached":
            self.phone.work()

    @rule(meanwhile=st.sampled_from(["nothing", "the work goes on"]))
    def block_and_come_back(self, meanwhile: str) -> None:
        self.phone.line.block()
        self.phone.arrives({"type": "unfollow"})
        if meanwhile != "nothing":
            bubbles_before = len(self.phone.line.thread().from_bot)
            self.phone.work()
            assert len(self.phone.line.thread().from_bot) == bubbles_before
        self.phone.line.unblock()
        self.phone.arrives({"type": "follow", "follow": {"isUnblocked": True}})

    @rule(slug=st.sampled_from(DISHES))
    def pick_dish(self, slug: str) -> None:
        before = self._step()
        self.phone.taps(f"action=dish&slug={slug}")
        if before.ask not in (Ask.MEMO, Ask.RATING, Ask.WAIT_FOR_TEXT) and "回目ですね" in self._last_words():
            with self._database.transaction() as db:
                session = latest_session(db, self.phone.user(db).id)
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
        """Once the coaching is written it is a question."""
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

    @precondition(lambda self: self.phone.message_ids)
    @rule(data=st.data())
    def unsend(self, data: st.DataObject) -> None:
        self.phone.unsends(data.draw(st.sampled_from(self.phone.message_ids)))

    @rule(data=st.data())
    def redelivery(self, data: st.DataObject) -> None:
        with self._database.transaction() as db:
            before = len(self.phone.messages(db))
        self.phone.again(data.draw(st.sampled_from(self.phone.events)))
        with self._database.transaction() as db:
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
        self.phone.work()

    @rule(
        what=st.sampled_from(
            [
                "time",
                "scheduling",
                "media",
                "media, while LINE hands nothing over",
                "media, which LINE never hands over",
                "answers",
                "answers that fail",
                "answers that fail for good",
                "pushes",
                "pushes beyond the quota",
                *FAULTS,
            ]
        )
    )
    def some_of_the_work(self, what: str) -> None:
        if what == "time":
            self.phone.time_passes()
        elif what == "scheduling":
            self.phone.schedule_all()
        elif what.startswith("media"):
            self._fetch(what)
        elif what.startswith("answers"):
            self._answer(what)
        else:
            self._push(what)

    @rule(back=st.integers(0, 1))
    def operator_retries(self, back: int) -> None:
        session_id = self._session_id(back)
        if session_id:
            with self._database.transaction() as db:
                retry_session(db, session_id)

    @rule(back=st.integers(0, 1))
    def operator_redelivers(self, back: int) -> None:
        with self._database.transaction() as db:
            assert redeliver(db, self._session_id(back)) == 0

    @invariant()
    def sessions_agree(self) -> None:
        with self._database.transaction() as db:
            sessions = self.phone.sessions(db)
            numbers = Counter((session.dish_id, session.session_number) for session in sessions)
            assert set(numbers.values()) <= {1}
            assert all(number in (1, 2, 3) for _, number in numbers)
            for session in sessions:
                _status_agrees(db, session)
                _files_agree(session)
                self._nothing_ready_is_forgotten(db, session)
            resources = self.ground.resources
            steps = Steps(
                db,
                self.phone.user(db),
                database_now(db),
                resources.settings.text_promise,
                resources.plan_shop,
                resources.links,
                resources.footage_terms,
            )
            everyone: list[CookingSession | None] = [None, *sessions]
            for each in everyone:
                assert isinstance(next_step(each), NextStep)
                assert steps.ask_next(each).bubbles

    @invariant()
    def every_event_is_handled(self) -> None:
        with self._database.transaction() as db:
            events, subject = self.phone.inbox(db), self.phone.subject(db)
        assert len(events) == len(self.phone.events) == subject.arrivals
        assert all(event.handled_at for event in events), [event.error for event in events]
        assert subject.attempts == 0
        assert not {"unhandled", "failed", ""} & {event.outcome for event in events}

    @invariant()
    def what_is_owed_is_due(self) -> None:
        """Nobody works while we look: no row is taken."""
        with self._database.transaction() as db:
            rows = self.phone.owing(db)
        assert not [row for row in rows if (row.due_at is None) != (row.nudge_at is None)]
        assert not [row for row in rows if row.due_at is not None and row.parked_at is not None]
        assert not [row for row in rows if row.lease_token is not None]

    @invariant()
    def messages_agree(self) -> None:
        with self._database.transaction() as db:
            messages, is_blocked = self.phone.messages(db), self.phone.user(db).blocked_at is not None
            session_ids = {session.id for session in self.phone.sessions(db)}
            answered = {message.answers_id for message in messages}
            coming = {row.message_id for row in self.phone.media(db) if row.state == MediaState.OWED}
            bubbles = _bubbles_of(db, messages)
            for message in messages:
                _kind_agrees(message, session_ids)
                if message.sender == Sender.USER:
                    _question_agrees(message, answered, coming)
                elif message.delivered_at is not None:
                    _delivery_agrees(message, bubbles[message.id])
                elif message.is_owed:
                    _waiting_agrees(message, messages, is_blocked=is_blocked)
        once = Counter((message.session_id, message.kind) for message in messages if message.kind in ONCE)
        assert set(once.values()) <= {1}

    @invariant()
    def media_agree(self) -> None:
        store = self.ground.resources.store
        with self._database.transaction() as db:
            rows = self.phone.media(db)
        for media in rows:
            keys = [media.object_key, view_key(media.object_key)]
            if media.state == MediaState.PURGED:
                assert media.purged_at is not None
                # What somebody was at when it was taken back is looked for once more.
                was_on_its_way = media.started_at is not None and media.stored_at is None
                assert media.due_at is None or media.kind == MediaKind.VOICE_QUESTION or was_on_its_way
                assert not [key for key in keys if store.exists(key)]
            elif media.state == MediaState.STORED:
                assert media.due_at is None
                assert store.exists(media.object_key)
                assert not media.view_key or store.exists(media.view_key)
            else:  # to be fetched, or to be purged
                assert (media.due_at is None) == (media.parked_at is not None)
                assert media.is_live or media.parked_at is None

    def teardown(self) -> None:
        """Left alone, every session comes to an end and every debt is paid."""
        if not hasattr(self, "phone"):
            return
        self.phone.work()
        self.what_is_owed_is_due()
        self.sessions_agree()
        self.messages_agree()
        self.media_agree()
        self._all_came_to_an_end()
        self._thread_agrees()
        self._store_agrees()

    @property
    def _database(self) -> Database:
        return self.ground.resources.database

    def _fail(self, session_id: int, stage: str) -> None:
        """In every attempt it has."""
        quick_providers.script.before = refuse
        for _ in range(self.ground.resources.settings.max_attempts):
            self.phone.time_passes()
            self.phone.run(session_id, stage)
        quick_providers.script.before = agree

    def _fetch(self, what: str) -> None:
        attempts = self.ground.resources.settings.max_attempts if "never" in what else 1
        if what != "media":
            self.ground.desk.fault("content", status=500)
        for _ in range(attempts):
            self.phone.tend_media()
            if attempts > 1:
                self.phone.time_passes()
        self.ground.desk.clear_faults()

    def _answer(self, what: str) -> None:
        attempts = ANSWER_ATTEMPTS if what.endswith("for good") else 1
        quick_providers.script.before = agree if what == "answers" else refuse
        for _ in range(attempts):
            self.phone.answer_all()
            if attempts > 1:
                self.phone.time_passes()
        quick_providers.script.before = agree

    def _push(self, what: str) -> None:
        if what in FAULTS:
            self.ground.desk.fault("push", status=500, times=1, accept=FAULTS[what])
        elif what == "pushes beyond the quota":
            self.ground.desk.quota(0)
        self.phone.deliver_all()
        self.ground.desk.clear_faults()
        self.ground.desk.quota(None)

    def _work_without_time(self, *, but: StageName | None = None) -> None:
        """All that may be done at once, `but` a stage; no pause ends, nor the memo's grace."""
        self.phone.tend_media()
        self.phone.schedule_all()
        while stages := [ready for ready in self.phone.ready() if ready[1] != but]:
            self.phone.run(*stages[0])

    def _nothing_ready_is_forgotten(self, db: DbSession, session: CookingSession) -> None:
        """What may run is due, or the scheduler is to look at the session."""
        if session.nudge_at is not None:
            return
        runs = db.exec(select(StageRun).where(StageRun.session_id == session.id)).all()
        due = {run.stage for run in runs if run.due_at is not None}
        stages = {stage.name for stage in ready(self.ground.resources.scheduler.facts_of(db, session))}
        assert stages <= due, session

    def _all_came_to_an_end(self) -> None:
        with self._database.transaction() as db:
            owed = [message for message in self.phone.messages(db) if message.is_owed]
            assert not owed, [(message.kind, message.waits_for, message.error) for message in owed]
            ends = (MediaState.STORED, MediaState.PURGED)
            open_media = [media for media in self.phone.media(db) if media.state not in ends]
            assert all(media.parked_at for media in open_media)
            for session in self.phone.sessions(db):
                assert not ready(self.ground.resources.scheduler.facts_of(db, session))

    def _thread_agrees(self) -> None:
        thread = self.phone.line.thread()
        store = self.ground.resources.store
        with self._database.transaction() as db:
            sessions = self.phone.sessions(db)
            messages = self.phone.messages(db)
        assert [message.error for message in messages if message.parked_at] == []
        for session in sessions:
            assert session.status not in (
                SessionStatus.UPLOADED,
                SessionStatus.PROCESSING,
                SessionStatus.TEXT_READY,
            )
        coached_sessions = [session for session in sessions if session.coaching_text]
        cards = [bubble for bubble in thread.of_type("flex") if phrasebook.CARD_PROBLEM in bubble.text]
        assert len(cards) == len(coached_sessions), thread
        videos = Counter(bubble.message["trackingId"] for bubble in thread.of_type("video"))
        assert set(videos.values()) <= {1}
        tracking_ids = {f"session-{session.id}" for session in sessions if session.coaching_video_gcs_path}
        assert tracking_ids <= set(videos)
        keys = [
            key for s in sessions for key in (s.coaching_video_gcs_path, s.coaching_preview_gcs_path) if key
        ]
        assert all(store.exists(key) for key in keys)
        _answered_once(messages)

    def _store_agrees(self) -> None:
        """Nothing lies there that no row of any learner names."""
        folder = self.ground.resources.settings.objects_dir
        keys = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        with self._database.transaction() as db:
            live = db.exec(select(Media).where(Media.state == MediaState.STORED)).all()
            sessions = db.exec(select(CookingSession)).all()
        names = {key for media in live for key in (media.object_key, media.view_key)}
        questions = [each for each in live if each.kind == MediaKind.VOICE_QUESTION]
        names |= {spoken_answer_key(each.object_key) for each in questions}
        names |= {s.coaching_video_gcs_path for s in sessions}
        names |= {s.coaching_preview_gcs_path for s in sessions}
        assert keys <= names

    def _step(self) -> NextStep:
        with self._database.transaction() as db:
            return next_step(latest_session(db, self.phone.user(db).id))

    def _session_id(self, back: int) -> int:
        with self._database.transaction() as db:
            sessions = self.phone.sessions(db)
            return sessions[-1 - back].id if len(sessions) > back else 0

    def _last_words(self) -> str:
        with self._database.transaction() as db:
            ours = [message.text for message in self.phone.messages(db) if message.sender != Sender.USER]
        return ours[-1] if ours else ""


def _status_agrees(db: DbSession, session: CookingSession) -> None:
    """The status says what the columns say."""
    runs = db.exec(select(StageRun).where(StageRun.session_id == session.id)).all()
    parked = {run.stage for run in runs if run.parked_at}
    assert session.status == session_status(session, parked)
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
        assert parked - MEMO_STAGES or (session.video is not None and session.video.parked_at)
        assert session.pipeline_error


def _files_agree(session: CookingSession) -> None:
    """The session's paths are those of what it has."""
    live = [media for media in session.media if media.is_live]
    assert len([media for media in live if media.kind == MediaKind.MEMO]) <= 1
    positions = [media.position for media in session.videos]
    assert len(positions) == len(set(positions))
    video, memo = session.video, session.memo
    assert session.raw_video_url == (video.object_key if video and video.is_stored else "")
    assert session.voice_memo_url == (memo.object_key if memo and memo.is_stored else None)


def _kind_agrees(message: Message, session_ids: set[int]) -> None:
    assert message.meta.keys() - {"topic", "news"} == {"type", "session_id"}
    assert message.meta["type"] == message.kind
    # What we said of a cook that went over to another is of none; what they gave went with it.
    is_alone = message.sender != Sender.USER and message.meta["session_id"] not in session_ids
    assert message.session_id == (None if is_alone else message.meta["session_id"])
    assert (message.sender == Sender.USER) == (message.kind in THEIR_KINDS)
    is_to_send = message.sender != Sender.USER and message.kind != MessageType.COOKING_VIDEO
    assert (message.retry_key is not None) == is_to_send
    assert message.answers_id is None or message.kind == MessageType.ANSWER


def _question_agrees(message: Message, answered: Set[int | None], coming: Set[int | None]) -> None:
    """An unanswered one is due, or its recording is on its way."""
    is_asked = message.kind == MessageType.QUESTION and message.unsent_at is None
    is_open = is_asked and message.id not in answered
    assert (message.due_at is not None) == (is_open and message.id not in coming)


def _bubbles_of(db: DbSession, messages: Sequence[Message]) -> Mapping[int, Sequence[str]]:
    """LINE's ids of what was seen of each message."""
    found: dict[int, list[str]] = defaultdict(list)
    ids = [message.id for message in messages]
    for bubble in db.exec(select(SentBubble).where(col(SentBubble.message_id).in_(ids))):
        found[bubble.message_id].append(bubble.line_message_id)
    return found


def _delivery_agrees(message: Message, bubble_ids: Sequence[str]) -> None:
    assert message.due_at is None
    assert message.parked_at is None
    assert len(bubble_ids) == len(message.line_body or [])
    assert message.line_message_id in bubble_ids


def _waiting_agrees(message: Message, messages: Sequence[Message], *, is_blocked: bool) -> None:
    """One that is not due waits for something that will come."""
    if message.waits_for == WaitReason.UNBLOCK:
        assert is_blocked
    elif message.waits_for == WaitReason.EARLIER_MESSAGE:
        assert [m for m in messages if m.session_id == message.session_id and m.id < message.id and m.is_owed]
    else:
        assert message.due_at is not None


def _answered_once(messages: Sequence[Message]) -> None:
    questions = {m.id for m in messages if m.kind == MessageType.QUESTION and m.unsent_at is None}
    answers = Counter(m.answers_id for m in messages if m.answers_id is not None)
    assert questions <= answers.keys()
    assert set(answers.values()) <= {1}


def agree(call: str) -> None:
    pass


def refuse(call: str) -> None:
    raise ProviderRefused([f"refused: {call}"])
