"""What the offline coach says, held to the product's rules over many cooks of one small dish."""

import re
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from models.coaching import (
    CoachingText,
    RatingAspect,
    SessionSummary,
    StructuredInput,
)
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.matching import Fact, Topic, best_fact
from pipeline.providers.offline.narrator import OpenJTalkNarrator
from pipeline.providers.offline.phrases import VOICE_GOOD
from pipeline.providers.ports import CoachingBrief, QuestionBrief, Turn
from pipeline.providers.sentences import sentences
from tests.pipeline.offline.kitchen import DISH, FAULTS, PRINCIPLES, SEEN, coaching_brief, search_result

COACH = OfflineCoach()
MEASURE = re.compile(
    r"[0-9０-９一二三四五六七八九十]+\s*(g|kg|ml|cc|℃|°|度|分|秒|グラム|ミリ|センチ|リットル|カップ|%|％)|大さじ|小さじ"
)
ALLOWED_NUMBERS = re.compile(r"\d{1,3}:\d{2}|[123]回目")
POLITE = re.compile(
    r"(です|ます|ました|でした|ません|ましょう|ください|でしょう|なさい|こんにちは、美咲さん)[ねよか]{0,2}[。！？]$"
)
MEMO = StructuredInput(
    identified_issues=["米がべちゃっとした"],
    questions=[
        "どうすればパラパラになりますか",
        "塩はいつ入れればいいですか",
        "圧力鍋でも作れますか",
        "何分炒めればいいですか",
    ],
)


def past(fault: str | None, number: int = 1) -> SessionSummary:
    return SessionSummary(dish="fried-rice", session=number, key_issue="", key_progress="", fault=fault)


COOKS = [
    coaching_brief(
        fault,
        session_number=number,
        structured_input=memo,
        past_sessions=tuple(past(before, each) for each in range(1, number)),
        days_since_last=days if number > 1 else None,
        self_ratings={"aroma": 5} if memo.questions == [] else {},
    )
    for fault, number, memo, before, days in product(
        ("rice_too_wet", "oil_too_hot", None),
        (1, 2, 3),
        (StructuredInput(), MEMO),
        ("rice_too_wet",),
        (3, 40),
    )
]


def coaching_of(brief: CoachingBrief) -> CoachingText:
    return COACH.coaching_text(brief)[0]


def all_sentences(text: CoachingText) -> list[str]:
    parts = [text.praise, text.mondaiten, text.skill, text.next_action, text.success_sign]
    parts += [text.stop_cue, text.safety, text.comparison, *(entry.answer for entry in text.memo_answers)]
    return [sentence for part in parts for sentence in sentences(part)]


@pytest.mark.parametrize("brief", COOKS, ids=lambda brief: f"{brief.analysis.fault}-{brief.session_number}")
def test_every_coaching_text_keeps_the_rules(brief: CoachingBrief) -> None:
    text = coaching_of(brief)
    lines = all_sentences(text)

    assert all((text.praise, text.mondaiten, text.skill, text.next_action, text.success_sign))
    is_again = any(each.fault == brief.analysis.fault for each in brief.past_sessions if each.fault)
    assert text.stop_cue or is_again
    assert text.praise.startswith("美咲さん、")
    assert [sentence for sentence, times in Counter(lines).items() if times > 1] == []
    assert [sentence for sentence in lines if not POLITE.search(sentence)] == []
    assert [sentence for sentence in lines if MEASURE.search(sentence)] == []
    assert not re.search(r"\d", ALLOWED_NUMBERS.sub("", "".join(lines)))
    assert ("0:41" in text.mondaiten) is bool(brief.fault)
    assert text.safety  # all its advice is given at a hot pan
    assert max(len(part) for part in (text.mondaiten, text.skill, text.next_action, text.praise)) <= 220
    assert len(set(text.suggested_questions)) == 3
    assert all(len(question) <= 20 for question in text.suggested_questions)
    assert [entry.question for entry in text.memo_answers] == brief.structured_input.questions
    assert text.principle_ids == [brief.principle.id if brief.principle else ""]


def test_the_same_cook_is_told_the_same_again() -> None:
    for brief in COOKS[:4]:
        assert coaching_of(brief) == coaching_of(brief)


