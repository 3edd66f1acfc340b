"""LINE's webhook at the socket: what is stored, and what is refused."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import select

from line.events import read_event
from models.database import Database
from models.inbox import UNREADABLE, InboxEvent
from moment.app import make_app
from moment.resources import open_resources
from settings import LineChannel, Settings
from tests import quick_providers
from tests.database_locks import wait_for_lock
from tests.moment.watch.scrape import scrape
from tests.system import WAIT, listening, served
from webhooks import delivery

# LINE docs: Verify webhook signature
GOLDEN_SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
GOLDEN_BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
GOLDEN_SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="

CHANNELS = [
    LineChannel(name="moment", channel_id="1", channel_secret=SecretStr(GOLDEN_SECRET)),
    LineChannel(name="empty", channel_id="2", channel_secret=SecretStr("")),
    LineChannel(
        name="reissued",
        channel_id="3",
        channel_secret=SecretStr("the new one"),
        old_channel_secret=SecretStr(GOLDEN_SECRET),
    ),
    LineChannel(
        name="never",
        channel_id="4",
        channel_secret=SecretStr(GOLDEN_SECRET),
        old_channel_secret=SecretStr(""),
    ),
]


@contextmanager
def running_web(settings: Settings) -> Iterator[httpx.Client]:
    """The web process's doors on a port of their own."""
    sock = listening()
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    # A connection each: after a 500 the server closes the one it came on.
    once = httpx.Limits(max_keepalive_connections=0)
    with open_resources(settings.change(line_channels=CHANNELS), quick_providers.build) as resources:
        server = uvicorn.Server(uvicorn.Config(make_app(resources), log_level="warning"))
        client = httpx.Client(base_url=url, trust_env=False, timeout=30, limits=once)
        with served(server, sock), client:
            yield client


@pytest.fixture
def web(settings: Settings) -> Iterator[httpx.Client]:
    with running_web(settings) as client:
        yield client


