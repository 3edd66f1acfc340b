"""The coach without an account speaks to one learner's kitchen, plate, body and way of learning."""

from dataclasses import replace
from typing import Any

import pytest

from knowledge_base.catalogue import load
from knowledge_base.foods import avoided_by
from knowledge_base.profile import NOTHING_TOLD, Profile, read_profile
from models.coaching import CoachingText, SessionSummary, StructuredInput
from pipeline.checks.coaching import check_coaching
from pipeline.checks.diet import recommended
from pipeline.checks.language import violations
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.personal import phrases
from pipeline.providers.offline.personal.answers import everyday_for
from pipeline.providers.offline.personal.fitting import in_their_kitchen
from pipeline.providers.offline.personal.senses import sign_in_senses, without_senses
from pipeline.providers.ports import CoachingBrief, QuestionBrief
from pipeline.refinements import LIFTS, refinement_to_teach
from tests.pipeline.offline.test_coaching_snapshots import brief as snapshot_brief
from tests.pipeline.test_profile_is_felt import SAD, cook, with_profile

COACH = OfflineCoach()
FILLED = {
    "foods": "卵や小麦",
    "eaters": "小さなお子さんやお年寄り",
    "dish": "オムライス",
    "part": "火加減",
    "failure": "ご飯がべちゃっとした",
}


def sentences() -> list[str]:
    """Every sentence of ours, filled."""
    found: list[str] = []
    for name, value in vars(phrases).items():
        if name.isupper() and name != "EATERS":
            found += [value] if isinstance(value, str) else list(value.values())
    return [text.format(**FILLED) for text in found]


def told(**answers: Any) -> Profile:
    profile = read_profile(answers)
    assert profile != NOTHING_TOLD
    return profile


def coached(brief: CoachingBrief, profile: Profile) -> CoachingText:
    personal = with_profile(brief, profile)
    text = COACH.coaching_text(personal)[0]
    check_coaching(text, personal)
    return text


def answered(words: str, profile: Profile, dish: str | None = None) -> str:
    guide = load().dishes[dish] if dish else None
    return COACH.answer(QuestionBrief("みさき", words, guide, None, None, (), (), profile=profile))[0]


@pytest.mark.parametrize("text", sentences())
def test_every_sentence_is_polite_without_amounts_and_makes_light_of_no_danger(text: str) -> None:
    assert violations(text, 400) == []


# ---- the kitchen


@pytest.mark.parametrize(
    ("sentence", "on_ih"),
    [
        ("ふちが色づいたら、鍋を火から浮かせましょう。", "ふちが色づいたら、火を止めましょう。"),
        ("ふちが色づいたら、火を弱めるか鍋を火から浮かせましょう。", "ふちが色づいたら、火を止めましょう。"),
        ("鍋を浮かせると音がすっと小さくなります。", "火を止めると音がすっと小さくなります。"),
        ("強い火で鍋をあおりましょう。", ""),
        ("フライパンを振ってなじませましょう。", ""),
        ("塩を振って、卵を割りましょう。", "塩を振って、卵を割りましょう。"),
        ("浮いた油を紙で吸いとりましょう。", "浮いた油を紙で吸いとりましょう。"),
        ("鍋をゆすりながら混ぜましょう。", "鍋をゆすりながら混ぜましょう。"),
    ],
)
def test_on_a_plate_no_pan_is_lifted_or_tossed(sentence: str, on_ih: str) -> None:
    for profile in (
        Profile(kitchen_heat="ih"),
        Profile(kitchen_heat="radiant"),
        Profile(body_care=("grip",)),
    ):
        assert in_their_kitchen(sentence, profile) == on_ih
    for profile in (NOTHING_TOLD, Profile(kitchen_heat="gas"), Profile(kitchen_heat="portable")):
        assert in_their_kitchen(sentence, profile) == sentence


@pytest.mark.parametrize("fault", ["egg_browned_hard", "charring_high_heat", "egg_set_early"])
def test_neither_action_nor_stop_cue_lifts_the_pan_on_ih(fault: str) -> None:
    dish = next(dish for dish in load().dishes.values() if fault in dish.faults)
    text = coached(cook(dish.slug, fault), told(kitchen_heat="ih"))
    assert not LIFTS.search(text.next_action + text.stop_cue + text.success_sign)


