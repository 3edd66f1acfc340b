"""Files on their way from a learner's own browser into the store: a row for each."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field

from models.base import enum_column, time_column
from models.lease import LeaseColumns, due_index, parked_index
from models.media import MediaKind


class Upload(LeaseColumns, table=True):
    """Open until it is completed or cancelled. The work it owes: while open, to be looked for, should its page have ended
    after the last byte; once cancelled, to be purged."""

    __tablename__ = "upload"
    __table_args__ = (
        due_index("upload"),
        parked_index("upload"),
        # The same file goes on where it was.
        Index(
            "uq_upload_open",
            "user_id",
            "kind",
            "fingerprint",
            unique=True,
            postgresql_where="completed_at IS NULL AND cancelled_at IS NULL",
        ),
        Index("ix_upload_session_id", "session_id"),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    # For which cook it was opened; what it comes to is decided once it is here. None: for whichever waits then.
    session_id: int | None = Field(default=None, foreign_key="session.id", ondelete="SET NULL")
    media_id: int | None = Field(default=None, foreign_key="media.id", unique=True, ondelete="SET NULL")
    kind: MediaKind = Field(sa_column=enum_column(MediaKind))
    fingerprint: (
        bytes  # SHA-256 of what tells the file from others; its name is a learner's word and not kept
    )
    size: int = Field(sa_column=Column(BigInteger, nullable=False))  # bytes
    object_key: str = Field(unique=True)
    # Where the bytes are sent to. Whoever knows it can send: never logged, and blank once nothing is to come.
    place: str = Field(default="", sa_column_kwargs={"server_default": ""})
    opened_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    touched_at: datetime = Field(default=None, sa_column=time_column(nullable=False))  # by its page
    completed_at: datetime | None = Field(default=None, sa_column=time_column())
    cancelled_at: datetime | None = Field(default=None, sa_column=time_column())

    @property
    def is_open(self) -> bool:
        return self.completed_at is None and self.cancelled_at is None
