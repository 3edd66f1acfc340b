"""Paying what the outbox owes, exactly once.

A push carries the row's retry key from its first try, so an unknown outcome is simply tried again (LINE
docs: Retry a failed API request). A reply has no such key, but its token is good for one send: while it lives the same
bubbles are sent with the same token. After that what the learner still needs goes as a push.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from prometheus_client import Counter, Histogram
from pydantic import ValidationError
from sqlalchemy import and_, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import joinedload
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from structlog.contextvars import bound_contextvars

from bot.owed import (
    PUSH,
    REPLY,
    asks_for_consent,
    earlier_to_hurry,
    has_earlier,
    has_live_token,
    has_old_key,
    is_carried,
    is_coaching,
    is_over_ceiling,
    is_overtaken,
    is_reminder,
    must_wait,
    riders_of,
    waiting_to_ride,
)
from bot.rendering import Renderer
from jobs.leases import Lease, LeaseLost, Leases, finish, make_due, park, quiet_once_deleted, try_again
from jobs.queue import Job, enqueue
from line.accounts import LineAccounts
from line.client import INVALID_REPLY_TOKEN, LineError, RateLimited, Receipt, Refused, Unavailable
from logs.logger import get_logger
from logs.timing import milliseconds_since
from models.base import database_now, note_now
from models.chat import ChatRoom, Message, MessageType, SentBubble, WaitReason
from models.database import Database
from models.rules.absence import daytime
from models.rules.handover import waits_for_coach
from models.session import CookingSession
from models.user import User
from services import footage
from services.handover import coach_has_thread, coach_keeps_thread
from services.outbox import wake_next
from services.profile import channels_reached
from services.reminders import still_fits

log = get_logger(__name__)

BACKOFF = timedelta(seconds=1)  # doubled with each try
LONGEST_BACKOFF = timedelta(minutes=5)
QUOTA_PAUSE = timedelta(hours=1)

FindRiders = Callable[[DbSession, Message, int], list[int]]

OUTCOMES = Counter(
    "moment_deliveries",
    "Tries to send a message: sent by reply or push, failed, parked, dropped, held",
    ["outcome"],
)
SECONDS = Histogram("moment_delivery_seconds", "Of LINE's request that took the message", ["by"])


@dataclass(frozen=True)
class Parcel:
    """A message that this process has claimed to send: the rows as they were then (detached)."""

    lease: Lease
    message: Message
    user: User
    again: bool  # an earlier reply may have been taken
    is_held: bool  # it waited for the quota

    @property
    def id(self) -> int:
        return self.message.id


@dataclass(frozen=True)
class Delivery:
    database: Database
    leases: Leases
    line: LineAccounts
    renderer: Renderer

    def deliver(self, message_id: int) -> None:
        """Sends the message if it is owed and due: by its reply token while that lives, else as a push."""
        with self._quietly(message_id):
            parcel = self._claim(message_id)
            if parcel is not None:
                self._send(parcel, self._claim_riders(parcel, _riders))

    def begin_reply(self, db: DbSession, message: Message, user: User) -> Parcel:
        """A handler's answer, not stored yet: it is stored as claimed, to be sent once that is committed."""
        _note_try(message, REPLY, None, database_now(db))
        lease = self.leases.begin(db, message)
        return Parcel(lease, message, user, again=False, is_held=False)

    def send_reply(self, parcel: Parcel) -> None:
        """What the month's quota holds back, or waits for a reply, rides along, free."""
        with self._quietly(parcel.id):
            self._send(parcel, self._claim_riders(parcel, waiting_to_ride))

    @contextmanager
    def _quietly(self, message_id: int) -> Iterator[None]:
        """Around a delivery: that its message is somebody else's by now, or deleted, is no fault."""
        try:
            ids = bound_contextvars(message_id=message_id)
            with ids, quiet_once_deleted(self.database, Message, message_id):
                yield
        except LeaseLost as lost:
            log.info("lease lost", lease=str(lost))

    def _claim_riders(self, carrier: Parcel, find: FindRiders) -> list[Parcel]:
        """None with a push: only a reply is free."""
        if carrier.message.delivered_by != REPLY:
            return []
        with self.database.transaction() as db:
            waiting = find(db, carrier.message, carrier.user.id)
        return [rider for each in waiting if (rider := self._claim(each, carrier=carrier)) is not None]

    def _claim(self, message_id: int, *, carrier: Parcel | None = None) -> Parcel | None:
        try:
            # All that the try changes in the row goes in one statement at the end.
            with self.database.transaction() as db, db.no_autoflush:
                return self._take(db, message_id, carrier)
        except (ValidationError, LookupError, NoResultFound) as error:
            # Its rows can't be rendered; no later try will do better without a hand.
            log.exception("message can't be rendered", message_id=message_id)
            with self.database.transaction() as db:
                row = db.get_one(Message, message_id, with_for_update=True)
                self._park_unsent(db, row, f"can't be rendered: {type(error).__name__}")
        return None

    def _take(self, db: DbSession, message_id: int, carrier: Parcel | None) -> Parcel | None:
        """Counts the try before it is made, and fixes the body that all tries share."""
        held = col(Message.waits_for) == WaitReason.QUOTA, col(Message.lease_token).is_(None)
        is_free = or_(col(Message.due_at) <= func.now(), and_(*held))
        if carrier is not None:  # it may wait for a reply, too
            untried = col(Message.attempts) == 0, col(Message.due_at).is_not(None)
            is_free = or_(is_free, and_(*untried, col(Message.lease_token).is_(None)))
        statement = (
            select(Message, ChatRoom, User, func.now())
            .add_columns(coach_has_thread(col(User.id)), has_earlier())
            .join(ChatRoom, col(ChatRoom.id) == Message.chat_room_id)
            .join(User, col(User.id) == ChatRoom.user_id)
            .options(joinedload(User.friendships))  # type: ignore[arg-type]
            .where(col(Message.id) == message_id, is_free)
        )
        row = db.execute(statement.with_for_update(skip_locked=True, of=Message)).unique().first()
        if row is None or not row[0].is_owed:
            return None
        message, room, user, now, has_coach, is_later = row
        note_now(db, now)
        if has_coach and self._leave_to_coach(db, message, user):
            return None
        if self._lets_wait(db, message, user, is_later=is_later):
            return None
        way = self._way(db, message, room, user, carrier)
        if way is None:
            return None
        lease = self.leases.take(db, message, message_id)
        if message.line_body is None:
            message.line_body = self.renderer.render(db, message, room.room_type, user)
        is_held = message.waits_for is WaitReason.QUOTA
        parcel = Parcel(lease, message, user, again=message.reply_may_be_taken, is_held=is_held)
        _note_try(message, way, carrier, now)
        db.add(message)
        return parcel

    def _lets_wait(self, db: DbSession, message: Message, user: User, *, is_later: bool) -> bool:
        """For the learner to be in reach, or for an earlier message of its session."""
        if user.blocked_at is not None:
            _let_wait(db, message, WaitReason.UNBLOCK)
            return True
        if is_later and must_wait(db, message):
            _hurry(db, earlier_to_hurry(db, message))
            _let_wait(db, message, WaitReason.EARLIER_MESSAGE)
            return True
        return False

    def _way(
        self, db: DbSession, message: Message, room: ChatRoom, user: User, carrier: Parcel | None
    ) -> str | None:
        """By reply or push, on which channel; None where it is not to be sent now."""
        now = database_now(db)
        if user.leaving_since is not None and is_coaching(message):  # it goes with their rows
            self._drop(db, message)
            return None
        if is_reminder(message) and not self._may_remind(db, message, user):
            return None
        if asks_for_consent(message) and not footage.is_to_ask(db, user):
            self._drop(db, message)
            return None
        if carrier is not None or has_live_token(message, now):
            return REPLY
        if is_carried(db, message, now):
            return None
        if is_overtaken(db, message):
            self._drop(db, message)
            return None
        if has_old_key(message, now):
            self._park_unsent(db, message, "the retry key is older than 24 hours; a retry could double it")
            return None
        channel = self._channel(message, room, user, now)
        if channel is None:
            log.info("learner out of reach", message_id=message.id)
            _let_wait(db, message, WaitReason.UNBLOCK)
            return None
        message.channel = channel
        if is_over_ceiling(db, message):
            log.warning("pushes of the day used up", message_id=message.id)
            OUTCOMES.labels("held").inc()
            _let_wait(db, message, WaitReason.QUOTA)
            message.due_at = message.nudge_at = now + QUOTA_PAUSE
            message.error = "this learner has had as many pushes as a day holds"
            return None
        return PUSH

    def _leave_to_coach(self, db: DbSession, message: Message, user: User) -> bool:
        """A coach has the thread: the AI says nothing of its own. That something is still being made is nothing to hear
        later."""
        if message.kind is MessageType.STILL_WORKING:
            self._drop(db, message)
            return True
        if waits_for_coach(message) and coach_keeps_thread(db, user.id):
            _let_wait(db, message, WaitReason.COACH)
            return True
        return False

    def _may_remind(self, db: DbSession, message: Message, user: User) -> bool:
        """However late it is sent: not by night, and not to one who did something meanwhile, or wants to be left alone."""
        now = database_now(db)
        if not still_fits(db, user, now):
            self._drop(db, message)
            return False
        morning = daytime(now)
        if morning != now:
            message.lease_token, message.due_at, message.nudge_at = None, morning, morning
            db.add(message)
        return morning == now

    def _channel(self, message: Message, room: ChatRoom, user: User, now: datetime) -> str | None:
        """The room's own, or another that the learner follows: LINE takes a push to one they don't, and shows nothing.
        None where they are known to follow none of ours."""
        own = message.channel or self.line.channel_for(room.room_type)
        followed = channels_reached(user.friendships, now)
        if own in followed:
            return own
        other = next((channel for channel in followed if self.line.has(channel)), None)
        if other is None and not user.friendships:  # they came by a page: they may follow it all the same
            return own
        return other

    def _send(self, parcel: Parcel, riders: Sequence[Parcel] = ()) -> None:
        """One request. The riders' bubbles come first: only the last bubble's quick replies are shown."""
        together = [*riders, parcel]
        start = time.monotonic()
        try:
            with ExitStack() as stack:
                for each in together:
                    stack.enter_context(self.leases.renew(each.lease))
                receipt = self._call(parcel, together)
        except LineError as error:
            self._note_failure(parcel, riders, error)
        else:
            self._note_delivery(together, receipt)
            _log_delivery(together, receipt, start)

    def _call(self, parcel: Parcel, together: Sequence[Parcel]) -> Receipt:
        message = parcel.message
        bubbles = [bubble for each in together for bubble in each.message.line_body or []]
        client = self.line.client(message.channel)
        if message.delivered_by == REPLY:
            return client.reply(message.reply_token or "", bubbles, again=parcel.again)
        return client.push(parcel.user.line_user_id, bubbles, _key_of(message))

    def _note_failure(self, parcel: Parcel, riders: Sequence[Parcel], error: LineError) -> None:
        by = parcel.message.delivered_by
        problem = f"{type(error).__name__}: {error}"[:500]
        # A reply is not counted: LINE then only means that it came too fast.
        quota_used = by == PUSH and isinstance(error, RateLimited) and self._is_quota_used(parcel)
        for each in (*riders, parcel):
            try:
                with self.database.transaction() as db:
                    row = db.get_one(Message, each.id, with_for_update=True)
                    row.line_request_id = error.request_id
                    if each is not parcel:
                        _settle_rider(db, each, row, error, problem)
                    elif by == REPLY:
                        _settle_reply(db, each, row, error, problem, alone=not riders)
                    elif quota_used:
                        _renew_key(row)
                        _hold_for_quota(db, each.lease, problem)
                    else:
                        self._settle_push(db, each, row, error, problem)
            except LeaseLost as lost:
                log.warning("lease lost", lease=str(lost))
            OUTCOMES.labels("failed").inc()
            log.warning(
                "message not sent",
                message_id=each.id,
                by=by,
                problem=problem,
                line_request_id=error.request_id,
            )

    def _settle_push(
        self, db: DbSession, parcel: Parcel, row: Message, error: LineError, problem: str
    ) -> None:
        if isinstance(error, Refused):
            self._park(db, parcel, problem)
            return
        if not isinstance(error, Unavailable):
            _renew_key(row)
        _try_again(db, row, parcel.lease, problem, _pause_after(parcel.lease.attempt))

    def _note_delivery(self, parcels: Sequence[Parcel], receipt: Receipt) -> None:
        """Each row with the ids of its own bubbles, by which a learner may quote it."""
        ids, tokens = list(receipt.message_ids), list(receipt.quote_tokens)
        with self.database.transaction() as db:
            for parcel in parcels:
                message = parcel.message
                count = len(message.line_body or [])
                own, ids = ids[:count], ids[count:]
                own_tokens, tokens = tokens[:count], tokens[count:]
                try:
                    finish(
                        db,
                        parcel.lease,
                        delivered_at=func.now(),
                        line_message_id=own[0] if own else None,
                        quote_token=next(filter(None, own_tokens), None),
                        line_request_id=receipt.request_id,
                        reply_may_be_taken=False,
                        carrier_id=None,
                    )
                except LeaseLost:  # somebody else has sent it too, with the same key: seen once
                    log.warning("message was sent twice", message_id=parcel.id)
                    continue
                _note_bubbles(db, message, own)
                if message.kind == MessageType.COACHING_READY:
                    _note_coaching(db, message)
                wake_next(db, message.session_id, message.id)

    def _park(self, db: DbSession, parcel: Parcel, problem: str) -> None:
        row = db.get_one(Message, parcel.id)
        park(db, parcel.lease, problem[:500])
        OUTCOMES.labels("parked").inc()
        wake_next(db, row.session_id, row.id)

    def _park_unsent(self, db: DbSession, row: Message, problem: str) -> None:
        """Nobody holds its lease: it was not even claimed."""
        row.parked_at = func.now()  # type: ignore[assignment]
        row.lease_token, row.due_at, row.nudge_at, row.error = None, None, None, problem[:500]
        db.add(row)
        db.flush()
        OUTCOMES.labels("parked").inc()
        wake_next(db, row.session_id, row.id)

    def _drop(self, db: DbSession, row: Message) -> None:
        """The learner does not need it any more: they have been told since what comes next, or leave."""
        row.retry_key, row.due_at, row.nudge_at, row.lease_token = None, None, None, None
        row.error = f"overtaken; {row.error}"[:500]
        db.add(row)
        OUTCOMES.labels("dropped").inc()
        wake_next(db, row.session_id, row.id)

    def _is_quota_used(self, parcel: Parcel) -> bool:
        try:
            return self.line.client(parcel.message.channel).quota().is_used_up
        except LineError as error:
            log.warning("quota not known", error=str(error))
            return False


