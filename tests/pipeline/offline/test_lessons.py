"""How a fault is taught when it comes again, with what care, and what the voice makes of it."""

import pytest

from knowledge_base.catalogue import load
from models.coaching import CoachingText, NarrationScript, SessionSummary, VideoAnalysis
from moment.eval.words.cooks import Memo, brief_of
from pipeline.checks.coaching import check_coaching
from pipeline.checks.narration import check_narration
from pipeline.checks.raw_meat import warns_first
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.lesson import lesson_of
from pipeline.providers.offline.pacing import PACE
from pipeline.providers.offline.plain_form import if_plain, plain, proposal, reason
from pipeline.providers.ports import CoachingBrief
from pipeline.providers.sentences import sentences

SILENT = Memo(said="", issues=[], feeling="", is_quoted=False, about=[])
AGAIN = ("garlic_burnt", "undercooked_inside", "charring_high_heat", "flames_in_pan", "egg_layers_dry")


def cook(
    code: str, attempt: int = 1, *, slug: str = "", confidence: str = "high", evidence: str = ""
) -> CoachingBrief:
    dish = load().dishes[slug] if slug else next(d for d in load().dishes.values() if code in d.faults)
    analysis = VideoAnalysis(
        cooking_events=[],
        key_moment_timestamp="0:41",
        key_moment_seconds=41,
        diagnosis=load().faults[code].diagnosis,
        fault=code,
        evidence=evidence,
        confidence="low" if confidence == "low" else "high",
    )
    past = [
        SessionSummary(dish=dish.slug, session=number, key_issue="", key_progress="", fault=code)
        for number in range(1, attempt)
    ]
    return brief_of(dish, load().faults[code], attempt, SILENT, analysis, past)


def words_of(brief: CoachingBrief) -> tuple[CoachingText, NarrationScript]:
    text, _ = OfflineCoach().coaching_text(brief)
    script, _ = OfflineCoach().narration(brief, text)
    check_coaching(text, brief)
    check_narration(script, brief, PACE)
    return text, script


def written(text: CoachingText) -> str:
    return "".join(
        (text.praise, text.mondaiten, text.skill, text.next_action, text.success_sign, text.comparison)
    )


@pytest.mark.parametrize("code", AGAIN)
def test_the_same_fault_again_is_taught_in_new_sentences(code: str) -> None:
    first, second, third = (words_of(cook(code, attempt))[0] for attempt in (1, 2, 3))

    assert len({text.next_action for text in (first, second, third)}) == 3
    assert len({text.skill for text in (first, second, third)}) == 3
    for later, earlier in ((second, written(first)), (third, written(first) + written(second))):
        said = sentences(written(later))
        assert sum(each in earlier for each in said) / len(said) <= 0.2


@pytest.mark.parametrize("code", AGAIN)
@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_part_1_is_not_the_card_read_aloud(code: str, attempt: int) -> None:
    text, script = words_of(cook(code, attempt))

    assert [each for each in sentences(script.part1) if each in written(text)] == []


def test_at_low_confidence_the_voice_says_so() -> None:
    seen = "鍋の上に、白いかすみが長く続いています。"
    _, sure = words_of(cook("oil_smoking", evidence=seen))
    _, unsure = words_of(cook("oil_smoking", evidence=seen, confidence="low"))

    assert "はっきりとは" not in sure.part1 + sure.part2
    assert "はっきりとは" in unsure.part1
    assert "はっきりとは" in unsure.part2


def test_the_usual_look_of_a_fault_is_not_said_as_seen() -> None:
    for code in AGAIN:
        text, script = words_of(cook(code))
        assert load().faults[code].seen not in text.mondaiten + script.part2
        assert "この場面" not in script.part2


@pytest.mark.parametrize("slug", ["gyoza", "karaage", "hamburg-steak", "ginger-pork", "oyakodon", "nikujaga"])
@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_undercooked_meat_gets_a_warning_first_and_the_care_that_fits_it(slug: str, attempt: int) -> None:
    text, script = words_of(cook("undercooked_inside", attempt, slug=slug))

    assert warns_first(text.mondaiten)
    assert "鍋つかみ" not in text.safety
    assert "火を通" in text.safety or "肉汁" in text.safety or "火が通" in text.safety
    assert "熱を通して" in script.part1


def test_lessons_about_eggs_think_of_those_who_need_them_firm() -> None:
    pairs = [(d.slug, code) for d in load().dishes.values() for code in d.faults]
    eggs = [(slug, code) for slug, code in pairs if load().faults[code].skill == "egg_cookery"]
    for slug, code in eggs:
        for attempt in (1, 2, 3):
            safety = words_of(cook(code, attempt, slug=slug))[0].safety
            assert "妊娠中" in safety, code
            assert "お年寄り" in safety, code


def test_a_fault_without_a_stop_cue_borrows_none() -> None:
    for code in [fault.code for fault in load().faults.values() if not fault.stop_cue]:
        assert lesson_of(cook(code)).stop_cue == ""


@pytest.mark.parametrize("slug", ["karaage", "hamburg-steak", "gyoza"])
def test_no_stop_cue_lets_colour_or_a_finger_decide_over_poultry_and_mince(slug: str) -> None:
    """Whatever ends the cooking also looks inside."""
    dish = load().dishes[slug]
    cues = [dish.stop_cue, *(load().faults[code].stop_cue for code in dish.faults)]
    ends = [cue for cue in cues if "引き上げ" in cue or "皿に" in cue or "火を止め、割" in cue]

    assert [cue for cue in cues if "弾力" in cue or "指で" in cue] == []
    assert [
        cue for cue in ends if not any(sign in cue for sign in ("割って", "切り口", "断面", "しずく"))
    ] == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("甘い香りが立ちます。", ("甘い香りが立つ", "甘い香りが立てば", "", "甘い香りが立つからです。")),
        ("水けをふきます。", ("水けをふく", "水けをふけば", "水けをふきましょう。", "水けをふくからです。")),
        (
            "火を弱めて待ちます。",
            ("火を弱めて待つ", "火を弱めて待てば", "火を弱めて待ちましょう。", "火を弱めて待つからです。"),
        ),
        ("ここが違いです。", ("", "", "", "ここが違いだからです。")),
        ("色はつきません。", ("", "", "", "")),
    ],
)
def test_sentences_of_the_curriculum_become_parts_of_others(sentence: str, expected: tuple[str, ...]) -> None:
    assert (plain(sentence), if_plain(sentence), proposal(sentence), reason(sentence)) == expected
