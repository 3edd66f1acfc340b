"""What the curriculum says about safety: where it is from, whom it must not mislead, what it contains."""

import re

import pytest

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide

AUTHORITY = re.compile(
    r"厚生労働省|農林水産省|消費者庁|食品安全委員会|消防庁|国民生活センター|製品評価技術基盤機構|日本救急医療財団"
)
DANGER = re.compile(
    r"菌(?!を防ぎ)|寄生虫|食中毒|毒素|毒の|ウイルス|やけど|医療機関|小児科|火がつ|燃え(?!残)|妊娠"
)

# An ingredient's word, and what the label must then name. Broth is often blended with mackerel.
HOLDS = {
    "卵": "卵", "マヨネーズ": "卵", "ちくわ": "卵", "ハム": "卵 乳 豚肉",
    "牛乳": "乳", "バター": "乳", "チーズ": "乳", "生クリーム": "乳", "だしのもと": "小麦 乳",
    "小麦": "小麦", "パスタ": "小麦", "スパゲッティ": "小麦", "パン粉": "小麦", "お麩": "小麦", "餃子": "小麦",
    "しょうゆ": "小麦 大豆", "オイスターソース": "小麦 大豆", "ルー": "小麦 乳 大豆", "デミグラス": "小麦 牛肉",
    "味噌": "大豆", "豆腐": "大豆", "油揚げ": "大豆", "厚揚げ": "大豆", "豆乳": "大豆",
    "ごま": "ごま", "牛肉": "牛肉", "合いびき": "牛肉 豚肉", "豚": "豚肉", "チャーシュー": "豚肉",
    "鶏": "鶏肉", "鮭": "さけ", "さば": "さば", "だしを": "さば", "りんご": "りんご", "えび": "えび",
}  # fmt: skip
NO_FOOD = re.compile(r"卵焼き器|卵形|豚や")


def words_of(dish: DishGuide) -> str:
    """Whatever the dish's own page names as going into it, also instead of something else."""
    parts = [dish.name_ja, dish.description_ja, *dish.substitutions, *dish.speech_phrases]
    parts += [f"{step.name} {step.looks}" for step in dish.steps]
    parts += [refinement.next_action for refinement in dish.refinements]
    for principle in load().principles.values():
        if dish.slug in principle.dishes and len(principle.dishes) == 1:
            parts += [principle.title, principle.principle, principle.recovery]
    return NO_FOOD.sub("", " ".join(parts))


@pytest.mark.parametrize("slug", sorted(load().dishes))
def test_a_dish_names_the_allergens_of_all_it_mentions(slug: str) -> None:
    dish = load().dishes[slug]
    text = words_of(dish)
    needed = {name for word, names in HOLDS.items() if word in text for name in names.split()}

    assert needed - set(dish.allergens) == set()


def test_a_principle_about_danger_names_an_authority() -> None:
    unsourced = [
        principle.id
        for principle in load().principles.values()
        if DANGER.search(principle.text) and not AUTHORITY.search(principle.source)
    ]
    assert unsourced == []


def test_who_is_taught_to_stop_early_is_told_what_must_be_cooked_through() -> None:
    """Carry-over heat and "not too long" are for eggs and whole beef; poultry, pork and mince go on."""
    for principle in load().principles.values():
        if principle.id in {
            "carryover-heat",
            "protein-squeezes-water",
            "touch-for-doneness",
            "rest-the-meat",
            "crust-is-flavor-not-seal",
        }:
            assert re.search(r"鶏や豚、ひき肉|ひき肉や鶏、豚", principle.text), principle.id


def test_half_set_eggs_name_those_who_must_not_have_them() -> None:
    for name in (
        "eggs-fresh-and-whole",
        "egg-in-two-pours",
        "wet-layer-is-glue",
        "carryover-heat",
    ):
        assert "お年寄り、妊娠中の方" in load().principles[name].text, name


def test_no_smell_clears_what_stood_too_long() -> None:
    for name in (
        "thaw-in-the-cold",
        "cool-stews-quickly",
        "rice-not-at-room-temperature",
        "lunchbox-cool-and-dry",
    ):
        assert re.search(
            r"におい(?:が|は)(?:し)?な(?:く|くて)|においが平気でも", load().principles[name].text
        ), name


def test_mince_and_fish_are_judged_by_their_own_principle() -> None:
    faults, dishes = load().faults, load().dishes
    for slug in ("hamburg-steak", "gyoza"):
        assert "undercooked_inside" not in dishes[slug].faults
        assert "ground_meat_undercooked" in dishes[slug].faults
    assert faults["ground_meat_undercooked"].principle_id == "ground-meat-to-the-core"
    assert faults["fish_undercooked"].principle_id == "heat-kills-anisakis"
    assert "fish_overcooked" not in load().principles["heat-kills-anisakis"].faults


@pytest.mark.parametrize(
    "name",
    [
        "soak-and-steam-rice",
        "no-honey-for-infants",
        "leave-unknown-plants",
        "garlic-oil-is-not-kept",
        "microwave-heats-unevenly",
        "rescue-a-salty-pot",
    ],
)
def test_what_learners_ask_everywhere_is_taught(name: str) -> None:
    assert name in load().principles
