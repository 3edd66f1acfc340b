"""Signed links: ours, for as long as they say."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from models.base import utc_now
from pipeline.links import LinkExpired, LinkInvalid, linked_key, media_link
from tests.process import name_in_environment

KEY = "sessions/7/coaching_video.mp4"


@pytest.fixture(autouse=True)
def host() -> Iterator[None]:
    with name_in_environment(PUBLIC_URL="https://moment.example/", LINK_SECRET="one"):
        yield


def token(link: str) -> str:
    return link.removeprefix("https://moment.example/media/").split("/")[0]


def test_a_link_names_the_object_on_our_host() -> None:
    link = media_link(KEY)
    assert link.startswith("https://moment.example/media/")
    assert link.endswith("/coaching_video.mp4")
    assert linked_key(token(link)) == KEY


def test_a_bubbles_link_is_the_same_each_time_and_never_expires() -> None:
    assert media_link(KEY) == media_link(KEY)


def test_a_link_with_an_end_expires() -> None:
    assert linked_key(token(media_link(KEY, utc_now() + timedelta(minutes=1)))) == KEY
    with pytest.raises(LinkExpired):
        linked_key(token(media_link(KEY, utc_now() - timedelta(minutes=1))))


@pytest.mark.parametrize("forged", ["", "x", "WyJhIiwwXQ.AAAA", "."])
def test_what_we_did_not_sign_is_refused(forged: str) -> None:
    with pytest.raises(LinkInvalid):
        linked_key(forged)


def test_a_changed_link_is_refused() -> None:
    body, signature = token(media_link(KEY)).rsplit(".", 1)
    other = token(media_link("videos/other.mp4")).rsplit(".", 1)[0]
    with pytest.raises(LinkInvalid):
        linked_key(f"{other}.{signature}")
    with pytest.raises(LinkInvalid):
        linked_key(f"{body}.{signature[::-1]}")


def test_another_secret_signs_other_links() -> None:
    link = token(media_link(KEY))
    with name_in_environment(LINK_SECRET="two"), pytest.raises(LinkInvalid):
        linked_key(link)