def test_the_lesson_is_the_fault_with_its_principle_and_one_action() -> None:
    text = coaching_of(coaching_brief())

    assert text.mondaiten.startswith("ご飯の水けが抜けないまま混ぜ続けたので")
    assert "冷えて固まったご飯は鍋の熱を奪い" in text.skill
    assert text.next_action.startswith("ご飯は温めてほぐし")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_without_a_fault_the_next_refinement_is_offered_and_no_fault_invented(number: int) -> None:
    text = coaching_of(coaching_brief(None, session_number=number))

    refinement = DISH.refinements[(number - 1) % 2]
    assert refinement.point in text.mondaiten
    assert text.next_action.startswith(refinement.next_action)
    assert "水けが抜けないまま" not in text.mondaiten


def test_sessions_of_one_fault_differ() -> None:
    texts = [
        coaching_of(
            coaching_brief(session_number=number, past_sessions=[past("rice_too_wet")] * (number - 1))
        )
        for number in (1, 2, 3)
    ]

    for part in ("praise", "skill", "next_action", "suggested_questions"):
        assert len({str(getattr(text, part)) for text in texts}) == 3, part


@pytest.mark.parametrize(
    ("number", "before", "days", "pattern"),
    [
        (2, "rice_too_wet", 3, "同じところ"),
        (2, "oil_too_hot", 3, "2回目は"),
        (2, "rice_too_wet", 22, "(おかえりなさい|お久しぶりです)"),
        (3, "oil_too_hot", 3, "前回"),
    ],
)
def test_it_compares_with_the_last_attempt(number: int, before: str, days: int, pattern: str) -> None:
    attempts = [past(before, each) for each in range(1, number)]

    text = coaching_of(coaching_brief(session_number=number, past_sessions=attempts, days_since_last=days))

    assert re.search(pattern, text.comparison)


def test_a_first_attempt_is_compared_with_nothing() -> None:
    assert coaching_of(coaching_brief()).comparison == ""


def test_three_weeks_are_no_long_gap_yet() -> None:
    text = coaching_of(coaching_brief(session_number=2, past_sessions=[past(None)], days_since_last=21))

    assert not re.search("おかえりなさい|お久しぶりです", text.comparison)


def test_praise_names_what_was_noticed_or_rated() -> None:
    remark = coaching_of(coaching_brief(structured_input=MEMO))
    rating = coaching_of(
        coaching_brief(self_ratings={RatingAspect.AROMA.value: 4, RatingAspect.TASTE.value: 3})
    )

    assert "「米がべちゃっとした」と話してくださいましたね。" in remark.praise
    assert "香り" in rating.praise


def test_a_rating_that_the_fault_lowers_is_not_praised() -> None:
    text = coaching_of(coaching_brief(self_ratings={RatingAspect.TEXTURE.value: 5}))

    assert FAULTS["rice_too_wet"].aspects == [RatingAspect.TEXTURE]
    assert "食感" not in text.praise


def test_evidence_and_doubt_are_told_in_whole_sentences() -> None:
    brief = coaching_brief()
    analysis = brief.analysis.model_copy(update={"evidence": "長く続く白い湯気", "confidence": "low"})

    text = coaching_of(replace(brief, analysis=analysis))

    assert text.mondaiten.startswith("映像だけでは言い切れませんが")
    assert "長く続く白い湯気が見られました。" in text.mondaiten


UNSEEN = [
    "画面が暗く、焼き色や煙の様子は見分けられませんでした。",
    "音が入っていないので、焼ける音は確かめられませんでした。",
]


def unsure_brief(**changes: object) -> CoachingBrief:
    """No fault was named, for the pictures told nothing."""
    cook = coaching_brief(None)
    analysis = cook.analysis.model_copy(update={"confidence": "low", "not_visible": UNSEEN})
    return replace(cook, analysis=analysis, **changes)  # type: ignore[arg-type]


def all_words(brief: CoachingBrief) -> str:
    text = coaching_of(brief)
    script, _ = COACH.narration(brief, text)
    return "".join(all_sentences(text)) + script.part1 + script.part2


def test_where_the_footage_tells_nothing_that_is_said_with_its_reasons_and_the_attempts_focus_is_taught() -> (
    None
):
    text = coaching_of(unsure_brief())

    assert re.search("言い切れません|見分けられません", sentences(text.mondaiten)[0])
    assert all(words in text.mondaiten for words in UNSEEN)
    assert text.skill.startswith(DISH.attempts[0])
    assert "0:41" not in text.mondaiten


