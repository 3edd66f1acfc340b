"""A learner's plan as the payments' side tells it, written whole each time: what is written twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.base import database_now
from models.plan import PaidPeriod, Plan
from models.user import SubscriptionStatus, User
from payments.port import LIVING, Customer, PaidInvoice, Subscription

LONGEST_DUE = timedelta(days=45)  # since what is paid ended; Stripe itself tries for two months at most


@dataclass(frozen=True)
class PlanState:
    """What a learner can be told of."""

    status: SubscriptionStatus
    months_paid: int
    ends_on: datetime | None = None
    due_invoice_id: str | None = None
    needs_bank: bool = False
    subscription_id: str | None = None


def learner_of(db: DbSession, customer: Customer) -> User | None:
    """Locked. By our own row, else by what we wrote on the customer when we made it: a webhook may be faster than our own
    commit. None where the customer is nobody's, or its learner's data is deleted."""
    plan = db.exec(select(Plan).where(Plan.customer_id == customer.id)).first()
    user_id = plan.user_id if plan is not None else customer.user_id
    return db.get(User, user_id, with_for_update=True) if user_id is not None else None


def plan_of(db: DbSession, user: User) -> Plan | None:
    return db.get(Plan, user.id)


def has_living_plan(user: User) -> bool:
    return user.subscription_status in LIVING


def has_paid(db: DbSession, user: User) -> bool:
    """At any time."""
    return db.exec(select(PaidPeriod.id).where(PaidPeriod.user_id == user.id).limit(1)).first() is not None


def state_of(user: User, plan: Plan | None) -> PlanState:
    if plan is None:
        return PlanState(user.subscription_status, user.months_paid)
    return PlanState(
        user.subscription_status,
        user.months_paid,
        plan.ends_on,
        plan.due_invoice_id,
        plan.needs_bank,
        plan.subscription_id,
    )


def write_customer(db: DbSession, user: User, customer: Customer) -> Plan | None:
    """The learner's rows say what the customer says; their row is locked. None for a customer that is not the one we hold
    for them: two were made at once, and the other counts."""
    plan = plan_of(db, user)
    if plan is None:
        plan = Plan(user_id=user.id, customer_id=customer.id)
    elif plan.customer_id != customer.id:
        return None
    subscription = main_subscription(customer.subscriptions)
    _write_subscription(user, plan, subscription, is_over=_is_given_up(db, customer, subscription))
    _write_periods(db, user, customer)
    db.add(plan)
    db.add(user)
    db.flush()
    return plan


def write_deletion(db: DbSession, user: User) -> None:
    """The customer is no more, nor any plan of theirs; what was paid stays paid. Who buys again is a new customer."""
    if user.subscription_status in LIVING:
        user.subscription_status = SubscriptionStatus.CANCELLED
        db.add(user)
    db.execute(delete(Plan).where(col(Plan.user_id) == user.id))
    db.flush()


def main_subscription(subscriptions: Sequence[Subscription]) -> Subscription | None:
    """The one that lives, else the last that did; never the second of two, nor one that was not paid."""
    paid = [
        each for each in subscriptions if each.second_of is None and each.status != SubscriptionStatus.FREE
    ]
    living = living_subscriptions(paid)
    if living:
        return living[0]
    return max(paid, key=_age, default=None)


def living_subscriptions(subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
    """The one that is to live comes first: one that runs before one that is due or rests, one that goes on before one that
    ends, the oldest before the others."""
    living = [each for each in subscriptions if each.status in LIVING and each.second_of is None]
    return sorted(living, key=lambda each: (not _runs(each), each.ends_on is not None, *_age(each)))


def doubles(subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
    """What was paid beside the one that lives, and is to be ended and given back."""
    others, replaced = living_subscriptions(subscriptions)[1:], replaced_subscriptions(subscriptions)
    return [each for each in others if each not in replaced]


def replaced_subscriptions(subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
    """Due or at rest when a new one was paid, which lives instead: they are to be ended, and there is nothing to give back."""
    living = living_subscriptions(subscriptions)
    if not living or not _runs(living[0]):
        return []
    return [each for each in living if not _runs(each) and _age(each) < _age(living[0])]


def _runs(subscription: Subscription) -> bool:
    return subscription.status == SubscriptionStatus.ACTIVE


def _age(subscription: Subscription) -> tuple[datetime, str]:
    return subscription.created_at, subscription.id  # Stripe's times are whole seconds


def _write_subscription(user: User, plan: Plan, subscription: Subscription | None, *, is_over: bool) -> None:
    if subscription is None:
        user.subscription_status = SubscriptionStatus.FREE
        plan.subscription_id, plan.period_end, plan.ends_on = None, None, None
        plan.due_invoice_id, plan.due_invoice_url, plan.needs_bank = None, "", False
        return
    due = subscription.due_invoice if subscription.is_alive and not is_over else None
    user.subscription_status = SubscriptionStatus.CANCELLED if is_over else subscription.status
    plan.subscription_id = subscription.id
    plan.period_end, plan.ends_on = subscription.period_end, subscription.ends_on
    plan.due_invoice_id = due.id if due else None
    plan.due_invoice_url = due.url if due else ""
    plan.needs_bank = due.needs_bank if due else False


def _is_given_up(db: DbSession, customer: Customer, subscription: Subscription | None) -> bool:
    """An account may be set to leave plans past due for ever, and nobody is to cook for ever without paying."""
    if subscription is None or subscription.status != SubscriptionStatus.PAST_DUE:
        return False
    mine = [each.ends_at for each in customer.paid_invoices if each.subscription_id == subscription.id]
    return max(mine, default=subscription.created_at) + LONGEST_DUE < database_now(db)


def _write_periods(db: DbSession, user: User, customer: Customer) -> None:
    """Kept for good, so that months go on from those of a customer who was deleted. The last of a second plan, which is
    refunded, or will be, opens nothing and is kept nowhere."""
    seconds = [each for each in customer.subscriptions if each.second_of is not None]
    refunded = {(each.id, each.period_end) for each in (*seconds, *doubles(customer.subscriptions))}
    is_refunded = [(each.subscription_id, each.ends_at) in refunded for each in customer.paid_invoices]
    invoices = list(zip(customer.paid_invoices, is_refunded, strict=True))
    rows = [_row(user, customer, invoice) for invoice, gone in invoices if not gone]
    if rows:
        db.execute(insert(PaidPeriod).values(rows).on_conflict_do_nothing())
    gone_ids = [invoice.id for invoice, gone in invoices if gone]
    if gone_ids:
        db.execute(delete(PaidPeriod).where(col(PaidPeriod.invoice_id).in_(gone_ids)))
    mine = select(func.count()).select_from(PaidPeriod).where(PaidPeriod.user_id == user.id)
    user.months_paid = db.exec(mine).one()


def _row(user: User, customer: Customer, invoice: PaidInvoice) -> dict[str, object]:
    return {
        "user_id": user.id,
        "customer_id": customer.id,
        "invoice_id": invoice.id,
        "subscription_id": invoice.subscription_id,
        "amount_yen": invoice.amount_yen,
        "starts_at": invoice.starts_at,
        "ends_at": invoice.ends_at,
        "paid_at": invoice.paid_at,
        "receipt_url": invoice.receipt_url,
    }
