"""The rooms and their messages. A message row that is ours to send is also the outbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import enum_column, json_column, time_column, utc_now


class RoomType(StrEnum):
    COOKING_VIDEOS = "cooking_videos"
    COACHING = "coaching"


class ChatRoom(SQLModel, table=True):
    __tablename__ = "chatroom"
    __table_args__ = (UniqueConstraint("user_id", "room_type"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    room_type: RoomType = Field(sa_column=enum_column(RoomType))
    created_at: datetime = Field(default_factory=utc_now, sa_column=time_column(nullable=False))


class Sender(StrEnum):
    USER = "user"
    AI = "ai"
    SYSTEM = "system"


class MessageType(StrEnum):
    """`metadata.type`: what a row is to the conversation."""

    # sent once a session at most, which an index guards
    COOKING_VIDEO = "cooking_video"
    COACHING_READY = "coaching_ready"
    COACHING_VIDEO = "coaching_video"
    COACHING_FAILED = "coaching_failed"
    # sent as often as needed
    NOTICE = "notice"
    STILL_WORKING = "still_working"
    ANSWER = "answer"
    # what the learner sent
    TEXT = "text"
    QUESTION = "question"
    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


class Message(SQLModel, table=True):
    """Owed to LINE while `retry_key` is set and neither `delivered_at` nor `parked_at` is."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(text = '') <> (video_gcs_path = '')", name="text_or_video"),
        Index(
            "uq_message_once_per_session",
            "session_id",
            text("(metadata ->> 'type')"),
            unique=True,
            postgresql_where=text(
                "(metadata ->> 'type') IN ('cooking_video', 'coaching_ready', 'coaching_video', 'coaching_failed')"
            ),
        ),
        Index(
            "ix_message_owed",
            "next_attempt_at",
            postgresql_where=text("retry_key IS NOT NULL AND delivered_at IS NULL AND parked_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    chat_room_id: int = Field(foreign_key="chatroom.id", index=True, ondelete="CASCADE")
    sender: Sender = Field(sa_column=enum_column(Sender))
    session_id: int | None = Field(default=None, foreign_key="session.id", index=True, ondelete="SET NULL")

    text: str = Field(default="")
    video_gcs_path: str = Field(default="")
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=json_column("metadata"))
    answers_id: int | None = Field(default=None, foreign_key="message.id", unique=True, ondelete="SET NULL")

    # delivery
    channel: str = Field(default="", max_length=64)
    line_body: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    retry_key: UUID | None = Field(default=None)
    reply_token: str | None = Field(default=None, max_length=128)
    reply_until: datetime | None = Field(default=None, sa_column=time_column())
    attempts: int = Field(default=0)
    first_attempted_at: datetime | None = Field(default=None, sa_column=time_column())
    attempted_at: datetime | None = Field(default=None, sa_column=time_column())
    next_attempt_at: datetime | None = Field(default=None, sa_column=time_column())
    delivered_at: datetime | None = Field(default=None, sa_column=time_column())
    delivered_by: str = Field(default="", max_length=8)  # "reply" or "push"
    parked_at: datetime | None = Field(default=None, sa_column=time_column())
    line_message_id: str | None = Field(default=None, index=True, max_length=64)
    quote_token: str | None = Field(default=None)
    error: str = Field(default="")

    created_at: datetime = Field(default_factory=utc_now, sa_column=time_column(nullable=False))
