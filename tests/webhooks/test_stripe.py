"""Stripe's webhook at the socket: the double's deliveries are stored, everybody else's are refused."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import select
from stripe import StripeClient

from models.database import Database
from models.inbox import UNREADABLE, EventSource, InboxEvent
from moment.app import make_app
from moment.resources import open_resources
from settings import Settings
from simulator.stripe.client import StripeDesk
from simulator.stripe.config import EndpointConfig, StripeConfig
from simulator.stripe.webhooks import Delivery
from tests import quick_providers
from tests.conftest import make_settings, own_database
from tests.database_locks import wait_for_lock
from tests.log_lines import log_lines
from tests.simulator.stripe.conftest import run
from tests.simulator.stripe.harness import client_of, subscribe
from tests.system import WAIT, listening, served
from tests.webhooks.test_line_webhook import ODD_VALUES
from webhooks import delivery

SECRET = "whsec_of_the_desk"
PATH = "/webhooks/stripe"


@dataclass(frozen=True)
class Account:
    """The double's, with one plan paid. What it has to tell, it sends when a test asks for it."""

    desk: StripeDesk
    client: StripeClient
    customer: str
    endpoint: str

    def send_to(self, url: str) -> None:
        self.client.v1.webhook_endpoints.update(self.endpoint, {"url": url + PATH})

    def event(self, kind: str = "customer.subscription.created") -> str:
        return str(self.desk.events(kind)[0]["id"])

    def deliver(self, kind: str = "customer.subscription.created") -> int | None:
        (delivery,) = self.desk.redeliver(self.event(kind))
        return delivery.status


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    endpoint = EndpointConfig(url="http://127.0.0.1:1/", secret=SECRET)
    with run(StripeConfig(endpoints=[endpoint])) as desk:
        desk.hold()
        client = client_of(desk.base_url)
        subscription = subscribe(desk, client)
        yield Account(desk, client, subscription.customer, client.v1.webhook_endpoints.list().data[0].id)