@pytest.mark.parametrize("number", [1, 2, 3])
def test_where_the_footage_tells_nothing_nothing_is_said_to_have_gone_well_or_wrong(number: int) -> None:
    before = [past("rice_too_wet", each) for each in range(1, number)]
    words = all_words(unsure_brief(session_number=number, past_sessions=before))

    assert not re.search(
        "問題は見当たりません|ほぐれています|落ちついています|越えて|もう気になりません|この場面", words
    )
    assert [fault.seen for fault in FAULTS.values() if fault.seen in words] == []


def test_where_the_footage_tells_nothing_the_memos_own_trouble_is_taught() -> None:
    memo = StructuredInput(identified_issues=["塩が足りない", "焦げくさい"])
    dish = DISH.model_copy(update={"faults": ["charring_high_heat"]})
    text = coaching_of(unsure_brief(structured_input=memo, dish=dish))

    fault = load().faults["charring_high_heat"]
    assert "「焦げくさい」を手がかりに" in text.mondaiten
    assert fault.diagnosis not in text.mondaiten  # nobody saw it
    assert text.next_action.startswith(fault.next_action)
    assert text.principle_ids == []


def test_what_was_not_visible_is_told_beside_a_fault_too() -> None:
    brief = coaching_brief()
    analysis = brief.analysis.model_copy(update={"not_visible": UNSEEN[1:]})
    assert UNSEEN[1] in coaching_of(replace(brief, analysis=analysis)).mondaiten


def test_the_voice_speaks_of_the_picture_only_what_was_seen_in_it() -> None:
    """A fault's usual look may not be that of the pictures under the voice."""
    brief = coaching_brief("oil_too_hot")
    script, _ = COACH.narration(brief, coaching_of(brief))
    assert sentences(SEEN)[0] in script.part2
    assert "台所が白っぽくかすみ" not in script.part2
    blind = replace(brief, analysis=brief.analysis.model_copy(update={"evidence": ""}))
    script, _ = COACH.narration(blind, coaching_of(blind))
    assert "この場面" not in script.part2


def test_memo_questions_are_answered_from_what_is_known() -> None:
    recipe, salt, pressure_cooker, minutes = coaching_of(coaching_brief(structured_input=MEMO)).memo_answers

    assert "「次回試すこと」" in recipe.answer  # パラパラ is what the fault's own words speak of
    assert "塩を散らし" in salt.answer
    assert "言い切れません" in pressure_cooker.answer
    assert "目と耳" in minutes.answer


# --- which fact answers --------------------------------------------------------------------------

LID = Fact(
    Topic.GENERAL, "香ばしくする段になったら外します。", about="ふたは水を閉じこめる", heading="ふたを外す"
)
WATER = Fact(Topic.WHY, "湯は強く沸かしても温度が変わりません。", from_lesson=True)
RINSE = Fact(Topic.WHY, "湯で固めると、汁がにごりません。", about="魚に熱い湯を回しかける")
SAUCE = Fact(Topic.SIGN, "味がしみて、つやが出れば成功です。", from_lesson=True)
FLAKES = Fact(Topic.STOP, "身が骨から離れ、赤みが消えたら火を止めましょう。")


@pytest.mark.parametrize(
    ("question", "facts", "answer"),
    [
        ("お湯をかけるのはなぜですか", (WATER, RINSE), RINSE),  # the deed is met too, not only 湯
        ("圧力鍋をかけるのはなぜですか", (WATER, RINSE), None),
        ("ふたはいつ取りますか", (LID, WATER), LID),  # 取る is 外す
        ("ふたは毎回いりますか", (LID, WATER), LID),
        ("焼けたかどうかはどう見分けますか", (SAUCE, FLAKES), FLAKES),
        ("中まで焼けたか見分けるには", (SAUCE,), None),  # no taste says that food is done
        ("何分くらい焼けばいいですか", (SAUCE, FLAKES), FLAKES),
    ],
)
def test_a_fact_must_speak_of_what_is_asked(
    question: str, facts: tuple[Fact, ...], answer: Fact | None
) -> None:
    assert best_fact(question, facts, "魚の塩焼き") == answer


