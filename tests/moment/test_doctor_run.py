"""How checks are made and told: side by side, each with its own time and failure, and no secret in any."""

import json
import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from rich.console import Console

from moment.doctor.report import Check, Status, as_json, as_table, healthy, ok, summary, warning
from moment.doctor.run import Part, look_at
from moment.doctor.secrecy import mask, secrets_of
from settings import LineChannel, Settings


def test_a_crash_is_that_parts_failure_and_ends_no_other() -> None:
    def crashing() -> Iterator[Check]:
        yield ok("first", "fine")
        raise KeyError("hunter2222")

    checks = look_at([Part("first", 5, crashing), Part("second", 5, lambda: iter([ok("second", "fine")]))])

    assert [(check.name, check.status) for check in checks] == [
        ("first", Status.OK),
        ("first", Status.FAILED),
        ("second", Status.OK),
    ]
    assert "KeyError" in checks[1].detail
    assert "hunter2222" not in as_json(checks)


def test_what_hangs_is_given_up_after_its_time_and_keeps_what_it_found() -> None:
    never = threading.Event()

    def hanging() -> Iterator[Check]:
        yield ok("slow", "fine so far")
        never.wait()

    checks = look_at([Part("slow", 0.2, hanging)])
    never.set()

    assert [check.status for check in checks] == [Status.OK, Status.FAILED]
    assert "0.2 s" in checks[1].detail
    assert checks[1].fix


def test_parts_are_looked_at_side_by_side() -> None:
    both = threading.Barrier(2, timeout=10)

    def meeting() -> Iterator[Check]:
        both.wait()
        yield ok("met", "")

    assert [check.status for check in look_at([Part("one", 20, meeting), Part("two", 20, meeting)])] == [
        Status.OK,
        Status.OK,
    ]


def test_the_json_object_has_its_promised_shape() -> None:
    report = json.loads(as_json([ok("a", "良い"), Check("b", Status.FAILED, "bad", "mend it")]))

    assert report == {
        "ok": False,
        "checks": [
            {"name": "a", "status": "ok", "detail": "良い", "fix": ""},
            {"name": "b", "status": "failed", "detail": "bad", "fix": "mend it"},
        ],
    }


def test_warnings_and_skipped_parts_are_no_failure() -> None:
    checks = [warning("a", "old", "renew"), Check("b", Status.SKIPPED, "later")]

    assert healthy(checks)
    assert summary(checks) == "1 warning, 1 skipped"


def test_the_table_shows_what_was_found_and_the_fix_beneath_as_it_is_written() -> None:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(as_table([Check("a[b]", Status.FAILED, "at [red]", "run `x [y]`")]))

    assert "a[b]" in capture.get()
    assert "at [red]" in capture.get()
    assert "→ run `x [y]`" in capture.get()


@pytest.mark.parametrize(
    "values",
    [
        {"database_url": "postgresql://moment:hunter2222@db.example/moment"},
        {"broker_url": "redis://:hunter2222@broker.example/0"},
        {"database_url": "postgresql://moment:hunter%32222@db.example/moment"},
        {"database_url": "postgresql://moment@db.example/moment?sslmode=require&password=hunter2222"},
        {"database_url": "postgresql://moment@db.example/moment?password=hunter%32222"},
        {"link_secrets": [SecretStr("hunter2222")]},
        {"link_secrets": [SecretStr("another-one"), SecretStr("hunter2222")]},
        {"gemini_api_key": SecretStr("hunter2222")},
        {"line_channels": [LineChannel(name="a", channel_id="1", channel_secret=SecretStr("hunter2222"))]},
        {
            "line_channels": [
                LineChannel(
                    name="a",
                    channel_id="1",
                    channel_secret=SecretStr(""),
                    access_token=SecretStr("hunter2222"),
                )
            ]
        },
    ],
)
def test_secrets_are_masked_wherever_they_turn_up(values: dict[str, object]) -> None:
    check = Check("a", Status.FAILED, "refused: hunter2222", "not hunter2222")

    clean = mask(check, secrets_of(Settings.without_environment(**values)))

    assert (clean.detail, clean.fix) == ("refused: ***", "not ***")


def test_a_password_with_an_unescaped_at_is_masked_whole() -> None:
    secrets = secrets_of(Settings.without_environment(broker_url="redis://:hunter@2222@broker.example/0"))

    assert mask(Check("a", Status.FAILED, "no host hunter@2222"), secrets).detail == "no host ***"