def test_no_pot_of_hot_oil_is_to_be_moved() -> None:
    for fault in load().dishes["karaage"].faults[:5]:
        assert phrases.IH not in coached(cook("karaage", fault), told(kitchen_heat="ih")).next_action


@pytest.mark.parametrize("fault", ["oil_smoking", "flames_in_pan"])
def test_no_pan_that_smokes_or_burns_is_to_be_moved(fault: str) -> None:
    brief = cook("fried-rice", fault)
    ih = told(kitchen_heat="ih")
    spoken, _ = OfflineCoach().narration(with_profile(brief, ih), coached(brief, ih))
    assert phrases.IH not in coached(brief, ih).next_action
    assert phrases.VOICE_IH not in spoken.model_dump_json()


def test_how_strong_a_fire_is_is_not_told_by_flames_where_there_are_none() -> None:
    question = "強火と中火の違いは何ですか"
    assert "炎は" not in answered(question, told(kitchen_heat="ih"))
    assert "底をつけたまま" in answered(question, told(kitchen_heat="ih"))
    assert "電気こんろ" in answered(question, told(kitchen_heat="radiant"))
    assert answered(question, told(kitchen_heat="gas")) == answered(question, NOTHING_TOLD)


def test_gas_is_what_the_curriculum_speaks_of() -> None:
    brief = cook("fried-rice", "pan_not_hot")
    assert coached(brief, told(kitchen_heat="gas")) == coached(brief, NOTHING_TOLD)


def test_one_line_of_the_kitchen_at_a_time_and_another_one_each_attempt() -> None:
    profile = told(kitchen_heat="ih", pans=["iron"], dominant_hand="left", body_care=["back"])
    ours = (phrases.IH, phrases.PANS["iron"], phrases.LEFT_PAN, phrases.BODY["back"])
    said = []
    for attempt in (1, 2, 3):
        action = coached(cook("fried-rice", "pan_not_hot", attempt), profile).next_action
        said += [line for line in ours if line in action]
    assert len(said) == len(set(said)) == 3


# ---- the plate


@pytest.mark.parametrize("dietary", ["egg", "milk", "wheat", "fish", "pork", "meat", "alcohol"])
def test_no_refinement_puts_in_what_they_avoid(dietary: str) -> None:
    profile = told(dietary=[dietary])
    for dish in load().dishes.values():
        avoided = avoided_by(profile).besides(dish.core_foods)
        chosen = [refinement_to_teach(dish, number, profile) for number in (1, 2, 3)]
        if any(not recommended(each.point + each.next_action, avoided) for each in dish.refinements):
            assert [
                each.point for each in chosen if recommended(each.point + each.next_action, avoided)
            ] == []


@pytest.mark.parametrize("slug", ["fried-rice", "hamburg-steak", "miso-soup"])
@pytest.mark.parametrize("dietary", ["egg", "wheat", "fish", "meat"])
def test_whatever_they_avoid_the_text_passes_the_guard(slug: str, dietary: str) -> None:
    for number in (2, 3):
        coached(snapshot_brief(load().dishes[slug], number), told(dietary=[dietary]))


def test_who_cooks_it_all_the_same_hears_that_others_must_not_eat_it() -> None:
    text = coached(cook("rolled-omelet", "egg_browned_hard"), told(dietary=["egg"]))
    assert "卵" in text.mondaiten + text.next_action + text.skill
    assert phrases.COOKED_AVOIDED.format(foods="卵") in text.safety
    plain = coached(cook("ginger-pork", "sauce_thin"), told(dietary=["egg"]))
    assert "控えているとうかがった" not in plain.safety
    assert "召し上がらないでください" in phrases.COOKED_AVOIDED


def test_of_what_a_dish_may_hold_it_is_said_only_where_it_was_seen() -> None:
    unseen = cook("fried-rice", "pan_not_hot")
    assert "控えているとうかがった" not in coached(unseen, told(dietary=["egg"])).safety
    told_of = replace(unseen, transcript="卵を入れて炒めました。")
    assert "控えているとうかがった" not in coached(told_of, told(dietary=["egg"])).safety
    seen = coached(cook("fried-rice", "egg_set_early"), told(dietary=["egg"]))
    assert phrases.SEEN_AVOIDED.format(foods="卵") in seen.safety


