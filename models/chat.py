"""The rooms and their messages. A message row that is ours to send is also the outbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import enum_column, json_column, time_column
from models.lease import LeaseColumns, due_index, parked_index


class RoomType(StrEnum):
    COOKING_VIDEOS = "cooking_videos"
    COACHING = "coaching"


class ChatRoom(SQLModel, table=True):
    __tablename__ = "chatroom"
    __table_args__ = (UniqueConstraint("user_id", "room_type"),)

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    room_type: RoomType = Field(sa_column=enum_column(RoomType))
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))


def rooms_of(user_id: int) -> SelectOfScalar[int]:
    """The ids of a learner's rooms, for a query of what was said in them."""
    return select(ChatRoom.id).where(ChatRoom.user_id == user_id)


def rooms_beside(room_id: int) -> SelectOfScalar[int]:
    """The ids of the same learner's rooms, this one among them."""
    learner = select(ChatRoom.user_id).where(ChatRoom.id == room_id).scalar_subquery()
    return select(ChatRoom.id).where(ChatRoom.user_id == learner)


class Sender(StrEnum):
    USER = "user"
    AI = "ai"
    SYSTEM = "system"
    COACH = "coach"  # a person


class MessageType(StrEnum):
    """What a row is to the conversation; also the design document's `metadata.type`."""

    # sent once a session at most, which an index guards
    COOKING_VIDEO = "cooking_video"
    COACHING_READY = "coaching_ready"
    COACHING_VIDEO = "coaching_video"
    COACHING_FAILED = "coaching_failed"
    # sent as often as needed
    NOTICE = "notice"
    STILL_WORKING = "still_working"
    ANSWER = "answer"
    PLAN_NEWS = "plan_news"
    FILM = "film"  # of the first and the third attempt
    COACH = "coach"  # a person's own words
    COACHING_CORRECTED = "coaching_corrected"  # by a person, after it was sent
    COACHING_VIDEO_CORRECTED = "coaching_video_corrected"
    HANDOVER_BEGUN = "handover_begun"  # tells that a person has the thread from now on
    HANDOVER_ENDED = "handover_ended"
    # what the learner sent
    TEXT = "text"
    QUESTION = "question"
    VIDEO = "video"
    AUDIO = "audio"
    PHOTO = "photo"
    OTHER = "other"


class Topic(StrEnum):
    """What a message of ours is about, where that is looked up later: `metadata.topic`."""

    QUIZ_OFFER = "quiz_offer"
    QUIZ_NAME = "quiz_name"  # asks what to call the learner
    QUIZ_DONE = "quiz_done"
    PLAN_OFFER = "plan_offer"
    REMINDER = "reminder"  # of where they left, to a learner who is away
    LAST_RESULT = "last_result"  # a cook's coaching, shown once more
    PROGRESS = "progress"  # what is true now alone, and never worth a push
    FILM_OFFER = "film_offer"
    EXPORT = "export"  # the link to a learner's data: `metadata.export_id`
    CONSENT = "consent"  # asks whether footage may be looked at
    DANGER = "danger"  # what is done about it: an answer that waits for nobody
    CALL = "call"  # what was practised in a call: told with another reply, or not at all
    HANDOVER = "handover"  # a coach's words that bring the line that a person speaks now


