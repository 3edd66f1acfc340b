"""The API against its own OpenAPI document: complete, closed to strangers, and never at a loss."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from liff.api import streams
from liff.limits import RateLimits
from liff.problems import MEDIA_TYPE
from models.session import SessionStatus
from simulator.line.client import Learner
from tests.liff.conftest import Site
from tests.liff.cooks import add_cook, add_upload, pay, say_in

SECRET = "ひみつの味つけ"
METHODS = ("get", "post", "put", "patch", "delete")
# Sign in, sign out: for those who are not signed in too.
OPEN = frozenset({"open_session", "open_session_by_code", "close_session"})
# What may stand in an address besides a learner's own things.
COMMON = {"slug": "fried-rice", "room_type": "coaching", "question_id": "kitchen_heat", "clip_id": 1}

Operation = tuple[str, str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{site.url}/api/openapi.json").json()
    return found


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


def example_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """A value that the schema takes, from the examples that its fields give."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "examples" in schema:
        return schema["examples"][0]
    if "properties" in schema:
        names = schema.get("required", ())
        return {name: example_of(document, schema["properties"][name]) for name in names}
    if "anyOf" in schema:
        return example_of(document, schema["anyOf"][0])
    raise AssertionError(f"give this field an example: {schema}")


def send(
    site: Site, client: httpx.Client, document: Mapping[str, Any], operation: Operation, **values: Any
) -> httpx.Response:
    """The operation with examples for all it needs, and these `values` in its address."""
    method, path, details = operation
    names = [each["name"] for each in details.get("parameters", ()) if each["in"] == "path"]
    address = path.format(**{name: (COMMON | values)[name] for name in names})
    body = details.get("requestBody", {}).get("content", {}).get("application/json")
    json = example_of(document, body["schema"]) if body else None
    with client.stream(method, f"/api{address}", json=json, timeout=30) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        return answer


def test_every_operation_says_what_it_is_takes_and_answers(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert {(scheme["type"], scheme.get("in")) for scheme in schemes.values()} == {
        ("apiKey", "cookie"),
        ("http", None),
    }
    for method, path, details in operations(document):
        where = f"{method} {path}"
        assert details.get("summary"), where
        assert details["tags"], where
        assert details["operationId"] in OPEN or len(details["security"]) == 2, where
        assert any(status.startswith("2") for status in details["responses"]), where
        for status in ("401", "404", "409", "422", "429"):
            assert list(details["responses"][status]["content"]) == [MEDIA_TYPE], f"{where} {status}"
        for each in details.get("parameters", ()):
            assert each.get("description"), f"{where} {each['name']}"
            if each["schema"].get("type") == "integer":
                assert {"minimum", "maximum"} <= set(each["schema"]), f"{where} {each['name']}"
    assert "$defs" not in str(document)


def test_without_a_session_every_operation_is_refused(site: Site, document: dict[str, Any]) -> None:
    with site.browser() as nobody:
        for operation in operations(document):
            if operation[2]["operationId"] not in OPEN:
                answer = send(site, nobody, document, operation, session_id=1, upload_id=1)
                assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), operation


def test_what_is_anothers_does_not_exist(
    site: Site, learner: Learner, client: httpx.Client, document: dict[str, Any]
) -> None:
    """By every address that names a learner's own; a new one is found in the document, and so tried too."""
    theirs = pay(site.database, site.desk.learner("はな").user_id)
    pay(site.database, learner.user_id)
    session_id = add_cook(site.database, theirs, status=SessionStatus.PROCESSING, note=SECRET)
    add_cook(site.database, theirs, slug="beef-steak", note=SECRET)
    say_in(site.database, theirs, SECRET)
    upload_id = add_upload(site.database, theirs)
    tried = set()
    # Who has left may not do the rest.
    for operation in sorted(operations(document), key=lambda each: each[2]["operationId"] == "delete_me"):
        if operation[2]["operationId"] in OPEN:
            continue
        answer = send(site, client, document, operation, session_id=session_id, upload_id=upload_id)
        if "_id}" in operation[1].replace("{question_id}", ""):
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:moment:problem:not_found"), (
                operation
            )
            missing = send(site, client, document, operation, session_id=2**31 - 1, upload_id=2**31 - 1)
            assert missing.content == answer.content, "who asks is not told whether it exists"
            tried.add(operation[2]["operationId"])
        elif not answer.headers["content-type"].startswith("text/event-stream"):
            assert answer.status_code < 300, (operation, answer.text)
            assert SECRET not in answer.text, operation
    assert {"read_session", "rate_session", "follow_session", "open_video", "cancel_upload"} <= tried


def test_what_an_address_takes_is_told_to_whoever_asks_for_something_else(site: Site) -> None:
    answer = httpx.delete(f"{site.url}/api/chat/rooms/coaching/messages")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.headers["content-type"] == MEDIA_TYPE


# ---- by schemathesis, which makes requests of the document: good ones, wrong ones, and one after another

PHASES = ("examples", "coverage", "fuzzing", "stateful")


@pytest.fixture
def without_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of requests of one learner, each of which must end."""

    async def count(*_args: object, **_kwargs: object) -> None:
        pass

    monkeypatch.setattr(RateLimits, "count", count)
    monkeypatch.setattr("services.questions.QUESTIONS_A_DAY", 10_000)
    monkeypatch.setattr(streams, "LIFE_SECONDS", 0.01)


@pytest.fixture
def fresh_keys() -> Iterator[None]:
    """A client makes up a new Idempotency-Key for each request; one that is none stays as it is."""

    def before_call(_context: object, case: schemathesis.Case[Any], _kwargs: object) -> None:
        headers: Any = case.headers
        if headers and re.fullmatch("[!-~]{1,255}", str(headers.get("Idempotency-Key", ""))):
            headers["Idempotency-Key"] = str(uuid4())

    schemathesis.hook(before_call)
    yield
    schemathesis.hooks.unregister(before_call)


def failures(url: str, cookie: str, *, examples: int) -> tuple[int, list[str]]:
    """How many requests were made, and what was found."""
    settings = {
        "seed": 1,
        "suppress-health-check": ["all"],
        "base-url": f"{url}/api",
        "headers": {"Cookie": f"moment_session={cookie}"},
        "parameters": {"dish_slug": "fried-rice"},
        "generation": {
            "max-examples": examples,
            "deterministic": True,
            "no-shrink": True,
            "database": "none",
        },
        "phases": {name: {"enabled": True} for name in PHASES},
        # No schema says which files are too large, or are none that can be used.
        "operations": [
            {
                "include-path-regex": "/(upload|voice-memo)$",
                "checks": {
                    "positive_data_acceptance": {"expected-statuses": ["2xx", 401, 404, 409, 413, 422]}
                },
            }
        ],
    }
    schema = schemathesis.openapi.from_url(
        f"{url}/api/openapi.json", config=SchemathesisConfig.from_dict(settings)
    ).exclude(operation_id="close_session")  # which would end the session that all others need
    made, found = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(repr(event))
        elif isinstance(event, events.ScenarioFinished):
            made += len(event.recorder.interactions)
            found += [
                f"{event.phase.value} {event.recorder.label}: {check.failure_info.failure}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
    return made, found


@pytest.mark.usefixtures("without_bounds", "fresh_keys")
def test_requests_made_of_the_document_find_nothing(
    site: Site, learner: Learner, client: httpx.Client
) -> None:
    add_cook(site.database, pay(site.database, learner.user_id), status=SessionStatus.PROCESSING)
    made, found = failures(site.url, client.cookies["moment_session"], examples=2)
    assert found == []
    assert made > 200
