"""Invoices and how they were paid."""

from typing import ClassVar, Literal

from simulator.stripe import invoicing, settling
from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import StripeError, invalid
from simulator.stripe.invoicing import intent_of, method_for
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.billing import Invoice, InvoicePayment, Subscription
from simulator.stripe.objects.catalogue import PaymentMethod
from simulator.stripe.parameters import CreatedListParameters, Nested, Parameters
from simulator.stripe.payments import Presence, card_error


class ListInvoices(CreatedListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"collection_method", "customer_account", "due_date"})

    customer: str | None = None
    status: Literal["draft", "open", "paid", "uncollectible", "void"] | None = None
    subscription: str | None = None


class PayInvoice(Parameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"forgive", "mandate", "paid_out_of_band", "source"})

    off_session: bool = True
    payment_method: str | None = None


class PaymentQuery(Nested):
    type: Literal["payment_intent"]
    payment_intent: str


class ListPayments(CreatedListParameters):
    invoice: str | None = None
    payment: PaymentQuery | None = None
    status: Literal["canceled", "open", "paid"] | None = None


def retrieve(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Invoice, call.id)


def list_all(call: Call[ListInvoices]) -> Json:
    asked = call.parameters
    entries = [
        invoice
        for invoice in call.stripe.store.all(Invoice)
        if asked.customer in (None, invoice.customer)
        and asked.status in (None, invoice.status)
        and asked.subscription in (None, invoice.subscription)
        and asked.fits_created(invoice.created)
    ]
    return page(call.stripe, entries, asked, "/v1/invoices")


def pay(call: Call[PayInvoice]) -> StripeObject:
    """Outside the schedule of retries. Raises StripeError 402 when the card is declined or its bank must be asked."""
    stripe, asked = call.stripe, call.parameters
    invoice = stripe.store.find(Invoice, call.id)
    if invoice.status == "draft":
        invoicing.finalize(stripe, invoice)
    if invoice.status != "open":
        code = "invoice_already_paid" if invoice.status == "paid" else "invoice_not_editable"
        raise invalid(
            "Invoice is already paid" if code == "invoice_already_paid" else "Invoice is not open", None, code
        )
    subscription = stripe.store.find(Subscription, invoice.subscription)
    method = method_for(stripe, subscription)
    if asked.payment_method is not None:
        method = stripe.store.find(PaymentMethod, asked.payment_method, "payment_method")
    if method is None:
        raise invalid(
            "There is no default payment method for this invoice's customer.", None, "resource_missing"
        )
    presence = Presence("off_session" if asked.off_session else "on_session")
    decline = invoicing.collect(stripe, invoice, method, presence)
    settling.settle(stripe, invoice, retry=False)
    if decline is not None:
        raise card_error(decline)
    intent = intent_of(stripe, invoice)
    if intent is not None and intent.status == "requires_action":
        raise StripeError(
            402,
            "This payment requires additional user action before it can be completed successfully.",
            "invoice_payment_intent_requires_action",
            type="card_error",
        )
    return invoice


def void(call: Call[Parameters]) -> StripeObject:
    invoice = call.stripe.store.find(Invoice, call.id)
    if invoice.status not in ("open", "uncollectible"):
        raise invalid(f"You can only pass in open invoices. This invoice isn't open. ({invoice.status})")
    invoicing.void(call.stripe, invoice)
    return invoice


def retrieve_payment(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(InvoicePayment, call.id)


def list_payments(call: Call[ListPayments]) -> Json:
    asked = call.parameters
    entries = [
        payment
        for payment in call.stripe.store.all(InvoicePayment)
        if asked.invoice in (None, payment.invoice)
        and asked.status in (None, payment.status)
        and (asked.payment is None or asked.payment.payment_intent == payment.payment_intent)
        and asked.fits_created(payment.created)
    ]
    return page(call.stripe, entries, asked, "/v1/invoice_payments")


routes = [
    endpoint("invoices.list", ListInvoices, list_all),
    endpoint("invoices.retrieve", Parameters, retrieve),
    endpoint("invoices.pay", PayInvoice, pay),
    endpoint("invoices.void", Parameters, void),
    endpoint("invoice_payments.list", ListPayments, list_payments),
    endpoint("invoice_payments.retrieve", Parameters, retrieve_payment),
]
