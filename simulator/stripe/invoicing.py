"""An invoice from draft to paid, failed or void (docs.stripe.com/billing/invoices/subscription)."""

from simulator.stripe.calendar import HOUR
from simulator.stripe.cards import Decline
from simulator.stripe.objects.base import ListOf
from simulator.stripe.objects.billing import (
    BillingReason,
    Invoice,
    InvoiceParent,
    InvoicePayment,
    Line,
    LineParent,
    Period,
    Subscription,
    SubscriptionDetails,
)
from simulator.stripe.objects.catalogue import Customer, PaymentMethod, Product
from simulator.stripe.objects.payments import PaymentIntent
from simulator.stripe.payments import ABSENT, Presence, confirm, new_intent
from simulator.stripe.state import Stripe
from simulator.stripe.store import new_id

# SDK: Subscription.resume, and docs.stripe.com/billing/subscriptions/overview for a first invoice.
UNPAID_SECONDS = 23 * HOUR

# Tax is inside the price, so that nothing tells them apart.
_TOTALS = (
    "amount_due",
    "amount_remaining",
    "subtotal",
    "subtotal_excluding_tax",
    "total",
    "total_excluding_tax",
)


def draft(
    stripe: Stripe,
    subscription: Subscription,
    reason: BillingReason,
    period: Period,
    amount: int | None = None,
) -> Invoice:
    """For `period`, less what is owed for unused time; `amount` is for a part of a period."""
    customer = stripe.store.find(Customer, subscription.customer)
    facts = stripe.facts(Invoice)
    lines = _lines(stripe, subscription, facts["id"], period, amount)
    total = sum(line.amount for line in lines)
    subscription.credit = 0
    invoice = Invoice(
        **facts,
        account_name=stripe.config.business_name,
        **dict.fromkeys(_TOTALS, total),
        billing_reason=reason,
        currency=subscription.currency,
        customer=customer.id,
        customer_email=customer.email,
        customer_name=customer.name,
        lines=ListOf(data=lines, url=f"/v1/invoices/{facts['id']}/lines"),
        parent=InvoiceParent(
            subscription_details=SubscriptionDetails(
                metadata=subscription.metadata, subscription=subscription.id
            )
        ),
        period_end=stripe.now(),
        period_start=subscription.item.current_period_start
        if reason == "subscription_cycle"
        else stripe.now(),
    )
    stripe.store.add(invoice)
    stripe.tell("invoice.created", invoice)
    with stripe.changing(subscription):
        subscription.latest_invoice = invoice.id
    return invoice


def _lines(
    stripe: Stripe, subscription: Subscription, invoice_id: str, period: Period, amount: int | None
) -> list[Line]:
    product = stripe.store.find(Product, subscription.item.price.product)
    words = f"{subscription.item.quantity} × {product.name}"
    lines = [
        _line(subscription, invoice_id, period, subscription.item.amount if amount is None else amount, words)
    ]
    if subscription.credit:
        used_up = min(subscription.credit, lines[0].amount)
        lines.append(_line(subscription, invoice_id, period, -used_up, f"Unused time on {words}"))
    return lines


def _line(subscription: Subscription, invoice_id: str, period: Period, amount: int, words: str) -> Line:
    item = subscription.item
    details = {
        "invoice_item": None,
        "proration": amount != item.amount,
        "proration_details": None,
        "subscription": subscription.id,
        "subscription_item": item.id,
    }
    return Line(
        id=new_id(Line.prefix),
        amount=amount,
        currency=subscription.currency,
        description=words,
        invoice=invoice_id,
        metadata=subscription.metadata,
        parent=LineParent(subscription_item_details=details),
        period=period,
        pricing={
            "price_details": {"price": item.price.id, "product": item.price.product},
            "type": "price_details",
            "unit_amount_decimal": item.price.unit_amount_decimal,
        },
        quantity=item.quantity,
        subscription=subscription.id,
        subtotal=amount,
    )


def finalize(stripe: Stripe, invoice: Invoice) -> None:
    """From now on it can be paid, through its page too. One of nothing is paid at once."""
    now = stripe.now()
    customer = stripe.store.find(Customer, invoice.customer)
    invoice.status, invoice.automatically_finalizes_at, invoice.effective_at = "open", None, now
    invoice.status_transitions.finalized_at = now
    invoice.number = f"{customer.invoice_prefix}-{customer.next_invoice_sequence:04}"
    customer.next_invoice_sequence += 1
    invoice.hosted_invoice_url = f"{stripe.base_url}/i/{stripe.config.account}/{invoice.id}"
    invoice.invoice_pdf = f"{invoice.hosted_invoice_url}/pdf"
    invoice.ending_balance = 0
    stripe.tell("invoice.finalized", invoice)
    if invoice.amount_due == 0:
        _note_payment(stripe, invoice)
        return
    intent = new_intent(
        stripe, customer, invoice.amount_due, invoice.currency, f"Payment for {invoice.number}"
    )
    payment = InvoicePayment(
        **stripe.facts(InvoicePayment),
        amount_requested=invoice.amount_due,
        currency=invoice.currency,
        invoice=invoice.id,
        payment={"payment_intent": intent.id, "type": "payment_intent"},
    )
    stripe.store.add(payment)


