"""Which dish is cooked, and who may cook it."""

from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from models.coaching import RatingAspect
from models.dish import Dish
from models.session import CookingSession, SessionStatus
from models.user import User
from simulator.line.client import Bubble, Learner
from tests.flows.steps import replies, send_video, session_once, tap, words
from tests.system import System, pick

PAUSED_AT = "analyze"


def postback(learner: Learner, slug: str) -> str:
    return words(replies(learner, lambda: learner.postback(f"action=dish&slug={slug}")))


def alts(bubbles: list[Bubble]) -> str:
    return " ".join(bubble.alt_text or "" for bubble in bubbles)


def dish_of(system: System, session: CookingSession) -> str:
    with system.database.transaction() as db:
        return db.get_one(Dish, session.dish_id).slug


def add_past_cooks(system: System, learner: Learner, slug: str, *numbers: int) -> None:
    """Finished sessions of earlier weeks."""
    with system.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        dish = db.exec(select(Dish).where(Dish.slug == slug)).one()
        for number in numbers:
            db.add(
                CookingSession(
                    user_id=user.id or 0,
                    dish_id=dish.id or 0,
                    session_number=number,
                    status=SessionStatus.COMPLETED,
                )
            )


@pytest.mark.parametrize("slug", ["fried-rice", "beef-steak", "pomodoro"])
def test_the_dish_is_named_with_what_to_look_for(shared: System, slug: str) -> None:
    learner = shared.learner()
    guide = load().dishes[slug]
    assert postback(learner, slug) == phrasebook.dish_chosen(guide.name_ja, 1, guide.attempts[0])
    session = shared.session(learner)
    assert (dish_of(shared, session), session.session_number, session.status) == (slug, 1, "pending_upload")


def test_another_dish_may_be_picked_until_the_video_comes(shared: System) -> None:
    learner = shared.learner()
    pick(learner, "fried-rice")
    assert "ビーフステーキの1回目" in postback(learner, "beef-steak")
    (session,) = shared.sessions(learner)
    assert dish_of(shared, session) == "beef-steak"


def test_the_dishes_are_shown_again_on_demand(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    assert phrasebook.CHOOSE_DISH_ALT in alts(replies(learner, lambda: learner.text("料理を選ぶ")))
    assert phrasebook.CHOOSE_DISH_ALT in alts(replies(learner, lambda: learner.text("メニュー！")))
    assert phrasebook.CHOOSE_DISH_ALT in alts(replies(learner, lambda: learner.postback("action=menu")))


def test_a_dish_of_a_later_month_is_refused_with_those_that_are_open(shared: System) -> None:
    learner = shared.learner()
    answer = postback(learner, "nikujaga")
    assert answer.startswith(phrasebook.DISH_LOCKED)
    assert "チャーハン" in answer
    assert shared.sessions(learner) == []


@pytest.mark.parametrize("slug", ["no-such-dish", "", "fried-rice%27--"])
def test_the_button_of_a_dish_that_is_gone_offers_those_there_are(shared: System, slug: str) -> None:
    learner = shared.learner()
    answer = postback(learner, slug)
    assert phrasebook.DISH_GONE in answer or phrasebook.OLD_BUTTON in answer
    assert "チャーハン" in answer


def test_a_free_learner_has_one_trial(shared: System) -> None:
    learner = shared.learner()
    add_past_cooks(shared, learner, "fried-rice", 1)
    assert postback(learner, "beef-steak") == phrasebook.TRIAL_USED
    assert words(replies(learner, lambda: learner.text("料理を選ぶ"))) == phrasebook.TRIAL_USED


def test_a_paying_learner_cooks_a_dish_three_times(shared: System) -> None:
    learner = shared.learner(paying=True)
    add_past_cooks(shared, learner, "fried-rice", 1, 2)
    guide = load().dishes["fried-rice"]
    assert postback(learner, "fried-rice") == phrasebook.dish_chosen(guide.name_ja, 3, guide.attempts[2])


def test_after_three_times_other_dishes_are_offered(shared: System) -> None:
    learner = shared.learner(paying=True)
    add_past_cooks(shared, learner, "fried-rice", 1, 2, 3)
    answer = postback(learner, "fried-rice")
    assert answer.startswith(phrasebook.phrase("attempts_used", dish="チャーハン"))
    assert "ビーフステーキ" in answer


def test_who_has_cooked_all_there_is_hears_of_the_next_month(shared: System) -> None:
    learner = shared.learner(paying=True)
    for slug in ("fried-rice", "beef-steak", "pomodoro"):
        add_past_cooks(shared, learner, slug, 1, 2, 3)
    assert words(replies(learner, lambda: learner.text("料理を選ぶ"))) == phrasebook.ALL_COOKED


def test_months_of_paying_open_more_dishes(shared: System) -> None:
    learner = shared.learner(paying=True)
    with shared.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        user.months_paid = 2
    assert "味噌汁の1回目" in postback(learner, "miso-soup")


def test_no_other_dish_while_a_coaching_is_under_way(shared: System, clip: Path) -> None:
    learner = shared.learner(paying=True)
    pick(learner)
    send_video(learner, clip)
    for act in (
        lambda: learner.postback("action=dish&slug=beef-steak"),
        lambda: learner.text("料理を選ぶ"),
    ):
        answer = words(replies(learner, act))
        assert answer.startswith(phrasebook.COACHING_UNDER_WAY)
        assert answer.endswith(phrasebook.ASK_MEMO)
    (session,) = shared.sessions(learner)
    assert dish_of(shared, session) == "fried-rice"


def test_an_old_dish_button_after_the_ratings_names_the_wait(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    session_once(shared, learner, lambda session: session.memo_skipped)
    answer = postback(learner, "fried-rice")
    assert answer.startswith(phrasebook.COACHING_UNDER_WAY)
    assert phrasebook.ask_rating(RatingAspect.APPEARANCE) in answer
