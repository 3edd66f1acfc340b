"""LINE Login in an ordinary browser, as the simulator plays it."""

import base64
import hashlib
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from simulator.line.client import Desk, Learner
from tests.simulator.line.harness import LOGIN_CALLBACK, LOGIN_CHANNEL, LOGIN_PERSON, LOGIN_SECRET

AUTHORIZE = "/oauth2/v2.1/authorize"
TOKEN = "/oauth2/v2.1/token"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
QUERY = {
    "response_type": "code",
    "client_id": LOGIN_CHANNEL,
    "redirect_uri": LOGIN_CALLBACK,
    "state": "abc123",
    "nonce": "n0nce",
    "scope": "openid profile",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
FORM = {
    "grant_type": "authorization_code",
    "redirect_uri": LOGIN_CALLBACK,
    "client_id": LOGIN_CHANNEL,
    "client_secret": LOGIN_SECRET,
    "code_verifier": VERIFIER,
}


def facts_of(answer: httpx.Response) -> dict[str, str]:
    """What the browser brings back to the callback."""
    assert answer.status_code == 307
    address = answer.headers["location"]
    assert address.partition("?")[0] == LOGIN_CALLBACK
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def pick(desk: Desk, name: str, **query: str) -> dict[str, str]:
    page = httpx.get(desk.base_url + AUTHORIZE, params={**QUERY, **query}).text
    link = re.search(rf'href="([^"]+)">{name}<', page)
    assert link, page
    return facts_of(httpx.get(desk.base_url + unescape(link[1])))


def exchange(desk: Desk, code: str, **changes: str) -> httpx.Response:
    return httpx.post(desk.base_url + TOKEN, data={**FORM, "code": code, **changes})


def test_one_picks_who_one_is_and_the_code_is_good_for_an_id_token(liff_desk: Desk, hana: Learner) -> None:
    facts = pick(liff_desk, "はな")
    assert facts["state"] == "abc123"
    answer = exchange(liff_desk, facts["code"]).json()
    assert answer["token_type"] == "Bearer"
    assert jwt.get_unverified_header(answer["id_token"])["alg"] == "HS256"
    claims = jwt.decode(
        answer["id_token"],
        LOGIN_SECRET,
        algorithms=["HS256"],
        audience=LOGIN_CHANNEL,
        issuer="https://access.line.me",
    )
    assert (claims["nonce"], claims["name"]) == ("n0nce", "はな")


def test_who_learns_nothing_can_sign_in_too(liff_desk: Desk) -> None:
    answer = exchange(liff_desk, pick(liff_desk, "きよし")["code"]).json()
    assert jwt.decode(answer["id_token"], options={"verify_signature": False})["sub"] == LOGIN_PERSON


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8000/elsewhere"}, "invalid_grant"),
        ({"client_secret": "another"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_another_than_who_asked_gets_nothing_for_the_code(
    liff_desk: Desk, changes: dict[str, str], error: str
) -> None:
    answer = exchange(liff_desk, pick(liff_desk, "きよし")["code"], **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_code_is_used_once(liff_desk: Desk) -> None:
    code = pick(liff_desk, "きよし")["code"]
    assert exchange(liff_desk, code).status_code == 200
    assert exchange(liff_desk, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("redirect_uri", "https://evil.example/callback"),
        ("client_id", "1"),
        ("response_type", "token"),
        ("state", ""),
        ("scope", "email"),
        ("code_challenge_method", "plain"),
        ("as", "U" + "0" * 32),
    ],
)
def test_a_wrong_address_is_answered_with_a_page_and_leads_nowhere(
    liff_desk: Desk, name: str, value: str
) -> None:
    answer = httpx.get(liff_desk.base_url + AUTHORIZE, params={**QUERY, name: value})
    assert answer.status_code == 400
    assert name in answer.text


def test_who_cancels_comes_back_without_a_code(liff_desk: Desk) -> None:
    page = httpx.get(liff_desk.base_url + AUTHORIZE, params=QUERY).text
    link = re.search(r'href="([^"]+)">キャンセル<', page)
    assert link
    query = parse_qs(urlsplit(unescape(link[1])).query)
    assert (query["error"], query["state"]) == (["access_denied"], ["abc123"])


def test_auto_login_fails_with_a_code_and_a_state_that_are_nobodys(liff_desk: Desk) -> None:
    liff_desk.fail_auto_logins()
    facts = facts_of(httpx.get(liff_desk.base_url + AUTHORIZE, params=QUERY))
    assert facts["state"] != "abc123"
    assert exchange(liff_desk, facts["code"]).json()["error"] == "invalid_grant"
    liff_desk.fail_auto_logins()
    assert pick(liff_desk, "きよし", disable_auto_login="true")["state"] == "abc123"
    facts_of(httpx.get(liff_desk.base_url + AUTHORIZE, params=QUERY))  # the failure that was left
    assert pick(liff_desk, "きよし")["state"] == "abc123"


def test_the_browsers_visit_is_in_no_bots_log_but_the_exchange_is(liff_desk: Desk) -> None:
    code = pick(liff_desk, "きよし")["code"]
    exchange(liff_desk, code)
    assert liff_desk.log(path=AUTHORIZE) == []
    assert liff_desk.log(path=TOKEN)[-1].status == 200
