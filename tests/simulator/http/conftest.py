from collections.abc import Iterator

import httpx
import pytest

from simulator.http.server import Server
from tests.simulator.http.shop import Shop, ShopDesk, make_shop
from tests.simulator.serving import serving


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def desk(shop: Shop) -> Iterator[ShopDesk]:
    """The shop on a free port, with a real uvicorn."""
    server = Server(lambda _address: make_shop(shop), 0, "127.0.0.1")
    with serving(server) as base_url, ShopDesk(base_url) as desk:
        desk.wait_until_ready()
        yield desk


@pytest.fixture
def caller(desk: ShopDesk) -> Iterator[httpx.Client]:
    """Who uses the vendor's API."""
    with httpx.Client(base_url=desk.base_url, timeout=10, trust_env=False) as client:
        yield client
