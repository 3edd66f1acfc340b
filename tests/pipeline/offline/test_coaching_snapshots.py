"""Three coaching texts a dish as the offline coach writes them, read through and approved by a person.

A change in them is meant or a slip: look at the difference, then approve it with APPROVE_SNAPSHOTS=1.
"""

import os
from pathlib import Path

import pytest

from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide
from models.coaching import (
    CoachingText,
    FollowUp,
    FollowUpVerdict,
    SessionSummary,
    StructuredInput,
    VideoAnalysis,
)
from pipeline.checks.coaching import check_coaching
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.ports import Asked, CoachingBrief
from tests.pipeline.offline.kitchen import search_result

FOLDER = Path(__file__).parents[2] / "snapshots" / "coaching"
APPROVE = "APPROVE_SNAPSHOTS"
NAME = "ゆうこ"

# The fault of attempt 1, that of attempt 2, and what the learner says and asks after attempt 2.
COOKS = {
    "fried-rice": ("egg_set_early", "rice_steaming", "ご飯がべちゃっとした", "強火のままでいいですか"),
    "beef-steak": ("surface_wet", "steak_overcooked", "お肉がかたくなった", "いつ火から外せばいいですか"),
    "pomodoro": ("garlic_burnt", "tomato_not_reduced", "ソースが水っぽい", "にんにくはいつ入れますか"),
    "meat-vegetable-stir-fry": ("overcrowded_pan", "vegetables_soggy", "野菜から水が出た", "どの野菜から入れますか"),
    "miso-soup": ("miso_boiled", "order_wrong", "香りがあまりしない", "味噌はいつ溶きますか"),
    "ginger-pork": ("thin_meat_tough", "sauce_thin", "タレがからまない", "お肉を先に出すのはなぜですか"),
    "rolled-omelet": ("egg_layers_dry", "egg_browned_hard", "きれいに巻けなかった", "油は毎回ひきますか"),
    "nikujaga": ("simmer_boiled_hard", "flavor_shallow", "味がしみてない", "落としぶたは必要ですか"),
    "salt-grilled-fish": ("surface_wet", "fish_overcooked", "身がパサパサした", "焼けたかどうかはどう見分けますか"),
    "karaage": ("oil_too_cool", "coating_dark_early", "中がまだ赤かった", "何分くらい揚げますか"),
    "hamburg-steak": ("patty_cracked", "crust_burnt_center_raw", "真ん中が生っぽかった", "ふたはしたほうがいいですか"),
    "curry-rice": ("onion_underbrowned", "roux_lumps", "ルーがダマになった", "ルーはいつ入れますか"),
    "peperoncino": ("garlic_burnt", "sauce_not_emulsified", "油っぽくなった", "ゆで汁はどれくらい入れますか"),
    "gyoza": ("gyoza_bottom_wet", "pan_not_hot", "皮がくっついた", "ふたはいつ取りますか"),
    "oyakodon": ("oyako_egg_hard", "undercooked_inside", "鶏肉が少し赤かった", "半熟の卵は食べても大丈夫ですか"),
    "simmered-fish": ("fish_smell_left", "simmer_boiled_hard", "少し生臭い", "お湯をかけるのはなぜですか"),
}  # fmt: skip

# What retrieval gives for attempt 2 with the offline embedder: for its diagnosis, then its question.
PRINCIPLES = {
    "fried-rice": "warm-rice-before-wok toast-the-rice ih-keeps-pan-down nonstick-no-empty-heating listen-to-the-pan",
    "beef-steak": "protein-squeezes-water fish-flakes-when-done colour-and-core-together carryover-heat rest-the-meat beef-surface-must-sear",
    "pomodoro": "reduce-to-concentrate pasta-water-binds toast-the-rice garlic-from-cold-oil move-on-when-fragrant fat-carries-aroma",
    "meat-vegetable-stir-fry": "water-rich-vegetables-last room-in-the-pan hard-things-first vegetables-at-their-brightest",
    "miso-soup": "hard-things-first same-size-same-time umami-from-ingredients miso-after-the-boil dashi-lets-salt-rest rescue-a-salty-pot",
    "ginger-pork": "glaze-by-reduction fish-flakes-when-done dry-before-heat thin-meat-in-and-out ginger-early-and-late protein-squeezes-water",
    "rolled-omelet": "egg-pan-sound sweet-egg-browns-sooner thin-oil-each-layer dashi-loosens-egg wet-layer-is-glue",
    "nikujaga": "flavor-travels-while-cooling reduction-raises-salt height-and-space drop-lid broth-just-covers skim-at-first-boil",
    "salt-grilled-fish": "fish-flakes-when-done protein-squeezes-water dry-before-heat cook-through-by-juices fish-odor-leaves-with-water",
    "karaage": "colour-and-core-together oil-fire-lid-never-water fry-rest-fry fry-with-room",
    "hamburg-steak": "thick-and-thin lid-makes-gentle-oven colour-and-core-together open-lids-away never-press-a-patty",
    "curry-rice": "roux-off-the-boil al-dente-core thickening-needs-heat cool-stews-quickly",
    "peperoncino": "pasta-water-binds al-dente-core rescue-a-broken-sauce sauce-waits-for-pasta broth-just-covers",
    "gyoza": "preheat-until-ready food-cools-the-pan oil-bridges-heat lid-on-lid-off open-lids-away lid-makes-gentle-oven",
    "oyakodon": "cook-through-by-juices carryover-heat heat-kills-anisakis egg-sets-fast eggs-fresh-and-whole egg-in-two-pours",
    "simmered-fish": "gentle-simmer skim-at-first-boil gentle-dashi hot-water-rinse spoon-the-broth",
}  # fmt: skip


