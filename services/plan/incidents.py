"""What an operator should look at in Stripe's dashboard: a second plan, a refund, a dispute."""

from collections.abc import Sequence

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.plan import PaymentIncident


def newest_incidents(db: DbSession, count: int) -> Sequence[PaymentIncident]:
    return db.exec(select(PaymentIncident).order_by(col(PaymentIncident.id).desc()).limit(count)).all()
