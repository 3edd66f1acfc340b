"""What a learner does not eat is never recommended, and what only names it passes."""

from dataclasses import replace

import pytest

from knowledge_base.catalogue import load
from knowledge_base.foods import avoided_by
from knowledge_base.profile import NOTHING_TOLD, Profile
from models.coaching import CookingEvent, NarrationScript, StructuredInput
from pipeline.checks.answer import check_answer
from pipeline.checks.coaching import check_coaching
from pipeline.checks.diet import avoided_in, diet_violations, seen_foods, without_avoided
from pipeline.checks.narration import check_narration
from pipeline.providers.ports import ProviderRefused, QuestionBrief
from tests.pipeline.checks.kitchen import DISH, analysis, brief, coaching, question

RECOMMENDED: dict[str, list[str]] = {
    "egg": [
        "卵を足すと、味がまろやかになります。",
        "仕上げに溶き卵を流しましょう。",
        "玉子をのせてもおいしいです。",
        "代わりに、卵がおすすめです。",
        "マヨネーズで和えてみてください。",
        "最初は、チャーハンのように音と見た目の変化がはっきりわかる料理がおすすめです。",
        "卵を入れないと、まとまりません。",
        "卵を忘れずに入れましょう。",
        "牛乳の代わりに卵を使えます。",
        "まずは、だし巻き卵を作ってみましょう。",
    ],
    "milk": [
        "こくはバターや味噌で補って、味を見て決めましょう。",
        "玉ねぎ、チーズのどれかを少し足し、なじませてから味を見ます。",
        "バターを落とすとコクが出ます。",
        "豆乳の代わりに牛乳が使えます。",
        "仕上げに粉チーズを振りましょう。",
    ],
    "wheat": [
        "片栗粉の代わりに、小麦粉や米粉、コーンスターチが使えます。",
        "パン粉がなければ、ちぎった食パンやお麩を細かくして使えます。",
        "パスタに替えてもおいしいです。",
    ],
    "alcohol": [
        "しょうゆとみりんを控えめに合わせます。",
        "みりんがなければ、酒と砂糖でも甘みとつやが出ます。",
        "焦げる手前なら、水や酒を少し落としてゆるめます。",
        "酒を振ると臭みが抜けます。",
        "みりんを少し足すと照りが出ます。",
        "白ワインも使えます。",
    ],
    "fish": ["かつお節のうま味を使いましょう。", "ツナでも作れます。", "めんつゆで味をつけましょう。"],
    "pork": ["ハム、ツナでも作れます。"],
    "shellfish": ["えびを加えると香りが出ます。", "かに玉にしてもいいですね。"],
    "nuts": ["砕いたくるみを散らしましょう。"],
    "buckwheat": ["そばやうどんにかけてもおいしいです。"],
    "beef": ["牛肉に替えても作れます。"],
    "meat": ["ひき肉を足しましょう。", "鶏ひき肉でも作れます。"],
}
LEFT_ALONE: dict[str, list[str]] = {
    "egg": [
        "ひびの入った卵は、生や半熟では使わないでください。",
        "妊娠中の方の分は、卵がすっかり固まるまで炒めましょう。",
        "卵は使わずに作りましょう。",
        "卵を使わないときは、ご飯に直接油をまとわせてから炒めると粒が離れます。",
        "卵の代わりに、水溶き片栗粉を加えましょう。",
        "卵抜きでもおいしく作れます。",
        "卵は熱で固まります。",
        "卵焼き器をしっかり温めましょう。",
        "卵がなくても作れます。",
        "白身魚を焼きましょう。",
        "卵を避けて、豆腐を足しましょう。",
        "卵を豆腐に替えて作りましょう。",
        "「卵を入れるのが遅かった」と話してくださいましたね。",
        "卵アレルギーの方は、原材料を確かめてください。",
        "卵ではなく、山芋でつなぎましょう。",
        "卵を加えずに、よく練りましょう。",
    ],
    "milk": [
        "豆乳を足しましょう。",
        "バターの代わりに、くせのない油やオリーブ油が使えます。",
        "ソースを乳化させましょう。",
        "ココナッツミルクを加えましょう。",
        "バターナイフで塗りましょう。",
    ],
    "wheat": [
        "小麦を使わないルーを選びましょう。",
        "フライパンを温めましょう。",
        "小麦を避けるときは、米の麺で作れます。",
        "ジャパンのルールを守りましょう。",
        "米粉のパンを使いましょう。",
        "小麦粉の代わりに片栗粉を使いましょう。",
        "しょうゆを落としましょう。",
    ],
    "alcohol": [
        "甘酒を使いましょう。",
        "ワインビネガーを振りましょう。",
        "酒の代わりに水を入れましょう。",
        "酒は使わず、水で溶きましょう。",
        "みりん風調味料を使いましょう。",
    ],
    "fish": [
        "昆布のだしを足しましょう。",
        "魚焼きグリルを温めましょう。",
        "塩を避けて、味を見ましょう。",
        "味見をしましょう。",
        "火を弱めたら、混ぜましょう。",
        "いくらでも作れます。",
    ],
    "pork": ["鶏ひき肉でも作れます。", "ハンバーグを焼きましょう。"],
    "shellfish": ["静かに混ぜましょう。", "細かに刻んで加えましょう。", "メカニズムを知ると便利です。"],
    "nuts": [
        "皮でくるみましょう。",
        "ココナッツを足しましょう。",
        "ナッツのような甘い香りがすれば、よい火加減です。",
    ],
    "buckwheat": [
        "鍋のそばを離れずに、火を弱めましょう。",
        "焼きそばを作りましょう。",
        "鍋のそばで見守りましょう。",
    ],
    "beef": ["牛乳を足しましょう。", "ビーフンを使いましょう。", "ごぼう（牛蒡）を入れましょう。"],
    "meat": [
        "果肉を混ぜましょう。",
        "肉厚のしいたけを焼きましょう。",
        "肉の代わりに、豆や厚揚げを使えます。",
    ],
}