class Attachment(StrEnum):
    """What a coach sends besides words: `metadata.attachment`; its object is `metadata.key`, a video's the message's own."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"


class WaitReason(StrEnum):
    """What a message that is owed waits for, other than its next try."""

    UNBLOCK = "unblock"  # the learner has blocked all accounts, or added none
    EARLIER_MESSAGE = "earlier_message"  # of the same session
    QUOTA = "quota"  # the month's pushes are used up
    COACH = "coach"  # who has the thread, and sends it or gives it up
    REVIEW = "review"  # a coach's eye, until its pause is over


COACHED = "kind IN ('coaching_ready', 'coaching_video') AND delivered_at IS NOT NULL"
OWED = "retry_key IS NOT NULL AND delivered_at IS NULL AND parked_at IS NULL"
PUSHED = "delivered_by = 'push' AND delivered_at IS NOT NULL"
# As words are looked for: full and half width, large and small letters are one.
FOLDED = "lower(normalize(text, NFKC))"


class Message(LeaseColumns, table=True):
    """Owed to LINE while `retry_key` is set and neither `delivered_at` nor `parked_at` is.

    The work it owes: a message of ours, to be delivered; a learner's question, to be answered.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(text = '') <> (video_gcs_path = '')", name="text_or_video"),
        Index(
            "uq_message_once_per_session",
            "session_id",
            "kind",
            unique=True,
            postgresql_where=text(
                "kind IN ('cooking_video', 'coaching_ready', 'coaching_video', 'coaching_failed')"
            ),
        ),
        due_index("message"),
        parked_index("message"),
        # How long learners wait for their coaching: two rows a session.
        Index("ix_message_coached", "delivered_at", postgresql_where=text(COACHED)),
        Index("ix_message_owed", "chat_room_id", "id", postgresql_where=text(OWED)),
        # What LINE counts: the month's are summed up.
        Index("ix_message_pushed", "delivered_at", postgresql_where=text(PUSHED)),
        Index(
            "ix_message_words",
            literal_column(FOLDED).label("words"),
            postgresql_using="gin",
            postgresql_ops={"words": "gin_trgm_ops"},
        ),
        Index(
            "uq_message_once_per_handover",
            "handover_id",
            "kind",
            unique=True,
            postgresql_where=text("kind IN ('handover_begun', 'handover_ended')"),
        ),
        Index("ix_message_coach_id", "coach_id", postgresql_where=text("coach_id IS NOT NULL")),
        Index("ix_message_handover_id", "handover_id", postgresql_where=text("handover_id IS NOT NULL")),
        Index("ix_message_carrier_id", "carrier_id", postgresql_where=text("carrier_id IS NOT NULL")),
        Index("ix_message_part_of_id", "part_of_id", postgresql_where=text("part_of_id IS NOT NULL")),
        Index("ix_message_chat_room_id", "chat_room_id", "id"),
        Index("ix_message_session_id", "session_id", "id"),
    )

    id: int = Field(default=None, primary_key=True)
    chat_room_id: int = Field(foreign_key="chatroom.id", ondelete="CASCADE")
    sender: Sender = Field(sa_column=enum_column(Sender))
    session_id: int | None = Field(default=None, foreign_key="session.id", ondelete="SET NULL")
    kind: MessageType = Field(sa_column=enum_column(MessageType))

    text: str = Field(default="")
    video_gcs_path: str = Field(default="")
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=json_column("metadata"))
    answers_id: int | None = Field(default=None, foreign_key="message.id", unique=True, ondelete="SET NULL")
    # The question that this text belongs to, which owes the answer to both (services/bursts.py).
    part_of_id: int | None = Field(default=None, foreign_key="message.id", ondelete="SET NULL")

    # of what a person said, and of the lines at either end of it
    coach_id: int | None = Field(default=None, foreign_key="coach.id", ondelete="SET NULL")
    handover_id: int | None = Field(default=None, foreign_key="handover.id", ondelete="SET NULL")

    # of what the learner sent
    inbox_event_id: int | None = Field(default=None, foreign_key="inbox_event.id", ondelete="SET NULL")
    quote_token: str | None = Field(default=None)  # ours has one, too: of its first bubble that has
    quoted_message_id: str | None = Field(
        default=None, max_length=64
    )  # LINE's id of the bubble it replies to
    unsent_at: datetime | None = Field(default=None, sa_column=time_column())
    usage: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())  # what its answer took
    # An answer's, where it is spoken too: milliseconds. The speech lies beside the recording that asked.
    speech_ms: int | None = Field(default=None)

    # of both directions
    channel: str = Field(default="", max_length=64)  # "": the room's own
    line_message_id: str | None = Field(default=None, index=True, max_length=64)
    reply_token: str | None = Field(default=None, max_length=128)
    reply_until: datetime | None = Field(default=None, sa_column=time_column())

    # delivery
    line_body: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    retry_key: UUID | None = Field(default=None)
    first_attempted_at: datetime | None = Field(default=None, sa_column=time_column())
    attempted_at: datetime | None = Field(default=None, sa_column=time_column())
    waits_for: WaitReason | None = Field(default=None, sa_column=enum_column(WaitReason, nullable=True))
    delivered_at: datetime | None = Field(default=None, sa_column=time_column())
    delivered_by: str = Field(default="", max_length=8)  # "reply" or "push"
    # A try by reply was made, and LINE has not said that it did not take it.
    reply_may_be_taken: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    # The reply that this message rides on, until it is known what became of that.
    carrier_id: int | None = Field(default=None, foreign_key="message.id", ondelete="SET NULL")
    line_request_id: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    watched_at: datetime | None = Field(default=None, sa_column=time_column())  # the video, to its end

    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))

    @property
    def is_owed(self) -> bool:
        return self.retry_key is not None and self.delivered_at is None and self.parked_at is None


class SentBubble(SQLModel, table=True):
    """A bubble as LINE knows it: a message may be several, and a learner may reply to any of them."""

    __tablename__ = "sent_bubble"

    line_message_id: str = Field(primary_key=True, max_length=64)
    message_id: int = Field(foreign_key="message.id", ondelete="CASCADE", index=True)
