"""What the bot says of the plan. Natural です・ます, within LINE's limits, as the phrasebook."""

from collections.abc import Callable, Mapping
from datetime import datetime

from models.base import JAPAN
from models.plan import Plan, PlanNews
from models.user import User

# Why no session can be opened, and why no page of Stripe's: keys of the phrasebook.
PHRASES: Mapping[str, str] = {
    "plan_paused": (
        "いまはお休み中なので、新しい料理は始められません。これまでのコーチングは、いつでも見返せます。"
        "再開したくなったら「プラン」と送ってくださいね。"
    ),
    "plan_over": (
        "プランが終わっているので、新しい料理は始められません。これまでのコーチングは、いつでも見返せます。"
        "また作りたくなったら「プラン」と送ってくださいね。"
    ),
    "plan_not_for_sale": "プランは、いま準備中です。はじめられるようになったら、ここでお知らせします。",
    "plan_link_over": "このリンクは使えなくなっています。LINEのトークで「プラン」と送ると、新しいボタンが届きます。",
    "payments_away": "いま、お支払いの画面につながりません。お手数ですが、少し待ってからもう一度ひらいてください。",
}

# On Stripe's payment page, which is the last before the order (特定商取引に関する法律 12 条の6).
CHECKOUT_NOTE = (
    "毎月、同じ日に自動で更新されます。お休みと解約は、LINEのトークで「プラン」と送ると、いつでもご自身でできます。"
    "解約したあとも、お支払い済みの期間は使えます。お支払い済みの月の、日割りでの返金はありません。"
)


def checkout_terms(public_url: str) -> str:
    return f"[利用規約]({public_url}/plan/terms)と[特定商取引法に基づく表記]({public_url}/plan/law)に同意します。"


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
        "お支払いを確認しました。ありがとうございます。今日から、ひとつの料理を3回ずつ、続けて作れます。"
        f"次の更新日は{day(plan.period_end)}です。「料理を選ぶ」から、次の料理をどうぞ。"
    )


def _month_opened(user: User, plan: Plan) -> str:
    return f"{user.months_paid}か月目になりました。新しい料理が選べます。「料理を選ぶ」からのぞいてみてくださいね。"


def _payment_failed(user: User, plan: Plan) -> str:
    return (
        "今月分のお支払いが、カード会社で通りませんでした。下のボタンから、カードを確かめていただけますか。"
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


def _paused(user: User, plan: Plan) -> str:
    return (
        "プランをお休みにしました。お休みのあいだ、お支払いはありません。これまでのコーチングは、いつでも見返せます。"
        "再開したくなったら「プラン」と送ってくださいね。"
    )


def _resumed(user: User, plan: Plan) -> str:
    return f"おかえりなさい。プランを再開しました。次の更新日は{day(plan.period_end)}です。また一緒に作りましょう。"


def _ending(user: User, plan: Plan) -> str:
    return (
        f"解約を受け付けました。{day(plan.ends_on)}までは、これまでどおり作れます。そのあとのお支払いはありません。"
        "気が変わったら、それまでに「プラン」と送ってくださいね。"
    )


def _kept(user: User, plan: Plan) -> str:
    return f"解約を取りやめました。次の更新日は{day(plan.period_end)}です。これからも一緒に作りましょう。"


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
    PlanNews.PAUSED: _paused,
    PlanNews.RESUMED: _resumed,
    PlanNews.ENDING: _ending,
    PlanNews.KEPT: _kept,
    PlanNews.OVER: _over,
}
