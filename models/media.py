"""What learners send to be seen or heard: a row for each clip, photo, memo and spoken question."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from models.base import enum_column, json_column, time_column
from models.lease import LeaseColumns, due_index, parked_index


class MediaKind(StrEnum):
    VIDEO = "video"
    MEMO = "memo"
    VOICE_QUESTION = "voice_question"
    PHOTO = "photo"  # of the dish
    FILE = "file"  # not known yet: once it is here its streams tell which of the others it is


class MediaSource(StrEnum):
    LINE = "line"  # fetched from LINE by the message's id, with a token of its own channel
    UPLOAD = "upload"  # put into the store by ourselves


class MediaState(StrEnum):
    OWED = "owed"  # not here yet, or not looked into
    STORED = "stored"
    REJECTED = "rejected"  # can't be used, for `reason`
    WITHDRAWN = "withdrawn"  # the learner took it back, or sent another in its place
    PURGED = "purged"  # rejected or withdrawn, and our copies are deleted


LIVE = (MediaState.OWED, MediaState.STORED)


class Media(LeaseColumns, table=True):
    """The work it owes: while owed, to be fetched and looked into; once rejected or withdrawn, to be purged."""

    __tablename__ = "media"
    __table_args__ = (
        due_index("media"),
        parked_index("media"),
        Index(
            "uq_media_line_message_id",
            "line_message_id",
            unique=True,
            postgresql_where="line_message_id IS NOT NULL",
        ),
        Index("ix_media_session_id", "session_id"),
        # Sent before its dish was chosen.
        Index(
            "ix_media_unplaced",
            "user_id",
            postgresql_where="session_id IS NULL AND state IN ('owed', 'stored')",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    session_id: int | None = Field(default=None, foreign_key="session.id", ondelete="SET NULL")
    message_id: int | None = Field(
        default=None, foreign_key="message.id", unique=True, ondelete="SET NULL"
    )  # by which it came
    position: int = Field(default=1)  # among those of its session and kind
    kind: MediaKind = Field(sa_column=enum_column(MediaKind))
    source: MediaSource = Field(sa_column=enum_column(MediaSource))
    channel: str = Field(default="", max_length=64)  # of LINE
    line_message_id: str | None = Field(default=None, max_length=64)
    object_key: str = Field(unique=True)
    facts: dict[str, Any] = Field(
        default_factory=dict, sa_column=json_column()
    )  # VideoFacts, AudioFacts or PhotoFacts
    # What the analysis looks at: the video's own object where it serves (pipeline/media/view.py).
    view_key: str = Field(default="", sa_column_kwargs={"server_default": ""})
    state: MediaState = Field(
        default=MediaState.OWED, sa_column=enum_column(MediaState, default=MediaState.OWED)
    )
    reason: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    # By LINE's clock, which tells the order of several clips; by ours where they came otherwise.
    sent_at: datetime | None = Field(default=None, sa_column=time_column())
    received_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    started_at: datetime | None = Field(default=None, sa_column=time_column())
    stored_at: datetime | None = Field(default=None, sa_column=time_column())
    purged_at: datetime | None = Field(default=None, sa_column=time_column())

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_stored(self) -> bool:
        return self.state == MediaState.STORED