@pytest.mark.parametrize(
    ("remark", "is_cause"),
    [
        ("米がちょっとべちゃっとしちゃった", True),
        ("皿を落としてしまった", False),
        ("塩を入れすぎてしまった", False),
        ("ご飯が足りなくなってしまった", False),
        ("火が怖かった", False),
    ],
)
def test_a_remark_is_traced_to_the_fault_only_where_it_speaks_of_it(remark: str, is_cause: bool) -> None:
    wet = FAULTS["rice_too_wet"]
    said = [*wet.learner_words, "水っぽくなりすぎてしまった", "火が弱い"]
    memo = StructuredInput(identified_issues=[remark])
    brief = coaching_brief("rice_too_wet", structured_input=memo)
    brief = replace(brief, fault=wet.model_copy(update={"learner_words": said}))
    assert ("ここから来ている" in coaching_of(brief).mondaiten) is is_cause


def test_a_fact_is_no_answer_for_having_only_an_auxiliary_in_common() -> None:
    facts = [Fact(Topic.WHY, "卵は火にかけすぎると固くなってしまいます。")]
    assert best_fact("塩を入れすぎてしまうのはなぜですか", facts, "チャーハン") is None


def test_advice_of_ones_own_measure_never_follows_a_check_of_doneness() -> None:
    check = DISH.refinements[0].model_copy(
        update={"next_action": "厚い所を割って確かめましょう。", "success_sign": "赤みがなければ安心です。"}
    )
    for point in range(8):  # the wording is picked by what is taught
        refinement = check.model_copy(update={"principle_id": f"p{point}"})
        dish = DISH.model_copy(update={"refinements": [refinement]})
        text = coaching_of(replace(coaching_brief(None, session_number=3), dish=dish))
        assert "自分の加減" not in text.next_action


@pytest.mark.parametrize("question", ["何分くらい圧力鍋にかけますか", "何度の油がいいですか"])
def test_a_time_or_a_heat_is_not_found_by_tasting(question: str) -> None:
    memo = StructuredInput(questions=[question])

    assert "少しずつ足して" not in coaching_of(coaching_brief(structured_input=memo)).memo_answers[0].answer


@pytest.mark.parametrize(
    ("memo", "has_warning"), [("中が生っぽくて不安でした", True), ("少し焦げました", False)]
)
def test_food_the_learner_calls_raw_is_not_to_be_eaten(memo: str, has_warning: bool) -> None:
    karaage = DISH.model_copy(update={"slug": "karaage"})
    text = coaching_of(coaching_brief(transcript=memo, dish=karaage))

    assert text.mondaiten.startswith("まず、肉はまだ食べずに") is has_warning
    assert text.safety  # the hazard of the advice itself is still named


def test_advice_only_about_taste_needs_no_warning() -> None:
    calm = FAULTS["rice_too_wet"].model_copy(
        update={
            "stage": "味つけ",
            "diagnosis": "味が薄くなりました。",
            "next_action": "味を見てから塩を足しましょう。",
            "success_sign": "甘みを感じれば成功です。",
        }
    )

    assert coaching_of(replace(coaching_brief(principle=None, principles=[]), fault=calm)).safety == ""


def test_a_learners_number_is_not_quoted() -> None:
    memo = StructuredInput(identified_issues=["5分で焦げちゃった"])

    assert "5分" not in "".join(all_sentences(coaching_of(coaching_brief(structured_input=memo))))


def test_a_cook_without_a_retrieved_principle_is_still_taught() -> None:
    text = coaching_of(coaching_brief(principle=None, principles=[]))

    assert text.skill
    assert text.principle_ids == []


# --- narration -----------------------------------------------------------------------------------


@pytest.mark.parametrize("brief", COOKS, ids=lambda brief: f"{brief.analysis.fault}-{brief.session_number}")
def test_narration_is_plain_speech(brief: CoachingBrief) -> None:
    script, _ = COACH.narration(brief, coaching_of(brief))
    lines = sentences(script.part1) + sentences(script.part2)

    assert script.pivot == phrasebook.NARRATION_PIVOT
    assert "美咲さん" in script.part1
    assert ("この場面" in script.part2) is bool(brief.analysis.evidence)
    if VOICE_GOOD in lines:  # how it goes well follows at once
        assert lines[lines.index(VOICE_GOOD) + 1] in sentences(
            brief.principle.senses if brief.principle else ""
        )
    assert coaching_of(brief).next_action.startswith(sentences(script.part2)[-1])
    assert [sentence for sentence, times in Counter(lines).items() if times > 1] == []
    assert not re.search(r"[「」『』（）()【】:：🍳✅→\s]", script.part1 + script.part2)
    assert [sentence for sentence in lines if MEASURE.search(sentence) or not POLITE.search(sentence)] == []


