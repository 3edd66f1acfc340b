"""LIFF without a browser: apps, openings, and what a page may send."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from pydantic import ValidationError

from simulator.line.client import Desk, DeskCallError, Learner
from simulator.line.config import LiffApp, LineConfig
from tests.simulator.line.harness import LOGIN_CHANNEL, Bot, Receiver, text
from tests.simulator.line.liff_pages import QUIZ, UPLOAD, LiffPages

VIDEO = {
    "type": "video",
    "originalContentUrl": "https://media.example/long.mp4",
    "previewImageUrl": "https://media.example/p.jpg",
}


@pytest.mark.parametrize(
    ("address", "state"),
    [
        (f"https://liff.line.me/{QUIZ}", None),
        (f"https://liff.line.me/{QUIZ}/", "/"),
        (
            f"https://liff.line.me/{QUIZ}/review/3?from=chat&x=%E5%8D%B5#end",
            "/review/3?from=chat&x=%E5%8D%B5#end",
        ),
        (f"https://miniapp.line.me/{QUIZ}?a=1", "?a=1"),
        (f"line://app/{QUIZ}#top", "#top"),
    ],
)
def test_a_liff_url_leads_to_the_primary_url(
    hana: Learner, liff_pages: LiffPages, address: str, state: str | None
) -> None:
    page = hana.liff_open(address)
    parts = urlsplit(page.url)
    assert parts._replace(query="", fragment="").geturl() == f"{liff_pages.url}/liff/"
    assert parse_qs(parts.query) == ({"liff.state": [state]} if state else {})


def test_an_endpoint_with_a_query_keeps_it(hana: Learner, liff_pages: LiffPages) -> None:
    page = hana.liff_open(f"https://liff.line.me/{UPLOAD}/film")
    assert page.url.partition("#")[0] == f"{liff_pages.url}/liff/upload?lang=ja&liff.state=%2Ffilm"


def test_the_primary_url_carries_the_tokens_in_its_fragment(hana: Learner, liff_desk: Desk) -> None:
    page = hana.liff_open(f"https://liff.line.me/{QUIZ}")
    brought = {name: values[0] for name, values in parse_qs(urlsplit(page.url).fragment).items()}
    assert brought["client_id"] == LOGIN_CHANNEL
    assert brought["feature_token"]
    context = jwt.decode(brought["context_token"], options={"verify_signature": False})
    assert (context["type"], context["viewType"], context["liffId"]) == ("utou", "tall", QUIZ)
    half = hashlib.sha256(brought["access_token"].encode()).digest()[:16]
    assert context["accessTokenHash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    headers = {"authorization": f"Bearer {brought['access_token']}"}
    assert httpx.get(liff_desk.base_url + "/v2/profile", headers=headers).json()["userId"] == hana.user_id


def test_only_a_full_app_that_may_not_write_can_be_minimized(hana: Learner) -> None:
    quiz, upload = hana.liff_open(f"https://liff.line.me/{QUIZ}"), hana.liff_open(f"line://app/{UPLOAD}")
    assert (quiz.size, quiz.can_be_minimized) == ("tall", False)
    assert (upload.size, upload.can_be_minimized) == ("full", True)
    full = LiffApp(liff_id=QUIZ, endpoint_url="https://moment.example/liff/", size="full")
    assert not full.can_be_minimized


@pytest.mark.parametrize(
    ("address", "words"),
    [(f"https://liff.line.me/{LOGIN_CHANNEL}-other", "404"), ("https://moment.example/", "no LIFF URL")],
)
def test_what_leads_to_no_app_is_refused(hana: Learner, address: str, words: str) -> None:
    with pytest.raises(DeskCallError, match=words):
        hana.liff_open(address)


@pytest.mark.parametrize(
    "apps",
    [
        [{"liff_id": f"{LOGIN_CHANNEL}-a", "endpoint_url": "https://a.example/"}] * 2,
        [{"liff_id": "1000000000-a", "endpoint_url": "https://a.example/"}],
        [{"liff_id": f"{LOGIN_CHANNEL}-a", "endpoint_url": "https://a.example/#part"}],
        [{"liff_id": f"{LOGIN_CHANNEL}-a", "endpoint_url": "https://a.example/", "size": "wide"}],
    ],
)
def test_a_configuration_that_line_would_not_take_is_refused(
    config: LineConfig, apps: list[dict[str, str]]
) -> None:
    with pytest.raises(ValidationError):
        LineConfig.model_validate(config.model_dump() | {"liff_apps": apps})


def test_an_ordinary_browser_comes_without_tokens(liff_desk: Desk, liff_pages: LiffPages) -> None:
    answer = httpx.get(f"{liff_desk.base_url}/desk/liff/open/{UPLOAD}/a%20b/c?x=1&y=%2F")
    assert answer.status_code == 307
    assert answer.headers["location"] == (
        f"{liff_pages.url}/liff/upload?lang=ja&liff.state=%2Fa%2520b%2Fc%3Fx%3D1%26y%3D%252F"
    )


def test_messages_from_a_liff_page_have_an_external_provider(hana: Learner, liff_receiver: Receiver) -> None:
    messages = hana.liff_messages([text("送ります"), VIDEO])
    words, film = (e["message"] for e in liff_receiver.wait_of(hana.user_id, 3)[1:])
    assert words["text"] == "送ります"
    assert film["id"] == messages[1].message_id
    urls = {k: VIDEO[k] for k in ("originalContentUrl", "previewImageUrl")}
    assert film["contentProvider"] == {"type": "external", **urls}


def test_external_content_is_not_kept_by_line(liff_bot: Bot, hana: Learner) -> None:
    audio = {"type": "audio", "originalContentUrl": "https://media.example/a.m4a", "duration": 1000}
    message = hana.liff_messages([audio])[0]
    assert liff_bot.get(f"/v2/bot/message/{message.message_id}/content").status_code == 404


def template(action: dict[str, str]) -> dict[str, object]:
    body = {"type": "buttons", "text": "見てください", "actions": [action]}
    return {"type": "template", "altText": "見てください", "template": body}


URI = {"type": "uri", "label": "開く", "uri": "https://moment.example/"}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (VIDEO | {"trackingId": "x"}, "trackingId"),
        (text("x$", emojis=[{"index": 1, "productId": "p", "emojiId": "1"}]), "emojis"),
        (text(quoteToken="q"), "quoteToken"),
        (template({"type": "message", "label": "はい", "text": "はい"}), "uri actions only"),
        ({"type": "textV2", "text": "こんにちは"}, "textV2"),
    ],
)
def test_a_liff_page_cannot_send_everything(hana: Learner, message: dict[str, object], words: str) -> None:
    with pytest.raises(DeskCallError, match=words):
        hana.liff_messages([message])
    assert hana.thread().bubbles == []


def test_a_liff_page_sends_up_to_five_messages(hana: Learner) -> None:
    with pytest.raises(DeskCallError, match="400"):
        hana.liff_messages([text()] * 6)
    assert len(hana.liff_messages([text()] * 4 + [template(URI)])) == 5


def test_a_card_from_a_liff_page_makes_no_webhook(hana: Learner, liff_receiver: Receiver) -> None:
    (card,) = hana.liff_messages([template(URI)])
    assert card.webhook_event_id is None
    hana.text("見えましたか")
    assert [e["type"] for e in liff_receiver.wait_of(hana.user_id, 2)] == ["follow", "message"]


def test_a_page_writes_into_the_chat_it_was_opened_from(hana: Learner, liff_desk: Desk) -> None:
    other = hana.on("videos")
    other.follow()
    other.liff_messages([text("動画の部屋から")])
    group = liff_desk.group(hana)
    group.invite("coaching")
    hana.within(group).liff_messages([text("会から")])
    assert [bubble.message["text"] for bubble in other.thread().bubbles] == ["動画の部屋から"]
    assert [bubble.message["text"] for bubble in group.thread().bubbles] == ["会から"]
    assert hana.thread().bubbles == []


def test_only_what_was_granted_in_a_chat_may_write(hana: Learner) -> None:
    refused = "403.*user doesn't grant required permissions yet"
    for session in (
        hana.liff_session(place="none"),
        hana.liff_session(place="external"),
        hana.liff_session(UPLOAD),
    ):
        with pytest.raises(DeskCallError, match=refused):
            hana.liff_messages([text()], session)
    hana.deny_liff("chat_message.write")
    with pytest.raises(DeskCallError, match=refused):
        hana.liff_messages([text()])
    hana.deny_liff()
    hana.liff_messages([text("許可しました")])
    assert [bubble.message["text"] for bubble in hana.thread().bubbles] == ["許可しました"]


def test_the_sdk_is_served_and_only_to_this_machine(liff_desk: Desk) -> None:
    url = liff_desk.base_url + "/desk/liff/sdk.js"
    near = httpx.get(url, headers={"origin": "http://127.0.0.1:8000"})
    assert near.headers["content-type"].startswith("text/javascript")
    assert "getIDToken" in near.text
    assert near.headers["access-control-allow-origin"] == "http://127.0.0.1:8000"
    far = httpx.get(url, headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in far.headers


def test_the_sign_in_page_names_everybody_as_text(liff_desk: Desk, liff_pages: LiffPages) -> None:
    liff_desk.learner("<b>はな</b>")
    query = {"app_id": QUIZ, "redirect_uri": f"{liff_pages.url}/liff/?step=2", "state": "s"}
    page = httpx.get(liff_desk.base_url + "/desk/liff/authorize", params=query)
    assert page.status_code == 200
    assert "&lt;b&gt;はな" in page.text
    assert "<b>はな" not in page.text


@pytest.mark.parametrize("path", ["/", "/liffy/", "/other/", "javascript:alert(1)"])
def test_a_sign_in_leads_back_below_the_endpoint_only(
    liff_desk: Desk, liff_pages: LiffPages, path: str
) -> None:
    target = path if path.startswith("javascript") else liff_pages.url + path
    query = {"app_id": QUIZ, "redirect_uri": target}
    page = httpx.get(liff_desk.base_url + "/desk/liff/authorize", params=query)
    assert page.status_code == 400
    assert "ログインできません" in page.text
