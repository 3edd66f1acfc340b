"""What the bot says of the plan. Natural です・ます, within LINE's limits, as the phrasebook."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from knowledge_base.catalogue import load
from models.base import JAPAN
from models.plan import Plan, PlanNews
from models.rules.standing import Standing, is_ending
from models.user import SubscriptionStatus, User

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
KEEP_LABEL = "解約を取り消す"  # as on Stripe's portal
CARD_LABEL = "カードを変える"
PAY_LABEL = "お支払いに進む"
TERMS_LABEL = "利用規約"
LAW_LABEL = "特定商取引法に基づく表記"
RECEIPT_LABEL = "最新の領収書"

# ---- what it is

EACH_COOK = "ひとつの料理を3回まで作れて、毎回コーチングと解説の動画が届きます。"
RENEWAL = (
    "1か月ごとに自動で更新されます。お休みと解約は、トークで「プラン」と送ると、いつでもご自身でできます。"
)

TRIAL_NOTE = "はじめの1回は無料です。プランに入らなくても、そのまま作れます。"
PAUSE_NOTE = (
    "お休みは、手続きをするとすぐに始まり、新しい料理は始められなくなります。お支払い済みの残りの日は使えなくなるので、"
    "更新日の少し前がおすすめです。再開した日に、新しい1か月分のお支払いがあります。"
)

# On Stripe's payment page, which is the last before the order (特定商取引に関する法律 12 条の6).
CHECKOUT_NOTE = (
    f"{RENEWAL}解約したあとも、お支払い済みの期間は使えます。お休みはすぐに始まり、お支払い済みの残りの日は使えなくなります。"
    "お支払い済みの月の、日割りでの返金はありません。"
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


def opened(months: int, kind: Standing) -> str:
    """To who has or had it: what the months that were paid have opened by now, and what is still to come while it goes
    on. Resting or over it gives none: what coming back would open is told instead."""
    paid = f"お支払いは{months}か月分で、"
    if kind in (Standing.PAUSED, Standing.OVER):
        back = "再開すると" if kind is Standing.PAUSED else "もう一度はじめると"
        return f"{paid}{back}、{_count_open(months + 1)}品から選べます。{EACH_COOK}"
    count, total = _count_open(months), len(load().dishes)
    more = f"続けると、{total}品まで増えます。" if count < total and kind is not Standing.ENDING else ""
    return f"{EACH_COOK}{paid}{count}品がひらいています。{more}"


def _count_open(months: int) -> int:
    return sum(dish.month_unlocked <= months for dish in load().dishes.values())


def resume_note(yen: int) -> str:
    return (
        f"再開すると、その日に新しい1か月分の{yen:,}円（税込）のお支払いがあり、そこから1か月使えます。"
        "次の更新日も、再開した日から数えます。"
    )


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
    if plan is not None and is_ending(plan):
        return f"解約を受け付けています。{what}{_if_paid(plan)}"
    return f"{what}そのあいだも、料理は続けられます。確認できないままのときは、プランが終わります。"


def _ending(plan: Plan | None) -> str:
    return f"解約を受け付けています。{_until(plan)}それまでは、これまでどおり作れます。"


def _paused(plan: Plan | None) -> str:
    is_due = plan is not None and plan.due_invoice_id is not None
    bill = (
        "まだ確認できていないお支払いが、ひとつあります。"
        if is_due
        else "お休みのあいだ、新しいお支払いはありません。"
    )
    ends = f"解約を受け付けています。{_until(plan)}" if is_ending(plan) else ""
    return f"お休み中です。{bill}{ends}"


def _next_payment(plan: Plan | None) -> str:
    return f"次の更新日は{day(plan.period_end)}です。" if plan is not None and plan.period_end else ""


def _until(plan: Plan | None) -> str:
    return f"プランは{day_and_hour(plan.ends_on)}までです。" if plan is not None and plan.ends_on else ""


def _if_paid(plan: Plan) -> str:
    """Of one that is cancelled with an unpaid month."""
    return f"確認できると、{day_and_hour(plan.ends_on)}まで作れます。確認できないままのときは、それより前に終わることがあります。"


_STANDINGS: Mapping[Standing, Callable[[Plan | None], str]] = {
    Standing.NONE: lambda plan: "いまは、プランに入っていません。",
    Standing.ACTIVE: _active,
    Standing.DUE: _due,
    Standing.ENDING: _ending,
    Standing.PAUSED: _paused,
    Standing.OVER: lambda plan: "プランは終わっています。これまでのコーチングは、いつでも見返せます。",
}

# Before the card, to who was charged wrongly or can't pay.
TROUBLE = (
    "お支払いのことで、ご心配をおかけしています。いただいた内容は、担当が確認します。"
    "いまのプランは、下でも確かめられます。"
)

# ---- the offer


def offer(dish: str, number: int, next_action: str, name: str) -> str:
    """With what their trial gave them: the step itself in the coaching's own words, none of ours about their cook. `name` as
    it is said."""
    step = next_action.strip().partition("。")[0]
    told = f"次回試すことは、こちらでしたね。\n「{step}」\n\n" if step else ""
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


def day_and_hour(moment: datetime | None) -> str:
    """Till when, in Japan: 12月27日の午前8時; the day before where it ends in the first hour. Never later than it ends."""
    if moment is None:
        return ""
    date = moment.astimezone(JAPAN)
    if date.hour == 0:
        return day(moment - timedelta(hours=1))
    if date.hour == 12:
        return f"{day(moment)}の正午"
    return f"{day(moment)}の{'午前' if date.hour < 12 else '午後'}{date.hour % 12}時"


def _is_paused(user: User) -> bool:
    return user.subscription_status == SubscriptionStatus.PAUSED


def _meanwhile(user: User, plan: Plan) -> str:
    """What can be done while a payment is waited for."""
    if _is_paused(user):
        return "プランはお休み中のままで、新しい料理は始められません。"
    return _if_paid(plan) if is_ending(plan) else "そのあいだも、料理はこのまま続けられます。"


def _which_month(user: User) -> str:
    return "お支払い" if _is_paused(user) else "今月分のお支払い"


def _started(user: User, plan: Plan) -> str:
    return (
        "お支払いを確認しました。ありがとうございます。ひとつの料理を3回まで、続けて作れます。"
        f"{_next_payment(plan)}下のボタンから、次の料理を選んでくださいね。"
    )


_MORE_DISHES = "選べる料理が増えています。下のボタンから、のぞいてみてくださいね。"


def _month_opened(user: User, plan: Plan) -> str:
    return f"{user.months_paid}か月目になりました。{_MORE_DISHES}"


def _payment_failed(user: User, plan: Plan) -> str:
    return (
        f"{_which_month(user)}が、カード会社で通りませんでした。下のボタンから、お手続きをお願いできますか。"
        f"{_meanwhile(user, plan)}"
    )


def _bank_asks(user: User, plan: Plan) -> str:
    return (
        f"{_which_month(user)}に、カード会社の確認が必要です。下のボタンから、本人確認をお願いできますか。"
        f"{_meanwhile(user, plan)}"
    )


def _recovered(user: User, plan: Plan) -> str:
    return "お支払いを確認しました。お手数をおかけしました。このまま続けて作れます。"


def _recovered_and_opened(user: User, plan: Plan) -> str:
    return f"お支払いを確認しました。お手数をおかけしました。{user.months_paid}か月目に入り、{_MORE_DISHES}"


def _paid_twice(user: User, plan: Plan) -> str:
    return (
        "お支払いが二重になっていたので、片方を取り消し、返金の手続きをしました。"
        "カードに戻るまで、10日ほどかかることがあります。何もしていただかなくて大丈夫です。"
    )


def _told_paused(user: User, plan: Plan) -> str:
    return (
        "プランをお休みにしました。お支払い済みだった残りの日は、ここで終わります。お休みのあいだ、新しいお支払いはありません。"
        "再開するときは、その日に新しい1か月分のお支払いがあります。"
        "これまでのコーチングは、いつでも見返せます。再開したくなったら「プラン」と送ってくださいね。"
    )


def _resumed(user: User, plan: Plan) -> str:
    return f"おかえりなさい。プランを再開しました。{_next_payment(plan)}また一緒に作りましょう。"


def _resumed_and_opened(user: User, plan: Plan) -> str:
    return f"おかえりなさい。プランを再開しました。{_next_payment(plan)}{user.months_paid}か月目に入り、{_MORE_DISHES}"


def _told_ending(user: User, plan: Plan) -> str:
    return f"解約を受け付けました。{_how_it_ends(user, plan)}気が変わったら、それまでに「プラン」と送ってくださいね。"


def _how_it_ends(user: User, plan: Plan) -> str:
    if _is_paused(user):
        return f"{_until(plan)}お休み中なので、それまでも新しい料理は始められません。そのあとのお支払いはありません。"
    if user.subscription_status == SubscriptionStatus.PAST_DUE or plan.due_invoice_id is not None:
        return f"今月分のお支払いが、まだ確認できていません。{_if_paid(plan)}"
    return f"{day_and_hour(plan.ends_on)}までは、これまでどおり作れます。そのあとのお支払いはありません。"


def _kept(user: User, plan: Plan) -> str:
    return f"解約を取り消しました。{_next_payment(plan)}これからも一緒に作りましょう。"


def _over(user: User, plan: Plan) -> str:
    return f"プランが終わりました。{_GOODBYE}"


def _over_unpaid(user: User, plan: Plan) -> str:
    return f"お支払いを確認できなかったため、プランが終わりました。{_GOODBYE}"


_GOODBYE = (
    "これまで一緒に作ってくださって、ありがとうございました。"
    "届いたコーチングは、いつでも見返せます。また作りたくなったら「プラン」と送ってくださいね。"
)


_NEWS: Mapping[PlanNews, Callable[[User, Plan], str]] = {
    PlanNews.STARTED: _started,
    PlanNews.MONTH_OPENED: _month_opened,
    PlanNews.PAYMENT_FAILED: _payment_failed,
    PlanNews.BANK_ASKS: _bank_asks,
    PlanNews.RECOVERED: _recovered,
    PlanNews.RECOVERED_AND_OPENED: _recovered_and_opened,
    PlanNews.PAID_TWICE: _paid_twice,
    PlanNews.PAUSED: _told_paused,
    PlanNews.RESUMED: _resumed,
    PlanNews.RESUMED_AND_OPENED: _resumed_and_opened,
    PlanNews.ENDING: _told_ending,
    PlanNews.KEPT: _kept,
    PlanNews.OVER: _over,
    PlanNews.OVER_UNPAID: _over_unpaid,
}
