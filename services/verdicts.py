"""A coach says of what the AI found whether it is so; and where it is not, what is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from knowledge_base.catalogue import load
from models.coach import Coach
from models.coaching import VideoAnalysis
from models.dish import Dish
from models.rules.findings import NO_FAULT, Finding, FindingKind, findings_of
from models.rules.history import judged_faults
from models.rules.progression import rejudge
from models.session import CookingSession
from models.verdict import Verdict
from services.coaches import audit
from services.profile import learner_state

LONGEST_WORDS = 500


class FindingGone(MomentError):
    """The video was looked at anew, or taken back: the AI says that no more."""

    words = "console.finding_gone"


class VerdictUnfit(MomentError):
    """Of what went wrong it is only said that it is something else; or its words are too long."""

    words = "console.verdict_unfit"


@dataclass(frozen=True)
class Denial:
    """What is so instead. `true_fault`: of the dish, or NO_FAULT; None where only `words` tell."""

    true_fault: str | None = None
    second: float | None = None
    words: str = ""


@dataclass(frozen=True)
class Given:
    """`by` is the coach's name."""

    verdict: Verdict
    by: str


def confirm(db: DbSession, session: CookingSession, coach_id: int, key: str) -> Verdict:
    """Raises FindingGone."""
    finding = _finding(session, key)
    true_fault = finding.found if finding.kind is FindingKind.FAULT else None
    return _add(
        db, session, coach_id, finding, is_confirmed=True, true_fault=true_fault, second=finding.second
    )


def deny(db: DbSession, session: CookingSession, coach_id: int, key: str, denial: Denial) -> Verdict:
    """Raises FindingGone, VerdictUnfit."""
    finding, words = _finding(session, key), denial.words.strip()
    true_fault = denial.true_fault if finding.kind is FindingKind.FAULT else None
    if len(words) > LONGEST_WORDS:
        raise VerdictUnfit(f"{len(words)} characters")
    if true_fault is not None and true_fault not in _possible(db, session, finding):
        raise VerdictUnfit(f"'{true_fault}' is nothing else that can go wrong here")
    if finding.kind is FindingKind.FAULT and true_fault is None and not words:
        raise VerdictUnfit("neither a fault nor words")
    return _add(
        db,
        session,
        coach_id,
        finding,
        is_confirmed=False,
        true_fault=true_fault,
        second=denial.second,
        words=words,
    )


def verdicts_of(db: DbSession, session: CookingSession) -> Mapping[str, Sequence[Given]]:
    """Of what the AI says now, by the finding's key: the newest of each coach, the oldest of these first."""
    said = select(Verdict, Coach.name).outerjoin(Coach, col(Coach.id) == col(Verdict.coach_id))
    rows = db.exec(said.where(Verdict.session_id == session.id).order_by(col(Verdict.id))).all()
    newest = {(verdict.finding, verdict.coach_id): Given(verdict, name or "") for verdict, name in rows}
    given: dict[str, list[Given]] = {}
    current = {finding.key: finding.found for finding in _findings(session)}
    for each in sorted(newest.values(), key=lambda given: given.verdict.id):
        if current.get(each.verdict.finding) == each.verdict.found:
            given.setdefault(each.verdict.finding, []).append(each)
    return given


def faults_of(dish: Dish) -> Sequence[str]:
    """What can go wrong, likeliest first; none of a dish that is taught no more."""
    guide = load().dishes.get(dish.slug)
    return guide.faults if guide is not None else ()


def _findings(session: CookingSession) -> Sequence[Finding]:
    if not session.video_analysis:
        return []
    return findings_of(VideoAnalysis.model_validate(session.video_analysis))


def _finding(session: CookingSession, key: str) -> Finding:
    """Raises FindingGone."""
    finding = next((each for each in _findings(session) if each.key == key), None)
    if finding is None:
        raise FindingGone(f"'{key}' of session {session.id}")
    return finding


def _possible(db: DbSession, session: CookingSession, finding: Finding) -> frozenset[str]:
    dish = db.get_one(Dish, session.dish_id)
    return frozenset((*faults_of(dish), NO_FAULT)) - {finding.found}


def _add(
    db: DbSession,
    session: CookingSession,
    coach_id: int,
    finding: Finding,
    *,
    is_confirmed: bool,
    true_fault: str | None,
    second: float | None,
    words: str = "",
) -> Verdict:
    verdict = Verdict(
        session_id=session.id,
        coach_id=coach_id,
        finding=finding.key,
        found=finding.found,
        is_confirmed=is_confirmed,
        true_fault=true_fault,
        second=second,
        words=words,
    )
    db.add(verdict)
    audit(
        db,
        coach_id,
        "verdict",
        user_id=session.user_id,
        session_id=session.id,
        finding=finding.key,
        is_confirmed=is_confirmed,
        true_fault=true_fault,
    )
    db.flush()
    if finding.kind is FindingKind.FAULT and session.coaching_text:
        _tell_progress(db, session)
    return verdict


def _tell_progress(db: DbSession, session: CookingSession) -> None:
    """What recurs, and what the next attempt looks for, follows the coach's word."""
    dish, fault = db.get_one(Dish, session.dish_id), judged_faults(db, [session])[session.id]
    rejudge(learner_state(db, session.user_id), dish.slug, session.session_number, fault)