def _log_delivery(parcels: Sequence[Parcel], receipt: Receipt, start: float) -> None:
    ms = milliseconds_since(start)
    SECONDS.labels(parcels[-1].message.delivered_by).observe(ms / 1000)
    for parcel in parcels:
        message = parcel.message
        ids = {"message_id": message.id} | ({"session_id": message.session_id} if message.session_id else {})
        OUTCOMES.labels(message.delivered_by).inc()
        log.info(
            "message delivered",
            **ids,
            kind=message.kind,
            by=message.delivered_by,
            ms=ms,
            line_request_id=receipt.request_id,
        )


def _note_bubbles(db: DbSession, message: Message, line_message_ids: Sequence[str]) -> None:
    rows = [{"line_message_id": each, "message_id": message.id} for each in line_message_ids]
    if rows:
        db.execute(insert(SentBubble).values(rows).on_conflict_do_nothing())


def _note_coaching(db: DbSession, message: Message) -> None:
    session = update(CookingSession).where(col(CookingSession.id) == message.session_id)
    db.execute(session.values(coaching_text_delivered_at=func.now()))


def _riders(db: DbSession, message: Message, user_id: int) -> list[int]:
    """Of an answer that a job brings: what is sent again takes those of the try before, and no others."""
    return waiting_to_ride(db, message, user_id) if message.attempts <= 1 else riders_of(db, message)