def sign(body: bytes, secret: str = GOLDEN_SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def post(
    web: httpx.Client, body: bytes, signature: str | bytes | None, channel: str = "moment"
) -> httpx.Response:
    headers: dict[str, Any] = {} if signature is None else {"x-line-signature": signature}
    return web.post(f"/webhooks/line/{channel}", content=body, headers=headers)


def event(event_id: str = "01FZ74A0TDDPYRVKNK77XKC3ZR", **values: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": 1_700_000_000_000,
        "source": {"type": "user", "userId": "U" + "1" * 32},
        "webhookEventId": event_id,
        "deliveryContext": {"isRedelivery": False},
        **values,
    }


def body_of(*events: dict[str, Any]) -> bytes:
    return json.dumps({"destination": "Ubot", "events": list(events)}, ensure_ascii=False).encode()


def rows(database: Database) -> list[InboxEvent]:
    with database.transaction() as db:
        return list(db.exec(select(InboxEvent)))


def test_lines_own_example_verifies(web: httpx.Client, database: Database) -> None:
    assert post(web, GOLDEN_BODY, GOLDEN_SIGNATURE).status_code == 200
    assert rows(database) == []


@pytest.mark.parametrize(
    ("signature", "channel", "status"),
    [
        ("AAAA" + GOLDEN_SIGNATURE[4:], "moment", 401),
        (None, "moment", 401),
        ("", "moment", 401),
        (b"not base64 \xe2\x9c\x93", "moment", 401),
        (GOLDEN_SIGNATURE, "nobody", 404),
        ("", "empty", 404),
    ],
)
def test_an_unsigned_delivery_is_refused_and_nothing_stored(
    web: httpx.Client, database: Database, signature: str | bytes | None, channel: str, status: int
) -> None:
    assert post(web, body_of(event()), signature, channel).status_code == status
    assert rows(database) == []


def test_after_a_secret_was_reissued_either_may_have_signed(web: httpx.Client) -> None:
    body = body_of(event())
    for secret, status in (("the new one", 200), (GOLDEN_SECRET, 200), ("another", 401)):
        assert post(web, body, sign(body, secret), "reissued").status_code == status, secret


def test_an_empty_secret_makes_no_signature_valid(web: httpx.Client, database: Database) -> None:
    body = body_of(event())
    assert post(web, body, sign(body, ""), "empty").status_code == 404
    assert post(web, body, sign(body, ""), "never").status_code == 401
    assert rows(database) == []


def test_the_signature_is_over_the_raw_bytes(web: httpx.Client) -> None:
    body = body_of(event())
    same_json = json.dumps(json.loads(body), indent=1).encode()
    assert post(web, same_json, sign(body)).status_code == 401


def test_the_header_is_found_in_any_letter_case(web: httpx.Client, database: Database) -> None:
    body = body_of(event())
    answer = web.post("/webhooks/line/moment", content=body, headers={"X-LINE-SIGNATURE": sign(body)})
    assert answer.status_code == 200
    assert len(rows(database)) == 1


def test_every_event_of_a_body_is_stored_as_it_came(web: httpx.Client, database: Database) -> None:
    events = [
        event("a", message={"id": "1", "type": "text", "text": "こんにちは\0😀", "quoteToken": "q"}),
        event("b", type="somethingNew", novelty={"deep": [1, 2]}, source={"type": "user", "userId": "U2"}),
        event("c", message={"id": "3", "type": "hologram"}, mode="ghost"),
        {"type": "bare"},
    ]
    body = body_of(*events)
    assert post(web, body, sign(body)).status_code == 200
    by_id = {row.event_id: row for row in rows(database)}
    assert len(by_id) == 4
    assert by_id["b"].body == events[1]
    assert by_id["b"].subject == "U2"
    assert by_id["c"].body["mode"] == "ghost"
    assert by_id["a"].body["message"]["text"] == "こんにちは😀"  # JSONB holds no NUL


def test_a_body_too_large_is_refused_before_it_is_read_whole(web: httpx.Client) -> None:
    body = b"x" * (1024 * 1024 + 1)
    assert post(web, body, sign(body)).status_code == 413
    chunks = (b"x" * 65536 for _ in range(20))
    in_chunks = web.post("/webhooks/line/moment", content=chunks, headers={"x-line-signature": "x"})
    assert in_chunks.status_code == 413


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"not json", b'{"events": {}}'])
def test_what_is_signed_but_not_lines_shape_is_a_clear_400(web: httpx.Client, body: bytes) -> None:
    assert post(web, body, sign(body)).status_code == 400


def test_200_copies_of_one_event_at_once_are_one_row(web: httpx.Client, database: Database) -> None:
    body = body_of(event("same"))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(web, body, sign(body)).status_code, range(200)))
    assert set(answers) == {200}
    assert len(rows(database)) == 1


def test_the_answer_comes_only_after_the_commit(web: httpx.Client, database: Database) -> None:
    """The table is locked, so the commit can't happen: neither may the answer."""
    body = body_of(event("late"))
    answer_came = threading.Event()

    def send() -> int:
        status = post(web, body, sign(body)).status_code
        answer_came.set()
        return status

    with ThreadPoolExecutor(1) as pool, database.engine.connect() as holder:
        holder.execute(text("LOCK TABLE inbox_event IN ACCESS EXCLUSIVE MODE"))
        answer = pool.submit(send)
        wait_for_lock(database.engine)
        assert not answer_came.is_set()
        holder.rollback()
        assert answer.result(20) == 200
    assert len(rows(database)) == 1


