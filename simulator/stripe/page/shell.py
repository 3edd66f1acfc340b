"""What the pages share: their templates, and how they tell amounts and days."""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from simulator.stripe.calendar import japanese_date, japanese_time
from simulator.stripe.cards import CARDS, TestCard, card_of
from simulator.stripe.objects.catalogue import Price
from simulator.stripe.state import Stripe

_INTERVALS = {"day": "日", "week": "週", "month": "月", "year": "年"}
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^\s)]+)\)")
UNKNOWN_CARD = "このカードは使えません。テスト環境では、下のテストカードだけが使えます。"


def yen(amount: int) -> str:
    return f"¥{amount:,}"


def price_words(price: Price, quantity: int = 1) -> str:
    """`¥9,800 / 月`."""
    recurring = price.recurring
    if recurring is None:
        return yen(price.unit_amount * quantity)
    count = "" if recurring.interval_count == 1 else f"{recurring.interval_count}か"
    return f"{yen(price.unit_amount * quantity)} / {count}{_INTERVALS[recurring.interval]}"


def with_links(words: str) -> Markup:
    """Checkout's custom texts may hold links of Markdown (docs.stripe.com/payments/checkout/customization/policies)."""
    pieces = _LINK.split(words)
    texts, names, urls = pieces[::3], pieces[1::3], pieces[2::3]
    links = [Markup('<a href="{}">{}</a>').format(url, name) for name, url in zip(names, urls, strict=True)]
    return Markup("").join(part for pair in zip(texts, [*links, ""], strict=True) for part in pair)


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"yen": yen, "day": japanese_date, "moment": japanese_time, "with_links": with_links}


def render(stripe: Stripe, template: str, status: int = 200, **values: Any) -> Response:
    html = _TEMPLATES.get_template(template).render(
        business=stripe.config.business_name, cards=CARDS, **values
    )
    # A session's address is all that it takes to act for the customer.
    return HTMLResponse(html, status, {"cache-control": "no-store", "referrer-policy": "same-origin"})


def see(url: str) -> Response:
    """Leads on after a form was sent."""
    return RedirectResponse(url, 303)


async def read_card(request: Request) -> tuple[TestCard | None, dict[str, str]]:
    """The card and all fields of a card form. A button for a test card goes before what was typed."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    return card_of(form.get("test_card") or form.get("number", "")), form