@pytest.fixture(scope="module")
def place(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Database and broker of this module's own."""
    with own_database(postgres_url) as url:
        yield make_settings(url, valkey_url, tmp_path_factory.mktemp("stripe"))


@pytest.fixture
def database(place: Settings) -> Iterator[Database]:
    """Without another test's events."""
    with closing(Database(place.database_url or "")) as database:
        with database.engine.begin() as connection:
            connection.execute(text("DELETE FROM inbox_event"))
        yield database


@contextmanager
def running_web(settings: Settings, account: Account, *secrets: str) -> Iterator[httpx.Client]:
    """The web process's doors on a port of their own, to which the account's events go."""
    sock = listening()
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    account.send_to(url)
    once = httpx.Limits(max_keepalive_connections=0)
    changed = settings.change(stripe_webhook_secrets=[SecretStr(secret) for secret in secrets])
    with open_resources(changed, quick_providers.build) as resources:
        server = uvicorn.Server(uvicorn.Config(make_app(resources), log_level="warning"))
        client = httpx.Client(base_url=url, trust_env=False, timeout=30, limits=once)
        with served(server, sock), client:
            yield client


@pytest.fixture(scope="module")
def shared_web(place: Settings, account: Account) -> Iterator[httpx.Client]:
    with running_web(place, account, SECRET) as client:
        yield client


@pytest.fixture
def web(shared_web: httpx.Client, account: Account, database: Database) -> httpx.Client:
    account.send_to(str(shared_web.base_url).rstrip("/"))
    return shared_web


def rows(database: Database) -> Sequence[InboxEvent]:
    with database.transaction() as db:
        return db.exec(select(InboxEvent)).all()


def header(body: bytes, secret: str = SECRET, scheme: str = "v1") -> str:
    stamp = int(time.time())
    digest = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    return f"t={stamp},{scheme}={digest}"


def post(web: httpx.Client, body: bytes, signature: str | None) -> int:
    headers = {} if signature is None else {"stripe-signature": signature}
    return web.post(PATH, content=body, headers=headers).status_code


BODY = json.dumps({"id": "evt_1", "type": "invoice.paid", "data": {"object": {"customer": "cus_1"}}}).encode()


def test_an_event_is_stored_as_it_came_with_its_customer_as_subject(
    web: httpx.Client, account: Account, database: Database
) -> None:
    for kind in ("customer.subscription.created", "invoice.paid", "customer.created"):
        assert account.deliver(kind) == 200
    stored = {row.event_type: row for row in rows(database)}
    assert {row.subject for row in stored.values()} == {account.customer}
    row, (told,) = stored["invoice.paid"], account.desk.events("invoice.paid")
    assert (row.source, row.event_id, row.outcome) == (EventSource.STRIPE, told["id"], "")
    assert row.timestamp_ms == told["created"] * 1000
    assert row.body["data"] == told["data"]
    assert {len(each.request_id) for each in stored.values()} == {16}
    assert len({each.request_id for each in stored.values()}) == 3


def test_one_event_many_times_is_one_row(web: httpx.Client, account: Account, database: Database) -> None:
    statuses = [delivery.status for delivery in account.desk.redeliver(account.event(), times=5)]
    with ThreadPoolExecutor(10) as pool:
        statuses += pool.map(lambda _: post(web, BODY, header(BODY)), range(50))
    assert set(statuses) == {200}
    assert len(rows(database)) == 2


def test_while_a_secret_is_rolled_the_old_and_the_new_one_count(
    place: Settings, account: Account, database: Database
) -> None:
    account.desk.roll_secret(account.endpoint, secret="whsec_new")
    try:
        for known in ([SECRET], ["whsec_new"], ["whsec_new", SECRET], ["whsec_other", SECRET]):
            with running_web(place, account, *known):
                assert account.deliver() == 200, known
        with running_web(place, account, "whsec_other"):
            assert account.deliver() == 401
    finally:
        account.desk.roll_secret(account.endpoint, secret=SECRET, keep_seconds=0)


@pytest.mark.parametrize(("seconds", "status"), [(-310, 401), (-280, 200), (280, 200), (310, 401)])
def test_a_stamp_is_of_now_and_neither_old_nor_of_the_future(
    web: httpx.Client, account: Account, database: Database, seconds: int, status: int
) -> None:
    deliveries = account.desk.deliver_strange(account.event(), signed_seconds_ahead=seconds)
    assert [delivery.status for delivery in deliveries] == [status]
    assert len(rows(database)) == (status == 200)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "t=,v1=",
        "not of Stripe",
        header(BODY, "whsec_of_somebody_else"),
        header(BODY, scheme="v0"),
        header(BODY).replace("t=", "t=-"),
        header(BODY).replace("t=", "t=1"),
        header(BODY + b" "),
        "t=" + "9" * 5000 + ",v1=" + "0" * 64,
    ],
    ids=range(10),
)
def test_what_stripe_did_not_sign_is_refused_and_not_stored(
    web: httpx.Client, database: Database, signature: str | None
) -> None:
    assert post(web, BODY, signature) == 401
    assert rows(database) == []


def test_the_signature_is_over_the_raw_bytes(web: httpx.Client) -> None:
    same_json = json.dumps(json.loads(BODY), indent=1).encode()
    assert post(web, same_json, header(BODY)) == 401


@pytest.mark.parametrize("secrets", [(), ("",)], ids=["none", "an empty one"])
def test_without_a_secret_there_is_no_such_door(
    place: Settings, account: Account, database: Database, secrets: Sequence[str]
) -> None:
    with running_web(place, account, *secrets) as web:
        assert account.deliver() == 404
        assert post(web, BODY, header(BODY, "")) == 404
    assert rows(database) == []


def test_an_empty_secret_beside_a_good_one_opens_nothing(
    place: Settings, account: Account, database: Database
) -> None:
    with running_web(place, account, "", SECRET) as web:
        assert post(web, BODY, header(BODY, "")) == 401
        assert post(web, BODY, header(BODY)) == 200


def test_events_of_another_account_or_api_line_are_kept_too(
    web: httpx.Client, account: Account, database: Database
) -> None:
    """What is made of them is the handler's to say."""
    kind = account.event("invoice.paid")
    deliveries: list[Delivery] = account.desk.deliver_strange(kind, account="acct_other")
    deliveries += account.desk.deliver_strange(kind, api_version="2024-06-20")
    assert [delivery.status for delivery in deliveries] == [200, 200]
    assert [row.body.get("account") for row in rows(database)] == ["acct_other", None]
    assert [row.subject for row in rows(database)] == [account.customer] * 2


