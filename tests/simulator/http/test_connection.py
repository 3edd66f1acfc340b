"""Connections that a network forgets, and a port that is closed, over real sockets."""

import socket

import httpx
import pytest

from tests.simulator.http.shop import Shop, ShopDesk


def order(caller: httpx.Client) -> int:
    return caller.post("/v1/orders", json={"dish": "炒飯"}).status_code


def test_a_reused_connection_is_reset_before_any_work(
    shop: Shop, desk: ShopDesk, caller: httpx.Client
) -> None:
    assert order(caller) == 200
    desk.reset_idle_connections(times=1)
    with pytest.raises(httpx.ReadError):
        order(caller)
    assert len(shop.orders) == 1
    assert [order(caller), order(caller)] == [200, 200], "a new connection, which is then used again"


def test_a_reset_is_one_on_the_wire(desk: ShopDesk) -> None:
    url = httpx.URL(desk.base_url)
    request = b"GET /v1/catalogue HTTP/1.1\r\nhost: shop\r\n\r\n"
    with socket.create_connection((url.host, url.port or 0), timeout=10) as wire:
        wire.sendall(request)
        answer = wire.makefile("rb")
        length = next(int(line.split()[1]) for line in answer if line.startswith(b"content-length"))
        while answer.readline() != b"\r\n":
            pass
        assert len(answer.read(length)) == length
        desk.reset_idle_connections()
        wire.sendall(request)
        with pytest.raises(ConnectionResetError):
            answer.read(1)
    assert desk.log()[-1].status is None


def test_a_new_connection_is_never_reset(desk: ShopDesk, caller: httpx.Client) -> None:
    desk.reset_idle_connections()
    assert order(caller) == 200
    with httpx.Client(base_url=desk.base_url, trust_env=False) as another:
        assert order(another) == 200
    with pytest.raises(httpx.ReadError):
        order(caller)


def test_only_what_was_idle_for_long_is_forgotten(desk: ShopDesk, caller: httpx.Client) -> None:
    desk.reset_idle_connections(after_seconds=350)
    assert [order(caller), order(caller)] == [200, 200]
    desk.advance_clock(300)
    assert order(caller) == 200, "and it counts as used from now on"
    desk.advance_clock(300)
    assert order(caller) == 200
    desk.advance_clock(351)
    with pytest.raises(httpx.ReadError):
        order(caller)
    assert desk.log()[-1].status is None


def test_the_desk_itself_is_spared_and_ends_the_resets(desk: ShopDesk, caller: httpx.Client) -> None:
    assert order(caller) == 200
    desk.reset_idle_connections()
    desk.clear_faults()
    assert order(caller) == 200


def test_a_closed_port_refuses_and_opens_again(shop: Shop, desk: ShopDesk, caller: httpx.Client) -> None:
    assert order(caller) == 200
    desk.close_port(2)
    with httpx.Client(base_url=desk.base_url, trust_env=False) as another, pytest.raises(httpx.ConnectError):
        order(another)
    with pytest.raises(httpx.TransportError):  # the kept connection ends, and a new one is refused
        order(caller)
    desk.wait_until_ready()
    assert order(caller) == 200
    assert len(shop.orders) == 2, "what the double knew is still known"
