"""What the doctor finds wrong at LINE: over sockets, with the platform's double and our own webhook."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from moment.desk import simulator_config
from moment.doctor import line
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from moment.embedded import free_port
from moment.environment import DESK_CHANNEL_ID, DESK_SECRET, DESK_TOKEN
from settings import settings
from simulator.client import Desk
from simulator.server import make_server
from tests.process import name_in_environment
from tests.simulator.harness import Receiver
from tests.system import listening, served
from webhooks.app import make_app

CHANNEL: dict[str, Any] = {
    "name": "moment",
    "channel_id": DESK_CHANNEL_ID,
    "channel_secret": DESK_SECRET,
    "access_token": DESK_TOKEN,
}


@dataclass
class Line:
    desk: Desk
    web_url: str


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Line]:
    """LINE with our channel, whose webhook is our real web process."""
    web, desk = listening(), listening()
    web_url, desk_url = (f"http://127.0.0.1:{sock.getsockname()[1]}" for sock in (web, desk))
    with ExitStack() as stack:
        stack.enter_context(
            served(uvicorn.Server(uvicorn.Config(make_app(), log_level="warning", access_log=False)), web)
        )
        stack.enter_context(served(make_server(simulator_config(web_url, tmp_path), port=0), desk))
        yield Line(stack.enter_context(Desk(desk_url)), web_url)


@contextmanager
def configured(platform: Line, public_url: str | None = None, **channel: Any) -> Iterator[Ground]:
    with name_in_environment(
        LINE_CHANNELS=json.dumps([{**CHANNEL, **channel}]),
        LINE_API_URL=platform.desk.base_url,
        PUBLIC_URL=public_url or platform.web_url,
    ):
        yield Ground(settings())


def checked(platform: Line, public_url: str | None = None, **channel: Any) -> dict[str, Check]:
    """By the last part of their names."""
    with configured(platform, public_url, **channel) as ground:
        found = list(line.checks(ground, ground.settings.line_channels[0]))
    for check in found:
        assert DESK_SECRET not in check.detail + check.fix
        assert DESK_TOKEN not in check.detail + check.fix
    return {check.name.removeprefix("line.moment."): check for check in found}


@pytest.mark.parametrize("token", [DESK_TOKEN, None], ids=["long-lived token", "stateless tokens"])
def test_a_channel_that_is_as_it_should_be(platform: Line, token: str | None) -> None:
    found = checked(platform, access_token=token)

    assert list(found) == ["secret", "token", "webhook", "webhook_test", "quota", "chat", "consoles"]
    assert {check.status for check in found.values()} == {Status.OK, Status.SKIPPED}
    assert found["consoles"].status is Status.SKIPPED
    assert found["webhook"].detail == f"{platform.web_url}/webhooks/line/moment"
    assert "200" in found["webhook_test"].detail


def test_a_wrong_token(platform: Line) -> None:
    found = checked(platform, access_token="hunter2222")

    assert list(found) == ["secret", "token"]
    assert found["token"].status is Status.FAILED
    assert "Channel access token" in found["token"].fix
    assert "hunter2222" not in found["token"].detail


def test_a_wrong_secret_is_refused_by_line_and_then_by_our_own_webhook(platform: Line) -> None:
    found = checked(platform, channel_secret="hunter2222")

    assert found["secret"].status is Status.FAILED
    assert "Basic settings" in found["secret"].fix
    assert found["token"].status is Status.OK
    assert found["webhook_test"].status is Status.FAILED
    assert found["webhook_test"].detail == "LINE says ERROR_STATUS_CODE: 401"
    assert "another channel_secret" in found["webhook_test"].fix


def test_without_the_right_secret_no_token_can_be_issued(platform: Line) -> None:
    found = checked(platform, channel_secret="hunter2222", access_token=None)

    assert [check.status for check in found.values()] == [Status.FAILED, Status.SKIPPED]


def test_an_empty_secret_is_a_failure(platform: Line) -> None:
    found = checked(platform, channel_secret="")["secret"]

    assert found.status is Status.FAILED
    assert "empty" in found.detail


def test_a_webhook_that_points_elsewhere(platform: Line) -> None:
    platform.desk.account(webhook_url="https://elsewhere.example/hook")

    found = checked(platform)

    assert found["webhook"].status is Status.FAILED
    assert "https://elsewhere.example/hook" in found["webhook"].detail
    assert f"set {platform.web_url}/webhooks/line/moment" in found["webhook"].fix
    assert found["webhook_test"].status is Status.SKIPPED


@pytest.mark.parametrize(
    ("switch", "says"),
    [({"webhook_url": ""}, "no webhook URL is set"), ({"webhook_active": False}, "'Use webhook' is off")],
)
def test_a_webhook_that_is_not_set_or_off(platform: Line, switch: dict[str, Any], says: str) -> None:
    platform.desk.account(**switch)

    found = checked(platform)["webhook"]

    assert found.status is Status.FAILED
    assert says in found.detail
    assert "turn on 'Use webhook'" in found.fix


def test_a_webhook_line_cannot_connect_to(platform: Line) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    platform.desk.account(webhook_url=f"{nowhere}/webhooks/line/moment")

    found = checked(platform, public_url=nowhere)

    assert found["webhook"].status is Status.OK
    assert found["webhook_test"].status is Status.FAILED
    assert "COULD_NOT_CONNECT" in found["webhook_test"].detail
    assert "certificate" in found["webhook_test"].fix


@pytest.mark.parametrize(
    ("status", "says"), [(404, "runs without this channel"), (500, "log of `moment web`")]
)
def test_a_webhook_that_answers_with_an_error(platform: Line, status: int, says: str) -> None:
    receiver = Receiver()
    receiver.statuses = [status]
    public_url = receiver.url.removesuffix("/webhooks/line")
    platform.desk.account(webhook_url=f"{receiver.url}/moment")

    found = checked(platform, public_url=public_url)["webhook_test"]
    receiver.close()

    assert found.status is Status.FAILED
    assert str(status) in found.detail
    assert says in found.fix


@pytest.mark.parametrize(
    ("used", "status", "left"),
    [(0, Status.OK, "200 of 200"), (185, Status.WARNING, "15 of 200"), (199, Status.FAILED, "1 of 200")],
)
def test_the_quota_is_told_in_sessions(platform: Line, used: int, status: Status, left: str) -> None:
    platform.desk.quota(200, used=used)

    found = checked(platform)["quota"]

    assert found.status is status
    assert left in found.detail
    assert f"{(200 - used) // 2} sessions" in found.detail


def test_a_chat_that_is_on_is_a_warning(platform: Line) -> None:
    platform.desk.account(chat=True)

    found = checked(platform)["chat"]

    assert found.status is Status.WARNING
    assert "turn Chat off" in found.fix


def test_what_no_api_tells_is_a_standing_reminder_with_real_line() -> None:
    with name_in_environment(LINE_CHANNELS=json.dumps([CHANNEL])):
        found = line._consoles(Ground(settings()), "line.moment.consoles")

    assert found.status is Status.WARNING
    for switch in ("Greeting message", "Auto-response", "Webhook redelivery"):
        assert switch in found.fix


@pytest.mark.parametrize("status", [429, 500])
def test_a_refused_call_is_that_checks_failure(platform: Line, status: int) -> None:
    platform.desk.fault("quota", status=status)

    found = checked(platform)

    assert found["quota"].status is Status.FAILED
    assert found["quota"].fix
    assert found["chat"].status is Status.OK


@pytest.mark.parametrize("fallback", [False, True])
def test_line_away_is_a_failure_unless_the_simulator_stands_in(fallback: bool) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with name_in_environment(LINE_CHANNELS=json.dumps([CHANNEL]), LINE_API_URL=nowhere):
        ground = Ground(settings(), frozenset({"line_channels"} if fallback else ()))
        (found,) = line.checks(ground, ground.settings.line_channels[0])

    assert found.name == "line.moment"
    assert found.status is (Status.SKIPPED if fallback else Status.FAILED)
    assert ("moment up" if fallback else "HTTPS") in found.fix


@pytest.mark.parametrize(
    ("rooms", "status"),
    [
        ([["cooking_videos", "coaching"]], Status.OK),
        ([["cooking_videos"], ["coaching"]], Status.OK),
        ([["coaching"]], Status.FAILED),
        ([["cooking_videos", "coaching"], ["coaching"]], Status.FAILED),
        ([], Status.SKIPPED),
    ],
)
def test_each_room_is_carried_once(rooms: list[list[str]], status: Status) -> None:
    channels = [{**CHANNEL, "name": f"c{index}", "rooms": each} for index, each in enumerate(rooms)]
    with name_in_environment(LINE_CHANNELS=json.dumps(channels)):
        (found,) = line.rooms(Ground(settings()))

    assert found.status is status
