"""One cook of one dish, and the runs of its pipeline stages."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import enum_column, json_column, time_column, utc_now


class SessionStatus(StrEnum):
    PENDING_UPLOAD = "pending_upload"
    UPLOADED = "uploaded"
    PROCESSING = "processing"
    TEXT_READY = "text_ready"
    COMPLETED = "completed"
    FAILED = "failed"


class CookingSession(SQLModel, table=True):
    """The design document's Session (the name is the database's own in SQLModel). Max 3 per dish."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("user_id", "dish_id", "session_number"),
        CheckConstraint("session_number IN (1, 2, 3)", name="session_number_1_to_3"),
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    dish_id: int = Field(foreign_key="dish.id")
    session_number: int

    # What the learner sent. The *_message_id are LINE's, good only with a token of their own channel.
    video_channel: str = Field(default="", max_length=64)
    video_message_id: str | None = Field(default=None, max_length=64)
    video_received_at: datetime | None = Field(default=None, sa_column=time_column())
    raw_video_url: str = Field(default="")
    video_facts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    # What analysis and composition read: the raw video itself where it serves (pipeline/media/proxy.py).
    proxy_url: str = Field(default="", sa_column_kwargs={"server_default": ""})
    proxy_facts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    memo_channel: str = Field(default="", max_length=64)
    memo_message_id: str | None = Field(default=None, max_length=64)
    memo_skipped: bool = Field(default=False)
    voice_memo_url: str | None = Field(default=None)
    self_ratings: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    voice_transcript: str = Field(default="")
    structured_input: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())

    status: SessionStatus = Field(
        default=SessionStatus.PENDING_UPLOAD,
        sa_column=enum_column(SessionStatus, default=SessionStatus.PENDING_UPLOAD, index=True),
    )
    pipeline_job_id: UUID | None = Field(default=None)
    pipeline_started_at: datetime | None = Field(default=None, sa_column=time_column())
    pipeline_error: str = Field(default="")

    video_analysis: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    retrieved_principles: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=json_column(default="[]")
    )
    coaching_text: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    coaching_text_delivered_at: datetime | None = Field(default=None, sa_column=time_column())
    narration_script: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    coaching_video_gcs_path: str = Field(default="")
    coaching_preview_gcs_path: str = Field(default="")

    created_at: datetime = Field(default_factory=utc_now, sa_column=time_column(nullable=False))
    updated_at: datetime = Field(default_factory=utc_now, sa_column=time_column(nullable=False))


class StageRun(SQLModel, table=True):
    """One stage of one session: who holds it, how often it was tried, what it took.

    `attempt` is counted before the work starts, so a stage that kills its process is given up too.
    """

    __tablename__ = "stage_run"
    __table_args__ = (UniqueConstraint("session_id", "stage"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="session.id", index=True, ondelete="CASCADE")
    stage: str = Field(max_length=32)
    attempt: int = Field(default=0)
    lease_token: UUID | None = Field(default=None)
    leased_until: datetime | None = Field(default=None, sa_column=time_column())
    not_before: datetime | None = Field(default=None, sa_column=time_column())
    started_at: datetime | None = Field(default=None, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column())
    parked_at: datetime | None = Field(default=None, sa_column=time_column())
    error: str = Field(default="")
    usage: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
