"""What whoever speaks of the plan has to know: whether it is for sale, what it costs, and its links."""

from dataclasses import dataclass

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.plan import PaidPeriod
from models.user import User
from services.plan.links import PlanLinks


@dataclass(frozen=True)
class PlanShop:
    """`yen` a month, tax included. Not open: no payments are set up, and nothing is offered."""

    links: PlanLinks
    yen: int
    is_open: bool

    @property
    def terms_url(self) -> str:
        return f"{self.links.public_url}/plan/terms"

    @property
    def law_url(self) -> str:
        return f"{self.links.public_url}/plan/law"


def latest_receipt(db: DbSession, user: User) -> str:
    """Stripe's page of what they paid last, "" where there is none."""
    paid = PaidPeriod.user_id == user.id, col(PaidPeriod.receipt_url) != ""
    newest = select(PaidPeriod.receipt_url).where(*paid).order_by(col(PaidPeriod.paid_at).desc())
    return db.exec(newest.limit(1)).first() or ""
