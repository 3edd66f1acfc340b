"""One cook of one dish, and the runs of its pipeline stages."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, UniqueConstraint, text
from sqlmodel import Field, Relationship, SQLModel

from models.base import enum_column, json_column, time_column
from models.dish import Dish
from models.lease import LeaseColumns, due_index, parked_index
from models.media import Media, MediaKind
from models.user import User


class SessionStatus(StrEnum):
    PENDING_UPLOAD = "pending_upload"
    UPLOADED = "uploaded"
    PROCESSING = "processing"
    TEXT_READY = "text_ready"
    COMPLETED = "completed"
    FAILED = "failed"


class StageName(StrEnum):
    """The pipeline's stages; what each needs and yields stands in pipeline/graph.py."""

    PREPARE_VIDEO = "prepare_video"
    TRANSCRIBE_MEMO = "transcribe_memo"
    EXTRACT_ENTITIES = "extract_entities"
    ANALYZE_VIDEO = "analyze_video"
    RETRIEVE = "retrieve"
    COACH_TEXT = "coach_text"
    NARRATE = "narrate"
    PRODUCE_VIDEO = "produce_video"
    PRODUCE_FILM = "produce_film"  # of the third attempt beside the first: no step of the coaching


MEMO_STAGES = frozenset({StageName.TRANSCRIBE_MEMO, StageName.EXTRACT_ENTITIES})
# Given up, they fail no session: the coaching does without what they would have yielded.
OPTIONAL_STAGES = MEMO_STAGES | {StageName.PRODUCE_FILM}
VIDEO_STAGES = frozenset(StageName) - MEMO_STAGES


_ONLY_WITH_IT = {"lazy": "raise", "viewonly": True}


HAS_FEELING = "structured_input ->> 'emotional_state' <> ''"  # their memo told one
IS_UNSURE = "video_analysis ->> 'confidence' = 'low'"
IS_UNDER_WAY = "status IN ('processing', 'text_ready')"


class CookingSession(SQLModel, table=True):
    """The design document's Session (the name is the database's own in SQLModel). Max 3 per dish."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("user_id", "dish_id", "session_number"),
        CheckConstraint("session_number IN (1, 2, 3)", name="session_number_1_to_3"),
        due_index("session"),
        # The few that a coach should see.
        Index("ix_session_failed", "user_id", postgresql_where=text("status = 'failed'")),
        Index("ix_session_feeling", "user_id", postgresql_where=text(HAS_FEELING)),
        Index("ix_session_unsure", "user_id", postgresql_where=text(IS_UNSURE)),
        # Looked through every minute for those that nothing drives on.
        Index("ix_session_under_way", "updated_at", postgresql_where=text(IS_UNDER_WAY)),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    dish_id: int = Field(foreign_key="dish.id")
    session_number: int

    # What the learner sent; each file is a row of `media`. The two paths are those of the live ones.
    raw_video_url: str = Field(default="")
    voice_memo_url: str | None = Field(default=None)
    memo_skipped: bool = Field(default=False)
    # They have said since that it is another dish they cook: of a video that comes it is asked which.
    other_dish_wished: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    self_ratings: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    voice_transcript: str = Field(default="")  # heard in the memo, or written by the learner instead
    structured_input: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())

    # Written by the scheduler alone, from models/rules/status.py.
    status: SessionStatus = Field(
        default=SessionStatus.PENDING_UPLOAD,
        sa_column=enum_column(SessionStatus, default=SessionStatus.PENDING_UPLOAD),
    )
    pipeline_job_id: UUID | None = Field(default=None)
    pipeline_started_at: datetime | None = Field(default=None, sa_column=time_column())
    pipeline_error: str = Field(default="")
    # From when the scheduler must look at the session again; None: nothing new to see.
    nudge_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    video_analysis: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    retrieved_principles: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=json_column(default="[]")
    )
    coaching_text: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    coaching_text_delivered_at: datetime | None = Field(default=None, sa_column=time_column())
    narration_script: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    # How many renders of a coaching video were begun; each lies under keys of its own.
    videos_begun: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    coaching_video_gcs_path: str = Field(default="")
    coaching_preview_gcs_path: str = Field(default="")
    coaching_cut: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())  # {}: not known
    # Of a third attempt: the film of it beside the first.
    film_gcs_path: str = Field(default="", sa_column_kwargs={"server_default": ""})
    film_preview_gcs_path: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # A FilmRequest: the learner has asked for it themselves, and waits.
    film_request: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())

    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    updated_at: datetime = Field(default=None, sa_column=time_column(nullable=False, touch=True))

    media: list[Media] = Relationship(
        sa_relationship_kwargs={"lazy": "selectin", "order_by": "Media.position", "passive_deletes": True},
    )
    # Only where they are read with the session (`Scheduler.lock`).
    runs: list["StageRun"] = Relationship(sa_relationship_kwargs=_ONLY_WITH_IT)
    user: User = Relationship(sa_relationship_kwargs=_ONLY_WITH_IT)
    dish: Dish = Relationship(sa_relationship_kwargs=_ONLY_WITH_IT)

    @property
    def videos(self) -> Sequence[Media]:
        """The clips of this cook, in order; neither rejected nor taken back."""
        clips = [media for media in self.media if media.kind == MediaKind.VIDEO and media.is_live]
        return sorted(clips, key=lambda clip: clip.position)

    @property
    def video(self) -> Media | None:
        return next(iter(self.videos), None)

    @property
    def photos(self) -> Sequence[Media]:
        """Of the dish, in the order in which they came; neither rejected nor taken back."""
        return [media for media in self.media if media.kind == MediaKind.PHOTO and media.is_live]

    @property
    def files(self) -> Sequence[Media]:
        """Not known yet to be a video or a memo of this cook."""
        return [media for media in self.media if media.kind == MediaKind.FILE and media.is_live]

    @property
    def memo(self) -> Media | None:
        return next((media for media in self.media if media.kind == MediaKind.MEMO and media.is_live), None)

    @property
    def may_be_seen(self) -> bool:
        """Its learner has agreed to all its clips, and its memo, being looked at."""
        return all(each.may_be_seen for each in (*self.videos, self.memo) if each is not None)

    def run_of(self, stage: StageName) -> "StageRun | None":
        return next((run for run in self.runs if run.stage == stage), None)


class StageRun(LeaseColumns, table=True):
    """One stage of one session: who is at it, how often it was tried, what it took."""

    __tablename__ = "stage_run"
    __table_args__ = (
        UniqueConstraint("session_id", "stage"),
        due_index("stage_run"),
        parked_index("stage_run"),
        # The latest of a stage: how long learners wait, how fast the voice speaks.
        Index("ix_stage_run_finished", "stage", "finished_at", postgresql_where="finished_at IS NOT NULL"),
    )

    id: int = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="session.id", ondelete="CASCADE")
    stage: str = Field(max_length=32)
    job: str = Field(max_length=32)  # which actor runs it
    started_at: datetime | None = Field(default=None, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column())
    usage: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
