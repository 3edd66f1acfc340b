"""The plan's bubbles: the card that `プラン` shows, the offer at the trial's end, and what has happened with its button."""

from collections.abc import Iterator, Sequence

from bot.say.bubbles import flex_bubble, link_action, postback, quick, text_bubble
from bot.say.cards import FIELD_UNITS
from bot.say.flex import QUIET, WARM, button, column, heading, link_button, text
from knowledge_base import phrasebook, plan_talk
from line.client import LineObject
from line.limits import MAX_URI, fit
from models.plan import Plan, PlanNews
from models.rules.standing import Standing, is_ending, standing_of
from models.user import User
from services.names import called
from services.plan.links import PlanPage
from services.plan.offer import Trial
from services.plan.shop import PlanShop


def plan_card(
    shop: PlanShop, user: User, plan: Plan | None, receipt_url: str, *, has_trial: bool = False
) -> LineObject:
    """Where the learner stands, what it costs and gives, and the buttons for it. `has_trial`: their free session is still
    to come."""
    if not shop.is_open:
        return text_bubble(plan_talk.PHRASES["plan_not_for_sale"])
    standing = standing_of(user, plan)
    gives = plan_talk.opened(user.months_paid, standing) if user.months_paid else plan_talk.gives()
    trial = [plan_talk.TRIAL_NOTE] if has_trial else []
    return _card(
        plan_talk.CARD_TITLE,
        [
            text(plan_talk.standing(standing, user, plan), size="md"),
            text(plan_talk.price(shop.yen), size="md", weight="bold"),
            *(text(words, color=QUIET) for words in (*trial, gives, *_rules(shop, standing))),
        ],
        [*_buttons(shop, user, plan, standing)],
        _small_links(shop, receipt_url),
        has_main=standing in (Standing.NONE, Standing.OVER, Standing.DUE, Standing.PAUSED),
    )


def offer_card(shop: PlanShop, user: User, trial: Trial) -> LineObject:
    """With what their own trial gave, the price, how it renews and stops."""
    name = phrasebook.address(called(user))
    words = plan_talk.offer(trial.dish, trial.number, fit(trial.next_action, FIELD_UNITS), name)
    return _card(
        plan_talk.OFFER_TITLE,
        [
            text(words, size="md"),
            text(plan_talk.gives(), color=QUIET),
            text(plan_talk.price(shop.yen), size="md", weight="bold"),
            *(text(each, color=QUIET) for each in (plan_talk.RENEWAL, plan_talk.OFFER_END)),
        ],
        [_link(shop, user, plan_talk.START_LABEL, PlanPage.CHECKOUT)],
        _small_links(shop),
    )


def news_bubble(shop: PlanShop, user: User, plan: Plan | None, news: PlanNews, words: str) -> LineObject:
    """The words, with the one button that helps now, if there is one. `plan` is as it is at this moment."""
    action = _button_of(shop, user, plan, news) if shop.is_open else None
    if action is None:
        return text_bubble(words)
    contents: LineObject = {
        "type": "bubble",
        "size": "mega",
        "body": column([text(words, size="md")]),
        "footer": column([button(action)]),
    }
    return flex_bubble(words, contents)


def plan_tap() -> LineObject:
    return quick(show_plan())


def show_plan() -> LineObject:
    """Works for as long as the bubble is there, which a link does not."""
    return postback(plan_talk.SHOW_LABEL, action="plan")


def _rules(shop: PlanShop, standing: Standing) -> Sequence[str]:
    match standing:
        case Standing.ACTIVE:
            return [plan_talk.RENEWAL, plan_talk.PAUSE_NOTE]
        case Standing.PAUSED:
            return [plan_talk.resume_note(shop.yen)]
        case Standing.ENDING:
            return []
        case _:
            return [plan_talk.RENEWAL]


