"""Which words tell that meat is raw inside. The labelled ones stand in `knowledge_base/eval/words/raw_meat.jsonl`."""

import pytest

from knowledge_base.catalogue import load
from knowledge_base.raw_meat import FILE, Food, food_of, says_raw
from tests.knowledge_base.test_catalogue import SOURCE

RAW = ("undercooked_inside", "crust_burnt_center_raw")


def test_every_dish_stands_under_its_kind_of_food() -> None:
    listed = (SOURCE / FILE).read_text(encoding="utf-8").split("raw:")[0]

    assert [slug for slug in load().dishes if slug not in listed] == []
    assert food_of("some-new-dish") is Food.NAMED


@pytest.mark.parametrize("code", RAW)
def test_the_catalogues_own_words_for_it_are_known(code: str) -> None:
    """One list with two homes would drift apart."""
    words = [word for word in load().faults[code].learner_words if "焦げ" not in word]

    assert [word for word in words if not says_raw(word, "karaage")] == []


@pytest.mark.parametrize(
    ("said", "dish", "is_raw"),
    [
        ("中が赤かった", "karaage", True),
        ("中が赤かった", "beef-steak", False),  # by choice
        ("サイコロステーキの中が赤かった", "beef-steak", True),
        ("中が赤くなかった", "karaage", False),
        ("これ、赤くない？", "karaage", True),  # asked to be agreed with
        ("赤みが消えた", "karaage", False),
        ("赤みが消えなかった", "karaage", True),
        ("玉ねぎが生っぽい", "hamburg-steak", False),
        ("ソースはよかったけど、まだ赤い", "hamburg-steak", True),
        ("指を切って血が出た", "karaage", False),
        ("切ったら血が出た", "karaage", True),
        ("鮭がきれいなピンク色", "salt-grilled-fish", False),
        ("中がまだ生でした", "salt-grilled-fish", True),
        ("豚肉がまだ赤い", "fried-rice", True),
        ("卵が半生", "fried-rice", False),
        ("火が通りすぎてかたい", "karaage", False),
        ("赤かったので揚げ直したら、汁が透明になりました", "karaage", False),
        ("", "karaage", False),
    ],
)
def test_a_report_is_told_from_what_only_sounds_like_one(said: str, dish: str, is_raw: bool) -> None:
    assert says_raw(said, dish) is is_raw
