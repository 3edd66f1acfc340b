"""The base of every error of ours: whether another try may help, what a learner is told, what an operator is told.

Doors map these to a bubble, a problem-details answer or an exit code, and need not know each kind.
"""

import errno
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

# What a disk says that is full or failing: of this machine, not of the work that met it.
_DISK_TROUBLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})

# What Postgres says that has no room on its disk or no connection left, is about to end, or takes no writes (its manual,
# "PostgreSQL Error Codes"): how the code begins. Not its memory: one query may want all of it whenever it is asked.
_DATABASE_TROUBLE = ("53100", "53300", "57P", "25006")


class MomentError(Exception):
    """`str(error)` is for operators, in English; it holds no secret and, unless it says so, no learner's words."""

    quotes_learners: ClassVar[bool] = False  # if so, `str(error)` is kept on rows and not logged
    retryable: ClassVar[bool] = False  # whether the same try, made again later, may end otherwise
    # Of work that is made again: fewer than its kind gets, where each try costs much. None: as many as its kind gets.
    most_tries: ClassVar[int | None] = None
    outage: ClassVar[bool] = (
        False  # a service of somebody else is away: no fault of this work, which is not counted
    )
    # How long such an outage is waited out before the next look, where looking costs next to nothing.
    longest_pause: ClassVar[timedelta | None] = None
    words: ClassVar[str] = "something_wrong"  # a key of knowledge_base.phrasebook.PHRASES
    fix: ClassVar[str] = ""  # what an operator does about it; "" where there is nothing to do

    @property
    def words_key(self) -> str:
        """The key of what the learner is told: most kinds of error have one for all their cases."""
        return self.words

    @property
    def facts(self) -> Mapping[str, str]:
        """What the learner's words name, such as the dish."""
        return {}

    def explain(self) -> str:
        """One line for an operator: what happened, and the fix where there is one."""
        problem = str(self) or type(self).__name__
        return f"{problem}: {self.fix}" if self.fix else problem


def longest_pause(error: BaseException, usual: timedelta) -> timedelta:
    """Between two looks whether what the work needs is back."""
    own = error.longest_pause if isinstance(error, MomentError) else None
    return usual if own is None else min(own, usual)


def is_outage(error: BaseException) -> bool:
    """What the work needs is away, a service of somebody else's, the database or room on the disk: the try is not counted."""
    if isinstance(error, MomentError):
        return error.outage
    if isinstance(error, OSError):
        return error.errno in _DISK_TROUBLE
    # SQLAlchemy says whether the connection was lost, and carries the driver's error, which carries Postgres's code.
    if getattr(error, "connection_invalidated", False):
        return True
    return str(getattr(getattr(error, "orig", None), "sqlstate", "")).startswith(_DATABASE_TROUBLE)
