"""Stripe behind the port (stripe-python 16.1.0, API line 2026-10-28.endive)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from stripe import StripeClient

from logs.logger import get_logger
from models.user import SubscriptionStatus
from payments.client import code_of, make_client, stripe_errors
from payments.port import (
    CheckoutOrder,
    CheckoutPage,
    CheckoutState,
    Customer,
    DueInvoice,
    PaidInvoice,
    PaymentsRefused,
    PlanPrice,
    PortalFlow,
    Subscription,
)
from settings import ConfigurationError, Settings, variable

if TYPE_CHECKING:
    from stripe.params import CustomerUpdateParams, EventListParams, InvoiceListParams, SubscriptionListParams
    from stripe.params.billing_portal import SessionCreateParams as PortalParams
    from stripe.params.billing_portal import SessionCreateParamsFlowData as FlowData
    from stripe.params.billing_portal import SessionCreateParamsFlowDataAfterCompletion as FlowAfterCompletion
    from stripe.params.checkout import SessionCreateParams

log = get_logger(__name__)

PAGE = 100  # entries, the most that a list gives at once
USER = "moment_user"  # metadata of the customers we make
NOBODY = "退会済み"  # the name of a customer whose data is deleted, in the dashboard
SECOND_OF = "moment_second_of"  # metadata of a subscription that was paid for beside another
OF_NOBODY = "moment_of_nobody"  # metadata of a subscription whose learner's data is deleted
SECOND_PLAN = "moment_second_plan"  # metadata of its refund, the one's and the other's
FORGOTTEN = "moment_forgotten"  # metadata of a customer who was ours

# All others (unpaid, incomplete, incomplete_expired) were never paid, or are not any more.
_STATUSES: Mapping[str, SubscriptionStatus] = {
    "active": SubscriptionStatus.ACTIVE,
    "trialing": SubscriptionStatus.ACTIVE,
    "paused": SubscriptionStatus.PAUSED,
    "past_due": SubscriptionStatus.PAST_DUE,
    "canceled": SubscriptionStatus.CANCELLED,
}
_ENDED = ("canceled", "incomplete_expired")
# By whoever has their address (Stripe docs: Status transitions and finalization).
_PAYABLE: "Sequence[Literal['uncollectible', 'open']]" = ("uncollectible", "open")


class StripePayments:
    """One a process; thread-safe."""

    def __init__(self, client: StripeClient, price: str, portal: str | None) -> None:
        self._api = client.v1
        self._price, self._portal = price, portal

    @classmethod
    def of(cls, settings: Settings) -> "StripePayments":
        """Raises ConfigurationError where the settings name no price."""
        if not settings.stripe_price:
            problem = "is not set: `moment stripe setup` makes a price and prints it"
            raise ConfigurationError(f"{variable('stripe_price')} {problem}")
        return cls(make_client(settings), settings.stripe_price, settings.stripe_portal)

    def customer(self, customer_id: str) -> Customer | None:
        try:
            with stripe_errors():
                found = self._api.customers.retrieve(customer_id)
                if getattr(found, "deleted", False):
                    return Customer(customer_id, None, is_deleted=True)
                return Customer(
                    customer_id,
                    _number(_word(found.metadata, USER)),
                    [self._subscription(each) for each in self._subscriptions(customer_id)],
                    [_paid(each) for each in self._paid_invoices(customer_id) if _is_of_a_period(each)],
                    is_forgotten=_word(found.metadata, FORGOTTEN) is not None,
                )
        except PaymentsRefused as error:
            if _is_missing(error):
                return None
            raise

    def customer_of(self, kind: str, object_id: str) -> str | None:
        resources: Mapping[str, Any] = {
            "session": self._api.checkout.sessions,  # an event's object is a "checkout.session"
            "subscription": self._api.subscriptions,
            "invoice": self._api.invoices,
            "charge": self._api.charges,
        }
        if kind == "customer":
            return object_id
        if kind not in resources:
            return None
        try:
            with stripe_errors():
                return _id(resources[kind].retrieve(object_id).customer)
        except PaymentsRefused as error:
            if _is_missing(error):
                return None
            raise

    def create_customer(self, user_id: int, first_name: str) -> str:
        made = self._new_customer(user_id)
        try:
            self._name(made, first_name)
        except PaymentsRefused as error:
            if not _is_missing(error):
                raise
            # What Stripe answers again for a day is a customer that was deleted meanwhile.
            made = self._new_customer(user_id, instead_of=made)
            self._name(made, first_name)
        return made

    def _new_customer(self, user_id: int, instead_of: str = "") -> str:
        """Nothing is told here that may be another the next time: the same key with other facts is refused."""
        with stripe_errors():
            return self._api.customers.create(
                {"preferred_locales": ["ja"], "metadata": {USER: str(user_id)}},
                {"idempotency_key": f"moment:customer:{user_id}:{instead_of}"},
            ).id

    def _name(self, customer_id: str, first_name: str) -> None:
        with stripe_errors():
            self._api.customers.update(customer_id, {"name": first_name})

    def open_checkout(self, key: str, order: CheckoutOrder) -> CheckoutPage:
        facts: SessionCreateParams = {
            "mode": "subscription",
            "customer": order.customer_id,
            "client_reference_id": str(order.user_id),
            "locale": "ja",
            "line_items": [{"price": self._price, "quantity": 1}],
            # Nothing else pays a subscription in Japan; wallets ride on "card" (Stripe docs: Payment method support).
            "allowed_payment_method_types": ["card", "link"],
            "subscription_data": {
                "metadata": {USER: str(order.user_id)},
                "billing_mode": {"type": "flexible"},  # without it, it could not be paused
            },
            "consent_collection": {"terms_of_service": "required"},
            "custom_text": {
                "submit": {"message": order.note},
                "terms_of_service_acceptance": {"message": order.terms},
            },
            "expires_at": int(order.expires_at.timestamp()),
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
        }
        with stripe_errors():
            session = self._api.checkout.sessions.create(facts, {"idempotency_key": f"moment:checkout:{key}"})
            return CheckoutPage(session.id, session.url or "")

    def checkout_state(self, session_id: str) -> CheckoutState:
        try:
            with stripe_errors():
                return CheckoutState(str(self._api.checkout.sessions.retrieve(session_id).status))
        except PaymentsRefused as error:
            if _is_missing(error):  # made with the key of another account, or for tests
                return CheckoutState.EXPIRED
            raise

    def open_portal(
        self, customer_id: str, flow: PortalFlow, subscription_id: str | None, return_url: str
    ) -> str:
        facts: PortalParams = {"customer": customer_id, "return_url": return_url, "locale": "ja"}
        if self._portal:
            facts["configuration"] = self._portal
        if flow is not PortalFlow.FRONT:
            facts["flow_data"] = _flow(flow, subscription_id, return_url)
        with stripe_errors():
            return self._api.billing_portal.sessions.create(facts).url

    def end_second(self, subscription_id: str, instead_of: str) -> None:
        self._give_back(subscription_id, {SECOND_OF: instead_of})

    def end_of_nobody(self, subscription_id: str) -> None:
        self._give_back(subscription_id, {OF_NOBODY: "true"})

    def _give_back(self, subscription_id: str, mark: dict[str, str]) -> None:
        with stripe_errors():
            # Marked first, ended last: should this break off, the next reading sees that it is not done.
            subscription = self._api.subscriptions.update(subscription_id, {"metadata": mark})
            self._refund_period(subscription)
        self.cancel(subscription_id)

    def _refund_period(self, subscription: Any) -> None:
        paid = self._api.invoices.list({"subscription": subscription.id, "status": "paid", "limit": PAGE})
        period_end = subscription["items"].data[0].current_period_end
        for invoice in paid.auto_paging_iter():
            if not _is_of_a_period(invoice) or _line(invoice).period.end != period_end:
                continue
            for payment in self._api.invoice_payments.list({"invoice": invoice.id}).auto_paging_iter():
                intent = _id(payment.payment.payment_intent)
                if intent is not None:
                    self._refund(intent, subscription.id)

    def _refund(self, payment_intent: str, subscription_id: str) -> None:
        try:
            with stripe_errors():
                self._api.refunds.create(
                    {
                        "payment_intent": payment_intent,
                        "reason": "duplicate",
                        "metadata": {SECOND_PLAN: subscription_id},
                    },
                    {"idempotency_key": f"moment:refund:{payment_intent}"},
                )
        except PaymentsRefused as error:
            if code_of(error) != "charge_already_refunded":
                log.error("refund refused", subscription=subscription_id, error=str(error))

    def is_refunded_by_us(self, charge_id: str) -> bool:
        with stripe_errors():
            refunds = list(self._api.refunds.list({"charge": charge_id, "limit": PAGE}).auto_paging_iter())
        return bool(refunds) and all(_word(each.metadata, SECOND_PLAN) for each in refunds)

    def share_card(self, customer_id: str, subscription_id: str) -> None:
        with stripe_errors():
            own = self._api.subscriptions.retrieve(
                subscription_id, {"expand": ["default_payment_method"]}
            ).default_payment_method
            if own is None or isinstance(own, str):
                return
            customer = self._api.customers.retrieve(
                customer_id, {"expand": ["invoice_settings.default_payment_method"]}
            )
            usual = customer.invoice_settings.default_payment_method if customer.invoice_settings else None
            if not _is_newer(usual, own):
                self._api.customers.update(
                    customer_id, {"invoice_settings": {"default_payment_method": own.id}}
                )
            self._api.subscriptions.update(subscription_id, {"default_payment_method": ""})

    def cancel(self, subscription_id: str) -> None:
        with stripe_errors():
            if self._api.subscriptions.retrieve(subscription_id).status not in _ENDED:
                self._api.subscriptions.cancel(subscription_id)
            self._void_invoices(subscription_id)

    def _void_invoices(self, subscription_id: str) -> None:
        """The oldest first: the newest tells whether it is done."""
        for status in _PAYABLE:
            asked: InvoiceListParams = {"subscription": subscription_id, "status": status, "limit": PAGE}
            for invoice in reversed([*self._api.invoices.list(asked).auto_paging_iter()]):
                self._api.invoices.void_invoice(invoice.id)

    def close_checkout(self, session_id: str) -> None:
        if self.checkout_state(session_id) is not CheckoutState.OPEN:
            return
        try:
            with stripe_errors():
                self._api.checkout.sessions.expire(session_id)
        except PaymentsRefused:
            if self.checkout_state(session_id) is CheckoutState.OPEN:
                raise  # else it was paid, or ended, just then

    def forget_customer(self, customer_id: str) -> None:
        blank = {
            "name": NOBODY,
            "email": "",
            "phone": "",
            "address": "",
            "metadata": {USER: "", FORGOTTEN: "true"},
        }
        try:
            with stripe_errors():
                cards = self._api.customers.payment_methods.list(customer_id, {"limit": PAGE})
                for card in [*cards.auto_paging_iter()]:
                    self._api.payment_methods.detach(card.id)  # its holder's name is on it
                self._api.customers.update(customer_id, cast("CustomerUpdateParams", blank))
        except PaymentsRefused as error:
            if not _is_missing(error):
                raise

    def price(self) -> PlanPrice:
        with stripe_errors():
            price = self._api.prices.retrieve(self._price)
            return PlanPrice(
                price.unit_amount or 0, price.currency, price.recurring.interval if price.recurring else ""
            )

    def events_since(self, moment: datetime, types: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        asked: EventListParams = {
            "created": {"gte": int(moment.timestamp())},
            "types": list(types),
            "limit": PAGE,
        }
        with stripe_errors():
            for event in self._api.events.list(asked).auto_paging_iter():
                yield event.to_dict(for_json=True)  # else a price's decimal is none that JSON knows

    def _subscriptions(self, customer_id: str) -> Iterator[Any]:
        asked: SubscriptionListParams = {
            "customer": customer_id,
            "status": "all",
            "limit": PAGE,
            "expand": ["data.latest_invoice"],
        }
        yield from self._api.subscriptions.list(asked).auto_paging_iter()

    def _paid_invoices(self, customer_id: str) -> Iterator[Any]:
        paid = self._api.invoices.list({"customer": customer_id, "status": "paid", "limit": PAGE})
        yield from paid.auto_paging_iter()

    def _subscription(self, found: Any) -> Subscription:
        return Subscription(
            found.id,
            _status(found),
            _time(found.created),
            _time(found["items"].data[0].current_period_end),
            ends_on=_end_of(found),
            due_invoice=self._due_invoice(found.latest_invoice),
            second_of=_word(found.metadata, SECOND_OF),
            has_own_card=found.default_payment_method is not None,
            is_of_nobody=_word(found.metadata, OF_NOBODY) is not None,
            can_be_paid=found.latest_invoice is not None and found.latest_invoice.status in _PAYABLE,
        )

    def _due_invoice(self, invoice: Any) -> DueInvoice | None:
        """One that was tried and is still open. Why it failed is asked for then only."""
        if invoice is None or invoice.status != "open" or not invoice.attempted:
            return None
        payments = self._api.invoice_payments.list(
            {"invoice": invoice.id, "limit": PAGE, "expand": ["data.payment.payment_intent"]}
        )
        needs_bank = any(_waits_for_bank(each.payment.payment_intent) for each in payments.auto_paging_iter())
        return DueInvoice(invoice.id, invoice.hosted_invoice_url or "", needs_bank)


def _status(found: Any) -> SubscriptionStatus:
    status = _STATUSES.get(found.status, SubscriptionStatus.FREE)
    # `pause_collection` leaves the status as it was: only its invoices are void.
    is_served = status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
    return SubscriptionStatus.PAUSED if is_served and found.pause_collection is not None else status


def _end_of(found: Any) -> datetime | None:
    """The portal sets the one or the other, by the billing mode (Stripe docs: Cancel subscriptions)."""
    if found.status == "canceled":
        return _time(found.ended_at or found.canceled_at)
    if found.cancel_at is not None:
        return _time(found.cancel_at)
    if found.cancel_at_period_end:
        return _time(found["items"].data[0].current_period_end)
    return None


def _is_missing(error: PaymentsRefused) -> bool:
    return code_of(error) == "resource_missing"


def _is_newer(card: Any, other: Any) -> bool:
    """Of a card that the portal may have been given since the payment."""
    return card is not None and not isinstance(card, str) and card.created > other.created


def _waits_for_bank(intent: Any) -> bool:
    return intent is not None and not isinstance(intent, str) and intent.status == "requires_action"


def _is_of_a_period(invoice: Any) -> bool:
    """For a time of the plan, at a price: a free trial's invoice is paid too."""
    parent = invoice.parent
    is_of_plan = parent is not None and parent.subscription_details is not None
    return is_of_plan and invoice.subtotal > 0 and bool(invoice.lines.data)


