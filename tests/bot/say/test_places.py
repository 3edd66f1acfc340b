"""The dishes and the record as LINE takes them, for the learner of whom there is most to show."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.say.cards import OfferedDish, dish_carousel, pages_of
from bot.say.places import Place, dish_card, progress_card, progress_picture, record_carousel
from knowledge_base import phrasebook, places_talk
from knowledge_base.catalogue import load
from line.client import LineObject
from models.dish import Dish
from models.rules.entitlement import AttemptsUsed, DishLocked, EntitlementError, PlanOver
from models.rules.standing import Standing
from models.rules.unlocking import Opening
from models.session import CookingSession, SessionStatus
from services.curriculum import DishOfLearner
from simulator.line.bubbles import actions_in
from simulator.line.messages import check_messages

NOW = datetime(2026, 12, 26, 16, tzinfo=UTC)
PICTURE = (
    "https://"
    + "a-very-long-host-name." * 8
    + "example/pictures/dishes/meat-vegetable-stir-fry.jpg?v=0123456789ab"
)
PAGE = "https://liff.line.me/2000000099-desk/dishes/meat-vegetable-stir-fry"
CAUTION = "この料理には、卵、乳、小麦、大豆、豚肉、ごまを使うことが多いです。使わない作り方もできます。"


def row(slug: str) -> Dish:
    guide = load().dishes[slug]
    values = guide.model_dump(
        include={"slug", "name_ja", "name_en", "description_ja", "month_unlocked", "order"}
    )
    return Dish(id=1, **values)


def place(slug: str, cooked: int = 0, *, opens: str = "") -> Place:
    dish = row(slug)
    refusal: EntitlementError | None = AttemptsUsed(dish) if cooked == 3 else None
    if opens:
        refusal = DishLocked(slug)
    number = None if refusal else cooked + 1
    return Place(DishOfLearner(dish, load().dishes[slug], None, cooked, number, refusal), PICTURE, opens)


def offered(numbers: Sequence[int | None]) -> list[OfferedDish]:
    dishes = [row(slug) for slug in load().dishes]
    return [
        OfferedDish(dish, number, CAUTION, is_recommended=True, picture=PICTURE)
        for dish, number in zip(dishes, numbers, strict=False)
    ]


def cooks(count: int = 3) -> list[CookingSession]:
    return [
        CookingSession(
            id=2**31 - 4 + number,
            user_id=1,
            dish_id=1,
            session_number=number,
            status=SessionStatus.COMPLETED,
            created_at=NOW,
        )
        for number in range(1, count + 1)
    ]


def bubbles(message: LineObject) -> list[dict[str, Any]]:
    contents: list[dict[str, Any]] = message["contents"]["contents"]
    return contents


def data_of(message: LineObject) -> list[str]:
    return [str(action.get("data")) for action in actions_in(message)]


def test_a_learner_of_the_fourth_month_reaches_all_dishes_from_page_to_page() -> None:
    dishes = offered([1] * 16)
    pages = [dish_carousel(dishes, page) for page in range(1, len(pages_of(dishes)) + 1)]
    check_messages({"messages": pages})
    slugs = {slug for slug in load().dishes for page in pages if f"action=dish&slug={slug}" in data_of(page)}
    assert slugs == set(load().dishes)
    for number, page in enumerate(pages, start=1):
        assert len(bubbles(page)) <= 12
        assert f"action=menu&page={number % len(pages) + 1}" in data_of(page)[-1]
    assert dish_carousel(dishes, 99) == pages[-1]


def test_as_many_as_one_carousel_holds_need_no_second_page() -> None:
    carousel = dish_carousel(offered([1] * 12))
    check_messages({"messages": [carousel]})
    assert len(bubbles(carousel)) == 12
    assert "action=menu" not in "".join(data_of(carousel))


def test_a_dish_shows_its_picture_and_how_far_it_is_and_a_finished_one_leads_back() -> None:
    carousel = dish_carousel(offered([2, None]))
    check_messages({"messages": [carousel]})
    second, finished = bubbles(carousel)
    assert second["hero"]["url"] == PICTURE
    assert second["body"]["contents"][0]["text"].startswith("●○○　2回目／3回")
    assert finished["body"]["contents"][0]["text"].startswith("●●●　3回とも作りました")
    first_slug, second_slug = list(load().dishes)[:2]
    assert data_of(carousel) == [f"action=dish&slug={first_slug}", f"action=place&slug={second_slug}"]


def test_a_dish_without_a_picture_is_a_bubble_all_the_same() -> None:
    bare = [OfferedDish(row("gyoza"), 1)]
    carousel = dish_carousel(bare)
    check_messages({"messages": [carousel]})
    assert "hero" not in bubbles(carousel)[0]


def test_the_record_of_the_fullest_learner_is_within_the_limits() -> None:
    places = [place(slug, 3) for slug in load().dishes]
    record = record_carousel(places, [], is_sold=True)
    check_messages({"messages": [record]})
    assert len(json.dumps(record["contents"], ensure_ascii=False).encode()) < 40 * 1024
    assert places_talk.ALL_OPEN in record["altText"]
    assert {f"action=place&slug={slug}" for slug in load().dishes} <= set(data_of(record))


def test_whose_plan_is_over_is_not_told_that_all_dishes_are_open() -> None:
    places = [place("fried-rice", 3), place("gyoza")]
    over = [replace(each, dish=replace(each.dish, next_number=None, refusal=PlanOver())) for each in places]
    words = record_carousel(over, [], is_sold=True)["altText"]
    assert places_talk.ALL_OPEN not in words
    assert phrasebook.phrase("plan_over") in words


def test_the_record_of_who_is_new_tells_what_opens_next_and_when() -> None:
    later = [Opening(month, month, Standing.NONE) for month in (2, 3, 4)]
    opens = {opening.month: places_talk.opening(opening) for opening in later}
    places = [place(slug, opens=opens.get(guide.month_unlocked, "")) for slug, guide in load().dishes.items()]
    record = record_carousel(places, later, is_sold=True)
    check_messages({"messages": [record]})
    second = [guide.name_ja for guide in load().dishes.values() if guide.month_unlocked == 2]
    assert places_talk.next_to_open(second, opens[2]) in record["altText"]
    _, *months = bubbles(record)
    assert [
        opens.get(month, "") in json.dumps(bubble, ensure_ascii=False)
        for month, bubble in enumerate(months, start=1)
    ] == [True] * 4


@pytest.mark.parametrize("slug", load().dishes)
def test_a_dish_tells_what_it_leads_to_and_its_attempts_can_be_looked_at(slug: str) -> None:
    card = dish_card(place(slug, 3), cooks(), PAGE)
    check_messages({"messages": [card]})
    words = json.dumps(card["contents"], ensure_ascii=False)
    assert places_talk.transfers_of_finished(load().dishes[slug].transferable_to) in words
    assert "12月27日" in words
    looks = [data for data in data_of(card) if data.startswith("action=look")]
    assert looks == [f"action=look&session_id={cook.id}" for cook in cooks()]
    assert not any(data.startswith("action=dish&") for data in data_of(card))


def test_a_dish_under_way_can_be_cooked_on_and_a_locked_one_only_seen() -> None:
    card = dish_card(place("gyoza", 1), cooks(1), None)
    check_messages({"messages": [card]})
    assert "action=dish&slug=gyoza" in data_of(card)
    assert json.dumps(card, ensure_ascii=False).count(places_talk.NOT_COOKED) == 2
    locked = dish_card(place("gyoza", opens="このまま続けていくと、4か月目にひらきます。"), [], None)
    check_messages({"messages": [locked]})
    assert data_of(locked) == []
    assert "4か月目" in locked["altText"]


def test_the_progress_is_told_with_and_without_a_picture() -> None:
    sentence = places_talk.progress_sentence(48, [*load().skills.values()], "", 0)
    picture = progress_picture("https://moment.example/media/token/a.png", 809, 1024)
    for card in (progress_card(sentence, picture, PAGE), progress_card(sentence, None, None)):
        check_messages({"messages": [card]})
        assert sentence in card["altText"]
        assert "action=places" in data_of(card)
