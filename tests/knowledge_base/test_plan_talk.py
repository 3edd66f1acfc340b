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
from models.user import SubscriptionStatus, User
from payments.port import LIVING
from simulator.line.checks import graphemes, utf16_units

LATE = datetime(2026, 12, 26, 16, tzinfo=UTC)  # the next day in Japan
USER = User(line_user_id="U1", first_name="ゆうこ", months_paid=2)
RUNNING = Plan(user_id=1, customer_id="cus_1", subscription_id="sub_1", period_end=LATE)
USER_OF_NOW = User(
    line_user_id="U1", first_name="ゆうこ", months_paid=2, subscription_status=SubscriptionStatus.ACTIVE
)
ENDING = Plan(user_id=1, customer_id="cus_1", subscription_id="sub_1", period_end=LATE, ends_on=LATE)
AT_BANK = Plan(user_id=1, customer_id="cus_1", subscription_id="sub_1", needs_bank=True)
UNPAID = Plan(
    user_id=1,
    customer_id="cus_1",
    subscription_id="sub_1",
    period_end=LATE,
    ends_on=LATE,
    due_invoice_id="in_1",
)


def learner(status: SubscriptionStatus) -> User:
    return User(line_user_id="U1", first_name="ゆうこ", months_paid=2, subscription_status=status)


LABELS = {name: words for name, words in vars(plan_talk).items() if name.endswith(("_LABEL", "_TITLE"))}
SENTENCES = {
    **plan_talk.PHRASES,
    **{
        f"news.{kind}.{status}.{name}": plan_talk.news(kind, learner(status), its_plan)
        for kind in PlanNews
        for status in sorted(LIVING)
        for name, its_plan in (("running", RUNNING), ("ending", ENDING), ("unpaid", UNPAID))
    },
    **{f"standing.{kind}": plan_talk.standing(kind, USER, RUNNING) for kind in Standing},
    **{f"ending.{kind}": plan_talk.standing(kind, USER, ENDING) for kind in Standing},
    **{f"unpaid.{kind}": plan_talk.standing(kind, USER, UNPAID) for kind in Standing},
    **{f"opened.{kind}": plan_talk.opened(2, kind) for kind in Standing},
    **{f"bare.{kind}": plan_talk.standing(kind, USER, None) for kind in Standing},
    "at_bank": plan_talk.standing(Standing.DUE, USER, AT_BANK),
    "gives": plan_talk.gives(),
    "TRIAL_NOTE": plan_talk.TRIAL_NOTE,
    "TROUBLE": plan_talk.TROUBLE,
    "resume_note": plan_talk.resume_note(9_800),
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
        plan_talk.news(PlanNews.RESUMED_AND_OPENED, USER, RUNNING),
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


@pytest.mark.parametrize(
    ("ends_on", "told"),
    [
        (datetime(2026, 12, 26, 23, 21, tzinfo=UTC), "12月27日の午前8時まで"),
        (datetime(2026, 12, 26, 15, 0, tzinfo=UTC), "12月26日まで"),
        (datetime(2026, 12, 26, 15, 59, tzinfo=UTC), "12月26日まで"),
        (datetime(2026, 12, 27, 3, 5, tzinfo=UTC), "12月27日の正午まで"),
        (datetime(2026, 12, 27, 14, 59, tzinfo=UTC), "12月27日の午後11時まで"),
    ],
)
def test_an_end_is_told_to_the_hour_and_never_too_late(ends_on: datetime, told: str) -> None:
    its_plan = Plan(user_id=1, customer_id="cus_1", subscription_id="sub_1", ends_on=ends_on)
    assert told in plan_talk.news(PlanNews.ENDING, USER_OF_NOW, its_plan)
    assert told in plan_talk.standing(Standing.ENDING, USER_OF_NOW, its_plan)


def test_who_rests_is_promised_no_cooking() -> None:
    for kind in (PlanNews.PAYMENT_FAILED, PlanNews.BANK_ASKS, PlanNews.ENDING):
        words = plan_talk.news(kind, learner(SubscriptionStatus.PAUSED), ENDING)
        assert "始められません" in words
        assert not re.search("続けられます|作れます", words)
    for kind in (PlanNews.PAYMENT_FAILED, PlanNews.BANK_ASKS):
        assert "続けられます" in plan_talk.news(kind, learner(SubscriptionStatus.PAST_DUE), RUNNING)


def test_an_unpaid_month_is_promised_only_if_it_is_paid() -> None:
    for status in (SubscriptionStatus.PAST_DUE, SubscriptionStatus.ACTIVE):
        assert "確認できると" in plan_talk.news(PlanNews.ENDING, learner(status), UNPAID)
    due = plan_talk.standing(Standing.DUE, learner(SubscriptionStatus.PAST_DUE), UNPAID)
    assert "確認できると" in due
    assert "料理は続けられます" not in due
    paused = plan_talk.standing(Standing.PAUSED, learner(SubscriptionStatus.PAUSED), UNPAID)
    assert "確認できていないお支払い" in paused
    assert "お支払いはありません" not in paused


def test_what_a_pause_takes_and_what_coming_back_costs_is_said_wherever_it_is_spoken_of() -> None:
    pages = (page_words("law")["pause"], page_words("terms")["pause"])
    for words in (plan_talk.PAUSE_NOTE, *pages):
        for told in ("すぐに始まり", "残りの日は使えなくなる", "更新日の少し前", "新しい1か月分のお支払い"):
            assert told.removesuffix("なる") in words
        assert "画面で確かめ" not in words
    told = plan_talk.news(PlanNews.PAUSED, learner(SubscriptionStatus.PAUSED), RUNNING)
    assert "残りの日" in told
    assert "新しい1か月分のお支払い" in told
    assert "残りの日は使えなく" in plan_talk.CHECKOUT_NOTE
    assert "9,800円（税込）" in plan_talk.resume_note(9_800)


def test_who_could_not_pay_is_told_why_it_ended() -> None:
    assert "お支払いを確認できなかった" in plan_talk.news(PlanNews.OVER_UNPAID, USER, RUNNING)
    assert "お支払い" not in plan_talk.news(PlanNews.OVER, USER, RUNNING)


def test_news_that_may_come_late_name_no_today() -> None:
    for kind in PlanNews:
        assert "今日" not in plan_talk.news(kind, USER_OF_NOW, RUNNING)


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
    assert f"{len(dishes)}品" in plan_talk.opened(99, Standing.ACTIVE)


def test_what_is_open_is_told_of_a_plan_that_goes_on_alone() -> None:
    for kind in (Standing.ACTIVE, Standing.DUE, Standing.ENDING):
        assert "ひらいています" in plan_talk.opened(2, kind)
    assert "増えます" not in plan_talk.opened(1, Standing.ENDING)
    for kind, way in ((Standing.PAUSED, "再開すると"), (Standing.OVER, "もう一度はじめると")):
        assert "ひらいています" not in plan_talk.opened(2, kind)
        assert way in plan_talk.opened(2, kind)


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