def _paid(invoice: Any) -> PaidInvoice:
    period = _line(invoice).period
    return PaidInvoice(
        invoice.id,
        _id(invoice.parent.subscription_details.subscription) or "",
        invoice.amount_paid,
        _time(period.start),
        _time(period.end),
        _time(invoice.status_transitions.paid_at or invoice.created),
        invoice.hosted_invoice_url or "",
    )


def _line(invoice: Any) -> Any:
    """The period's own: a credit for unused time ends earlier."""
    return max(invoice.lines.data, key=lambda line: line.period.end)


def _flow(flow: PortalFlow, subscription_id: str | None, return_url: str) -> "FlowData":
    done: FlowAfterCompletion = {"type": "redirect", "redirect": {"return_url": return_url}}
    plan = subscription_id or ""
    match flow:
        case PortalFlow.PAUSE:
            return {
                "type": "subscription_pause",
                "subscription_pause": {"subscription": plan},
                "after_completion": done,
            }
        case PortalFlow.CANCEL:
            return {
                "type": "subscription_cancel",
                "subscription_cancel": {"subscription": plan},
                "after_completion": done,
            }
        case _:
            return {"type": "payment_method_update", "after_completion": done}


def _word(metadata: Any, key: str) -> str | None:
    return str(metadata[key]) if metadata and key in metadata and metadata[key] else None


def _number(word: str | None) -> int | None:
    return int(word) if word is not None and word.isdecimal() and len(word) < 10 else None


def _id(value: Any) -> str | None:
    """Of an object that is named, or told in full."""
    return value if value is None or isinstance(value, str) else str(value.id)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