def _hurry(db: DbSession, message_ids: Sequence[int]) -> None:
    """They would have waited for a reply to ride on; another waits for them."""
    if message_ids:
        make_due(db, Message, col(Message.id).in_(message_ids))
    for message_id in message_ids:
        enqueue(db, Job.DELIVER, message_id)


def _let_wait(db: DbSession, message: Message, reason: WaitReason) -> None:
    """Until what it waits for calls `make_due`."""
    message.waits_for = reason
    message.due_at, message.nudge_at = None, None
    db.add(message)


def _note_try(message: Message, way: str, carrier: Parcel | None, now: datetime) -> None:
    message.delivered_by = way
    message.error = ""
    message.waits_for = None
    message.attempted_at = now
    message.carrier_id = carrier.id if carrier is not None else None
    if way == PUSH:
        message.first_attempted_at = message.first_attempted_at or now
    elif carrier is None:
        message.reply_may_be_taken = True


def _settle_reply(
    db: DbSession, parcel: Parcel, row: Message, error: LineError, problem: str, *, alone: bool
) -> None:
    """The same again while the token lives. One that was refused goes without its riders, else as a push."""
    pause = _pause_after(parcel.lease.attempt)
    if not isinstance(error, Unavailable):
        row.reply_may_be_taken = parcel.again
    if isinstance(error, Refused):
        pause = timedelta()
        if alone or error.reason == INVALID_REPLY_TOKEN:
            row.reply_until = None
    _try_again(db, row, parcel.lease, problem, pause)


