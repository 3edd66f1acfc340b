"""What is put in order at Stripe when a customer is read. It never stands before the truth: what Stripe refuses to change is
an operator's to see, the plan is written as it is, and the next reading tries again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from logs.logger import get_logger
from models.user import SubscriptionStatus
from payments.port import Customer, Payments, PaymentsRefused
from services.plan.state import doubles, living_subscriptions, replaced_subscriptions

log = get_logger(__name__)


@dataclass(frozen=True)
class Step:
    subscription_id: str
    take: Callable[[], None]


@dataclass(frozen=True)
class Reading:
    """`untidy`: subscriptions that Stripe would not have changed."""

    customer: Customer
    untidy: Sequence[str] = ()


def read(payments: Payments, customer_id: str) -> Reading | None:
    """The customer with one plan at most: who paid in two tabs has the second cancelled and refunded, as has who paid
    when their data was deleted already. None where there is no such customer. Raises PaymentsError."""
    customer = payments.customer(customer_id)
    if customer is None:
        return None
    steps = [*_steps(payments, customer)]
    untidy = [step.subscription_id for step in steps if not _is_taken(step)]
    return Reading((payments.customer(customer_id) if steps else None) or customer, untidy)


def leftovers(payments: Payments, customer: Customer) -> Iterator[Step]:
    """Of two plans that are paid one lives; what broke off while a second was ended; and what a plan that is over still asks
    for, which nobody is to pay."""
    for each in customer.subscriptions:
        if each.second_of and each.is_alive:
            yield Step(each.id, partial(payments.end_second, each.id, each.second_of))
    for each in doubles(customer.subscriptions):
        lives = living_subscriptions(customer.subscriptions)[0]
        yield Step(each.id, partial(payments.end_second, each.id, lives.id))
    replaced = replaced_subscriptions(customer.subscriptions)
    for each in customer.subscriptions:
        is_over = each.status == SubscriptionStatus.CANCELLED
        if each in replaced or (is_over and each.can_be_paid):
            yield Step(each.id, partial(payments.cancel, each.id))


def late_payments(customer: Customer) -> Iterator[str]:
    """Invoices that were paid when their plan was over already: money taken for nothing."""
    over = {
        each.id: each.ends_on
        for each in customer.subscriptions
        if each.status == SubscriptionStatus.CANCELLED
    }
    for invoice in customer.paid_invoices:
        ended = over.get(invoice.subscription_id)
        if ended is not None and invoice.paid_at > ended:
            yield invoice.id


def _steps(payments: Payments, customer: Customer) -> Iterator[Step]:
    living = living_subscriptions(customer.subscriptions)
    if customer.is_forgotten:
        for each in living:
            yield Step(each.id, partial(payments.end_of_nobody, each.id))
            yield Step(
                each.id, partial(payments.forget_customer, customer.id)
            )  # whoever paid left their name
    if customer.user_id is None:
        return
    if living and living[0].has_own_card:
        yield Step(living[0].id, partial(payments.share_card, customer.id, living[0].id))
    yield from leftovers(payments, customer)


def _is_taken(step: Step) -> bool:
    try:
        step.take()
    except PaymentsRefused as error:
        log.error("not put in order", subscription=step.subscription_id, error=str(error))
        return False
    return True
