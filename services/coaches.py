"""The coaches: who is invited, who may see which learner, who leaves; and what they did, which is kept.

`by` is who changes it, a coach or None for the operator.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, true
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.base import database_now
from models.coach import AuditEntry, Coach, CoachAssignment, CoachInvitation, CoachRole, ConsoleSession
from models.user import User

INVITATION_LIFE = timedelta(days=7)
LONGEST_NAME = 16  # of LINE's 20 (LINE docs: Customize icon and display name): before it stands 「コーチ 」
MOST_FOUND = 20
_TOKEN_BYTES = 32


class CoachNameUnfit(MomentError):
    """LINE would show no such sender: empty, too long, on several lines, or with its own name in it."""

    words = "console.name_unfit"


class CoachNameTaken(MomentError):
    """A coach who has accepted their invitation has this name, and learners must tell two apart."""

    words = "console.name_taken"
    fix = "choose another name, or remove them first (`moment coach remove`)"


class CoachUnknown(MomentError):
    """None of ours, or they have left."""

    words = "console.coach_unknown"


class InvitationOver(MomentError):
    """Used before, older than INVITATION_LIFE, replaced by a newer one, or none of ours."""

    words = "console.invitation_over"


class AccountTaken(MomentError):
    """Another coach signs in with this LINE account."""

    words = "console.account_taken"


class LearnerNotInSight(MomentError):
    """No learner has this id, or one that this coach may not see: who asks is not told which."""

    words = "console.not_found"


class AdminSeesAll(MomentError):
    """Who assigns learners can't be limited to some of them."""

    words = "console.admin_sees_all"


@dataclass(frozen=True)
class Asker:
    """The coach who asks, by one browser's session."""

    coach_id: int
    name: str
    role: CoachRole
    is_limited: bool
    console_session_id: int

    @property
    def is_admin(self) -> bool:
        return self.role is CoachRole.ADMIN


@dataclass(frozen=True)
class Invitation:
    """`token` is told once and kept nowhere."""

    coach: Coach
    token: str


@dataclass(frozen=True)
class CoachRow:
    """`invited_until`: they have a link that they have not used. `seen_at`: of the browser that was here last."""

    coach: Coach
    invited_until: datetime | None
    seen_at: datetime | None
    assigned: int


def invite(
    db: DbSession, name: str, *, by: int | None, is_admin: bool = False, is_limited: bool = False
) -> Invitation:
    """A coach of this name, and the link with which they come in. Who was invited by this name and has not come is invited
    anew, and the older link is over. Raises CoachNameUnfit, CoachNameTaken, AdminSeesAll."""
    if is_admin and is_limited:
        raise AdminSeesAll("an admin sees every learner")
    name = _fit_name(name)
    coach = db.exec(select(Coach).where(Coach.name == name, col(Coach.left_at).is_(None))).first()
    if coach is not None and coach.line_user_id is not None:
        raise CoachNameTaken(f"'{name}' is coach {coach.id}, who has come")
    role = CoachRole.ADMIN if is_admin else CoachRole.COACH
    coach = coach or Coach(name=name, role=role)
    coach.role, coach.is_limited = role, is_limited
    db.add(coach)
    db.flush()
    return Invitation(coach, new_invitation(db, coach.id, by=by))


def new_invitation(db: DbSession, coach_id: int, *, by: int | None) -> str:
    """The only one of this coach that is good from now on. Who has come already comes with another LINE account by it.
    Raises CoachUnknown."""
    coach = coach_of(db, coach_id, lock=True)
    db.exec(delete(CoachInvitation).where(col(CoachInvitation.coach_id) == coach.id))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    ends_at = database_now(db) + INVITATION_LIFE
    db.add(CoachInvitation(token_hash=hash_of(token), coach_id=coach.id, ends_at=ends_at))
    audit(db, by, "coach.invite", coach=coach.id, role=coach.role, is_limited=coach.is_limited)
    db.flush()
    return token


