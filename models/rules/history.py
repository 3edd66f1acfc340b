"""What a learner's rows tell of the time before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func
from sqlalchemy.orm import joinedload
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.coaching import CoachingText, VideoAnalysis
from models.media import LIVE, UNWANTED, Media, MediaKind
from models.rules.findings import NO_FAULT, FindingKind
from models.rules.promise import LAST_SESSIONS
from models.session import CookingSession, StageName, StageRun
from models.verdict import Verdict


@dataclass(frozen=True)
class Attempt:
    """One at a dish that was coached."""

    number: int
    analysis: VideoAnalysis
    coaching: CoachingText


def attempts_before(db: DbSession, session: CookingSession) -> Sequence[Attempt]:
    """At the same dish, oldest first. Of footage that its learner took back nothing is taken up again."""
    if session.session_number == 1:
        return ()
    same = CookingSession.user_id == session.user_id, CookingSession.dish_id == session.dish_id
    earlier = select(CookingSession).where(*same, CookingSession.session_number < session.session_number)
    cooks = [
        each
        for each in db.exec(earlier.order_by(col(CookingSession.session_number)))
        if each.coaching_text and each.video_analysis and not is_taken_back(each)
    ]
    faults = judged_faults(db, cooks)
    return [
        Attempt(
            each.session_number,
            _analysis(each, faults[each.id]),
            CoachingText.model_validate(each.coaching_text),
        )
        for each in cooks
    ]


def judged_faults(db: DbSession, cooks: Sequence[CookingSession]) -> Mapping[int, str | None]:
    """What went wrong, by the cooks' ids: by the newest word of a coach, else as the AI found."""
    found = {cook.id: cook.video_analysis.get("fault") for cook in cooks if cook.video_analysis}
    said = (
        select(Verdict)
        .where(col(Verdict.session_id).in_(found), Verdict.finding == FindingKind.FAULT)
        .where(col(Verdict.true_fault).is_not(None))
    )
    faults = dict(found)
    for each in db.exec(said.order_by(col(Verdict.id))):
        if each.found == (found[each.session_id] or NO_FAULT):  # an analysis made anew was not judged yet
            faults[each.session_id] = each.true_fault if each.true_fault != NO_FAULT else None
    return faults


def judged_analysis(db: DbSession, cook: CookingSession) -> VideoAnalysis:
    return _analysis(cook, judged_faults(db, [cook])[cook.id])


def _analysis(cook: CookingSession, fault: str | None) -> VideoAnalysis:
    return VideoAnalysis.model_validate(cook.video_analysis).model_copy(update={"fault": fault})


def is_taken_back(session: CookingSession) -> bool:
    """The clip that was coached is gone by its learner's wish."""
    clips = [media for media in session.media if media.kind == MediaKind.VIDEO]
    return session.video is None and any(clip.reason in UNWANTED for clip in clips)


def last_coached(session: CookingSession) -> ScalarSelect[datetime | None]:
    """When the learner last got a coaching text before this session (UTC), asked within another statement."""
    others = CookingSession.user_id == session.user_id, CookingSession.id != session.id
    return select(func.max(CookingSession.coaching_text_delivered_at)).where(*others).scalar_subquery()


def sessions_of(db: DbSession, user_id: int) -> Sequence[CookingSession]:
    """All of a learner's sessions, oldest first."""
    return db.exec(
        select(CookingSession).where(CookingSession.user_id == user_id).order_by(col(CookingSession.id))
    ).all()


def latest_session(db: DbSession, user_id: int, *, lock: bool = False) -> CookingSession | None:
    """The one a learner is at, with its dish. With `lock` no stage that finishes meanwhile overwrites what is changed in
    it; what was sent for it is read by a statement of its own then, as it is once the lock is had."""
    statement = (
        select(CookingSession)
        .where(CookingSession.user_id == user_id)
        .order_by(col(CookingSession.created_at).desc(), col(CookingSession.id).desc())
        .limit(1)
        .options(joinedload(CookingSession.dish))  # type: ignore[arg-type]
    )
    if lock:
        statement = statement.with_for_update(of=CookingSession)
    else:
        statement = statement.options(joinedload(CookingSession.media))  # type: ignore[arg-type]
    return db.exec(statement).unique().first()


def waiting_times(db: DbSession) -> list[timedelta]:
    """From the video to the written text, for the latest sessions of all learners.

    Not to its delivery: what waited for a blocked learner or for the quota says nothing of our speed.
    """
    latest = (
        select(StageRun.session_id, StageRun.finished_at)
        .where(StageRun.stage == StageName.COACH_TEXT, col(StageRun.finished_at).is_not(None))
        .order_by(col(StageRun.finished_at).desc())
        .limit(LAST_SESSIONS)
        .subquery()
    )
    statement = (
        select(Media.received_at, latest.c.finished_at)
        .join(latest, col(Media.session_id) == latest.c.session_id)
        .where(Media.kind == MediaKind.VIDEO, Media.position == 1, col(Media.state).in_(LIVE))
    )
    return [written - received for received, written in db.exec(statement)]


def rendering_times(db: DbSession) -> list[timedelta]:
    """From the written text to the coaching video, for the latest sessions of all learners."""
    latest = (
        select(StageRun.session_id, StageRun.finished_at)
        .where(StageRun.stage == StageName.PRODUCE_VIDEO, col(StageRun.finished_at).is_not(None))
        .order_by(col(StageRun.finished_at).desc())
        .limit(LAST_SESSIONS)
        .subquery()
    )
    statement = (
        select(StageRun.finished_at, latest.c.finished_at)
        .join(latest, col(StageRun.session_id) == latest.c.session_id)
        .where(StageRun.stage == StageName.COACH_TEXT, col(StageRun.finished_at).is_not(None))
    )
    return [shown - written for written, shown in db.exec(statement) if written is not None]
