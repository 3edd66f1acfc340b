import time
from typing import Any

import httpx
import jwt
import pytest

from simulator.line.client import Desk, DeskCallError, Learner
from tests.simulator.line.harness import Bot, Receiver, text

LOGIN_CHANNEL = "2000000099"


def test_the_id_token_verifies_against_the_served_keys(desk: Desk, friend: Learner) -> None:
    session = friend.liff_session()
    keys = jwt.PyJWKClient(desk.base_url + "/oauth2/v2.1/certs")
    claims: dict[str, Any] = jwt.decode(
        session.id_token,
        keys.get_signing_key_from_jwt(session.id_token).key,
        algorithms=["ES256"],
        audience=LOGIN_CHANNEL,
        issuer="https://access.line.me",
    )
    assert claims["sub"] == friend.user_id
    assert claims["name"] == "はな"
    assert 3500 < claims["exp"] - time.time() <= 3600
    assert jwt.get_unverified_header(session.id_token)["alg"] == "ES256"


def test_the_id_token_stays_checkable_when_the_platforms_clock_moves(desk: Desk, friend: Learner) -> None:
    desk.advance_clock(48 * 3600)
    claims = jwt.decode(friend.liff_session().id_token, options={"verify_signature": False})
    assert abs(claims["iat"] - time.time()) < 60


def test_the_verify_endpoint_answers_with_the_claims(bot: Bot, friend: Learner) -> None:
    form = {"id_token": friend.liff_session().id_token, "client_id": LOGIN_CHANNEL}
    assert bot.http.post("/oauth2/v2.1/verify", data=form).json()["sub"] == friend.user_id
    answer = bot.http.post("/oauth2/v2.1/verify", data={**form, "user_id": friend.user_id})
    assert answer.status_code == 200


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
    bot: Bot, friend: Learner, change: dict[str, str], description: str
) -> None:
    form = {"id_token": friend.liff_session().id_token, "client_id": LOGIN_CHANNEL, **change}
    answer = bot.http.post("/oauth2/v2.1/verify", data=form)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": description}


def test_a_token_signed_by_another_is_refused(bot: Bot, friend: Learner) -> None:
    claims = jwt.decode(friend.liff_session().id_token, options={"verify_signature": False})
    forgery = jwt.encode(claims, "x" * 32, algorithm="HS256")
    answer = bot.http.post("/oauth2/v2.1/verify", data={"id_token": forgery, "client_id": LOGIN_CHANNEL})
    assert answer.status_code == 400


def test_the_access_token_opens_the_profile(desk: Desk, bot: Bot, friend: Learner) -> None:
    token = friend.liff_session().access_token
    facts = bot.get("/oauth2/v2.1/verify", params={"access_token": token}).json()
    assert facts["client_id"] == LOGIN_CHANNEL
    assert 12 * 3600 - 60 < facts["expires_in"] <= 12 * 3600
    profile = httpx.get(desk.base_url + "/v2/profile", headers={"authorization": f"Bearer {token}"}).json()
    assert profile == {"userId": friend.user_id, "displayName": "はな"}
    assert bot.get("/oauth2/v2.1/verify", params={"access_token": "x"}).status_code == 400
    assert bot.get("/v2/profile").status_code == 401, "a channel token is no LIFF token"


def test_messages_from_a_liff_page_have_an_external_provider(friend: Learner, receiver: Receiver) -> None:
    video = {
        "type": "video",
        "originalContentUrl": "https://media.example/long.mp4",
        "previewImageUrl": "https://media.example/p.jpg",
    }
    messages = friend.liff_messages([text("送ります"), video])
    words, film = (e["message"] for e in receiver.wait(3)[1:])
    assert words["text"] == "送ります"
    assert film["id"] == messages[1].message_id
    assert film["contentProvider"] == {
        "type": "external",
        "originalContentUrl": "https://media.example/long.mp4",
        "previewImageUrl": "https://media.example/p.jpg",
    }


def test_external_content_is_not_kept_by_line(bot: Bot, friend: Learner) -> None:
    audio = {"type": "audio", "originalContentUrl": "https://media.example/a.m4a", "duration": 1000}
    message = friend.liff_messages([audio])[0]
    assert bot.get(f"/v2/bot/message/{message.message_id}/content").status_code == 404


def test_a_liff_page_cannot_send_a_tracked_video(friend: Learner) -> None:
    video = {
        "type": "video",
        "originalContentUrl": "https://media.example/long.mp4",
        "previewImageUrl": "https://media.example/p.jpg",
        "trackingId": "x",
    }
    with pytest.raises(DeskCallError):
        friend.liff_messages([video])
    assert friend.thread().bubbles == []


def test_the_sdk_is_served_and_only_to_this_machine(desk: Desk) -> None:
    url = desk.base_url + "/desk/liff/sdk.js"
    near = httpx.get(url, headers={"origin": "http://127.0.0.1:8000"})
    assert near.headers["content-type"].startswith("text/javascript")
    assert "getIDToken" in near.text
    assert near.headers["access-control-allow-origin"] == "http://127.0.0.1:8000"
    far = httpx.get(url, headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in far.headers


def test_the_login_page_leads_back_as_the_chosen_learner(desk: Desk) -> None:
    learner = desk.learner("<b>はな</b>")
    page = httpx.get(
        desk.base_url + "/desk/liff/login", params={"redirect": "http://127.0.0.1:8000/liff?step=2"}
    )
    assert f"http://127.0.0.1:8000/liff?step=2&amp;desk_learner={learner.user_id}" in page.text
    assert "&lt;b&gt;はな" in page.text
    script = httpx.get(desk.base_url + "/desk/liff/login", params={"redirect": "javascript:alert(1)"})
    assert script.status_code == 400


def template(action: dict[str, str]) -> dict[str, object]:
    body = {"type": "buttons", "text": "見てください", "actions": [action]}
    return {"type": "template", "altText": "見てください", "template": body}


URI = {"type": "uri", "label": "開く", "uri": "https://moment.example/"}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (text("x$", emojis=[{"index": 1, "productId": "p", "emojiId": "1"}]), "emojis"),
        (text(quoteToken="q"), "quoteToken"),
        (template({"type": "message", "label": "はい", "text": "はい"}), "uri actions only"),
        ({"type": "textV2", "text": "こんにちは"}, "textV2"),
    ],
)
def test_a_liff_page_cannot_send_everything(friend: Learner, message: dict[str, object], words: str) -> None:
    with pytest.raises(DeskCallError, match=words):
        friend.liff_messages([message])
    assert friend.thread().bubbles == []


def test_a_liff_page_sends_up_to_five_messages(friend: Learner) -> None:
    with pytest.raises(DeskCallError, match="400"):
        friend.liff_messages([text()] * 6)
    assert len(friend.liff_messages([text()] * 4 + [template(URI)])) == 5


def test_a_card_from_a_liff_page_makes_no_webhook(friend: Learner, receiver: Receiver) -> None:
    (card,) = friend.liff_messages([template(URI)])
    assert card.webhook_event_id is None
    friend.text("見えましたか")
    assert [e["type"] for e in receiver.wait(2)] == ["follow", "message"]
