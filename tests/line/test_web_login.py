"""What is taken for LINE's word at a sign-in in the browser, and what is not."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from pydantic import SecretStr

from line.login import ISSUER, Identity
from line.web_login import Attempt, LineLoginUnavailable, LoginRefused, WebLogin
from settings import Settings

CHANNEL = "2000000099"
SECRET = "5ebe2294ecd0e0f08eab7690d2a6ee69"
COACH = "U" + "1" * 32
ATTEMPT = Attempt("state", "nonce", "v" * 64)
AN_HOUR_AGO, LATER = -3600, 3600  # seconds from now: a test's name must not change with the clock


@dataclass
class TokenEndpoint:
    """LINE's, which answers as it is told; `asked` are the forms it got."""

    body: bytes = b"{}"
    status: int = 200
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    url: str = ""

    def answer_with(self, token: str) -> None:
        self.body = f'{{"id_token": "{token}"}}'.encode()


@pytest.fixture(scope="module")
def served() -> Iterator[TokenEndpoint]:
    endpoint = TokenEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            endpoint.asked.append(parse_qs(body.decode()))
            self.send_response(endpoint.status)
            self.send_header("content-length", str(len(endpoint.body)))
            self.end_headers()
            self.wfile.write(endpoint.body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        endpoint.url = f"http://127.0.0.1:{server.server_port}"
        yield endpoint
        server.shutdown()
        thread.join()


@pytest.fixture
def line(served: TokenEndpoint) -> TokenEndpoint:
    served.body, served.status, served.asked = b"{}", 200, []
    return served


def login(line: TokenEndpoint) -> WebLogin:
    return WebLogin(CHANNEL, SecretStr(SECRET), "https://moment.example/console/callback", line.url)


def id_token(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    now = int(time.time())
    whole = {
        "iss": ISSUER,
        "sub": COACH,
        "aud": CHANNEL,
        "exp": now + 3600,
        "iat": now,
        "nonce": "nonce",
        "name": "きよし",
    }
    kept = {name: value for name, value in {**whole, **claims}.items() if value is not None}
    return jwt.encode(kept, secret, algorithm=algorithm)


def test_the_code_is_exchanged_with_the_secret_and_the_verifier(line: TokenEndpoint) -> None:
    line.answer_with(id_token())
    assert login(line).identity(ATTEMPT, "code") == Identity(COACH, "きよし")
    assert line.asked == [
        {
            "grant_type": ["authorization_code"],
            "code": ["code"],
            "redirect_uri": ["https://moment.example/console/callback"],
            "client_id": [CHANNEL],
            "client_secret": [SECRET],
            "code_verifier": ["v" * 64],
        }
    ]


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "1000000001"},
        {"iss": "https://evil.example"},
        {"exp": AN_HOUR_AGO},
        {"iat": LATER},
        {"sub": None},
        {"exp": None},
    ],
)
def test_an_id_token_that_is_not_for_this_attempt_is_refused(
    line: TokenEndpoint, claims: dict[str, Any]
) -> None:
    now = int(time.time())
    changed: dict[str, Any] = {k: now + v if isinstance(v, int) else v for k, v in claims.items()}
    line.answer_with(id_token(**changed))
    with pytest.raises(LoginRefused):
        login(line).identity(ATTEMPT, "code")


def test_an_id_token_that_is_not_signed_by_the_secret_is_refused(line: TokenEndpoint) -> None:
    for token in (id_token("x" * 32), id_token("", "none"), "a.b.c"):
        line.answer_with(token)
        with pytest.raises(LoginRefused):
            login(line).identity(ATTEMPT, "code")


def test_lines_refusal_and_lines_absence_are_told_apart(line: TokenEndpoint) -> None:
    for body in (b"{}", b"[]", b"no json"):
        line.body = body
        with pytest.raises(LoginRefused):
            login(line).identity(ATTEMPT, "code")
    for status, error in ((400, LoginRefused), (429, LineLoginUnavailable), (503, LineLoginUnavailable)):
        line.status = status
        with pytest.raises(error):
            login(line).identity(ATTEMPT, "code")
    nowhere = WebLogin(CHANNEL, SecretStr(SECRET), "https://moment.example/", "http://127.0.0.1:9")
    with pytest.raises(LineLoginUnavailable):
        nowhere.identity(ATTEMPT, "code")


def test_the_address_is_lines_and_names_all_that_it_wants() -> None:
    settings = Settings.without_environment(
        public_url="https://moment.example",
        liff_id=f"{CHANNEL}-Pages",
        line_login_secret=SecretStr(SECRET),
    )
    web_login = WebLogin.of(settings, "/console/callback")
    assert web_login is not None
    address = urlsplit(web_login.address(ATTEMPT))
    assert address.geturl().startswith("https://access.line.me/oauth2/v2.1/authorize?")
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert query == {
        "response_type": "code",
        "client_id": CHANNEL,
        "redirect_uri": "https://moment.example/console/callback",
        "state": "state",
        "nonce": "nonce",
        "scope": "openid profile",
        "code_challenge": ATTEMPT.challenge,
        "code_challenge_method": "S256",
        "ui_locales": "ja",
        "initial_amr_display": "lineqr",
    }
    assert "disable_auto_login=true" in web_login.address(ATTEMPT, auto_login=False)


def test_each_attempt_is_new_and_of_the_length_that_line_wants() -> None:
    first, second = Attempt.new(), Attempt.new()
    assert first.state != second.state
    assert 43 <= len(first.verifier) <= 128
    assert len(first.challenge) == 43


def test_without_the_secret_nobody_signs_in() -> None:
    assert WebLogin.of(Settings.without_environment(liff_id=f"{CHANNEL}-Pages"), "/x") is None
    assert WebLogin.of(Settings.without_environment(line_login_secret=SecretStr(SECRET)), "/x") is None
