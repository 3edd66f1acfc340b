"""When dishes open: months are counted by what is paid (`months_open`), so a payment that is to come opens the next."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from models.plan import Plan
from models.rules.entitlement import months_open
from models.rules.standing import Standing, standing_of
from models.user import User


@dataclass(frozen=True)
class Opening:
    """Of the dishes of one month, after so many payments from now. `day` is that of the payment, where it is known (UTC)."""

    month: int
    payments: int
    standing: Standing
    day: datetime | None = None


def openings(user: User, plan: Plan | None, months: Collection[int]) -> list[Opening]:
    """Of every month that is not open yet, the nearest first. `months` are those that have dishes.

    Who has paid nothing has the first month all the same, so their first payment opens none.
    """
    standing = standing_of(user, plan)
    later = sorted({month for month in months if month > months_open(user)})
    known = plan.period_end if plan is not None and standing is Standing.ACTIVE else None
    return [
        Opening(month, payments, standing, known if payments == 1 else None)
        for month, payments in ((month, month - user.months_paid) for month in later)
    ]