def test_a_thin_event_names_its_object_and_no_customer(
    web: httpx.Client, account: Account, database: Database
) -> None:
    account.desk.send_payload(account.endpoint, "thin")
    try:
        assert account.deliver() == 200
    finally:
        account.desk.send_payload(account.endpoint, "snapshot")
    (row,) = rows(database)
    assert (row.subject, row.event_type) == ("", "v1.customer.subscription.created")
    assert row.body["related_object"]["type"] == "subscription"
    assert row.timestamp_ms > 0


def test_a_body_too_large_is_refused(web: httpx.Client, database: Database) -> None:
    large = b" " * (1024 * 1024) + BODY
    assert post(web, large, header(large)) == 413
    chunks = (b" " * 65536 for _ in range(20))
    assert web.post(PATH, content=chunks, headers={"stripe-signature": "x"}).status_code == 413
    assert rows(database) == []


def test_a_body_that_comes_in_drop_by_drop_is_cut(web: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "READ_SECONDS", 0.2)
    with socket.create_connection((web.base_url.host, web.base_url.port or 0), timeout=WAIT) as connection:
        connection.sendall(f"POST {PATH} HTTP/1.1\r\nHost: moment\r\nContent-Length: 100\r\n\r\n{{".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))  # until the server hangs up
    assert answer.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("body", [b"", b"[]", b'"evt_1"', b"not json", b"\xff\xfe", b"[" * 100_000])
def test_what_is_signed_but_no_event_is_a_clear_400(
    web: httpx.Client, database: Database, body: bytes
) -> None:
    assert post(web, body, header(body)) == 400
    assert rows(database) == []


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_an_event_that_cannot_be_kept_whole_is_marked_and_wakes_nobody(
    web: httpx.Client, database: Database, value: str
) -> None:
    body = BODY.replace(b'"invoice.paid"', b'"invoice.paid", "odd": ' + value.encode())
    assert post(web, body, header(body)) == 200
    (row,) = rows(database)
    assert (row.outcome, row.handled_at is not None) == (UNREADABLE, True)


@pytest.mark.parametrize(
    "odd",
    [
        b"{}",
        b'{"id": 7, "type": ["x"], "created": true, "data": [1]}',
        b'{"id": "\\u0000", "type": "\\ud83d", "created": "0001-01-01", "data": {"object": "cus_1"}}',
        b'{"id": "' + b"e" * 500 + b'", "data": {"object": {"customer": {"id": [1]}}}, "created": 1e300}',
    ],
    ids=["empty", "other types", "half letters", "too long"],
)
def test_an_event_of_any_shape_is_kept(web: httpx.Client, database: Database, odd: bytes) -> None:
    assert post(web, odd, header(odd)) == 200
    (row,) = rows(database)
    assert (row.subject, row.timestamp_ms) == ("", 0)


def test_the_answer_comes_only_after_the_commit(web: httpx.Client, database: Database) -> None:
    """The table is locked, so the commit can't happen: neither may the answer."""
    answer_came = threading.Event()

    def send() -> int:
        status = post(web, BODY, header(BODY))
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
    assert post(web, BODY, header(BODY)) == 500
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO inbox_event"))
    assert post(web, BODY, header(BODY)) == 200


def test_neither_secrets_nor_what_was_sent_are_in_the_log(web: httpx.Client, account: Account) -> None:
    body = json.dumps(
        {"id": "evt_1", "data": {"object": {"customer": "cus_1", "name": "山田 花子"}}}
    ).encode()
    forged = header(body, "whsec_of_somebody_else")
    with log_lines() as log:
        assert post(web, body, header(body)) == 200
        assert post(web, body, forged) == 401
        account.desk.deliver_strange(account.event(), signed_seconds_ahead=400)
    problems = [line["problem"] for line in log.of("wrong signature", source="stripe")]
    assert problems[0] == "signed by none of our secrets"
    assert problems[1].startswith("signed -")
    for secret in (SECRET, "whsec_", "山田", forged.partition("v1=")[2]):
        assert secret not in log.text