def test_a_commit_that_fails_is_no_200(web: httpx.Client, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE inbox_event RENAME TO elsewhere"))
    body = body_of(event())
    assert post(web, body, sign(body)).status_code == 500
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO inbox_event"))
    assert post(web, body, sign(body)).status_code == 200


def test_events_are_taken_while_the_broker_is_away(settings: Settings, database: Database) -> None:
    with running_web(settings.change(broker_url="redis://127.0.0.1:1/0")) as web:
        body = body_of(event())
        assert post(web, body, sign(body)).status_code == 200
        assert len(rows(database)) == 1


def test_each_answer_is_counted_by_its_status(web: httpx.Client, database: Database) -> None:
    def counts() -> dict[str, float]:
        told = scrape(REGISTRY)
        name = "moment_webhook_requests_total"
        return {status: told.value(name, source="line", status=status) for status in ("200", "401", "500")}

    before, body = counts(), body_of(event())
    post(web, body, sign(body))
    post(web, body, "AAAA")
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE inbox_event RENAME TO elsewhere"))
    post(web, body, sign(body))
    assert {status: count - before[status] for status, count in counts().items()} == dict.fromkeys(before, 1)


def test_an_event_keeps_the_id_of_its_request_and_no_id_of_the_senders(
    web: httpx.Client, database: Database
) -> None:
    body = body_of(event("a"), event("b"))
    headers = {"x-line-signature": sign(body), "x-request-id": "theirs"}
    assert web.post("/webhooks/line/moment", content=body, headers=headers).status_code == 200
    other = body_of(event("c"))
    post(web, other, sign(other))
    ids = {row.event_id: row.request_id for row in rows(database)}
    assert ids["a"] == ids["b"] != ids["c"]
    assert {len(request_id) for request_id in ids.values()} == {16}


ODD_VALUES = {
    "not a number": "NaN",
    "infinite": "-Infinity",
    "beyond a float": "1e999",
    "900 deep": "[" * 900 + "]" * 900,
    "100,000 deep": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "5,000 digits": "9" * 5_000,
}


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_an_event_that_cannot_be_stored_whole_is_marked_and_its_neighbours_stay(
    web: httpx.Client, database: Database, value: str
) -> None:
    odd = event("odd", message={"type": "text", "text": "秘密"}, novelty="VALUE")
    body = body_of(event("before"), odd, event("after")).replace(b'"VALUE"', value.encode())
    assert post(web, body, sign(body)).status_code == 200
    by_id = {row.event_id: row for row in rows(database)}
    assert {name: row.outcome for name, row in by_id.items()} == {
        "before": "",
        "odd": UNREADABLE,
        "after": "",
    }
    assert by_id["odd"].handled_at is not None
    assert by_id["odd"].body["message"] == {}  # no unsending would find it


@pytest.mark.parametrize("stamp", ["true", "-1", "9007199254740991", "9" * 400, '"now"', "null"])
def test_a_time_that_cannot_be_meant_keeps_no_event_from_its_handler(
    web: httpx.Client, database: Database, stamp: str
) -> None:
    body = body_of(event("odd", timestamp="STAMP")).replace(b'"STAMP"', stamp.encode())
    assert post(web, body, sign(body)).status_code == 200
    (row,) = rows(database)
    assert row.timestamp_ms == 0
    assert read_event(row).kind == "message.unknown"


@pytest.mark.parametrize("text", ["half \\ud83d pair", "\\udc00", "\\u0000"])
def test_half_a_letter_costs_no_event(web: httpx.Client, database: Database, text: str) -> None:
    body = body_of(event("odd", message={"type": "text", "text": "TEXT"})).replace(b"TEXT", text.encode())
    assert post(web, body, sign(body)).status_code == 200
    assert [row.outcome for row in rows(database)] == [""]


def test_brackets_without_end_are_a_400(web: httpx.Client) -> None:
    for body in (b"[" * 100_000, b'{"events":[' + b'{"a":[' * 50_000 + b'"\\"' * 50_000):
        assert post(web, body, sign(body)).status_code == 400


def test_a_body_that_comes_in_drop_by_drop_is_cut(
    web: httpx.Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "READ_SECONDS", 0.2)
    url = web.base_url
    with socket.create_connection((url.host, url.port or 0), timeout=WAIT) as connection:
        head = "POST /webhooks/line/moment HTTP/1.1\r\nHost: moment\r\nContent-Length: 100\r\n\r\n{"
        connection.sendall(head.encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))  # until the server hangs up
    assert answer.startswith(b"HTTP/1.1 408")