def invited_coach(db: DbSession, token: str) -> Coach:
    """Whom the link invites; it stays good. Raises InvitationOver."""
    invited = select(Coach).join(CoachInvitation).where(CoachInvitation.token_hash == hash_of(token))
    coach = db.exec(invited.where(CoachInvitation.ends_at > func.now(), col(Coach.left_at).is_(None))).first()
    if coach is None:
        raise InvitationOver("the invitation is not known, or over")
    return coach


def accept(db: DbSession, token: str, line_user_id: str) -> Coach:
    """Binds the invited coach to this LINE account; the link is of no use any more, and browsers that were signed in with
    another account are not. Raises InvitationOver, AccountTaken."""
    invited_coach(db, token)
    used = delete(CoachInvitation).where(col(CoachInvitation.token_hash) == hash_of(token))
    coach_id = db.execute(used.returning(col(CoachInvitation.coach_id))).scalar()
    if coach_id is None:
        raise InvitationOver("used by another browser at this moment")
    holder = db.exec(select(Coach).where(Coach.line_user_id == line_user_id)).first()
    if holder is not None and holder.id != coach_id:
        raise AccountTaken(f"coach {holder.id}")
    coach = coach_of(db, coach_id, lock=True)
    coach.line_user_id = line_user_id
    db.add(coach)
    db.exec(delete(ConsoleSession).where(col(ConsoleSession.coach_id) == coach.id))
    audit(db, coach.id, "invitation.accept")
    db.flush()
    return coach


def remove(db: DbSession, coach_id: int, *, by: int | None) -> Coach:
    """They are signed out at once and can't come back; their name stays at what they said and did. Raises CoachUnknown."""
    coach = coach_of(db, coach_id, lock=True)
    for table in (ConsoleSession, CoachInvitation, CoachAssignment):
        db.exec(delete(table).where(col(table.coach_id) == coach.id))
    coach.left_at = database_now(db)
    coach.line_user_id = None
    db.add(coach)
    audit(db, by, "coach.remove", coach=coach.id)
    db.flush()
    return coach


def limit(db: DbSession, coach_id: int, *, is_limited: bool, by: int | None) -> Coach:
    """To the learners who are assigned to them, or no longer; from their next request on. Raises CoachUnknown,
    AdminSeesAll."""
    coach = coach_of(db, coach_id, lock=True)
    if coach.role is CoachRole.ADMIN:
        raise AdminSeesAll(f"coach {coach.id}")
    coach.is_limited = is_limited
    db.add(coach)
    audit(db, by, "coach.limit", coach=coach.id, is_limited=is_limited)
    return coach


def assign(db: DbSession, coach_id: int, user_id: int, *, by: int | None) -> None:
    """One statement decides, so that a coach who leaves at this moment is not left with a learner. Assigned already they
    stay so. Raises CoachUnknown, LearnerNotInSight where there is no such learner."""
    both = select(col(Coach.id), col(User.id)).join(User, col(User.id) == user_id)
    both = both.where(col(Coach.id) == coach_id, col(Coach.left_at).is_(None))
    both = both.with_for_update(read=True, of=Coach)
    row = insert(CoachAssignment).from_select(["coach_id", "user_id"], both).on_conflict_do_nothing()
    if db.execute(row.returning(col(CoachAssignment.user_id))).first() is not None:
        audit(db, by, "coach.assign", user_id=user_id, coach=coach_id)
        return
    coach_of(db, coach_id)
    if db.get(User, user_id) is None:
        raise LearnerNotInSight(f"learner {user_id}")


def unassign(db: DbSession, coach_id: int, user_id: int, *, by: int | None) -> None:
    """Of one whom they are not assigned nothing is done."""
    mine = (col(CoachAssignment.coach_id) == coach_id) & (col(CoachAssignment.user_id) == user_id)
    if db.exec(delete(CoachAssignment).where(mine)).rowcount:
        audit(db, by, "coach.unassign", user_id=user_id, coach=coach_id)