@pytest.mark.parametrize(
    ("question", "dietary", "dish", "gone", "stays"),
    [
        ("パン粉の代わりはありますか", "wheat", "hamburg-steak", "食パン", ""),
        ("片栗粉の代わりはありますか", "wheat", None, "小麦粉や", "米粉"),
        ("みりんの代わりはありますか", "alcohol", None, "酒に砂糖", "砂糖"),
        ("だしがないときはどうしますか", "fish", None, "かつお節", "きのこ"),
        ("豚肉の代わりはありますか", "meat", None, "別の肉", "厚揚げ"),
        ("辛すぎたらどうすればいいですか", "milk", None, "牛乳", "じゃがいも"),
        ("最初は何を作ればいいですか", "egg", None, "チャーハン", "料理を選ぶ"),
    ],
)
def test_an_answer_leaves_out_what_they_avoid_and_keeps_the_rest(
    question: str, dietary: str, dish: str | None, gone: str, stays: str
) -> None:
    assert gone in answered(question, NOTHING_TOLD, dish)
    answer = answered(question, told(dietary=[dietary]), dish)
    assert gone not in answer
    assert stays in answer


def test_a_sign_of_what_is_not_in_their_pan_is_none() -> None:
    garlic = told(avoid_ingredients="にんにく")
    for number in (1, 2, 3):
        refinement = refinement_to_teach(load().dishes["pomodoro"], number, garlic)
        assert "にんにく" not in refinement.point + refinement.next_action + refinement.success_sign


def test_where_nothing_is_left_it_says_so() -> None:
    brief = QuestionBrief(
        "みさき", "パン粉の代わりは", None, None, None, (), (), profile=told(dietary=["wheat"])
    )
    assert everyday_for(brief, brief.question) is None


@pytest.mark.parametrize(("dietary", "gone"), [("pork", "ハム"), ("fish", "ツナ")])
def test_a_question_in_the_memo_is_answered_without_it(dietary: str, gone: str) -> None:
    asks = StructuredInput(questions=["焼き豚がないときは、代わりに何を使えますか"])
    brief = replace(cook("fried-rice", "pan_not_hot"), structured_input=asks)
    assert gone in coached(brief, NOTHING_TOLD).memo_answers[0].answer
    assert gone not in coached(brief, told(dietary=[dietary])).memo_answers[0].answer


def test_where_a_skill_serves_too_no_dish_of_it_is_named() -> None:
    question = "ほかの料理にも使えますか"
    assert "かつ丼" in answered(question, NOTHING_TOLD, "oyakodon")
    assert "かつ丼" not in answered(question, told(dietary=["pork"]), "oyakodon")


# ---- who eats with them


@pytest.mark.parametrize(
    ("dish", "fault", "line"),
    [
        ("oyakodon", "oyako_egg_hard", phrases.EATERS_EGG_AND_MEAT),
        ("rolled-omelet", "egg_browned_hard", phrases.EATERS_EGG),
        ("beef-steak", "pale_crust", phrases.EATERS_MEAT),
        ("salt-grilled-fish", "fish_overcooked", phrases.EATERS_FISH),
    ],
)
def test_who_must_eat_nothing_half_raw_is_named(dish: str, fault: str, line: str) -> None:
    text = coached(cook(dish, fault), told(vulnerable_eaters=["infant", "pregnant"]))
    assert text.safety.startswith(line.format(eaters="小さなお子さんや妊娠中の方"))
    assert text.safety.count("卵を") <= 1
    assert "召し上がる分は" not in coached(cook(dish, fault), NOTHING_TOLD).safety


# ---- senses


@pytest.mark.parametrize(
    ("text", "limits", "left"),
    [
        ("細かい泡が静かに立ち、甘い香りが広がって、色が淡いままなら成功です。", ("smell",), "細かい泡が静かに立ち、色が淡いままなら成功です。"),
        ("ジュッと鳴ったら入れましょう。", ("sound",), ""),
        ("ジュッと鳴ったら入れましょう。", ("smell",), "ジュッと鳴ったら入れましょう。"),
        ("返した面が茶色なら成功です。", ("colour",), ""),
        ("割って赤みがなければ、中まで火が通っています。", ("colour",), "割って赤みがなければ、中まで火が通っています。"),
        ("味見をして、塩けを確かめましょう。", ("taste",), ""),
        ("茶碗に盛って、黄身を崩しましょう。", ("colour",), "茶碗に盛って、黄身を崩しましょう。"),
        ("何でも言ってください。", (), "何でも言ってください。"),
    ],
)  # fmt: skip
def test_no_sign_rests_on_a_sense_that_tells_them_little(
    text: str, limits: tuple[str, ...], left: str
) -> None:
    assert without_senses(text, limits) == left


