"""The quiz's pages as a browser without our script sees them: plain forms, where one left off, what was typed kept."""

import re

import httpx
import pytest

from knowledge_base import phrasebook, quiz_talk
from knowledge_base.pages import page_words
from knowledge_base.quiz import load_quiz
from tests.liff.conftest import Site
from tests.liff.test_onboarding_api import BEGINNING, put

WORDS = page_words("quiz")


def shown(page: httpx.Response) -> list[str]:
    """The questions that can be seen."""
    fieldsets = re.findall(r'<fieldset id="q-(\w+)"([^>]*)>', page.text)
    return [name for name, attributes in fieldsets if " hidden disabled" not in attributes]


def submit(client: httpx.Client, question: str, **form: str | list[str]) -> httpx.Response:
    return client.post(f"/liff/quiz/{question}", data={"go": "next", **form})


def answer_beginning(client: httpx.Client) -> None:
    for question, value in BEGINNING.items():
        assert put(client, question, value).status_code == 200


def test_it_opens_where_the_learner_left_it(client: httpx.Client) -> None:
    assert shown(client.get("/liff/quiz")) == ["call_name"]
    put(client, "call_name", None)
    put(client, "experience", 3)
    page = client.get("/liff/quiz")
    assert shown(page) == ["self_rated_level"]
    assert "3 / 6" in page.text


def test_the_six_can_be_answered_as_plain_forms_to_the_end(client: httpx.Client) -> None:
    first = submit(client, "call_name", call_name="ゆう")
    assert (first.status_code, first.headers["location"]) == (303, "/liff/quiz/experience")
    submit(client, "experience", experience="0")
    submit(client, "self_rated_level", self_rated_level="beginner")
    submit(client, "goals", go="skip")
    assert client.get("/liff/quiz/end").headers["location"] == "/liff/quiz", "not before it is enough"
    submit(client, "kitchen_heat", kitchen_heat="ih")
    last = submit(client, "dietary", dietary=["egg", "milk"])
    assert last.headers["location"] == "/liff/quiz/end"
    assert WORDS["end_enough"] in client.get("/liff/quiz/end").text
    assert client.get("/api/auth/me").json()["onboarding_done"] is True
    assert shown(client.get("/liff/quiz")) == ["pans"]


def test_an_answer_that_is_refused_is_shown_again_as_it_was_typed(client: httpx.Client) -> None:
    page = submit(client, "call_name", call_name="<b>" + "あ" * 30)
    assert page.status_code == 422
    assert "&lt;b&gt;" + "あ" * 30 in page.text
    assert phrasebook.phrase("web.answer_too_long", most="20") in page.text
    both = submit(client, "dietary", dietary=["none", "egg"])
    assert both.status_code == 422
    assert len(re.findall(r'name="dietary"[^>]* checked', both.text)) == 2
    assert phrasebook.phrase("web.answer_missing") in submit(client, "kitchen_heat").text


def test_an_answer_can_be_changed_from_the_review(client: httpx.Client) -> None:
    answer_beginning(client)
    review = client.get("/liff/quiz/review").text
    assert review.count(quiz_talk.NOT_ANSWERED) == len(load_quiz().questions) - 6
    assert 'href="/liff/quiz/kitchen_heat?edit=1"' in review
    page = client.get("/liff/quiz/kitchen_heat?edit=1")
    assert WORDS["save"] in page.text
    assert re.search(r'value="ih"\s* checked', page.text)
    changed = client.post(
        "/liff/quiz/kitchen_heat?edit=1", data={"go": "next", "kitchen_heat": "gas"}, follow_redirects=True
    )
    assert changed.url.path == "/liff/quiz/review"
    assert "ガスこんろ" in changed.text


def test_who_has_been_through_all_of_it_looks_it_over(client: httpx.Client) -> None:
    answer_beginning(client)
    rest = {each.profile_key: None for each in load_quiz().questions if not each.begin}
    client.post("/api/onboarding", json={"learner_profile": rest})
    assert client.get("/liff/quiz").headers["location"] == "/liff/quiz/review"
    assert WORDS["end_all"] in client.get("/liff/quiz/end").text


@pytest.mark.parametrize("page", ["/liff/quiz/favourite_colour", "/liff/quiz/%00", "/liff/quiz/call_name/x"])
def test_a_question_that_is_not_there_is_a_kind_page(client: httpx.Client, page: str) -> None:
    missing = client.get(page)
    assert missing.status_code == 404
    assert phrasebook.phrase("web.not_found") in missing.text


def test_another_site_can_not_answer_for_the_learner(client: httpx.Client) -> None:
    forged = client.post(
        "/liff/quiz/call_name", data={"call_name": "x"}, headers={"Origin": "https://evil.example"}
    )
    assert forged.status_code == 403


def test_without_signing_in_there_is_the_sign_in(site: Site) -> None:
    with site.browser() as client:
        for page in ("/liff/quiz", "/liff/quiz/review", "/liff/quiz/end", "/liff/quiz/dietary"):
            assert shown(client.get(page)) == []


def test_the_pages_own_addresses_are_no_question() -> None:
    assert {"end", "review"}.isdisjoint(question.id for question in load_quiz().questions)


def test_a_form_as_large_as_a_film_is_refused_before_it_is_read(site: Site) -> None:
    with site.browser() as stranger:
        answer = stranger.post("/liff/quiz/call_name", data={"call_name": "あ" * 1_000_000})
        assert (answer.status_code, "text/html" in answer.headers["content-type"]) == (413, True)
