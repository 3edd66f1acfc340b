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
EXPIRED = "expired"  # the reason of what was kept for as long as we keep it
# Reasons of what its learner wants gone; they stay once our copies are.
TAKEN_BACK, REFUSED, CONSENT_WITHDRAWN = "withdrawn", "refused", "consent_withdrawn"
UNWANTED = frozenset({TAKEN_BACK, REFUSED, CONSENT_WITHDRAWN})


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
        # What is kept for so long only: oldest first.
        Index("ix_media_kept", "received_at", postgresql_where="state = 'stored'"),
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
    # Under which it may be looked at (`models.consent`); None: it is only kept.
    consent_id: int | None = Field(default=None, foreign_key="consent.id", ondelete="SET NULL")
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

    @property
    def may_be_seen(self) -> bool:
        """Its learner has agreed to it being looked at, or listened to."""
        return self.consent_id is not None

    @property
    def is_expired(self) -> bool:
        """Kept for as long as we keep raw footage, and deleted; what was made of it stays."""
        return not self.is_live and self.reason == EXPIRED
