"""The tokens of LIFF and LINE Login, as a server checks them."""

import time
from typing import Any

import httpx
import jwt
import pytest

from simulator.line.client import Desk, Learner, LiffSession
from tests.simulator.line.harness import LOGIN_CHANNEL, LOGIN_SECRET, Bot
from tests.simulator.line.liff_pages import UPLOAD

ISSUER = "https://access.line.me"
CERTS = "/oauth2/v2.1/certs"


def checked(desk: Desk, token: str) -> dict[str, Any]:
    """As a server that trusts the served keys only."""
    keys = jwt.PyJWKClient(desk.base_url + CERTS)
    key = keys.get_signing_key_from_jwt(token)
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["ES256"],
        audience=LOGIN_CHANNEL,
        issuer=ISSUER,
        options={"require": ["exp", "iat"]},
    )
    return claims


def verified(bot: Bot, token: str, **form: str) -> httpx.Response:
    return bot.http.post("/oauth2/v2.1/verify", data={"id_token": token, "client_id": LOGIN_CHANNEL, **form})


def test_the_id_token_verifies_against_the_served_keys(liff_desk: Desk, hana: Learner) -> None:
    token = hana.liff_session().id_token
    claims = checked(liff_desk, token)
    assert (claims["sub"], claims["name"]) == (hana.user_id, "はな")
    assert 3500 < claims["exp"] - time.time() <= 3600
    assert jwt.get_unverified_header(token)["alg"] == "ES256"


def test_the_id_token_stays_checkable_when_the_platforms_clock_moves(desk: Desk, friend: Learner) -> None:
    desk.advance_clock(48 * 3600)
    claims = jwt.decode(friend.liff_session().id_token, options={"verify_signature": False})
    assert abs(claims["iat"] - time.time()) < 60


def test_the_verify_endpoint_answers_with_the_claims(liff_bot: Bot, hana: Learner) -> None:
    token = hana.liff_session().id_token
    assert verified(liff_bot, token).json()["sub"] == hana.user_id
    assert verified(liff_bot, token, user_id=hana.user_id).status_code == 200


@pytest.mark.parametrize(
    ("change", "description"),
    [
        ({"client_id": "1"}, "Invalid IdToken Audience."),
        ({"id_token": "a.b.c"}, "Invalid IdToken."),
        ({"user_id": "U" + "0" * 32}, "Invalid IdToken Subject Identifier."),
        ({"nonce": "n"}, "Invalid IdToken Nonce."),
    ],
)
def test_the_verify_endpoint_refuses_in_the_oauth_shape(
    liff_bot: Bot, hana: Learner, change: dict[str, str], description: str
) -> None:
    form = {"id_token": hana.liff_session().id_token, "client_id": LOGIN_CHANNEL, **change}
    answer = liff_bot.http.post("/oauth2/v2.1/verify", data=form)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": description}


def test_wrong_tokens_are_wrong_in_one_thing_each(liff_desk: Desk, liff_bot: Bot, hana: Learner) -> None:
    wrong: dict[str, tuple[type[Exception], str | None]] = {
        hana.expired_id_token(): (jwt.ExpiredSignatureError, "IdToken expired."),
        hana.future_id_token(): (jwt.ImmatureSignatureError, "Invalid IdToken."),
        hana.foreign_id_token(): (jwt.InvalidAudienceError, "Invalid IdToken Audience."),
        hana.id_token(claims={"iss": "https://evil.example"}): (
            jwt.InvalidIssuerError,
            "Invalid IdToken Issuer.",
        ),
        hana.id_token(claims={"iat": None}): (jwt.MissingRequiredClaimError, None),
        hana.forged_id_token(): (jwt.InvalidSignatureError, "Invalid IdToken."),
        hana.forged_id_token(key_id="unheard-of"): (jwt.PyJWKClientError, "Invalid IdToken."),
    }
    for token, (error, description) in wrong.items():
        with pytest.raises(error):
            checked(liff_desk, token)
        if description is not None:
            assert verified(liff_bot, token).json()["error_description"] == description


def test_the_web_login_signs_with_the_channels_secret(liff_desk: Desk, liff_bot: Bot, hana: Learner) -> None:
    token = hana.web_login_id_token(nonce="n")
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = jwt.decode(token, LOGIN_SECRET, algorithms=["HS256"], audience=LOGIN_CHANNEL, issuer=ISSUER)
    assert (claims["sub"], claims["nonce"]) == (hana.user_id, "n")
    assert verified(liff_bot, token, nonce="n").status_code == 200
    with pytest.raises(jwt.PyJWKClientError):
        checked(liff_desk, token)


def test_an_unsigned_token_is_told_as_such(liff_desk: Desk, liff_bot: Bot, hana: Learner) -> None:
    token = hana.unsigned_id_token()
    assert jwt.get_unverified_header(token)["alg"] == "none"
    assert token.endswith(".")
    assert verified(liff_bot, token).status_code == 400


