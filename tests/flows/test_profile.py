"""A learner who has told of themselves: what the bot offers, how it asks, and what whoever coaches is given."""

from pathlib import Path
from typing import Any

from sqlmodel import select

from knowledge_base import personal_words, phrasebook
from knowledge_base.catalogue import load
from knowledge_base.profile import Profile
from models.user import User
from pipeline.providers.ports import AnalysisBrief, CoachingBrief, QuestionBrief
from simulator.line.client import Learner
from tests.flows.steps import card_of, replies, tap, wait_for_words, words
from tests.quick_providers import script
from tests.system import WAIT, System, pick

PAUSED_AT = "produce_video"
TOLD = {
    "call_name": "みさき",
    "call_name_reading": "みさき",
    "dietary": ["egg", "gone"],
    "kitchen_heat": "ih",
    "memo_style": "text",
    "filming": "side",
    "asked_once": [1],
}
PROFILE = Profile(
    call_name="みさき",
    call_name_reading="みさき",
    dietary=("egg",),
    kitchen_heat="ih",
    memo_style="text",
    filming="side",
)


def tell(system: System, learner: Learner, told: dict[str, Any]) -> None:
    with system.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        user.learner_profile = told
        db.add(user)


def test_the_list_of_dishes_is_in_their_order_with_a_plain_caution(shared: System) -> None:
    learner = shared.learner()
    plain = replies(learner, lambda: learner.text("料理を選ぶ"))[-1]
    assert "卵を使う" not in plain.text
    assert personal_words.DISH_RECOMMENDED not in plain.text
    tell(shared, learner, {"dietary": ["egg"], "favourite_cuisines": ["italian"]})

    carousel = replies(learner, lambda: learner.text("料理を選ぶ"))[-1]

    assert personal_words.dish_often_has(["卵"]) in carousel.text
    assert f"1回目／3回・{personal_words.DISH_RECOMMENDED}" in carousel.text
    slugs = ("pomodoro", "beef-steak", "fried-rice")
    places = [carousel.text.index(load().dishes[slug].name_ja) for slug in slugs]
    assert places == sorted(places)


def test_what_they_told_is_in_all_that_is_asked_of_them_and_of_the_coach(shared: System, clip: Path) -> None:
    learner = shared.learner()
    tell(shared, learner, TOLD)

    chosen = words(replies(learner, lambda: learner.postback("action=dish&slug=fried-rice")))
    assert personal_words.dish_often_has(["卵"]) in chosen
    assert personal_words.FILMING["side"] in chosen
    before = len(learner.thread().of_type("flex"))
    learner.video(clip)
    wait_for_words(learner, personal_words.MEMO["text"])
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner, before)
    learner.text("ご飯がかたいのはどうしてですか")
    learner.wait_for(
        lambda _: [each for each in script.briefs if isinstance(each, QuestionBrief)], WAIT, what="a question"
    )

    for kind in (AnalysisBrief, CoachingBrief, QuestionBrief):
        brief = next(each for each in script.briefs if isinstance(each, kind))
        assert brief.profile == PROFILE
    narrated = [each for each in script.briefs if isinstance(each, CoachingBrief)]
    assert {each.first_name for each in narrated} == {"みさき"}


def test_a_profile_that_is_no_profile_stops_nobody(shared: System, clip: Path) -> None:
    learner = shared.learner()
    tell(
        shared,
        learner,
        {"dietary": {"egg": True}, "goals": 7, "kitchen_heat": [], "pans": "x", "dream_dish": {}},
    )
    pick(learner, "fried-rice")
    before = len(learner.thread().of_type("flex"))
    learner.video(clip)
    wait_for_words(learner, phrasebook.ASK_MEMO)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    assert card_of(learner, before)
