"""A learner who leaves: the wish, which a row keeps until nothing of theirs is left (services/erasure.py does the work)."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs import leases
from jobs.queue import Job, enqueue
from models.base import database_now
from models.deletion import Deletion
from models.media import Media, MediaState
from models.user import User
from services.profile import lock_learner
from services.sign_in import sign_out_everywhere
from services.thread import NOT_LINE, Origin

CONFIRM_WITHIN = timedelta(
    minutes=10
)  # after the card: a tap on one that was scrolled to months later asks again


class LearnerLeaving(MomentError):
    """They asked for their data to be deleted, and that is under way."""

    words = "leaving"


def delete_learner(db: DbSession, user: User, origin: Origin = NOT_LINE) -> Deletion:
    """Owes it: the plan ends first, then all goes. From now on nothing new is begun for them, and no browser of theirs is
    signed in. Asked once more, it is only tried at once. The last word goes by the reply token of `origin`.

    Raises LearnerGone.
    """
    lock_learner(db, user.id)
    deletion = db.exec(select(Deletion).where(Deletion.user_id == user.id)).first()
    if deletion is None:
        deletion = Deletion(
            user_id=user.id,
            channel=origin.channel,
            reply_token=origin.reply_token,
            reply_until=origin.reply_until,
        )
        leases.due_now(deletion)
        db.add(deletion)
    if user.leaving_since is None:
        user.leaving_since = func.now()  # type: ignore[assignment]
        db.add(user)
    sign_out_everywhere(db, user.id)
    db.flush()
    leases.make_due(db, Deletion, col(Deletion.id) == deletion.id)
    enqueue(db, Job.DELETE_LEARNER, deletion.id)
    return deletion


def purge_late(db: DbSession, media: Media, *keys: str) -> None:
    """It was taken back while something of it was on its way, or its learner left: what has been put since goes too."""
    leases.make_due(db, Media, col(Media.id) == media.id, col(Media.state) != MediaState.STORED)
    enqueue(db, Job.PURGE_MEDIA, media.id)
    for key in keys:
        purge_again(db, key)


def owe_purge(db: DbSession, keys: Sequence[str]) -> None:
    """These objects go, also where work under way puts them once more: as those of a learner who has left, who stays."""
    deletion = Deletion(keys=list(keys), rows_gone_at=database_now(db))
    leases.due_now(deletion)
    db.add(deletion)
    db.flush()
    enqueue(db, Job.DELETE_LEARNER, deletion.id)


def purge_again(db: DbSession, key: str) -> None:
    """An object was put under this key by work whose rows were deleted meanwhile: it goes with those of its learner. Whoever
    is purging them just now may have been at this one before: as if the rows had gone now, they look again soon."""
    left = col(Deletion.keys).contains([key])
    db.execute(update(Deletion).where(left).values(rows_gone_at=func.now()))
    leases.make_due(db, Deletion, left)
    for deletion_id in db.exec(select(Deletion.id).where(left)):
        enqueue(db, Job.DELETE_LEARNER, deletion_id)