def follow_up(first: str, second: str, number: int) -> FollowUp | None:
    """Of attempt 1's advice nothing could be seen, of attempt 2's all."""
    if number == 2:
        return FollowUp(verdict=FollowUpVerdict.NOT_VISIBLE, fault=first)
    change = "鍋の中の様子が、ここで大きく変わっています。"
    seen = FollowUp(verdict=FollowUpVerdict.SEEN, fault=second, second=31, evidence=change)
    return seen if number == 3 else None


def asked(code: str) -> Asked:
    fault = load().faults[code]
    return Asked(fault.next_action, fault.success_sign, fault.stop_cue, fault)


def analysis(dish: DishGuide, fault: str | None, moment: str, past: FollowUp | None) -> VideoAnalysis:
    minutes, seconds = moment.split(":")
    diagnosis = load().faults[fault].diagnosis if fault else "手順どおりに落ちついて作れていました。"
    return VideoAnalysis(
        cooking_events=[],
        key_moment_timestamp=moment,
        key_moment_seconds=60 * int(minutes) + int(seconds),
        diagnosis=diagnosis,
        fault=fault,
        follow_up=past,
    )


def brief(dish: DishGuide, number: int) -> CoachingBrief:
    """1: a fault. 2: another one, with a memo. 3: nothing wrong, after a long pause."""
    first, second, issue, question = COOKS[dish.slug]
    fault = {1: first, 2: second, 3: None}[number]
    name = (
        load().faults[fault].principle_id
        if fault
        else dish.refinements[2 % len(dish.refinements)].principle_id
    )
    principle = load().principles[name]
    past = [
        SessionSummary(dish=dish.slug, session=each, key_issue="", key_progress="", fault=code)
        for each, code in ((1, first), (2, second))
    ]
    return CoachingBrief(
        first_name=NAME,
        dish=dish,
        session_number=number,
        analysis=analysis(
            dish,
            fault,
            {1: "0:41", 2: "1:05", 3: "0:52"}[number],
            follow_up(first, second, number),
        ),
        fault=load().faults[fault] if fault else None,
        principles=[
            search_result(load().principles[each])
            for each in (PRINCIPLES[dish.slug].split() if number == 2 else [principle.id])
        ],
        principle=principle,
        structured_input=StructuredInput(identified_issues=[issue], questions=[question])
        if number == 2
        else StructuredInput(),
        transcript=f"{issue}。{question}" if number == 2 else "",
        self_ratings={"taste": 4, "texture": 3} if number == 3 else {},
        past_sessions=past[: number - 1],
        days_since_last={1: None, 2: 5, 3: 40}[number],
        asked={1: None, 2: asked(first), 3: asked(second)}[number],
    )


def page(dish: DishGuide) -> str:
    parts = [f"# {dish.name_ja}"]
    for number in (1, 2, 3):
        cook = brief(dish, number)
        coaching, _ = OfflineCoach().coaching_text(cook)
        check_coaching(coaching, cook)
        parts += [f"## {number}回目", as_read(coaching, number)]
    return "\n\n".join(parts) + "\n"


def as_read(coaching: CoachingText, number: int) -> str:
    """Card, note under it, and the questions to tap."""
    questions = "\n".join(f"- {question}" for question in coaching.suggested_questions)
    return "\n\n".join(
        (phrasebook.coaching_text(coaching, number), phrasebook.follow_up(coaching, NAME, number), questions)
    )


def test_every_dish_has_its_snapshot() -> None:
    assert set(COOKS) == set(load().dishes)
    assert {path.stem for path in FOLDER.glob("*.md")} == set(load().dishes)


@pytest.mark.parametrize("slug", sorted(COOKS))
def test_the_coaching_texts_are_the_approved_ones(slug: str) -> None:
    dish = load().dishes[slug]
    assert set(COOKS[slug][:2]) <= set(dish.faults)
    assert set(PRINCIPLES[slug].split()) <= set(load().principles)
    path, text = FOLDER / f"{slug}.md", page(dish)
    if os.environ.get(APPROVE) == "1":
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text
