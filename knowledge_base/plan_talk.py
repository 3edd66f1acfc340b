"""What the bot says of the plan. Natural です・ます, within LINE's limits, as the phrasebook."""

from collections.abc import Callable, Mapping
from datetime import datetime

from knowledge_base.catalogue import load
from models.base import JAPAN
from models.plan import Plan, PlanNews
from models.rules.standing import Standing, is_ending
from models.user import User

# Why no session can be opened, and why no page of Stripe's: keys of the phrasebook. In the chat, the API and on pages.
PHRASES: Mapping[str, str] = {
    "trial_used": (
        "無料でお試しいただけるのは、はじめの1回です。"
        "続けて作りたくなったら、LINEのトークで「プラン」と送ってくださいね。"
    ),
    "plan_paused": (
        "いまはお休み中なので、新しい料理は始められません。これまでのコーチングは、いつでも見返せます。"
        "再開したくなったら、LINEのトークで「プラン」と送ってくださいね。"
    ),
    "plan_over": (
        "プランが終わっているので、新しい料理は始められません。これまでのコーチングは、いつでも見返せます。"
        "また作りたくなったら、LINEのトークで「プラン」と送ってくださいね。"
    ),
    "plan_not_for_sale": (
        "プランは、いま準備中です。はじめられるようになるまで、もう少しだけお待ちくださいね。"
    ),
    "plan_link_over": "このリンクは使えなくなっています。LINEのトークで「プラン」と送ると、新しいボタンが届きます。",
    "payments_away": "いま、お支払いの画面につながりません。お手数ですが、少し待ってからもう一度ひらいてください。",
}
HELP = "「プラン」と送ると、料金とお支払いを確かめたり、お休みや解約をしたりできます。"

# ---- labels and titles

CARD_TITLE = "プラン"
OFFER_TITLE = "お試しは、ここまでです"
SHOW_LABEL = "プランを見る"
START_LABEL = "はじめる"
START_AGAIN_LABEL = "もう一度はじめる"
PAUSE_LABEL = "お休みする"
RESUME_LABEL = "再開する"
CANCEL_LABEL = "解約する"
KEEP_LABEL = "解約をやめる"
CARD_LABEL = "カードを変える"
PAY_LABEL = "支払いを確かめる"
TERMS_LABEL = "利用規約"
LAW_LABEL = "特定商取引法に基づく表記"
RECEIPT_LABEL = "最新の領収書"

# ---- what it is

EACH_COOK = "ひとつの料理を3回まで作れて、毎回コーチングと解説の動画が届きます。"
RENEWAL = (
    "1か月ごとに自動で更新されます。お休みと解約は、トークで「プラン」と送ると、いつでもご自身でできます。"
)

PAUSE_NOTE = "お休みは、手続きをするとすぐに始まります。そのあいだ、新しい料理は始められません。"

# On Stripe's payment page, which is the last before the order (特定商取引に関する法律 12 条の6).
CHECKOUT_NOTE = (
    f"{RENEWAL}解約したあとも、お支払い済みの期間は使えます。お支払い済みの月の、日割りでの返金はありません。"
)

# On Stripe's pages and receipts.
PRODUCT_NAME = "Moment 月額プラン"
PORTAL_HEADLINE = "Momentのプラン"


def checkout_terms(public_url: str) -> str:
    return f"[利用規約]({public_url}/plan/terms)と[特定商取引法に基づく表記]({public_url}/plan/law)に同意します。"


def price(yen: int) -> str:
    return f"月額{yen:,}円（税込）"


def gives() -> str:
    """To who thinks of it: what each month opens, as the curriculum has it."""
    dishes = sorted(load().dishes.values(), key=lambda dish: (dish.month_unlocked, dish.order))
    first = "、".join(dish.name_ja for dish in dishes if dish.month_unlocked == 1)
    return (
        f"{EACH_COOK}1か月目の料理は、{first}。続けると料理が増えて、{dishes[-1].month_unlocked}か月目には"
        f"あわせて{len(dishes)}品から選べます。"
    )


def opened(months: int) -> str:
    """To who has or had it: what the months that were paid have opened by now, and what is still to come."""
    dishes = load().dishes.values()
    count = sum(dish.month_unlocked <= months for dish in dishes)
    more = f"続けると、{len(dishes)}品まで増えます。" if count < len(dishes) else ""
    return f"{EACH_COOK}お支払いは{months}か月分で、{count}品がひらいています。{more}"


# ---- the card


def standing(kind: Standing, user: User, plan: Plan | None) -> str:
    """Where the learner stands, and till when."""
    return _STANDINGS[kind](plan)


def _active(plan: Plan | None) -> str:
    return "ご利用中です。" + _next_payment(plan)


def _due(plan: Plan | None) -> str:
    asks_bank = plan is not None and plan.needs_bank
    what = (
        "今月分のお支払いに、カード会社の確認が必要です。"
        if asks_bank
        else "今月分のお支払いが、まだ確認できていません。"
    )
    return f"{what}そのあいだも、料理は続けられます。" + (_until(plan) if is_ending(plan) else "")