def _settle_rider(db: DbSession, parcel: Parcel, row: Message, error: LineError, problem: str) -> None:
    """It goes back to waiting with its key, or becomes a push; while it may have been taken with its carrier, it waits for
    that."""
    if not isinstance(error, Unavailable):
        row.carrier_id = None
    if parcel.is_held:
        _hold_for_quota(db, parcel.lease, problem)
    else:
        _try_again(db, row, parcel.lease, problem, _pause_after(parcel.lease.attempt))


def _pause_after(attempt: int) -> timedelta:
    return min(BACKOFF * 2.0 ** (attempt - 1), LONGEST_BACKOFF)


def _try_again(db: DbSession, row: Message, lease: Lease, problem: str, pause: timedelta) -> None:
    db.flush()
    try_again(db, lease, problem, pause)
    enqueue(db, Job.DELIVER, row.id, delay_seconds=pause.total_seconds())


def _hold_for_quota(db: DbSession, lease: Lease, problem: str) -> None:
    """It waits for a reply token or the quota."""
    db.flush()
    try_again(db, lease, problem, QUOTA_PAUSE, waits_for=WaitReason.QUOTA)


def _renew_key(row: Message) -> None:
    """This try was certainly not taken: when none before it can have been either, the key's 24 h begin anew."""
    if row.first_attempted_at == row.attempted_at:
        row.retry_key = uuid4()
        row.first_attempted_at = None


def _key_of(message: Message) -> UUID:
    assert message.retry_key is not None  # noqa: S101 - what makes it owed
    return message.retry_key
