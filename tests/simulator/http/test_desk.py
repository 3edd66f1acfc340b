"""The controls that every desk has, through the client that every desk has."""

import time

import httpx
import pytest

from simulator.http.client import DeskCallError
from tests.simulator.http.shop import ShopDesk, ShopFault


def test_faults_have_numbers_and_can_be_cleared(desk: ShopDesk, caller: httpx.Client) -> None:
    assert [desk.add_fault(ShopFault()), desk.add_fault(ShopFault())] == ["fault-1", "fault-2"]
    desk.clear_faults()
    assert caller.post("/v1/orders").status_code == 200
    assert desk.add_fault(ShopFault()) == "fault-3"


def test_the_clock_moves_forward_for_the_double_alone(desk: ShopDesk, caller: httpx.Client) -> None:
    desk.advance_clock(3600)
    caller.post("/v1/orders")
    assert desk.log()[0].at - time.time() * 1000 == pytest.approx(3_600_000, abs=10_000)


def test_the_log_is_read_from_an_entry_on(desk: ShopDesk, caller: httpx.Client) -> None:
    for _ in range(3):
        caller.post("/v1/orders")
    assert [crossing.seq for crossing in desk.log(after=1)] == [2, 3]
    with pytest.raises(DeskCallError, match="after is the number of an entry"):
        desk.call("GET", "/log", params={"after": "x"})


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("/clock", {"advance_seconds": -1}, "advance_seconds"),
        ("/faults", {"ending": "error", "often": 2}, "often"),
        ("/faults", {"times": 0}, "times"),
    ],
)
def test_wrong_calls_are_refused_with_the_reason(
    desk: ShopDesk, path: str, body: dict[str, object], problem: str
) -> None:
    with pytest.raises(DeskCallError, match=f"400 {problem}"):
        desk.call("POST", path, json=body)


def test_waiting_for_the_log_has_an_end(desk: ShopDesk, caller: httpx.Client) -> None:
    caller.post("/v1/orders")
    with pytest.raises(TimeoutError, match=r"the log ends with\nPOST /v1/orders 200"):
        desk.wait_for_log(lambda log: None, timeout=0.1)


def test_waiting_for_a_desk_that_is_not_there_has_an_end() -> None:
    with ShopDesk("http://127.0.0.1:1") as desk, pytest.raises(TimeoutError, match="a desk at"):
        desk.wait_until_ready(timeout=0.1)