def found(text: str, family: str) -> list[str]:
    return diet_violations(text, avoided_by(Profile(dietary=(family,))))


@pytest.mark.parametrize(
    ("family", "text"), [(family, text) for family, texts in RECOMMENDED.items() for text in texts]
)
def test_a_recommendation_is_found(family: str, text: str) -> None:
    assert found(text, family)


@pytest.mark.parametrize(
    ("family", "text"), [(family, text) for family, texts in LEFT_ALONE.items() for text in texts]
)
def test_what_is_left_out_replaced_or_only_named_is_none(family: str, text: str) -> None:
    assert found(text, family) == []


def test_whoever_avoids_nothing_may_be_told_of_everything() -> None:
    for texts in RECOMMENDED.values():
        assert [text for text in texts if diet_violations(text, avoided_by(NOTHING_TOLD))] == []


@pytest.mark.parametrize(
    ("typed", "text", "is_found"),
    [
        ("パクチー", "仕上げにパクチーをのせましょう。", True),
        ("パクチー", "仕上げにぱくちーを散らすと、香りが立ちます。", True),
        ("パクチー", "パクチーの代わりに、三つ葉をのせましょう。", False),
        ("しいたけ", "椎茸を足すと、うま味が出ます。", True),
        ("なす", "なすを加えましょう。", True),
        ("なす", "油をなじませましょう。色が鮮やかになすっきりしたら混ぜましょう。", False),
        ("いか", "いかがでしょうか。ねぎを加えましょう。", False),
        ("セロリ", "玉ねぎを炒めましょう。", False),
    ],
)
def test_what_they_typed_themselves_counts_too(typed: str, text: str, is_found: bool) -> None:
    assert bool(diet_violations(text, avoided_by(Profile(avoid_ingredients=typed)))) is is_found


def test_raw_food_may_be_made_safe_in_words_that_name_it() -> None:
    for text in (
        "豚肉は、赤みが消えるまで中まで火を通しましょう。",
        "豚肉にふれた手は、洗ってください。",
        "豚肉は、中心まで火が通ってから食べてください。",
    ):
        assert found(text, "pork") == []


@pytest.mark.parametrize(
    ("family", "text", "left"),
    [
        (
            "fish",
            "きのこや玉ねぎ、かつお節のうま味を使いましょう。",
            "きのこや玉ねぎのうま味を使いましょう。",
        ),
        (
            "meat",
            "肉は、家にある別の肉やツナ、厚揚げに替えても作れます。",
            "肉は、ツナ、厚揚げに替えても作れます。",
        ),
        (
            "milk",
            "卵や牛乳、チーズ、じゃがいもを足すと、辛さがやわらぎます。",
            "卵やじゃがいもを足すと、辛さがやわらぎます。",
        ),
        (
            "wheat",
            "代わりに、小麦粉や米粉、コーンスターチが使えます。",
            "代わりに、米粉、コーンスターチが使えます。",
        ),
        ("wheat", "パン粉がなければ、食パンやお麩を使えます。", ""),
        ("fish", "だしのもとやだしパックでも作れます。", ""),
        ("egg", "卵を足しましょう。", ""),
        ("egg", "卵を使わずに作りましょう。", "卵を使わずに作りましょう。"),
    ],
)
def test_out_of_a_list_only_what_is_avoided_is_taken(family: str, text: str, left: str) -> None:
    assert without_avoided(text, avoided_by(Profile(dietary=(family,)))) == left


# ---- of a cook: fried rice, whose egg is usual and can be left out

EGG = Profile(dietary=("egg",))
SEEN = CookingEvent(t="0:05", t_seconds=5, event="溶き卵が入りました")


