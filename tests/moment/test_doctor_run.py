"""How checks are made and told: side by side, each with its own time and failure, and no secret in any."""

import json
import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from rich.console import Console

from moment.doctor.report import Check, Status, as_json, as_table, healthy, ok, summary, warning
from moment.doctor.run import Part, together
from moment.doctor.secrecy import masked, secrets_of
from settings import LineChannel, Settings


def test_a_crash_is_that_parts_failure_and_ends_no_other() -> None:
    def crashing() -> Iterator[Check]:
        yield ok("first", "fine")
        raise KeyError("hunter2222")

    found = together([Part("first", 5, crashing), Part("second", 5, lambda: iter([ok("second", "fine")]))])

    assert [(check.name, check.status) for check in found] == [
        ("first", Status.OK),
        ("first", Status.FAILED),
        ("second", Status.OK),
    ]
    assert "KeyError" in found[1].detail
    assert "hunter2222" not in as_json(found)


def test_what_hangs_is_given_up_after_its_time_and_keeps_what_it_found() -> None:
    never = threading.Event()

    def hanging() -> Iterator[Check]:
        yield ok("slow", "fine so far")
        never.wait()

    found = together([Part("slow", 0.2, hanging)])
    never.set()

    assert [check.status for check in found] == [Status.OK, Status.FAILED]
    assert "0.2 s" in found[1].detail
    assert found[1].fix


def test_parts_are_looked_at_side_by_side() -> None:
    both = threading.Barrier(2, timeout=10)

    def meeting() -> Iterator[Check]:
        both.wait()
        yield ok("met", "")

    assert [check.status for check in together([Part("one", 20, meeting), Part("two", 20, meeting)])] == [
        Status.OK,
        Status.OK,
    ]


def test_the_json_object_has_its_promised_shape() -> None:
    found = json.loads(as_json([ok("a", "良い"), Check("b", Status.FAILED, "bad", "mend it")]))

    assert found == {
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
    with console.capture() as captured:
        console.print(as_table([Check("a[b]", Status.FAILED, "at [red]", "run `x [y]`")]))

    assert "a[b]" in captured.get()
    assert "at [red]" in captured.get()
    assert "→ run `x [y]`" in captured.get()


@pytest.mark.parametrize(
    "given",
    [
        {"database_url": "postgresql://moment:hunter2222@db.example/moment"},
        {"broker_url": "redis://:hunter2222@broker.example/0"},
        {"database_url": "postgresql://moment:hunter%32222@db.example/moment"},
        {"link_secret": SecretStr("hunter2222")},
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
def test_secrets_are_masked_wherever_they_turn_up(given: dict[str, object]) -> None:
    said = Check("a", Status.FAILED, "refused: hunter2222", "not hunter2222")

    hidden = masked(said, secrets_of(Settings(**given)))  # type: ignore[arg-type]

    assert (hidden.detail, hidden.fix) == ("refused: ***", "not ***")


def test_a_password_with_an_unescaped_at_is_masked_whole() -> None:
    known = secrets_of(Settings(broker_url="redis://:hunter@2222@broker.example/0"))

    assert masked(Check("a", Status.FAILED, "no host hunter@2222"), known).detail == "no host ***"
