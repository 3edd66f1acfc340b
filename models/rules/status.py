"""What the design document's `session.status` says, read off the rows. The scheduler alone writes it down."""

from collections.abc import Collection

from models.session import OPTIONAL_STAGES, CookingSession, SessionStatus


def session_status(session: CookingSession, parked: Collection[str]) -> SessionStatus:
    """`parked` are the names of the session's stages that were given up."""
    if has_failed(session, parked):
        return SessionStatus.FAILED
    if session.coaching_video_gcs_path:
        return SessionStatus.COMPLETED
    if session.coaching_text:
        # A learner who takes the footage back after the text gets no video of it.
        return SessionStatus.TEXT_READY if session.video else SessionStatus.COMPLETED
    if session.pipeline_job_id:
        return SessionStatus.PROCESSING
    return SessionStatus.UPLOADED if session.raw_video_url else SessionStatus.PENDING_UPLOAD


def has_failed(session: CookingSession, parked: Collection[str]) -> bool:
    """The coaching can go on without a memo, and needs no film, but can do without nothing else."""
    video = session.video
    return (video is not None and video.parked_at is not None) or bool(set(parked) - OPTIONAL_STAGES)