def test_of_the_egg_in_the_pan_may_be_spoken() -> None:
    cook = brief(profile=EGG, analysis=analysis(cooking_events=[SEEN.model_dump()]))
    assert "egg" in seen_foods(cook)
    check_coaching(
        coaching(
            next_action="卵がやわらかいうちに、ご飯を合わせましょう。",
            safety="火のそばを離れないでください。",
        ),
        cook,
    )


def test_an_egg_that_nobody_saw_is_not_put_in() -> None:
    nothing_seen = analysis(cooking_events=[], diagnosis="", evidence="")
    cook = brief(profile=EGG, analysis=nothing_seen)
    with pytest.raises(ProviderRefused, match="diet: the learner does not eat 卵"):
        check_coaching(coaching(next_action="卵を加えて、ふんわりさせましょう。"), cook)
    told_without = replace(cook, transcript="卵は入れずに作りました。")
    assert avoided_in(told_without).families == ("egg",)


def test_of_what_was_seen_nothing_is_added() -> None:
    cook = brief(profile=EGG, analysis=analysis(cooking_events=[SEEN.model_dump()]))
    for text in (
        "卵を足すと、ふんわりします。",
        "代わりに卵を使いましょう。",
        "卵をもうひとつ割り入れましょう。",
    ):
        with pytest.raises(ProviderRefused, match="卵"):
            check_coaching(coaching(next_action=text, safety="火のそばを離れないでください。"), cook)


FREES_NOTHING = [
    ("shellfish", "えびを食べるとじんましんが出ます。"),
    ("shellfish", "えびで救急車を呼んだことがあります。"),
    ("milk", "牛乳を飲むとお腹をこわします。"),
    ("milk", "娘はバターで発疹が出るので心配です。"),
    ("nuts", "ピーナッツは命に関わるので置いていません。"),
    ("buckwheat", "そば粉でショックを起こしました。"),
    ("milk", "バターは入っていません。"),
    ("shellfish", "えびは見当たりませんでした。"),
    ("milk", "昨日はチーズトーストでした。"),
    ("shellfish", "お店のえびチャーハンみたいにしたいです。"),
    ("milk", "バターを入れてもいいですか？"),
    ("milk", "バターを入れないで、油で炒めました。"),
]


@pytest.mark.parametrize(("family", "said"), [*FREES_NOTHING, ("milk", "バターを入れてみました。")])
def test_nothing_that_they_say_frees_a_food(family: str, said: str) -> None:
    told = StructuredInput(identified_issues=[said], questions=[said])
    cook = brief(profile=Profile(dietary=(family,)), transcript=said, structured_input=told)
    assert avoided_in(cook) == avoided_by(cook.profile)


@pytest.mark.parametrize(("family", "said"), FREES_NOTHING)
def test_nor_does_an_analysis_that_did_not_see_it_go_in(family: str, said: str) -> None:
    event = CookingEvent(t="0:05", t_seconds=5, event=said)
    seen = analysis(cooking_events=[event.model_dump()], evidence=said)
    assert avoided_in(brief(profile=Profile(dietary=(family,)), analysis=seen)).families == (family,)


def test_the_narration_recommends_it_no_more_than_the_text() -> None:
    cook = brief(profile=Profile(dietary=("milk",)))
    part1 = "ゆうこさん、こんにちは。バターを足すとコクが出ます。"
    script = NarrationScript(part1=part1, pivot="動画を見てみましょう。", part2="よく見てください。")
    with pytest.raises(ProviderRefused, match="乳製品"):
        check_narration(script, cook, None)


def asked(words: str, profile: Profile) -> QuestionBrief:
    return replace(question(), question=words, profile=profile)


def test_an_answer_names_nothing_they_avoid_in_anothers_place() -> None:
    brief = asked("ハムの代わりはありますか", EGG)
    with pytest.raises(ProviderRefused, match="卵"):
        check_answer("ハムの代わりになるのは、卵です。", brief)
    check_answer("ハムの代わりに、ツナが使えます。卵は使わずに作れます。", brief)


def test_of_their_own_dish_a_question_is_answered() -> None:
    omelet = replace(asked("いつ巻きますか", EGG), dish=load().dishes["rolled-omelet"])
    check_answer("卵の表面がぬれているうちに巻きましょう。", omelet)
    with pytest.raises(ProviderRefused, match="卵"):
        check_answer("卵を足してから巻きましょう。", replace(omelet, dish=load().dishes["ginger-pork"]))


def test_no_other_dish_of_it_is_recommended() -> None:
    text = "次は、だし巻き卵を作ってみましょう。"
    assert diet_violations(text, avoided_by(EGG), DISH)
    assert diet_violations("次は、チャーハンから始めましょう。", avoided_by(EGG), None)
    assert diet_violations("次のチャーハンで試してみましょう。", avoided_by(EGG), DISH) == []
