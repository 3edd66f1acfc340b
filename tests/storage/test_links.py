"""Signed links: ours, for as long as they say, also after another secret has taken over."""

from datetime import timedelta
from typing import Any

import pytest
from itsdangerous import Signer, URLSafeSerializer
from pydantic import SecretStr

from models.base import utc_now
from moment.resources import Resources
from settings import Settings
from storage.links import LinkExpired, LinkInvalid, LinkUnreadable, MediaLinks

HOST = "https://moment.example"
KEY = "sessions/7/coaching_video.mp4"


def links_with(*secrets: str) -> MediaLinks:
    return MediaLinks(HOST, [SecretStr(secret) for secret in secrets])


LINKS = links_with("one")


def token(link: str) -> str:
    return link.removeprefix(f"{HOST}/media/").split("/")[0]


def test_a_link_names_the_object_on_our_host() -> None:
    link = LINKS.link(KEY)
    assert link.startswith("https://moment.example/media/")
    assert link.endswith("/coaching_video.mp4")
    assert LINKS.key_of(token(link)) == KEY


def test_a_bubbles_link_is_the_same_each_time_and_never_expires() -> None:
    assert LINKS.link(KEY) == links_with("one").link(KEY)


def test_a_link_with_an_end_expires() -> None:
    assert LINKS.key_of(token(LINKS.link(KEY, utc_now() + timedelta(minutes=1)))) == KEY
    with pytest.raises(LinkExpired):
        LINKS.key_of(token(LINKS.link(KEY, utc_now() - timedelta(minutes=1))))


@pytest.mark.parametrize("forgery", ["", "x", "WyJhIiwwXQ.AAAA", "."])
def test_what_we_did_not_sign_is_refused(forgery: str) -> None:
    with pytest.raises(LinkInvalid):
        LINKS.key_of(forgery)


OTHER_SHAPES: list[Any] = [
    KEY,
    None,
    7,
    {},
    [],
    [KEY],
    [KEY, "soon"],
    [KEY, None],
    [KEY, 0, 0],
    [[KEY], 0],
    [None, 0],
    {"key": KEY, "expires": 0},
    ["", 0],
    ["videos/\0.mp4", 0],
    ["videos/卵.mp4", 0],
    ["v" * 300, 0],
]


@pytest.mark.parametrize("content", OTHER_SHAPES, ids=repr)
def test_what_we_signed_for_something_else_names_no_object(content: Any) -> None:
    signed = URLSafeSerializer("one", salt="media").dumps(content)
    with pytest.raises(LinkUnreadable):
        LINKS.key_of(str(signed))


def test_what_we_signed_and_is_no_json_names_no_object() -> None:
    signed = Signer("one", salt="media", key_derivation="django-concat").sign("bm90IGpzb24")
    with pytest.raises(LinkUnreadable):
        LINKS.key_of(signed.decode())


def test_a_changed_link_is_refused() -> None:
    body, signature = token(LINKS.link(KEY)).rsplit(".", 1)
    other = token(LINKS.link("videos/other.mp4")).rsplit(".", 1)[0]
    with pytest.raises(LinkInvalid):
        LINKS.key_of(f"{other}.{signature}")
    with pytest.raises(LinkInvalid):
        LINKS.key_of(f"{body}.{signature[::-1]}")


def test_another_secret_signs_other_links() -> None:
    link = token(LINKS.link(KEY))
    with pytest.raises(LinkInvalid):
        links_with("two").key_of(link)


def test_a_secret_is_rotated_without_breaking_what_it_signed() -> None:
    before, during, after = links_with("old"), links_with("new", "old"), links_with("new")
    old_link, new_link = before.link(KEY), during.link(KEY)

    assert during.key_of(token(old_link)) == KEY
    assert during.key_of(token(new_link)) == KEY
    assert new_link == after.link(KEY)  # the first one signs
    assert after.key_of(token(new_link)) == KEY
    for links, link in ((after, old_link), (before, new_link)):
        with pytest.raises(LinkInvalid):
            links.key_of(token(link))


def test_a_link_with_an_end_keeps_it_through_a_rotation() -> None:
    during = links_with("new", "old")
    assert during.key_of(token(links_with("old").link(KEY, utc_now() + timedelta(minutes=1)))) == KEY
    with pytest.raises(LinkExpired):
        during.key_of(token(links_with("old").link(KEY, utc_now() - timedelta(minutes=1))))


def test_host_and_secrets_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENT_PUBLIC_URL", f"{HOST}/")
    monkeypatch.setenv("MOMENT_LINK_SECRETS", '["new", "old"]')
    links = Resources(Settings()).links
    assert links.link(KEY) == links_with("new").link(KEY)
    assert links.key_of(token(links_with("old").link(KEY))) == KEY
