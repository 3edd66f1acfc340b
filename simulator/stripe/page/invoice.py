"""An invoice's own page, where it can be paid, and a charge's receipt."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.stripe import invoicing, life, payments, settling
from simulator.stripe.endpoint import stripe_of
from simulator.stripe.objects.billing import Invoice
from simulator.stripe.objects.catalogue import Customer
from simulator.stripe.objects.payments import Charge
from simulator.stripe.page.shell import UNKNOWN_CARD, read_card, render, see
from simulator.stripe.payments import Presence
from simulator.stripe.state import Stripe

NOT_FOUND = "この請求書は見つかりませんでした。"


def _invoice(request: Request) -> tuple[Stripe, Invoice | None]:
    stripe = stripe_of(request)
    life.catch_up(stripe)
    invoice = stripe.store.get(Invoice, request.path_params["id"])
    return stripe, invoice if invoice and invoice.number else None


async def show(request: Request) -> Response:
    stripe, invoice = _invoice(request)
    return (
        _form(stripe, invoice, {})
        if invoice
        else render(stripe, "over.html", 404, words=NOT_FOUND, link=None)
    )


async def pay(request: Request) -> Response:
    """With a card that is there just now; it becomes the customer's default."""
    stripe, invoice = _invoice(request)
    if invoice is None or invoice.status != "open":
        return await show(request)
    card, form = await read_card(request)
    if card is None:
        return _form(stripe, invoice, form, UNKNOWN_CARD)
    answer = form.get("authentication")
    if card.asks("on_session") and not answer:
        fields = {"number": card.number, "name": form.get("name", "")}
        return render(
            stripe,
            "bank.html",
            action=str(request.url.path),
            fields=fields,
            amount=invoice.amount_due,
            last4=card.last4,
        )
    presence = Presence("on_session", "passed" if answer == "passed" else "failed" if answer else None)
    method = payments.new_method(stripe, card)
    decline = card.setup or invoicing.collect(stripe, invoice, method, presence)
    settling.settle(stripe, invoice, retry=False)
    if decline is not None:
        return _form(stripe, invoice, form, decline.words, 402)
    customer = stripe.store.find(Customer, invoice.customer)
    payments.attach(stripe, method, customer)
    payments.make_default(stripe, customer, method)
    return see(str(request.url.path))


def _form(
    stripe: Stripe,
    invoice: Invoice,
    form: dict[str, str],
    problem: str | None = None,
    status: int | None = None,
) -> Response:
    status = status or (400 if problem else 200)
    return render(stripe, "invoice.html", status, invoice=invoice, form=form, problem=problem)


async def show_receipt(request: Request) -> Response:
    stripe = stripe_of(request)
    charge = stripe.store.get(Charge, request.path_params["id"])
    if charge is None or not charge.paid:
        return render(stripe, "over.html", 404, words="この領収書は見つかりませんでした。", link=None)
    return render(stripe, "receipt.html", charge=charge)


routes = [
    Route("/i/{account}/{id}", show),
    Route("/i/{account}/{id}", pay, methods=["POST"]),
    Route("/i/{account}/{id}/pdf", show),
    Route("/receipts/{id}", show_receipt),
]