def coach_of(db: DbSession, coach_id: int, *, lock: bool = False) -> Coach:
    """With `lock` two who change a coach at once do so one after the other. Raises CoachUnknown."""
    present = select(Coach).where(Coach.id == coach_id, col(Coach.left_at).is_(None))
    coach = db.exec(present.with_for_update() if lock else present).first()
    if coach is None:
        raise CoachUnknown(f"coach {coach_id}")
    return coach


def coach_named(db: DbSession, name: str) -> Coach:
    """Raises CoachUnknown."""
    coach = db.exec(select(Coach).where(Coach.name == name, col(Coach.left_at).is_(None))).first()
    if coach is None:
        raise CoachUnknown(f"no coach is called '{name}'")
    return coach


def coaches(db: DbSession) -> Sequence[CoachRow]:
    """All who have not left, the first who came first. One query."""
    assigned = select(CoachAssignment.coach_id, func.count().label("count")).group_by(
        col(CoachAssignment.coach_id)
    )
    seen = select(ConsoleSession.coach_id, func.max(ConsoleSession.seen_at).label("at")).group_by(
        col(ConsoleSession.coach_id)
    )
    counts, visits = assigned.subquery(), seen.subquery()
    is_good = (col(CoachInvitation.coach_id) == Coach.id) & (col(CoachInvitation.ends_at) > func.now())
    rows = db.execute(
        select(Coach, CoachInvitation.ends_at, visits.c.at, func.coalesce(counts.c.count, 0))
        .outerjoin(CoachInvitation, is_good)
        .outerjoin(visits, visits.c.coach_id == Coach.id)
        .outerjoin(counts, counts.c.coach_id == Coach.id)
        .where(col(Coach.left_at).is_(None))
        .order_by(col(Coach.id))
    )
    return [CoachRow(*row) for row in rows]


def present_coaches(db: DbSession) -> Sequence[Coach]:
    """All who have not left, by name."""
    return db.exec(
        select(Coach).where(col(Coach.left_at).is_(None)).order_by(Coach.name, col(Coach.id))
    ).all()


def assigned_learners(db: DbSession, coach_id: int) -> Sequence[User]:
    """By name."""
    assigned = select(User).join(CoachAssignment).where(CoachAssignment.coach_id == coach_id)
    return db.exec(assigned.order_by(User.first_name, col(User.id))).all()


def learners_to_assign(db: DbSession, coach_id: int, name: str) -> Sequence[User]:
    """Those with this in their name who are not assigned yet, the newest first; MOST_FOUND at most."""
    mine = select(CoachAssignment.user_id).where(CoachAssignment.coach_id == coach_id)
    others = select(User).where(
        col(User.first_name).icontains(name, autoescape=True), col(User.id).not_in(mine)
    )
    return db.exec(others.order_by(col(User.id).desc()).limit(MOST_FOUND)).all()


def sees(asker: Asker) -> ColumnElement[bool]:
    """A condition on `User.id`, for whatever lists, searches or streams learners."""
    if not asker.is_limited:
        return true()
    mine = select(CoachAssignment.user_id).where(CoachAssignment.coach_id == asker.coach_id)
    return col(User.id).in_(mine)


def learner_seen(db: DbSession, asker: Asker, user_id: int) -> User:
    """Raises LearnerNotInSight."""
    learner = db.exec(select(User).where(User.id == user_id, sees(asker))).first()
    if learner is None:
        raise LearnerNotInSight(f"learner {user_id}, coach {asker.coach_id}")
    return learner


def audit(
    db: DbSession,
    coach_id: int | None,
    act: str,
    *,
    user_id: int | None = None,
    **facts: str | int | bool | None,
) -> None:
    """In the transaction of what was done. `coach_id` None: the operator. `facts`: ids and choices, never a learner's
    words."""
    db.add(AuditEntry(coach_id=coach_id, user_id=user_id, act=act, facts=facts))


def hash_of(secret: str) -> bytes:
    """Of a long random secret, which needs no salt and no slow function."""
    return hashlib.sha256(secret.encode()).digest()


def _fit_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or "LINE" in name.upper():
        raise CoachNameUnfit(
            f"a coach's name has 1 to {LONGEST_NAME} characters, stands on one line and names no LINE"
        )
    return name