def test_another_sense_tells_it_instead() -> None:
    smell = "甘い香りがすれば成功です。"
    assert sign_in_senses(smell, "泡が細かくなります。", ("smell",)).startswith("泡が細かくな")
    assert sign_in_senses(smell, "", ("smell",)) == phrases.SIGN_BY_SIGHT
    assert sign_in_senses(smell, "泡が細かくなります。", ()) == smell


@pytest.mark.parametrize(("limit", "sign"), [("smell", "香り"), ("sound", "音がす")])
def test_no_question_is_offered_about_it(limit: str, sign: str) -> None:
    for slug in ("fried-rice", "peperoncino"):
        text = coached(snapshot_brief(load().dishes[slug], 1), told(sense_limits=[limit]))
        asked = " ".join(text.suggested_questions)
        assert {"smell": "香り", "sound": "音を"}[limit] not in asked
        assert sign not in text.success_sign


# ---- how much, and how it is told


def test_who_is_new_is_told_what_a_word_means_and_who_is_not_gets_less() -> None:
    brief = cook("oyakodon", "oyako_egg_hard")
    plain = coached(brief, NOTHING_TOLD).skill
    new = coached(brief, told(cooking_experience_years=0)).skill
    assert phrases.TERMS["余熱"] in new
    assert len(coached(brief, told(cooking_experience_years=10)).skill) < len(plain) < len(new)
    assert len(coached(brief, told(detail_level="short")).skill) < len(plain)
    assert len(coached(brief, told(detail_level="long")).skill) > len(plain)


def test_reasons_come_first_for_who_wants_them() -> None:
    text = coached(cook("oyakodon", "oyako_egg_hard"), told(correction_style="reasons"))
    assert text.skill.startswith(phrases.REASON_FIRST)


@pytest.mark.parametrize("wish", ["comfort", "next_step", "reason"])
def test_a_bad_day_is_met_as_they_wish(wish: str) -> None:
    line = phrases.AFTER_FAILURE[wish]
    assert line in coached(cook("fried-rice", "rice_steaming", 1, SAD), told(after_failure=wish)).praise
    assert line not in coached(cook("fried-rice", "rice_steaming"), told(after_failure=wish)).praise


@pytest.mark.parametrize(
    ("often", "days", "is_away"),
    [("daily", 12, True), ("rarely", 40, False), ("", 12, False), ("", 40, True)],
)
def test_how_long_is_long_depends_on_how_often_they_cook(often: str, days: int, is_away: bool) -> None:
    past = [SessionSummary(dish="fried-rice", session=1, key_issue="", key_progress="", fault=None)]
    brief = replace(cook("fried-rice", "pan_not_hot", 2), days_since_last=days, past_sessions=past)
    text = coached(brief, told(cooking_frequency=often) if often else NOTHING_TOLD)
    assert text.comparison.startswith(("おかえりなさい", "お久しぶりです")) is is_away


@pytest.mark.parametrize(
    ("dream", "is_said"),
    [
        ("オムライス", True),
        ("生レバーは半生でも大丈夫", False),
        ("３分カレー", False),
        ("失敗です", False),
        ("", False),
    ],
)
def test_a_dream_is_quoted_only_where_it_may_stand_in_our_words(dream: str, is_said: bool) -> None:
    profile = read_profile({"dream_dish": dream, "goals": []})
    text = coached(cook("fried-rice", "pan_not_hot"), profile)
    assert (dream in text.next_action and bool(dream)) is is_said


def test_a_dream_of_what_they_cannot_eat_is_not_dangled_before_them() -> None:
    text = coached(cook("ginger-pork", "sauce_thin"), told(dream_dish="オムライス", dietary=["egg"]))
    assert "オムライス" not in text.next_action


def test_wishes_do_not_stand_beside_a_lesson_of_safety() -> None:
    text = coached(cook("ginger-pork", "cross_contamination"), told(goals=["enjoy_cooking"]))
    assert phrases.GOALS["enjoy_cooking"] not in text.next_action


def test_what_is_hard_for_them_is_refined_first() -> None:
    dish = load().dishes["beef-steak"]
    assert refinement_to_teach(dish, 1, NOTHING_TOLD).skill == "browning"
    assert refinement_to_teach(dish, 1, told(hard_parts=["doneness"])).skill == "doneness"
