"""What an operator should look at in Stripe's dashboard: a second plan, a refund, a dispute, what Stripe refused to change."""

from collections.abc import Sequence

from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from logs.logger import get_logger
from models.plan import IncidentKind, PaymentIncident

log = get_logger(__name__)

INCIDENTS = Counter("moment_payment_incidents", "What an operator should look at in Stripe", ["kind"])
for _kind in IncidentKind:
    INCIDENTS.labels(_kind)  # at 0 from the start: of a series that begins at 1 no increase is seen


def newest_incidents(db: DbSession, count: int) -> Sequence[PaymentIncident]:
    return db.exec(select(PaymentIncident).order_by(col(PaymentIncident.id).desc()).limit(count)).all()


def note_incident(db: DbSession, kind: IncidentKind, stripe_id: str, customer_id: str) -> bool:
    """Whether it is new: each is noted once."""
    row = {"kind": kind, "stripe_id": stripe_id, "customer_id": customer_id}
    new = insert(PaymentIncident).values(**row).on_conflict_do_nothing().returning(col(PaymentIncident.id))
    is_new = db.execute(new).first() is not None
    if is_new:
        INCIDENTS.labels(kind).inc()
        log.warning("payment incident", kind=kind, stripe_id=stripe_id)
    return is_new
