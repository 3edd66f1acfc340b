"""Families of foods: which a learner has named, which a text and a dish hold."""

import pytest

from knowledge_base.catalogue import load
from knowledge_base.foods import Avoided, avoided_by, foods, foods_named_in, foods_of
from knowledge_base.profile import Profile
from knowledge_base.quiz import load_quiz


def test_each_choice_of_the_quiz_is_a_family() -> None:
    question = next(each for each in load_quiz().questions if each.profile_key == "dietary")
    assert {choice.value for choice in question.choices if not choice.exclusive} <= set(foods())


def test_whoever_eats_no_meat_eats_none_of_any_kind() -> None:
    assert set(avoided_by(Profile(dietary=("meat",))).families) == {"meat", "pork", "beef", "chicken"}
    assert avoided_by(Profile(dietary=("meat",))).names == ["肉"]


@pytest.mark.parametrize(
    ("typed", "families", "terms"),
    [
        ("", (), ()),
        ("特になし", (), ()),
        ("とくにないです", (), ()),
        ("たまご", ("egg",), ()),
        ("卵アレルギー", ("egg",), ()),
        ("乳製品、えび・かに", ("milk", "shellfish"), ()),
        ("グルテン", ("wheat",), ()),
        ("海鮮系", ("shellfish", "fish", "mollusc"), ()),
        ("パクチーが苦手です", (), ("ぱくちー",)),
        ("セロリ、ピーマン 納豆は食べられません", ("soy",), ("せろり", "ぴーまん")),
        ("トマト（生）", ("tomato",), ()),
        ("塩分、油、砂糖", (), ()),  # wished for less of: without them nothing could be said of cooking
    ],
)
def test_what_a_learner_types_is_found_in_families_else_kept_in_their_words(
    typed: str, families: tuple[str, ...], terms: tuple[str, ...]
) -> None:
    avoided = avoided_by(Profile(avoid_ingredients=typed))
    assert (set(avoided.families), avoided.terms) == (set(families), terms)


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("静かに、細かに、確かに", set()),  # かに
        ("鍋のそばを離れずに", set()),  # そば
        ("避けて、いくらでも、味見を", set()),  # さけ, いくら, あじ
        ("フライパンのルールとブルーの皿", set()),  # パン, ルー
        ("皮でくるみます", set()),
        ("卵焼き器と魚焼きグリル", set()),
        ("ビーフンと甘酒とココナッツミルク", set()),
        ("メカニズム", set()),
        ("溶き卵", {"egg"}),
        ("かに玉", {"shellfish", "egg"} - {"egg"}),
        ("砕いたくるみ", {"nuts"}),
        ("煮干しのだし", {"fish"}),
        ("昆布のだし", set()),
        ("豚の合いびき肉", {"pork", "beef", "meat"}),
        ("鶏ひき肉", {"chicken", "meat"}),
    ],
)
def test_a_text_names_only_what_it_says(text: str, families: set[str]) -> None:
    assert foods_named_in(text) == families


def test_every_dish_holds_known_families_and_each_once() -> None:
    for dish in load().dishes.values():
        assert foods_of(dish) <= set(foods()), dish.slug
        assert not set(dish.core_foods) & set(dish.usual_foods), dish.slug


# Allergens by their usual names, as a dish lists them; soy sauce brings wheat and soy to nearly all.
FAMILY_OF = {
    "卵": "egg",
    "乳": "milk",
    "小麦": "wheat",
    "さば": "fish",
    "さけ": "fish",
    "大豆": "soy",
    "ごま": "sesame",
}
# Named only because a substitute, a garnish or a side is told of.
MENTIONED = {
    ("beef-steak", "milk"),
    ("miso-soup", "milk"),
    ("peperoncino", "sesame"),
    ("curry-rice", "fish"),
    ("hamburg-steak", "soy"),
}


def test_no_allergen_that_a_dish_lists_is_missing_from_what_it_holds() -> None:
    missing = {
        (dish.slug, FAMILY_OF[allergen])
        for dish in load().dishes.values()
        for allergen in dish.allergens
        if allergen in FAMILY_OF and FAMILY_OF[allergen] not in foods_of(dish)
    }
    assert missing <= MENTIONED


def test_of_what_is_in_the_pan_may_be_spoken_but_of_nothing_else() -> None:
    meat, pork = avoided_by(Profile(dietary=("meat",))), avoided_by(Profile(dietary=("pork",)))
    assert meat.besides({"chicken"}) == Avoided(("pork", "beef"))
    assert meat.besides({"meat"}) == Avoided()
    assert pork.besides({"meat"}) == pork  # some meat is in it, which need not be theirs
    assert pork.besides({"pork"}) == Avoided()
