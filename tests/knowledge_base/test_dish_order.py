"""The order in which a learner is offered the dishes."""

import pytest

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from knowledge_base.dish_order import Offer, caution, offers
from knowledge_base.foods import avoided_by
from knowledge_base.profile import NOTHING_TOLD, Profile

DISHES = list(load().dishes.values())


def slugs(profile: Profile, dishes: list[DishGuide] = DISHES) -> list[str]:
    return [offer.dish.slug for offer in offers(dishes, profile)]


def offer(slug: str, profile: Profile) -> Offer:
    return next(each for each in offers(DISHES, profile) if each.dish.slug == slug)


def first_of_month(month: int, profile: Profile) -> str:
    return slugs(profile, [dish for dish in DISHES if dish.month_unlocked == month])[0]


def test_who_has_told_nothing_gets_the_curriculums_order_and_no_word_more() -> None:
    assert slugs(NOTHING_TOLD) == list(load().dishes)
    assert not any(each.caution or each.is_recommended for each in offers(DISHES, NOTHING_TOLD))


@pytest.mark.parametrize(
    ("profile", "held"),
    [
        (Profile(dietary=("egg",)), {"rolled-omelet", "oyakodon", "fried-rice", "hamburg-steak"}),
        (Profile(dietary=("fish",)), {"salt-grilled-fish", "simmered-fish", "miso-soup", "nikujaga"}),
        (Profile(dietary=("wheat",)), {"peperoncino", "pomodoro", "gyoza", "curry-rice"}),
        (Profile(dietary=("meat",)), {"beef-steak", "karaage", "ginger-pork", "oyakodon", "curry-rice"}),
        (Profile(dietary=("pork",)), {"ginger-pork", "gyoza", "fried-rice"}),
        (Profile(dietary=("alcohol",)), {"ginger-pork", "simmered-fish"}),
        (Profile(avoid_ingredients="トマト"), {"pomodoro"}),
        (Profile(avoid_ingredients="じゃがいも"), {"nikujaga"}),
    ],
)
def test_what_holds_what_they_avoid_comes_after_all_others_with_a_plain_caution(
    profile: Profile, held: set[str]
) -> None:
    ordered = offers(DISHES, profile)
    cautions = [bool(each.caution) for each in ordered]
    assert cautions == sorted(cautions)
    assert held <= {each.dish.slug for each in ordered if each.caution}
    assert not any(each.caution and each.is_recommended for each in ordered)


def test_a_dish_that_is_made_of_it_comes_last_and_says_so() -> None:
    egg = Profile(dietary=("egg",), favourite_cuisines=("japanese",))
    assert set(slugs(egg)[-2:]) == {"rolled-omelet", "oyakodon"}
    assert offer("rolled-omelet", egg).caution.startswith("卵を使う料理です。")
    assert offer("fried-rice", egg).caution.startswith("卵を使うことが多い料理です。")


def test_who_avoids_nothing_of_it_is_not_warned() -> None:
    for dietary in ("shellfish", "nuts", "buckwheat"):
        assert not any(each.caution for each in offers(DISHES, Profile(dietary=(dietary,))))
    assert caution(load().dishes["beef-steak"], avoided_by(Profile(dietary=("pork",)))) == ""


@pytest.mark.parametrize(
    ("profile", "earlier", "later"),
    [
        (Profile(favourite_cuisines=("japanese",)), "ginger-pork", "meat-vegetable-stir-fry"),
        (Profile(time_available="short"), "miso-soup", "nikujaga"),
        (Profile(goals=("cook_faster",)), "peperoncino", "curry-rice"),
        (Profile(time_available="relaxed"), "curry-rice", "peperoncino"),
        (Profile(goals=("eat_healthily",)), "simmered-fish", "gyoza"),
        (Profile(burners="one"), "fried-rice", "pomodoro"),
        (Profile(fish_grill="none"), "rolled-omelet", "salt-grilled-fish"),
        (Profile(frying_comfort=1), "hamburg-steak", "karaage"),
        (Profile(raw_food_comfort=2), "curry-rice", "hamburg-steak"),
    ],
)
def test_of_one_month_what_suits_them_comes_first(profile: Profile, earlier: str, later: str) -> None:
    ordered = slugs(profile)
    assert ordered.index(earlier) < ordered.index(later) or (
        load().dishes[earlier].month_unlocked > load().dishes[later].month_unlocked
    )


def test_the_months_stay_in_their_order() -> None:
    profile = Profile(favourite_cuisines=("italian",), time_available="short", dream_dish="餃子")
    months = [load().dishes[slug].month_unlocked for slug in slugs(profile)]
    assert months == sorted(months)


def test_what_they_dream_of_comes_first_and_is_recommended() -> None:
    profile = Profile(dream_dish="ハンバーグ")
    month = load().dishes["hamburg-steak"].month_unlocked
    assert first_of_month(month, profile) == "hamburg-steak"
    assert [
        each.dish.slug for each in offers([load().dishes["hamburg-steak"]], profile) if each.is_recommended
    ]


def test_a_dream_that_they_cannot_eat_is_not_recommended() -> None:
    profile = Profile(dream_dish="だし巻き卵", dietary=("egg",))
    assert not offer("rolled-omelet", profile).is_recommended
    assert "rolled-omelet" in slugs(profile)[-2:]