def _ending(plan: Plan | None) -> str:
    return f"解約を受け付けています。{_until(plan)}それまでは、これまでどおり作れます。"


def _paused(plan: Plan | None) -> str:
    return "お休み中です。お休みのあいだ、お支払いはありません。" + (_until(plan) if is_ending(plan) else "")


def _next_payment(plan: Plan | None) -> str:
    return f"次の更新日は{day(plan.period_end)}です。" if plan is not None and plan.period_end else ""


def _until(plan: Plan | None) -> str:
    return f"プランは{day(plan.ends_on)}に終わります。" if plan is not None and plan.ends_on else ""


_STANDINGS: Mapping[Standing, Callable[[Plan | None], str]] = {
    Standing.NONE: lambda plan: "いまは、プランに入っていません。",
    Standing.ACTIVE: _active,
    Standing.DUE: _due,
    Standing.ENDING: _ending,
    Standing.PAUSED: _paused,
    Standing.OVER: lambda plan: "プランは終わっています。これまでのコーチングは、いつでも見返せます。",
}

# ---- the offer


def offer(dish: str, number: int, next_action: str, name: str) -> str:
    """With what their trial gave them: the coaching's own words, none of ours about their cook. `name` as it is said."""
    told = f"次回試すことは、こちらでしたね。\n「{next_action}」\n\n" if next_action else ""
    return (
        f"{name}、{dish}の{number}回目、おつかれさまでした。\n\n{told}"
        f"プランに入ると、{dish}の続きの回で試せます。"
    )


OFFER_END = "入らなくても、届いたコーチングを見返したり、質問したりすることは、このままできます。"

# ---- news


def news(kind: PlanNews, user: User, plan: Plan) -> str:
    """What is told once of what has happened; its buttons say what can be done."""
    return _NEWS[kind](user, plan)


def day(moment: datetime | None) -> str:
    """In Japan, such as 11月27日: a plan is monthly, so no year is needed."""
    if moment is None:
        return ""
    date = moment.astimezone(JAPAN)
    return f"{date.month}月{date.day}日"


def _started(user: User, plan: Plan) -> str:
    return (
        "お支払いを確認しました。ありがとうございます。今日から、ひとつの料理を3回まで、続けて作れます。"
        f"{_next_payment(plan)}下のボタンから、次の料理を選んでくださいね。"
    )


def _month_opened(user: User, plan: Plan) -> str:
    return f"{user.months_paid}か月目になりました。選べる料理が増えています。下のボタンから、のぞいてみてくださいね。"


def _payment_failed(user: User, plan: Plan) -> str:
    return (
        "今月分のお支払いが、カード会社で通りませんでした。下のボタンから、お支払いを確かめていただけますか。"
        "そのあいだも、料理はこのまま続けられます。"
    )


def _bank_asks(user: User, plan: Plan) -> str:
    return (
        "今月分のお支払いに、カード会社の確認が必要です。下のボタンから、本人確認をお願いします。"
        "そのあいだも、料理はこのまま続けられます。"
    )


def _recovered(user: User, plan: Plan) -> str:
    return "お支払いを確認しました。お手数をおかけしました。このまま続けて作れます。"


def _paid_twice(user: User, plan: Plan) -> str:
    return (
        "お支払いが二重になっていたので、片方を取り消し、返金の手続きをしました。"
        "カードに戻るまで、10日ほどかかることがあります。何もしていただかなくて大丈夫です。"
    )


def _told_paused(user: User, plan: Plan) -> str:
    return (
        "プランをお休みにしました。お休みのあいだ、お支払いはありません。これまでのコーチングは、いつでも見返せます。"
        "再開したくなったら「プラン」と送ってくださいね。"
    )


def _resumed(user: User, plan: Plan) -> str:
    return f"おかえりなさい。プランを再開しました。{_next_payment(plan)}また一緒に作りましょう。"


def _told_ending(user: User, plan: Plan) -> str:
    return (
        f"解約を受け付けました。{day(plan.ends_on)}までは、これまでどおり作れます。そのあとのお支払いはありません。"
        "気が変わったら、それまでに「プラン」と送ってくださいね。"
    )


def _kept(user: User, plan: Plan) -> str:
    return f"解約を取りやめました。{_next_payment(plan)}これからも一緒に作りましょう。"


def _over(user: User, plan: Plan) -> str:
    return (
        "プランが終わりました。これまで一緒に作ってくださって、ありがとうございました。"
        "届いたコーチングは、いつでも見返せます。また作りたくなったら「プラン」と送ってくださいね。"
    )


_NEWS: Mapping[PlanNews, Callable[[User, Plan], str]] = {
    PlanNews.STARTED: _started,
    PlanNews.MONTH_OPENED: _month_opened,
    PlanNews.PAYMENT_FAILED: _payment_failed,
    PlanNews.BANK_ASKS: _bank_asks,
    PlanNews.RECOVERED: _recovered,
    PlanNews.PAID_TWICE: _paid_twice,
    PlanNews.PAUSED: _told_paused,
    PlanNews.RESUMED: _resumed,
    PlanNews.ENDING: _told_ending,
    PlanNews.KEPT: _kept,
    PlanNews.OVER: _over,
}
