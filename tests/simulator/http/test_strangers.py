"""A desk has no password: other sites in the browser of who uses it must not drive it."""

import httpx
import pytest

from tests.simulator.http.shop import ShopDesk

CLOCK = "/desk/shop/clock"


def advance(caller: httpx.Client, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.post(CLOCK, json={"advance_seconds": 1}, headers=named).status_code


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1@evil.example"],
)
def test_another_site_may_not_drive_the_desk(caller: httpx.Client, origin: str) -> None:
    assert advance(caller, origin=origin) == 403
    assert advance(caller, origin=origin, sec_fetch_site="cross-site") == 403
    assert caller.delete("/desk/shop/faults", headers={"origin": origin}).status_code == 403


def test_a_browser_that_tells_no_origin_but_another_site_is_refused(caller: httpx.Client) -> None:
    assert advance(caller, sec_fetch_site="cross-site") == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "", "[::1"])
@pytest.mark.parametrize("path", ["/desk/shop/log", "/desk/shop/health"])
def test_a_name_that_was_made_to_lead_here_reads_nothing(caller: httpx.Client, host: str, path: str) -> None:
    answer = caller.get(path, headers={"host": host})
    assert answer.status_code == 403
    assert "localhost" in answer.json()["error"]


def test_pages_that_this_machine_serves_and_programs_go_on(desk: ShopDesk, caller: httpx.Client) -> None:
    port = caller.base_url.port
    assert advance(caller) == 200
    for origin in (f"http://127.0.0.1:{port}", "http://localhost:3000", "http://[::1]:8000"):
        assert advance(caller, origin=origin, sec_fetch_site="cross-site") == 200
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", "[::1]:80", "192.168.1.20:80"):
        assert caller.get("/desk/shop/log", headers={"host": host}).status_code == 200
    own = {"host": "192.168.1.20:80", "origin": "http://192.168.1.20:80"}
    assert caller.post(CLOCK, json={"advance_seconds": 1}, headers=own).status_code == 200
    assert desk.log() == []


def test_the_vendors_own_paths_answer_to_any_name(caller: httpx.Client) -> None:
    assert caller.get("/v1/catalogue", headers={"host": "api.shop.example"}).status_code == 200