def payment_of(stripe: Stripe, invoice: Invoice) -> InvoicePayment | None:
    """None for an invoice of nothing, or one that is a draft."""
    return next((entry for entry in stripe.store.all(InvoicePayment) if entry.invoice == invoice.id), None)


def intent_of(stripe: Stripe, invoice: Invoice) -> PaymentIntent | None:
    payment = payment_of(stripe, invoice)
    return stripe.store.find(PaymentIntent, payment.payment_intent) if payment else None


def method_for(stripe: Stripe, subscription: Subscription) -> PaymentMethod | None:
    """The subscription's own, or its customer's (docs.stripe.com/billing/subscriptions/payment-methods-setting)."""
    customer = stripe.store.find(Customer, subscription.customer)
    own, usual = subscription.default_payment_method, customer.invoice_settings.default_payment_method
    return stripe.store.get(PaymentMethod, own or usual)


def collect(
    stripe: Stripe, invoice: Invoice, method: PaymentMethod | None, presence: Presence = ABSENT
) -> Decline | None:
    """One attempt at an open invoice's payment. What becomes of its subscription is the caller's to see.

    Returns why it was declined; the invoice's status tells whether it is paid.
    """
    intent = intent_of(stripe, invoice)
    if intent is None:
        return None
    invoice.attempt_count += 1
    invoice.attempted = True
    decline = confirm(stripe, intent, method, presence) if method is not None else None
    if intent.status == "succeeded":
        _note_payment(stripe, invoice)
        return None
    if intent.status == "requires_action":
        stripe.tell("invoice.payment_action_required", invoice)
    return decline


def _note_payment(stripe: Stripe, invoice: Invoice) -> None:
    now, payment = stripe.now(), payment_of(stripe, invoice)
    invoice.amount_paid, invoice.amount_remaining = invoice.amount_due, 0
    invoice.next_payment_attempt, invoice.status = None, "paid"
    invoice.attempted, invoice.status_transitions.paid_at = True, now
    if payment is not None:
        payment.status, payment.amount_paid, payment.status_transitions["paid_at"] = (
            "paid",
            invoice.amount_due,
            now,
        )
        stripe.tell("invoice_payment.paid", payment)
    stripe.tell("invoice.paid", invoice)
    stripe.tell("invoice.payment_succeeded", invoice)


def void(stripe: Stripe, invoice: Invoice) -> None:
    invoice.status, invoice.next_payment_attempt, invoice.auto_advance = "void", None, False
    invoice.automatically_finalizes_at, invoice.status_transitions.voided_at = None, stripe.now()
    _cancel_payment(stripe, invoice)
    stripe.tell("invoice.voided", invoice)


def mark_uncollectible(stripe: Stripe, invoice: Invoice) -> None:
    invoice.status, invoice.next_payment_attempt = "uncollectible", None
    invoice.status_transitions.marked_uncollectible_at = stripe.now()
    stripe.tell("invoice.marked_uncollectible", invoice)


def stop_collecting(stripe: Stripe, subscription: Subscription) -> None:
    """SDK, Subscription.cancel: by default Stripe stops the automatic collection of what is open."""
    for invoice in open_invoices(stripe, subscription):
        with stripe.changing(invoice):
            invoice.auto_advance, invoice.next_payment_attempt = False, None
            invoice.automatically_finalizes_at = None


def open_invoices(stripe: Stripe, subscription: Subscription) -> list[Invoice]:
    """Those still to be paid, drafts too, the newest first."""
    return [
        invoice
        for invoice in stripe.store.all(Invoice)
        if invoice.subscription == subscription.id and invoice.status in ("draft", "open")
    ]


def _cancel_payment(stripe: Stripe, invoice: Invoice) -> None:
    payment, intent = payment_of(stripe, invoice), intent_of(stripe, invoice)
    if payment is None or intent is None:
        return
    payment.status, payment.status_transitions["canceled_at"] = "canceled", stripe.now()
    intent.status, intent.canceled_at, intent.cancellation_reason = "canceled", stripe.now(), "void_invoice"
    stripe.tell("payment_intent.canceled", intent)
