"""The border around an application, over real sockets."""

import hashlib
import socket
import threading
import time

import httpx
import pytest

from simulator.http.log import Crossing
from tests.simulator.http.shop import LIMIT_BYTES, Shop, ShopDesk, ShopFault


def order(caller: httpx.Client) -> httpx.Response:
    return caller.post("/v1/orders", json={"dish": "炒飯"})


def crossings_at_end(desk: ShopDesk, count: int) -> list[Crossing]:
    """The log once so many requests have come to their end."""
    return desk.wait_for_log(lambda log: log if [bool(c.duration_ms) for c in log] == [True] * count else [])


def test_a_crossing_is_logged_with_its_answer(desk: ShopDesk, caller: httpx.Client) -> None:
    answer = caller.post(
        "/v1/orders", json={"dish": "炒飯"}, headers={"authorization": "Bearer x", "X-Shop-Table": "3"}
    )
    assert answer.headers["x-shop-number"] == "7"
    (crossing,) = desk.log()
    assert str(crossing) == "POST /v1/orders 200"
    assert crossing.headers == {
        "content-type": "application/json",
        "authorization": "***",
        "x-shop-table": "3",
    }
    assert (crossing.seq, crossing.request, crossing.response) == (1, {"dish": "炒飯"}, {"orders": 1})
    assert crossing.duration_ms


def test_only_the_vendors_own_paths_are_guarded(desk: ShopDesk, caller: httpx.Client) -> None:
    desk.add_fault(ShopFault())
    assert caller.get("/nowhere").status_code == 404
    assert desk.log() == []
    assert caller.get("/v1/nowhere").status_code == 500


def test_a_body_over_the_limit_reaches_nobody(shop: Shop, desk: ShopDesk, caller: httpx.Client) -> None:
    answer = caller.post("/v1/orders", content=bytes(LIMIT_BYTES + 1))
    assert (answer.status_code, answer.json()) == (413, {"problem": "too large"})
    assert answer.headers["x-shop-number"] == "7"
    assert caller.post("/v1/orders", content=bytes(LIMIT_BYTES)).status_code == 200
    assert shop.orders == [bytes(LIMIT_BYTES)]
    assert [(crossing.status, crossing.request is None) for crossing in desk.log()] == [
        (413, True),
        (200, False),
    ]


def test_a_file_streams_by_and_is_logged_as_size_and_hash(
    shop: Shop, desk: ShopDesk, caller: httpx.Client
) -> None:
    file = bytes(range(256)) * 100
    assert caller.post("/v1/files", content=file).status_code == 200
    assert shop.orders == [file]
    assert desk.log()[0].request == {"bytes": len(file), "sha256": hashlib.sha256(file).hexdigest()}


def test_a_long_answer_is_logged_by_its_size(desk: ShopDesk, caller: httpx.Client) -> None:
    assert len(caller.get("/v1/catalogue").content) == LIMIT_BYTES + 1
    assert desk.log()[0].response == {"bytes": LIMIT_BYTES + 1, "content_type": "text/plain; charset=utf-8"}


@pytest.mark.parametrize("accept", [False, True])
def test_an_error_stands_for_the_answer(
    shop: Shop, desk: ShopDesk, caller: httpx.Client, accept: bool
) -> None:
    desk.add_fault(ShopFault(message="closed today", accept=accept, times=1))
    answer = order(caller)
    assert (answer.status_code, answer.json()) == (500, {"problem": "closed today"})
    assert len(shop.orders) == int(accept)
    assert order(caller).status_code == 200


@pytest.mark.parametrize("accept", [False, True])
def test_a_late_answer_is_the_true_one(
    shop: Shop, desk: ShopDesk, caller: httpx.Client, accept: bool
) -> None:
    desk.add_fault(ShopFault(ending="answer", delay_seconds=0.3, accept=accept, times=1))
    start = time.monotonic()
    thread = threading.Thread(target=lambda: order(caller), daemon=True)
    thread.start()
    desk.wait_for_log(bool)
    if accept:
        while not shop.orders:
            assert time.monotonic() < start + 10
        assert desk.log()[0].status is None, "the work is done and the answer still to come"
    thread.join(10)
    assert time.monotonic() - start >= 0.3
    assert (desk.log()[0].status, len(shop.orders)) == (200, 1)


@pytest.mark.parametrize("accept", [False, True])
def test_a_hung_up_connection_gives_no_answer(
    shop: Shop, desk: ShopDesk, caller: httpx.Client, accept: bool
) -> None:
    desk.add_fault(ShopFault(ending="hang-up", accept=accept, times=1))
    with pytest.raises(httpx.RemoteProtocolError):
        order(caller)
    assert len(shop.orders) == int(accept)
    (crossing,) = crossings_at_end(desk, 1)
    assert crossing.status is None


def test_half_an_answer_breaks_off(desk: ShopDesk, caller: httpx.Client) -> None:
    desk.add_fault(ShopFault(ending="half"))
    with pytest.raises(httpx.RemoteProtocolError):
        order(caller)


def test_silence_lasts_until_the_caller_gives_up(shop: Shop, desk: ShopDesk, caller: httpx.Client) -> None:
    desk.add_fault(ShopFault(ending="silence"))
    with pytest.raises(httpx.ReadTimeout):
        caller.post("/v1/orders", timeout=0.2)
    (crossing,) = crossings_at_end(desk, 1)
    assert (crossing.status, shop.orders) == (None, [])


def test_a_caller_who_leaves_in_mid_request_orders_nothing(shop: Shop, desk: ShopDesk) -> None:
    url = httpx.URL(desk.base_url)
    for path in ("/v1/orders", "/v1/files"):
        with socket.create_connection((url.host, url.port or 0)) as caller:
            caller.sendall(f"POST {path} HTTP/1.1\r\nhost: shop\r\ncontent-length: 100\r\n\r\nhalf".encode())
    crossings = crossings_at_end(desk, 2)
    assert [crossing.status for crossing in crossings] == [None, None]
    assert shop.orders == []