def _buttons(shop: PlanShop, user: User, plan: Plan | None, standing: Standing) -> Iterator[LineObject]:
    """The ones that the plan is in a state for; to leave is as easy as to stay."""
    if standing is Standing.NONE:
        yield _link(shop, user, plan_talk.START_LABEL, PlanPage.CHECKOUT)
    elif standing is Standing.OVER:
        yield _link(shop, user, plan_talk.START_AGAIN_LABEL, PlanPage.CHECKOUT)
    elif plan is None or plan.subscription_id is None:
        return  # nothing at Stripe that could be changed
    elif standing is Standing.DUE:
        yield from _bill(plan)
        yield _link(shop, user, plan_talk.CARD_LABEL, PlanPage.CARD)
        yield _leave_or_keep(shop, user, plan)
    elif standing is Standing.PAUSED:
        yield from _bill(plan)
        yield _link(shop, user, plan_talk.RESUME_LABEL, PlanPage.FRONT)
        yield _leave_or_keep(shop, user, plan)
    elif standing is Standing.ENDING:
        yield _leave_or_keep(shop, user, plan)
    else:
        yield _link(shop, user, plan_talk.PAUSE_LABEL, PlanPage.PAUSE)
        yield _link(shop, user, plan_talk.CANCEL_LABEL, PlanPage.CANCEL)
        yield _link(shop, user, plan_talk.CARD_LABEL, PlanPage.CARD)


def _button_of(shop: PlanShop, user: User, plan: Plan | None, news: PlanNews) -> LineObject | None:
    """None where nothing has to be done, or it can't be undone any more."""
    match news:
        case PlanNews.PAYMENT_FAILED | PlanNews.BANK_ASKS:
            return _pay(shop, user, plan)
        case PlanNews.ENDING if is_ending(plan):
            return _link(shop, user, plan_talk.KEEP_LABEL, PlanPage.FRONT)
        case PlanNews.ENDING | PlanNews.PAUSED | PlanNews.OVER | PlanNews.OVER_UNPAID:
            return show_plan()
        case _:
            return None


def _pay(shop: PlanShop, user: User, plan: Plan | None) -> LineObject:
    """Stripe's page of the invoice while it is due, on which the bank asks too; else the card that will be tried."""
    url = plan.due_invoice_url if plan is not None else ""
    if _fits(url):
        return link_action(plan_talk.PAY_LABEL, url)
    return _link(shop, user, plan_talk.CARD_LABEL, PlanPage.CARD)


def _bill(plan: Plan) -> Iterator[LineObject]:
    if _fits(plan.due_invoice_url):
        yield link_action(plan_talk.PAY_LABEL, plan.due_invoice_url)


def _leave_or_keep(shop: PlanShop, user: User, plan: Plan) -> LineObject:
    if is_ending(plan):
        return _link(shop, user, plan_talk.KEEP_LABEL, PlanPage.FRONT)
    return _link(shop, user, plan_talk.CANCEL_LABEL, PlanPage.CANCEL)


def _link(shop: PlanShop, user: User, label: str, page: PlanPage) -> LineObject:
    return link_action(label, shop.links.link(user.id, page))


def _small_links(shop: PlanShop, receipt_url: str = "") -> Sequence[LineObject]:
    receipt = [link_action(plan_talk.RECEIPT_LABEL, receipt_url)] if _fits(receipt_url) else []
    return [
        *receipt,
        link_action(plan_talk.TERMS_LABEL, shop.terms_url),
        link_action(plan_talk.LAW_LABEL, shop.law_url),
    ]


def _fits(url: str) -> bool:
    return 0 < len(url) <= MAX_URI


def _card(
    title: str,
    texts: Sequence[LineObject],
    buttons: Sequence[LineObject],
    links: Sequence[LineObject],
    *,
    has_main: bool = True,
) -> LineObject:
    """With `has_main` the first button stands out."""
    small = [
        {**text(action["label"], size="xs", color=QUIET), "decoration": "underline", "action": action}
        for action in links
    ]
    footer = [_button(action, is_main=has_main and index == 0) for index, action in enumerate(buttons)]
    contents: LineObject = {
        "type": "bubble",
        "size": "mega",
        "body": column([heading(title), *texts]),
        "footer": column([*footer, {**column(small), "margin": "md"}]),
    }
    return flex_bubble("\n".join([title, *(each["text"] for each in texts)]), contents)


def _button(action: LineObject, *, is_main: bool) -> LineObject:
    return button(action) if is_main else link_button(action, color=WARM)