def test_a_key_that_another_follows_is_served_on_or_gone(desk: Desk, friend: Learner) -> None:
    first = friend.liff_session().id_token
    new_key = desk.rotate_login_key()
    second = friend.liff_session().id_token
    assert jwt.get_unverified_header(second)["kid"] == new_key
    assert checked(desk, first)["sub"] == checked(desk, second)["sub"] == friend.user_id
    desk.rotate_login_key(keep_old=False)
    assert len(httpx.get(desk.base_url + CERTS).json()["keys"]) == 1
    for token in (first, second):
        with pytest.raises(jwt.PyJWKClientError):
            checked(desk, token)
    assert checked(desk, friend.liff_session().id_token)["sub"] == friend.user_id


def test_keys_can_be_slow_or_away(liff_desk: Desk, liff_bot: Bot) -> None:
    liff_desk.fault("certs", status=503, times=1)
    liff_desk.fault("certs", delay_seconds=0.3, times=1)
    assert liff_bot.get(CERTS).status_code == 503
    start = time.monotonic()
    assert len(liff_bot.get(CERTS).json()["keys"]) == 1
    assert time.monotonic() - start >= 0.3


def test_the_access_token_opens_the_profile(liff_desk: Desk, liff_bot: Bot, hana: Learner) -> None:
    token = hana.liff_session().access_token
    facts = liff_bot.get("/oauth2/v2.1/verify", params={"access_token": token}).json()
    assert (facts["client_id"], facts["scope"]) == (LOGIN_CHANNEL, "profile openid chat_message.write")
    assert 12 * 3600 - 60 < facts["expires_in"] <= 12 * 3600
    headers = {"authorization": f"Bearer {token}"}
    profile = httpx.get(liff_desk.base_url + "/v2/profile", headers=headers).json()
    assert profile == {"userId": hana.user_id, "displayName": "はな"}
    assert liff_bot.get("/oauth2/v2.1/verify", params={"access_token": "x"}).status_code == 400
    assert liff_bot.get("/v2/profile").status_code == 401, "a channel token is no LIFF token"


def test_without_openid_there_is_no_id_token(hana: Learner) -> None:
    hana.deny_liff("openid")
    session = hana.liff_session(UPLOAD)
    assert (session.id_token, bool(session.access_token)) == ("", True)


def test_revoked_tokens_are_dead_and_the_next_ones_live(
    liff_desk: Desk, liff_bot: Bot, hana: Learner
) -> None:
    other = liff_desk.learner("たろう").liff_session()
    session = hana.liff_session()
    hana.revoke_liff_tokens()
    assert_dead(liff_bot, session)
    assert checked(liff_desk, session.id_token), "the signature cannot tell"
    for living in (hana.liff_session(), other):
        assert liff_bot.get("/oauth2/v2.1/verify", params={"access_token": living.access_token}).is_success


def test_the_next_session_can_be_spoilt(liff_desk: Desk, liff_bot: Bot, hana: Learner) -> None:
    hana.spoil_next_liff_session("expired")
    session = hana.liff_session()
    with pytest.raises(jwt.ExpiredSignatureError):
        checked(liff_desk, session.id_token)
    assert liff_bot.get("/oauth2/v2.1/verify", params={"access_token": session.access_token}).is_success
    hana.spoil_next_liff_session("revoked")
    assert_dead(liff_bot, hana.liff_session())
    assert verified(liff_bot, hana.liff_session().id_token).is_success


def test_deauthorizing_ends_the_consent_and_its_tokens(liff_desk: Desk, liff_bot: Bot, hana: Learner) -> None:
    session = hana.liff_session()
    assert hana.liff_consent() == ["chat_message.write", "openid", "profile"]
    assert deauthorize(liff_bot, "no token of the channel", session).status_code == 401
    assert deauthorize(liff_bot, liff_bot.http.headers["authorization"][7:], session).status_code == 401
    token = login_channel_token(liff_bot)
    answer = deauthorize(liff_bot, token, session)
    assert (answer.status_code, answer.content) == (204, b"")
    assert hana.liff_consent() == []
    assert_dead(liff_bot, session)
    assert deauthorize(liff_bot, token, session).status_code == 400, "LINE says so the second time"
    assert [c.status for c in liff_desk.log(path="/user/v1/deauthorize")][-2:] == [204, 400]
    hana.liff_session()
    assert hana.liff_consent() == ["chat_message.write", "openid", "profile"], "asked and granted anew"


def test_a_deauthorization_can_fail(liff_desk: Desk, liff_bot: Bot, hana: Learner) -> None:
    session, token = hana.liff_session(), login_channel_token(liff_bot)
    liff_desk.fault("deauthorize", status=500, times=1)
    assert deauthorize(liff_bot, token, session).status_code == 500
    assert deauthorize(liff_bot, token, session).status_code == 204


def login_channel_token(bot: Bot) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": LOGIN_CHANNEL,
        "client_secret": LOGIN_SECRET,
    }
    return str(bot.http.post("/oauth2/v3/token", data=form).json()["access_token"])


def deauthorize(bot: Bot, channel_token: str, session: LiffSession) -> httpx.Response:
    headers = {"authorization": f"Bearer {channel_token}"}
    body = {"userAccessToken": session.access_token}
    return bot.http.post("/user/v1/deauthorize", json=body, headers=headers)


def assert_dead(bot: Bot, session: LiffSession) -> None:
    assert bot.get("/oauth2/v2.1/verify", params={"access_token": session.access_token}).status_code == 400
    assert verified(bot, session.id_token).json()["error_description"] == "Invalid IdToken."
