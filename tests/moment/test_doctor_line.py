"""What the doctor finds wrong at LINE: over sockets, with the platform's double and our own webhook."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from pydantic import SecretStr

from desk.embedded import free_port
from desk.simulated_line import channels, simulator_config
from line.accounts import LineAccounts
from line.menu_setup import MenuSetup, menu_name
from line.rich_menus import RichMenus
from moment.app import make_app
from moment.doctor import line
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from moment.menus import wanted_menus
from moment.resources import open_resources
from settings import LineChannel, Room, Settings
from simulator.line.client import Desk
from simulator.line.server import make_server
from tests.simulator.line.harness import Receiver
from tests.system import listening, served

(CHANNEL,) = channels()
WRONG_SECRET = SecretStr("hunter2222")


def secrets_of(channel: LineChannel) -> list[str]:
    secrets = (channel.channel_secret, channel.old_channel_secret, channel.access_token)
    return [secret.get_secret_value() for secret in secrets if secret]


@dataclass
class Line:
    desk: Desk
    web_url: str


@pytest.fixture
def platform(tmp_path: Path, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Line]:
    """LINE with our channel, whose webhook is our real web process; a parameter is the channel as web has it."""
    channel = getattr(request, "param", CHANNEL)
    web, desk = listening(), listening()
    web_url, desk_url = (f"http://127.0.0.1:{sock.getsockname()[1]}" for sock in (web, desk))
    with ExitStack() as stack:
        resources = stack.enter_context(open_resources(settings.change(line_channels=[channel])))
        config = uvicorn.Config(make_app(resources), log_level="warning", access_log=False)
        stack.enter_context(served(uvicorn.Server(config), web))
        simulator = make_server(simulator_config(web_url, tmp_path / "simulator"), port=0)
        stack.enter_context(served(simulator, desk))
        yield Line(stack.enter_context(Desk(desk_url)), web_url)


def look(platform: Line, public_url: str | None = None, **changes: Any) -> dict[str, Check]:
    """By the last part of their names; `changes` are of the doctor's channel, not of the web process's."""
    channel = CHANNEL.model_copy(update=changes)
    settings = Settings.without_environment(
        line_channels=[channel],
        line_api_url=platform.desk.base_url,
        public_url=public_url or platform.web_url,
    )
    checks = list(line.checks(Ground(settings), channel))
    for check in checks:
        for secret in (*secrets_of(CHANNEL), *secrets_of(channel)):
            assert not secret or secret not in check.detail + check.fix
    return {check.name.removeprefix("line.moment."): check for check in checks}


def test_menus_that_are_missing_made_or_of_another_release(platform: Line) -> None:
    menus = RichMenus(LineAccounts([CHANNEL], platform.desk.base_url).client("moment"))
    check = look(platform)["menus"]
    assert (check.status, check.fix) == (Status.WARNING, "run `moment richmenu sync`")
    assert check.detail == "moment-new is missing; moment-learning is missing; moment-with-person is missing"
    wanted = wanted_menus()
    MenuSetup(menus, wanted).make()
    assert look(platform)["menus"].detail == "3 menus"
    menus.show_everybody(menus.id_of("moment-learning") or "")
    assert look(platform)["menus"].detail == "who is new sees another menu, or none"
    name = menu_name("new", "0" * 12)
    older = [
        replace(w, name=name, definition={**w.definition, "name": name}) for w in wanted if w.is_everybodys
    ]
    MenuSetup(menus, older).make()
    assert look(platform)["menus"].detail == "moment-new is of another release"
    platform.desk.fault("rich_menu", status=429)
    assert look(platform)["menus"].fix == "try again in an hour"


@pytest.mark.parametrize("token", [CHANNEL.access_token, None], ids=["long-lived token", "stateless tokens"])
def test_a_channel_that_is_as_it_should_be(platform: Line, token: SecretStr | None) -> None:
    checks = look(platform, access_token=token)

    assert list(checks) == [
        "secret",
        "token",
        "webhook",
        "webhook_test",
        "quota",
        "chat",
        "menus",
        "consoles",
    ]
    assert checks.pop("menus").status is Status.WARNING
    assert {check.status for check in checks.values()} == {Status.OK, Status.SKIPPED}
    assert checks["consoles"].status is Status.SKIPPED
    assert checks["webhook"].detail == f"{platform.web_url}/webhooks/line/moment"
    assert "200" in checks["webhook_test"].detail


def test_a_wrong_token(platform: Line) -> None:
    checks = look(platform, access_token=SecretStr("hunter2222"))

    assert list(checks) == ["secret", "token"]
    assert checks["token"].status is Status.FAILED
    assert "Channel access token" in checks["token"].fix
    assert "hunter2222" not in checks["token"].detail


@pytest.mark.parametrize(
    "platform", [CHANNEL.model_copy(update={"channel_secret": WRONG_SECRET})], indirect=True
)
def test_a_wrong_secret_is_refused_by_line_and_then_by_our_own_webhook(platform: Line) -> None:
    checks = look(platform, channel_secret=WRONG_SECRET)

    assert checks["secret"].status is Status.FAILED
    assert "Basic settings" in checks["secret"].fix
    assert "MOMENT_LINE_CHANNELS" in checks["secret"].fix
    assert checks["token"].status is Status.OK
    assert checks["webhook_test"].status is Status.FAILED
    assert checks["webhook_test"].detail == "LINE says ERROR_STATUS_CODE: 401"
    assert "another channel_secret" in checks["webhook_test"].fix


def test_without_the_right_secret_no_token_can_be_issued(platform: Line) -> None:
    checks = look(platform, channel_secret=WRONG_SECRET, access_token=None)

    assert [check.status for check in checks.values()] == [Status.FAILED, Status.SKIPPED]


def test_an_empty_secret_is_a_failure(platform: Line) -> None:
    check = look(platform, channel_secret=SecretStr(""))["secret"]

    assert check.status is Status.FAILED
    assert "empty" in check.detail


def test_a_webhook_that_points_elsewhere(platform: Line) -> None:
    platform.desk.account(webhook_url="https://elsewhere.example/hook")

    checks = look(platform)

    assert checks["webhook"].status is Status.FAILED
    assert "https://elsewhere.example/hook" in checks["webhook"].detail
    assert f"set {platform.web_url}/webhooks/line/moment" in checks["webhook"].fix
    assert checks["webhook_test"].status is Status.SKIPPED


@pytest.mark.parametrize(
    ("switch", "says"),
    [({"webhook_url": ""}, "no webhook URL is set"), ({"webhook_active": False}, "'Use webhook' is off")],
)
def test_a_webhook_that_is_not_set_or_off(platform: Line, switch: dict[str, Any], says: str) -> None:
    platform.desk.account(**switch)

    check = look(platform)["webhook"]

    assert check.status is Status.FAILED
    assert says in check.detail
    assert "turn on 'Use webhook'" in check.fix


def test_a_webhook_line_cannot_connect_to(platform: Line) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    platform.desk.account(webhook_url=f"{nowhere}/webhooks/line/moment")

    checks = look(platform, public_url=nowhere)

    assert checks["webhook"].status is Status.OK
    assert checks["webhook_test"].status is Status.FAILED
    assert "COULD_NOT_CONNECT" in checks["webhook_test"].detail
    assert "certificate" in checks["webhook_test"].fix


@pytest.mark.parametrize(
    ("status", "says"), [(404, "runs without this channel"), (500, "log of `moment web`")]
)
def test_a_webhook_that_answers_with_an_error(platform: Line, status: int, says: str) -> None:
    receiver = Receiver()
    receiver.statuses = [status]
    public_url = receiver.url.removesuffix("/webhooks/line")
    platform.desk.account(webhook_url=f"{receiver.url}/moment")

    check = look(platform, public_url=public_url)["webhook_test"]
    receiver.close()

    assert check.status is Status.FAILED
    assert str(status) in check.detail
    assert says in check.fix


@pytest.mark.parametrize(
    ("used", "status", "left"),
    [(0, Status.OK, "200 of 200"), (185, Status.WARNING, "15 of 200"), (199, Status.FAILED, "1 of 200")],
)
def test_the_quota_is_told_in_sessions(platform: Line, used: int, status: Status, left: str) -> None:
    platform.desk.quota(200, usage=used)

    check = look(platform)["quota"]

    assert check.status is status
    assert left in check.detail
    assert f"{(200 - used) // 2} sessions" in check.detail


def test_a_chat_that_is_on_is_a_warning(platform: Line) -> None:
    platform.desk.account(chat=True)

    check = look(platform)["chat"]

    assert check.status is Status.WARNING
    assert "turn Chat off" in check.fix


def test_what_no_api_tells_is_a_standing_reminder_with_real_line() -> None:
    check = line.consoles(Ground(Settings.without_environment(line_channels=[CHANNEL])), CHANNEL)

    assert check.status is Status.WARNING
    for switch in ("Greeting message", "Auto-response", "Webhook redelivery"):
        assert switch in check.fix


@pytest.mark.parametrize("status", [429, 500])
def test_a_refused_call_is_that_checks_failure(platform: Line, status: int) -> None:
    platform.desk.fault("quota", status=status)

    checks = look(platform)

    assert checks["quota"].status is Status.FAILED
    assert checks["quota"].fix
    assert checks["chat"].status is Status.OK


@pytest.mark.parametrize("fallback", [False, True])
def test_line_away_is_a_failure_unless_the_simulator_stands_in(fallback: bool) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    settings = Settings.without_environment(line_channels=[CHANNEL], line_api_url=nowhere)
    ground = Ground(settings, frozenset({"line_channels"} if fallback else ()))
    (check,) = line.checks(ground, CHANNEL)

    assert check.name == "line.moment"
    assert check.status is (Status.SKIPPED if fallback else Status.FAILED)
    assert ("moment up" if fallback else "HTTPS") in check.fix


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
def test_each_room_is_carried_once(rooms: list[list[Room]], status: Status) -> None:
    accounts = {f"c{index}": each for index, each in enumerate(rooms)}
    (check,) = line.rooms(Ground(Settings.without_environment(line_channels=channels(accounts))))

    assert check.status is status
    assert status is Status.OK or "MOMENT_LINE_CHANNELS" in check.detail + check.fix


def test_an_old_secret_that_still_counts_is_told(platform: Line) -> None:
    old = look(platform, old_channel_secret=WRONG_SECRET)["old_secret"]

    assert old.status is Status.WARNING
    assert "take old_channel_secret out" in old.fix
