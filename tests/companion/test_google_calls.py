"""Whole calls: a page, our bridge, google-genai and the double of Live, each over a real socket."""

from collections.abc import Iterator

import httpx
import pytest

from simulator.google.live.script import LiveTurn
from simulator.google.live.speaker import spoken
from tests.companion.live_calls import PACKET, LiveDouble, silence, tone
from tests.companion.page import Page, open_page
from tests.liff.conftest import Site, open_site

SAID = "まだです。"


@pytest.fixture(scope="module")
def site(
    google_live: LiveDouble, postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with open_site(postgres_url, valkey_url, folder, live=google_live.live()) as site:
        yield site


@pytest.fixture
def page(double: LiveDouble, client: httpx.Client) -> Iterator[Page]:
    """Greeted, and quiet again."""
    double.desk.live_turn(LiveTurn(match="text", says="はい。", times=1))
    double.desk.live_turn(LiveTurn(match="speech", heard="もういいですか。", says=SAID))
    with open_page(client) as page:
        page.until("said")
        page.until_sound(len(spoken("はい。", engine=False)))
        page.pcm.clear()
        yield page
        page.hang_up()


def say(page: Page) -> None:
    pcm = tone(0.3) + silence(0.6)
    for at in range(0, len(pcm), PACKET):
        page.speak(pcm[at : at + PACKET])


def hear_the_answer(page: Page) -> None:
    sound = spoken(SAID, engine=False)
    assert page.until_sound(len(sound)) == sound
    page.pcm.clear()
    while page.messages[-1] != {"type": "said", "text": SAID}:
        page.until("said")
    assert {"type": "heard", "text": "もういいですか。"} in page.messages


def test_the_learner_asks_and_hears_the_answer(page: Page) -> None:
    for _ in range(2):
        say(page)
        hear_the_answer(page)


def test_a_call_outlives_its_connection(page: Page, double: LiveDouble) -> None:
    say(page)
    hear_the_answer(page)
    double.desk.advance_clock(5)  # a handle comes
    double.desk.fault("live.turn", "closed", times=1)
    say(page)
    page.until("ready")
    assert double.record.is_resumed
    say(page)
    hear_the_answer(page)


def test_a_call_outlives_a_connection_that_goes_deaf(page: Page, double: LiveDouble) -> None:
    double.desk.fault("live.turn", "hang", times=1)
    before = len(double.desk.live_connections())
    say(page)
    while len(double.desk.live_connections()) == before:
        page.speak(
            silence(0.04)
        )  # a microphone is never still: by its packets the bridge sees that time goes by
    page.until("ready")
    say(page)
    hear_the_answer(page)