@pytest.mark.parametrize(
    "brief",
    [COOKS[0], COOKS[6], coaching_brief("oil_too_hot"), coaching_brief(None), unsure_brief()],
    ids=lambda b: str(b.fault and b.fault.code),
)
def test_narration_lasts_as_long_as_the_cut_needs(brief: CoachingBrief, tmp_path: Path) -> None:
    script, _ = COACH.narration(brief, coaching_of(brief))
    narrator = OpenJTalkNarrator()

    part1, _ = narrator.speak(sentences(script.part1), tmp_path / "1")
    part2, _ = narrator.speak(sentences(script.part2), tmp_path / "2")

    assert 30 <= sum(sentence.seconds for sentence in part1) <= 40
    assert 15 <= sum(sentence.seconds for sentence in part2) <= 20


# --- answers in the chat -------------------------------------------------------------------------


def question_brief(text: str, **changes: object) -> QuestionBrief:
    cook = coaching_brief()
    brief = QuestionBrief(
        first_name="美咲",
        question=text,
        dish=DISH,
        coaching=coaching_of(cook),
        analysis=cook.analysis,
        principles=[search_result(PRINCIPLES["dry-rice"])],
        history=(),
    )
    return replace(brief, **changes)  # type: ignore[arg-type]


def answer_to(question: str, **changes: object) -> str:
    return COACH.answer(question_brief(question, **changes))[0]


@pytest.mark.parametrize(
    ("question", "pattern"),
    [
        ("どうしてそうなるの？", "鍋の熱を奪い"),
        ("やめどきの合図は？", "味つけに移りましょう"),
        ("途中で立て直すには？", "触らずに待ちます"),
        ("代わりの材料はある？", "ハムやツナ"),
        ("どんな音を聞けばいい？", "(さらさらと鳴り|音が聞こえたら)"),
        ("ほかの料理にも使える？", "焼きそば"),
        ("始める合図は？", "ジュッと鳴ったら"),
        ("塩はいつ入れればいいですか", "火を止める前"),
        ("何分くらい炒めればいいですか", "目と耳"),
        ("砂糖はどのくらい入れますか", "少しずつ足して"),
        ("卵アレルギーなんですが", "卵、小麦"),
        ("鶏肉が生っぽいけど食べても大丈夫？", "いちばん安全"),
        ("明日の天気は？", "わかりません"),
        ("洗った具をそのまま入れてもいいですか", "わかりません"),
    ],
)
def test_a_question_gets_its_answer_and_a_next_step(question: str, pattern: str) -> None:
    text = answer_to(question)

    assert re.search(pattern, text)
    assert "美咲さん" in text or text.startswith(("はい、", "いいえ、"))
    assert len(text) <= 300
    assert all(POLITE.search(sentence) for sentence in sentences(text))
    assert len(set(sentences(text))) == len(sentences(text))
    assert not MEASURE.search(text)


def test_every_suggested_question_is_answered_from_knowledge() -> None:
    for number in (1, 2, 3):
        for question in coaching_of(coaching_brief(session_number=number)).suggested_questions:
            assert not re.search("わかりません", answer_to(question)), question


@pytest.mark.parametrize("question", ["こんにちは", "どうも", "料理のこと"])
def test_before_the_first_dish_there_is_a_tip_and_an_invitation(question: str) -> None:
    text = answer_to(question, dish=None, coaching=None, analysis=None, principles=())

    assert re.search("最初の一皿|はじめの一皿", text)
    assert len(sentences(text)) >= 3
    assert len(text) <= 300


def test_before_the_first_dish_an_everyday_answer_invites_too() -> None:
    text = answer_to("ご飯は温かいほうがいいですか？", dish=None, coaching=None, analysis=None, principles=())
    assert re.search("最初の一皿|はじめの一皿", text)


def test_asked_again_it_says_something_new() -> None:
    first = answer_to("どうしてそうなるの？")

    again = answer_to(
        "どうしてそうなるの？", history=(Turn("user", "どうしてそうなるの？"), Turn("ai", first))
    )

    assert sentences(again)[1] != sentences(first)[1]
