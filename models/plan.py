"""A learner's plan as Stripe said last, what they have paid for, and the payment page that is open for them.

Whether they may cook stands on their own row: `subscription_status` and `months_paid`, written with these.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field, SQLModel

from models.base import enum_column, time_column


class Plan(SQLModel, table=True):
    """One a learner, from the moment they are a customer of Stripe's; `subscription_id` from their first payment."""

    __tablename__ = "plan"

    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    customer_id: str = Field(unique=True, max_length=255)
    subscription_id: str | None = Field(default=None, max_length=255)
    period_end: datetime | None = Field(default=None, sa_column=time_column())  # of what is paid
    ends_on: datetime | None = Field(
        default=None, sa_column=time_column()
    )  # cancelled: there is no next period
    # An invoice that could not be paid, while it is open: the learner is told of each once.
    due_invoice_id: str | None = Field(default=None, max_length=255)
    due_invoice_url: str = Field(
        default="", sa_column_kwargs={"server_default": ""}
    )  # Stripe's page to pay it
    needs_bank: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})  # 3-D Secure
    # An event was given up since then, or Stripe refused to be tidied: what it says is asked again.
    unread_since: datetime | None = Field(default=None, sa_column=time_column())
    # When Stripe was asked last: what had come by then is known, and a plan of which nothing is heard is asked for again.
    read_at: datetime | None = Field(default=None, sa_column=time_column())


class PlanNews(StrEnum):
    """What a learner is told of their plan, once each time it happens."""

    STARTED = "started"
    MONTH_OPENED = "month_opened"
    PAYMENT_FAILED = "payment_failed"
    BANK_ASKS = "bank_asks"  # 3-D Secure
    RECOVERED = "recovered"  # after a payment that failed
    RECOVERED_AND_OPENED = "recovered_and_opened"  # it was of a month that opens dishes
    PAID_TWICE = "paid_twice"  # the second is given back
    PAUSED = "paused"
    RESUMED = "resumed"
    RESUMED_AND_OPENED = "resumed_and_opened"  # with a month that opens dishes
    ENDING = "ending"
    KEPT = "kept"  # the cancellation was undone
    OVER = "over"
    OVER_UNPAID = "over_unpaid"  # after payments that failed


class PaidPeriod(SQLModel, table=True):
    """A month somebody has paid for. Kept when its learner's data is deleted: the law wants what was sold on record for
    years (法人税法施行規則 59 条), and it names nobody."""

    __tablename__ = "paid_period"
    __table_args__ = (Index("ix_paid_period_user_id", "user_id"),)

    id: int = Field(default=None, primary_key=True)
    user_id: int | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    invoice_id: str = Field(unique=True, max_length=255)
    customer_id: str = Field(max_length=255)
    subscription_id: str = Field(max_length=255)
    amount_yen: int
    starts_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    paid_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    receipt_url: str = Field(
        default="", sa_column_kwargs={"server_default": ""}
    )  # Stripe's page of the invoice


class Checkout(SQLModel, table=True):
    """A payment page of Stripe's: made once, and handed out again while it is open. `key` makes its making idempotent."""

    __tablename__ = "checkout"
    __table_args__ = (
        Index("uq_checkout_open", "user_id", unique=True, postgresql_where="closed_at IS NULL"),
        Index("ix_checkout_user_id", "user_id"),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    key: UUID = Field(unique=True)
    opened_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    session_id: str | None = Field(default=None, unique=True, max_length=255)
    url: str = Field(default="", sa_column_kwargs={"server_default": ""})
    closed_at: datetime | None = Field(default=None, sa_column=time_column())


class IncidentKind(StrEnum):
    SECOND_PLAN = "second_plan"  # paid twice: one lives, the other was cancelled and refunded
    REFUND = "refund"
    DISPUTE = "dispute"
    PLAN_OF_NOBODY = "plan_of_nobody"  # it is paid for, and no learner has it
    LATE_PAYMENT = "late_payment"  # an invoice that was paid after its plan's end
    NOT_TIDIED = "not_tidied"  # Stripe refused a change that we owe a plan: the log tells why


class PaymentIncident(SQLModel, table=True):
    """What an operator should look at in Stripe's dashboard; `moment stripe incidents` lists it."""

    __tablename__ = "payment_incident"
    __table_args__ = (Index("uq_payment_incident", "kind", "stripe_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    kind: IncidentKind = Field(sa_column=enum_column(IncidentKind))
    stripe_id: str = Field(max_length=255)  # of the subscription, invoice, charge or dispute
    customer_id: str = Field(default="", max_length=255, sa_column_kwargs={"server_default": ""})
    created_at: datetime = Field(default=None, sa_column=time_column(nullable=False))
