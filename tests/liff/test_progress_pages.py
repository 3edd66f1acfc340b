"""Home, the dishes and the progress: what a learner's rows say, and nobody else's."""

import httpx
import pytest

from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from knowledge_base.pages import page_words
from models.coaching import RatingAspect
from models.learner import LearnerState
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus
from services.marks_chart import rating_lines
from tests.liff.conftest import Site
from tests.liff.kitchen import ANALYSIS, COACHING, Kitchen

DISHES, PROGRESS = page_words("dishes"), page_words("progress")


@pytest.fixture
def kitchen(site: Site, client: httpx.Client) -> Kitchen:
    return Kitchen.of(site, client)


def page(client: httpx.Client, path: str) -> str:
    answer = client.get(f"/liff{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


def state(user_id: int) -> LearnerState:
    summary = {
        "dish": "fried-rice",
        "session": 1,
        "key_issue": ANALYSIS.diagnosis,
        "key_progress": "火を保てた",
    }
    return LearnerState(
        user_id=user_id,
        skills_acquired=["emulsion"],
        skills_developing=["heat_management", "no_longer_taught"],
        recurring_mistakes=[
            {"mistake": "egg_set_early", "seen_count": 2},
            {"mistake": "pan_not_hot", "seen_count": 1},
            {"mistake": "no_longer_taught", "seen_count": 9},
        ],
        session_summaries=[summary],
        next_focus=COACHING.next_action,
    )


def test_who_has_cooked_nothing_is_told_how_to_begin(client: httpx.Client) -> None:
    assert PROGRESS["nothing_yet"] in page(client, "/")
    html = page(client, "/progress")
    assert PROGRESS["nothing_yet"] in html
    assert "<svg" not in html
    html = page(client, "/dishes/fried-rice")
    assert html.count(DISHES["not_cooked"]) == 3
    assert load().dishes["fried-rice"].attempts[2] in html


def test_home_leads_to_the_latest_cook(client: httpx.Client, kitchen: Kitchen) -> None:
    kitchen.finished(1)
    latest = kitchen.cook(2, status=SessionStatus.PROCESSING)
    html = page(client, "/")
    assert "ゆうこさん" in html
    assert f'href="/liff/sessions/{latest}"' in html
    assert DISHES["at_work"] in html


def test_progress_shows_what_was_learnt_by_its_japanese_name(
    site: Site, client: httpx.Client, kitchen: Kitchen
) -> None:
    session_id = kitchen.finished(1)
    with site.database.transaction() as db:
        db.add(state(kitchen.user_id))
    html = page(client, "/progress")
    for words in (
        "油と水のつなぎ",
        "火加減",
        PROGRESS["cooks"].format(count=1),
        load().faults["egg_set_early"].name_ja,
        COACHING.next_action,
        ANALYSIS.diagnosis,
        "火を保てた",
        f"/liff/sessions/{session_id}",
    ):
        assert words in html, words
    assert load().faults["pan_not_hot"].name_ja not in html, "what came up once is no habit"
    assert "no_longer_taught" not in html


def test_marks_are_drawn_and_stand_in_a_table(client: httpx.Client, kitchen: Kitchen) -> None:
    kitchen.finished(1, self_ratings={"taste": 2})
    kitchen.cook(1, dish="pomodoro")
    kitchen.finished(2, self_ratings={"taste": 5, "aroma": 3})
    html = page(client, "/progress")
    assert PROGRESS["chart"].format(aspect="味", values="2、5") in html
    assert PROGRESS["chart"].format(aspect="香り", values="3") in html
    rows = html.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    cells = [[cell.split("</td>")[0] for cell in row.split("<td>")[1:]] for row in rows]
    assert cells == [["–", "2", "–", "–"], ["–", "5", "–", "3"]]


def test_a_better_mark_is_drawn_higher() -> None:
    cooks = [
        CookingSession(user_id=1, dish_id=1, session_number=number, self_ratings={"taste": value})
        for number, value in ((1, 1), (2, 5), (3, 3))
    ]
    taste = next(
        line for line in rating_lines(cooks) if line.name == phrasebook.ASPECT_NAMES[RatingAspect.TASTE]
    )
    low, high, middle = taste.points
    assert high.y < middle.y < low.y
    assert low.x < high.x < middle.x


def test_a_dishs_attempts_stand_side_by_side_with_what_changed(
    client: httpx.Client, kitchen: Kitchen
) -> None:
    first = kitchen.finished(1, self_ratings={"taste": 3, "aroma": 4, "texture": 2})
    kitchen.finished(2, self_ratings={"taste": 5, "aroma": 3, "texture": 2, "appearance": 1})
    before, after, empty = page(client, "/dishes/fried-rice").split('<li class="card')[1:4]
    for words in (COACHING.mondaiten, COACHING.next_action, f'href="/liff/sessions/{first}"'):
        assert words in before
    assert DISHES["changed"] not in before
    assert COACHING.comparison in after
    assert [after.count(f">{DISHES[way]}<") for way in ("up", "down", "same")] == [1, 1, 1]
    assert DISHES["not_cooked"] in empty


def test_dishes_are_those_of_the_learners_months(client: httpx.Client, kitchen: Kitchen) -> None:
    kitchen.finished(1)
    html = page(client, "/dishes")
    assert 'href="/liff/dishes/fried-rice"' in html
    assert DISHES["attempts_done"].format(count=1) in html
    assert 'href="/liff/dishes/karaage"' not in html
    assert "鶏の唐揚げ" in html
    kitchen.change(subscription_status=SubscriptionStatus.ACTIVE, months_paid=4)
    assert 'href="/liff/dishes/karaage"' in page(client, "/dishes")


@pytest.mark.parametrize("path", ["/dishes/no-such-dish", "/dishes/X", "/dishes/..%2fx", "/nothing"])
def test_what_does_not_exist_is_a_kind_page(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/liff{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page_words("errors")["not_found"] in answer.text


def test_nothing_of_another_learner_is_on_any_page(site: Site, client: httpx.Client) -> None:
    with site.signed_in(site.desk.learner("はな")) as other:
        theirs = Kitchen.of(site, other)
        session_id = theirs.finished(1)
        with site.database.transaction() as db:
            db.add(state(theirs.user_id))
        assert COACHING.next_action in page(other, "/progress")
    for path in ("/", "/dishes", "/dishes/fried-rice", "/progress"):
        html = page(client, path)
        assert COACHING.next_action not in html
        assert f"/sessions/{session_id}" not in html
        assert "油と水のつなぎ" not in html
