"""ID tokens by keys that a server of the test's own hands out, as LINE does."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from line import login
from line.login import Identity, LineKeys, LineKeysUnavailable, LineLogin, TokenInvalid

CHANNEL = "2000000099"
LEARNER = "U" + "1" * 32
AN_HOUR_AGO, LATER = -3600, 3600  # seconds from now: a test's name must not change with the clock


@dataclass
class LineCerts:
    """LINE's keys, which change; `asked` counts how often they were read."""

    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    is_away: bool = False
    asked: int = 0
    url: str = ""

    def rotate(self, key_id: str) -> None:
        self.keys = {key_id: ec.generate_private_key(ec.SECP256R1())}

    def document(self) -> dict[str, Any]:
        keys = [
            {
                **jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True),
                "kid": key_id,
                "alg": "ES256",
            }
            for key_id, key in self.keys.items()
        ]
        return {"keys": keys}

    def token(self, key_id: str = "first", **claims: Any) -> str:
        now = int(time.time())
        whole = {
            "iss": login.ISSUER,
            "sub": LEARNER,
            "aud": CHANNEL,
            "exp": now + 3600,
            "iat": now,
            "name": "はな",
        }
        kept = {name: value for name, value in {**whole, **claims}.items() if value is not None}
        return jwt.encode(kept, self.keys[key_id], algorithm="ES256", headers={"kid": key_id})


@pytest.fixture
def certs() -> Iterator[LineCerts]:
    certs = LineCerts()
    certs.rotate("first")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            certs.asked += 1
            self.send_response(503 if certs.is_away else 200)
            self.end_headers()
            self.wfile.write(json.dumps(certs.document()).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    certs.url = f"http://127.0.0.1:{server.server_port}"
    yield certs
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def line_login(certs: LineCerts) -> LineLogin:
    return LineLogin(LineKeys(certs.url), [CHANNEL])


def test_a_token_of_lines_tells_who_it_is(certs: LineCerts, line_login: LineLogin) -> None:
    assert line_login.identity(certs.token()) == Identity(LEARNER, "はな")
    assert line_login.identity(certs.token(name=None)) == Identity(LEARNER, None)
    assert certs.asked == 1, "keys are kept"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "1234567890"},
        {"iss": "https://access.example"},
        {"exp": AN_HOUR_AGO},
        {"iat": LATER},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"aud": None},
        {"iss": None},
    ],
    ids=str,
)
def test_a_token_that_is_foreign_over_or_of_the_future_is_refused(
    certs: LineCerts, line_login: LineLogin, claims: dict[str, Any]
) -> None:
    now = int(time.time())
    claims = {name: now + value if value in (AN_HOUR_AGO, LATER) else value for name, value in claims.items()}
    with pytest.raises(TokenInvalid):
        line_login.identity(certs.token(**claims))


def test_other_algorithms_are_refused_without_a_look_at_the_keys(
    certs: LineCerts, line_login: LineLogin
) -> None:
    claims = jwt.decode(certs.token(), options={"verify_signature": False})
    (key,) = certs.document()["keys"]
    for token in (
        jwt.encode(claims, "s" * 32, algorithm="HS256", headers={"kid": "first"}),
        jwt.encode(claims, key["x"], algorithm="HS256", headers={"kid": "first"}),
        jwt.encode(claims, "", algorithm="none", headers={"kid": "first"}),
        jwt.encode(claims, certs.keys["first"], algorithm="ES256"),
        jwt.encode(claims, certs.keys["first"], algorithm="ES256", headers={"kid": ""}),
        "a.b.c",
        "",
        "x" * 10_000,
    ):
        with pytest.raises(TokenInvalid):
            line_login.identity(token)
    assert certs.asked <= 1


def test_a_token_whose_signature_is_of_another_key_is_refused(
    certs: LineCerts, line_login: LineLogin
) -> None:
    other = LineCerts()
    other.rotate("first")
    with pytest.raises(TokenInvalid):
        line_login.identity(other.token())


def test_without_an_app_of_ours_no_token_is_for_us(certs: LineCerts) -> None:
    with pytest.raises(TokenInvalid):
        LineLogin(LineKeys(certs.url), []).identity(certs.token())


def test_a_rotated_key_is_found_and_a_forged_one_costs_no_question(
    certs: LineCerts, line_login: LineLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_login.identity(certs.token())
    certs.rotate("second")
    now = time.monotonic()
    monkeypatch.setattr("line.login.time.monotonic", lambda: now + login.ASK_EVERY_SECONDS + 0.01)
    assert line_login.identity(certs.token("second")).line_user_id == LEARNER
    forger = LineCerts()
    for number in range(20):
        forger.rotate(f"forged {number}")
        with pytest.raises(TokenInvalid):
            line_login.identity(forger.token(f"forged {number}"))
    assert certs.asked == 2


def test_known_keys_serve_on_while_line_is_away(
    certs: LineCerts, line_login: LineLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_login.identity(certs.token())
    certs.is_away = True
    now = time.monotonic()
    monkeypatch.setattr("line.login.time.monotonic", lambda: now + login.FRESH_SECONDS + 1)
    assert line_login.identity(certs.token()).line_user_id == LEARNER
    assert certs.asked == 2, "they were asked for"


def test_without_any_keys_another_try_may_help(certs: LineCerts, line_login: LineLogin) -> None:
    certs.is_away = True
    with pytest.raises(LineKeysUnavailable) as caught:
        line_login.identity(certs.token())
    assert caught.value.retryable
