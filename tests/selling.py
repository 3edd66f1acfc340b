"""Moment with a plan for sale at the desk's Stripe."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from settings import Seller
from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from simulator.stripe.server import make_server
from tests.simulator.serving import serving

SELLER = Seller(
    name="販売事業者の名称",
    representative="運営責任者の氏名",
    address="東京都千代田区の所在地",
    phone="03-0000-0000",
    email="support@example.com",
)


def for_sale(stripe_url: str) -> dict[str, Any]:
    """Settings of a shop whose payments are taken there."""
    config = StripeConfig()
    return {
        "stripe_key": SecretStr(config.secret_key),
        "stripe_price": config.prices[0].id,
        "stripe_api_url": stripe_url,
        "seller": SELLER,
    }


@contextmanager
def stripe_desk() -> Iterator[StripeDesk]:
    with serving(make_server(StripeConfig(), port=0)) as base_url, StripeDesk(base_url) as desk:
        desk.wait_until_ready()
        yield desk
