"""Every word of the plan: each piece of news and each standing, polite, short, with dates of Japan and amounts as written."""

import re
from datetime import UTC, datetime

import pytest

from knowledge_base import phrasebook, plan_talk
from knowledge_base.catalogue import load
from knowledge_base.intents.plan import WORDS, asks_of_plan
from knowledge_base.pages import page_words
from line.limits import MAX_LABEL
from models.plan import Plan, PlanNews
from models.rules.standing import Standing
from models.user import User
from simulator.line.checks import graphemes, utf16_units

LATE = datetime(2026, 12, 26, 16, tzinfo=UTC)  # the next day in Japan
USER = User(line_user_id="U1", first_name="ゆうこ", months_paid=2)
RUNNING = Plan(user_id=1, customer_id="cus_1", subscription_id="sub_1", period_end=LATE)
ENDING = Plan(user_id=1, customer_id="cus_1", subscription_id="sub_1", period_end=LATE, ends_on=LATE)
AT_BANK = Plan(user_id=1, customer_id="cus_1", subscription_id="sub_1", needs_bank=True)
LABELS = {name: words for name, words in vars(plan_talk).items() if name.endswith(("_LABEL", "_TITLE"))}
SENTENCES = {
    **plan_talk.PHRASES,
    **{f"news.{kind}": plan_talk.news(kind, USER, ENDING) for kind in PlanNews},
    **{f"standing.{kind}": plan_talk.standing(kind, USER, RUNNING) for kind in Standing},
    **{f"ending.{kind}": plan_talk.standing(kind, USER, ENDING) for kind in Standing},
    **{f"bare.{kind}": plan_talk.standing(kind, USER, None) for kind in Standing},
    "at_bank": plan_talk.standing(Standing.DUE, USER, AT_BANK),
    "gives": plan_talk.gives(),
    "opened": plan_talk.opened(2),
    "offer": plan_talk.offer("チャーハン", 1, "", "ゆうこさん"),
    "offer with coaching": plan_talk.offer("チャーハン", 1, "早めに合わせましょう。", "ゆうこさん"),
    "OFFER_END": plan_talk.OFFER_END,
    "RENEWAL": plan_talk.RENEWAL,
    "PAUSE_NOTE": plan_talk.PAUSE_NOTE,
    "CHECKOUT_NOTE": plan_talk.CHECKOUT_NOTE,
    "HELP": plan_talk.HELP,
    **{f"page.{key}": words for key, words in page_words("plan").items() if key.endswith("_text")},
}
END = re.compile(r"(です|ます|ました|ません|でした|ましょう|ください|でしょうか|ますか|ね)。$")


@pytest.mark.parametrize("name", SENTENCES)
def test_it_is_polite_short_and_plain(name: str) -> None:
    words = SENTENCES[name]
    assert END.search(words), words[-12:]
    assert utf16_units(words) <= 400
    assert not re.search(r"\*\*|[{}<>`]|[０-９Ａ-Ｚａ-ｚ]|None|  |。。", words)


@pytest.mark.parametrize("name", LABELS)
def test_a_label_fits_on_its_button(name: str) -> None:
    assert 1 <= graphemes(LABELS[name]) <= MAX_LABEL


@pytest.mark.parametrize(
    "words",
    [
        plan_talk.news(PlanNews.STARTED, USER, RUNNING),
        plan_talk.news(PlanNews.RESUMED, USER, RUNNING),
        plan_talk.news(PlanNews.KEPT, USER, RUNNING),
        plan_talk.news(PlanNews.ENDING, USER, ENDING),
        plan_talk.standing(Standing.ACTIVE, USER, RUNNING),
        plan_talk.standing(Standing.ENDING, USER, ENDING),
        plan_talk.standing(Standing.DUE, USER, ENDING),
        plan_talk.standing(Standing.PAUSED, USER, ENDING),
    ],
)
def test_a_day_is_that_of_japan(words: str) -> None:
    assert "12月27日" in words


def test_where_no_day_is_known_none_is_told() -> None:
    nowhere = Plan(user_id=1, customer_id="cus_1")
    for words in (
        plan_talk.news(PlanNews.STARTED, USER, nowhere),
        plan_talk.standing(Standing.ACTIVE, USER, None),
    ):
        assert "更新日" not in words


def test_an_amount_is_written_as_on_a_bill() -> None:
    assert plan_talk.price(9_800) == "月額9,800円（税込）"
    assert plan_talk.price(12_000) == "月額12,000円（税込）"


def test_what_it_gives_is_what_the_curriculum_has() -> None:
    dishes = load().dishes.values()
    assert f"あわせて{len(dishes)}品" in plan_talk.gives()
    assert all((dish.name_ja in plan_talk.gives()) is (dish.month_unlocked == 1) for dish in dishes)
    assert f"{len(dishes)}品" in plan_talk.opened(99)


def test_what_was_refused_names_the_way() -> None:
    for key in ("trial_used", "plan_paused", "plan_over", "plan_link_over"):
        assert "「プラン」" in phrasebook.phrase(key)


def test_before_the_order_all_is_said_that_the_law_wants() -> None:
    """The amount and the day stand on Stripe's page itself."""
    for words in ("自動で更新", "お休み", "解約", "返金"):
        assert words in plan_talk.CHECKOUT_NOTE
    assert len(plan_talk.CHECKOUT_NOTE) <= 1200, "Stripe docs: Checkout custom text"
    assert "/plan/law" in plan_talk.checkout_terms("https://moment.example")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "解約したいです",
            "サブスクをやめたい",
            "月いくらですか",
            "料金を教えてください",
            "プランについて教えて",
        ),
        *(
            "お休みしたいです",
            "プランを再開したい",
            "カードを変えたいです",
            "クレジットカードの変更",
            "領収書をください",
        ),
        *(
            "支払いができませんでした",
            "お支払い方法は？",
            "プランに入りたい",
            "有料ですか？",
            "プランの内容が知りたい",
        ),
    ],
)
def test_these_ask_for_the_plan(text: str) -> None:
    assert asks_of_plan(text)


@pytest.mark.parametrize(
    "text",
    [
        *("おやすみなさい", "卵はいつ入れますか？", "お肉を休ませる時間は？", "火加減がむずかしかったです"),
        *("いくら丼を作りたい", "料理を再開しました。今日はうまくできました", "人のコーチと話したいです"),
        *("やけどしました。解約したいです", "データを消してください", "お肉のカードみたいな切り方は？"),
        "チャーハンがうまくできなくて、今日はもうお休みしようと思います。次はまた来週やってみますね。",
    ],
)
def test_these_do_not(text: str) -> None:
    assert not asks_of_plan(text)


def test_a_goodnight_is_no_word_of_the_plan() -> None:
    assert not {"おやすみ", "おやすみなさい"} & set(WORDS)
