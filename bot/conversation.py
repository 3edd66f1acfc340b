"""LINE's events, each brought to its handler; the inbox keeps one learner's in their order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlmodel import Session as DbSession

from bot.delivery import Delivery
from bot.handlers import router
from bot.handlers.places import wants_progress
from bot.owed import asks_for_consent, has_live_token
from bot.rendering import Renderer
from bot.router import Answer, Context
from bot.say.bubbles import Say, text_bubble
from bot.say.steps import Steps
from jobs.inbox import AskFirst, Outcome, Work
from knowledge_base import phrasebook
from line.accounts import LineAccounts
from line.client import LineError, Refused
from line.events import Group, LineEvent, read_event
from line.liff import LiffApps
from logs.logger import get_logger
from models.base import database_now
from models.chat import Message, MessageType
from models.database import Database
from models.inbox import InboxEvent
from models.rules.history import latest_session
from models.rules.next_step import next_step
from models.user import User
from services import profile
from services.companion import Caps
from services.names import first_name_of
from services.outbox import new_message, owe, queue_notice
from services.pictures import Picture, ProgressPictures
from services.plan.shop import PlanShop
from services.reminders import note_heard
from services.thread import Origin
from services.withdrawal import blank_event, forget_event, note_unsent, was_withdrawn
from settings import ConfigurationError

log = get_logger(__name__)

# Nobody arrives by these.
NO_ARRIVAL = frozenset({"unfollow", "unsend", "videoPlayComplete"})


@dataclass(frozen=True)
class Asked:
    """What LINE calls the learner; None: it could not be asked."""

    name: str | None


@dataclass(frozen=True)
class Conversation:
    """The inbox's handler of LINE events."""

    database: Database
    line: LineAccounts
    renderer: Renderer
    delivery: Delivery
    text_promise: timedelta
    apps: LiffApps
    shop: PlanShop
    pictures: ProgressPictures
    caps: Caps

    def begin(self, row: InboxEvent) -> Work:
        """Leaves a group, and draws the picture that is asked for; the rest is done in the transaction. Raises LineError
        when the group can't be left now."""
        event = read_event(row)
        if event.standby:
            return lambda db: Outcome("standby")
        if event.group is not None:
            if event.kind == "join":
                self._leave(event, event.group)
            return lambda db: Outcome("in_group")
        if not event.user_id:
            return lambda db: Outcome("unhandled")
        return partial(self._handle, event=event, picture=self._picture(event))

    def give_up(self, db: DbSession, row: InboxEvent) -> None:
        user = profile.find_learner(db, row.subject)
        if user is not None:
            queue_notice(db, user.id, "something_wrong")

    def _leave(self, event: LineEvent, group: Group) -> None:
        """Coaching is between two: one line, and we go. Tried again, the line may have been said."""
        client = self.line.client(event.channel)
        if event.reply_token is not None:
            words = Say((text_bubble(phrasebook.GROUP_GREETING),))
            try:
                client.reply(event.reply_token, self.renderer.with_senders(words))
            except LineError as error:
                log.info("no word in the group", error=type(error).__name__)
        leave = client.leave_group if group.kind == "group" else client.leave_room
        try:
            leave(group.id)
        except Refused as error:  # we are not in it any more
            log.info("group was left before", status=error.status)

    def _ask_name(self, event: LineEvent) -> str | None:
        """None where LINE can't be asked now."""
        try:
            return first_name_of(self.line.client(event.channel).display_name(event.user_id))
        except Refused as error:  # they let nobody know
            log.info("no profile", status=error.status)
            return phrasebook.NAMELESS
        except (LineError, ConfigurationError) as error:
            log.info("profile not known", error=type(error).__name__)
            return None

    def _picture(self, event: LineEvent) -> Picture | None:
        if not wants_progress(event):
            return None
        with self.database.transaction() as db:
            user = profile.find_learner(db, event.user_id)
        return self.pictures.prepare(user.id) if user is not None else None

    def _named(self, event: LineEvent, picture: Picture | None) -> Work:
        """What is done once LINE was asked for the learner's name."""
        asked = Asked(self._ask_name(event))
        return partial(self._handle, event=event, picture=picture, asked=asked)

    def _handle(
        self, db: DbSession, event: LineEvent, picture: Picture | None, asked: Asked | None = None
    ) -> Outcome:
        """Raises AskFirst where LINE is to be asked for the learner's name, and was not."""
        if event.message_id is not None and was_withdrawn(db, event.message_id):
            blank_event(db, event.inbox_event_id)
            return Outcome("withdrawn")
        known = profile.find_learner(db, event.user_id)
        if event.kind in NO_ARRIVAL and known is None:
            return _of_nobody(db, event)
        if event.kind not in NO_ARRIVAL and asked is None and profile.wants_name(db, known):
            raise AskFirst(lambda: self._named(event, picture))
        user = profile.take_in(db, event.user_id, asked.name if asked is not None else None, known)
        was_away = user.blocked_at is not None
        if event.reply_token or event.kind == "follow":  # who writes to us has not blocked us
            profile.note_friendship(db, user, event.channel, follows=event.kind == "follow")
        context = self._context(db, event, user, was_away, picture)
        if event.kind != "unfollow":
            note_heard(user, context.now)
        result = router.route(context)
        if result is None:
            log.warning("no handler", kind=event.kind)
            return Outcome("unhandled")
        name, answer = result
        return Outcome(name, self._after_commit(db, event, user, answer))

    def _context(
        self, db: DbSession, event: LineEvent, user: User, was_away: bool, picture: Picture | None
    ) -> Context:
        session = latest_session(db, user.id, lock=True)
        now = database_now(db)
        return Context(
            event=event,
            origin=_origin(event),
            db=db,
            user=user,
            was_away=was_away,
            session=session,
            step=next_step(session),
            steps=Steps(
                db, user, now, self.text_promise, self.shop, self.renderer.links, self.renderer.terms
            ),
            now=now,
            apps=self.apps,
            shop=self.shop,
            caps=self.caps,
            picture=picture,
        )

    def _after_commit(
        self, db: DbSession, event: LineEvent, user: User, answer: Answer
    ) -> Callable[[], None] | None:
        if answer is None:
            return None
        if not isinstance(answer, Say):
            return lambda: self._show_thinking(event)
        if event.reply_token and answer.has_room and profile.ask_to_add(db, user, event.channel):
            answer = answer.and_then(text_bubble(phrasebook.PLEASE_ADD))
        message = self._reply(event, user, answer)
        if not has_live_token(message, database_now(db)) or asks_for_consent(message):
            owe(db, message)
            return lambda: self.delivery.deliver(message.id)
        parcel = self.delivery.begin_reply(db, message, user)
        return lambda: self.delivery.send_reply(parcel)

    def _reply(self, event: LineEvent, user: User, answer: Say) -> Message:
        return new_message(
            user.id,
            MessageType.NOTICE,
            text=answer.text,
            room=answer.room,
            topic=answer.topic,
            channel=event.channel,
            line_body=self.renderer.with_senders(answer),
            reply_token=event.reply_token,
            reply_until=event.reply_until,
        )

    def _show_thinking(self, event: LineEvent) -> None:
        try:
            self.line.client(event.channel).show_loading(event.user_id)
        except (LineError, ConfigurationError) as error:
            log.info("no loading animation", error=type(error).__name__)  # an ornament


def _of_nobody(db: DbSession, event: LineEvent) -> Outcome:
    """Who has left, and then blocks us, is not taken in again for that."""
    if event.unsent_message_id is not None:
        note_unsent(db, event.unsent_message_id)
    forget_event(db, event.inbox_event_id)
    return Outcome("nobody")


def _origin(event: LineEvent) -> Origin:
    return Origin(
        channel=event.channel,
        line_message_id=event.message_id,
        quote_token=event.quote_token,
        quoted_message_id=event.quoted_message_id,
        reply_token=event.reply_token,
        reply_until=event.reply_until,
        inbox_event_id=event.inbox_event_id,
        sent_at=event.at,
    )
