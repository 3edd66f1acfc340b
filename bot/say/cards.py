"""The Flex bubbles: the dish carousel and the coaching card."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from bot.say.bubbles import flex_bubble, link_action, postback
from bot.say.flex import INK, PAPER, QUIET, WARM
from knowledge_base import personal_words, phrasebook, places_talk
from line.client import LineObject
from line.limits import MAX_CAROUSEL, fit
from models.coaching import CoachingText
from models.dish import Dish
from models.rules.entitlement import SESSIONS_PER_DISH

FIELD_UNITS = 1_200  # a bubble may be 30 KB of JSON; four fields of Japanese stay far below


@dataclass(frozen=True)
class OfferedDish:
    """`number` is what its next cook gets (1 to 3), None where it was cooked three times; `caution` says what of it this
    learner avoids; `picture` is "" where there is none."""

    dish: Dish
    number: int | None
    caution: str = ""
    is_recommended: bool = False
    picture: str = ""


def dish_carousel(dishes: Sequence[OfferedDish], page: int = 1) -> LineObject:
    """As many as one carousel holds. Where there are more, its last bubble leads to the next page, and that of the last
    page to the first."""
    pages = pages_of(dishes)
    page = min(max(page, 1), len(pages))
    shown = pages[page - 1]
    rest = [dish for other in (*pages[page:], *pages[: page - 1]) for dish in other]
    bubbles = [_dish(each) for each in shown]
    if rest:
        bubbles.append(_more(rest, page % len(pages) + 1))
    names = "、".join(each.dish.name_ja for each in shown)
    return flex_bubble(f"{phrasebook.CHOOSE_DISH_ALT}（{names}）", {"type": "carousel", "contents": bubbles})


def pages_of(dishes: Sequence[OfferedDish]) -> Sequence[Sequence[OfferedDish]]:
    """Of about the same length, each with room for the bubble that leads on."""
    if len(dishes) <= MAX_CAROUSEL:
        return [dishes]
    count = ceil(len(dishes) / (MAX_CAROUSEL - 1))
    length = ceil(len(dishes) / count)
    return [dishes[start : start + length] for start in range(0, len(dishes), length)]


def hero(picture: str) -> LineObject:
    """What goes into a bubble; nothing where there is no picture."""
    if not picture:
        return {}
    look = {"size": "full", "aspectRatio": "20:13", "aspectMode": "cover"}
    return {"hero": {"type": "image", "url": picture, **look}}


def dish_button(dish: Dish) -> LineObject:
    action = postback(
        phrasebook.DISH_BUTTON, display=phrasebook.dish_display(dish.name_ja), action="dish", slug=dish.slug
    )
    return {"type": "button", "style": "primary", "color": WARM, "height": "sm", "action": action}


def _dish(offered: OfferedDish) -> LineObject:
    dish, cooked = offered.dish, SESSIONS_PER_DISH if offered.number is None else offered.number - 1
    label = places_talk.FINISHED if offered.number is None else places_talk.next_of_three(offered.number)
    if offered.is_recommended:
        label = f"{label}・{personal_words.DISH_RECOMMENDED}"
    cautions = [_text(f"⚠️ {offered.caution}", size="sm", color=INK, wrap=True)] if offered.caution else []
    contents = [
        _text(f"{places_talk.dots(cooked)}　{label}", size="xs", color=WARM, weight="bold"),
        _text(dish.name_ja, size="xl", weight="bold", color=INK),
        _text(dish.description_ja, size="sm", color=QUIET, wrap=True),
        *cautions,
    ]
    return {
        "type": "bubble",
        "size": "kilo",
        **hero(offered.picture),
        "body": {"type": "box", "layout": "vertical", "spacing": "sm", "contents": contents},
        "footer": _footer(_look_back(dish) if offered.number is None else dish_button(dish)),
    }


def _look_back(dish: Dish) -> LineObject:
    action = postback(
        places_talk.LOOK_LABEL,
        display=places_talk.look_back_display(dish.name_ja),
        action="place",
        slug=dish.slug,
    )
    return {"type": "button", "style": "link", "color": WARM, "height": "sm", "action": action}


def _more(rest: Sequence[OfferedDish], page: int) -> LineObject:
    """The names of those that are not on this page, and the way there."""
    names = "、".join(each.dish.name_ja for each in rest)
    action = postback(places_talk.MORE_DISHES_LABEL, action="menu", page=page)
    button = {"type": "button", "style": "link", "color": WARM, "height": "sm", "action": action}
    contents = [
        _text(places_talk.MORE_DISHES_TITLE, size="xl", weight="bold", color=INK),
        _text(names, size="sm", color=QUIET, wrap=True),
    ]
    return {
        "type": "bubble",
        "size": "kilo",
        "body": {"type": "box", "layout": "vertical", "spacing": "sm", "contents": contents},
        "footer": _footer(button),
    }


def _footer(button: LineObject) -> LineObject:
    return {"type": "box", "layout": "vertical", "contents": [button]}


def coaching_card(
    coaching: CoachingText, dish_name: str, number: int, page_url: str | None = None
) -> LineObject:
    """The four parts of the design document, before them what became of last time's advice; `page_url` opens the cook's own
    page."""
    last_time = [(phrasebook.CARD_LAST_TIME, coaching.last_time)] if coaching.last_time else []
    parts = (
        *last_time,
        (phrasebook.CARD_PROBLEM, coaching.mondaiten),
        (phrasebook.card_skill(number), coaching.skill),
        (phrasebook.CARD_ACTION, coaching.next_action),
        (phrasebook.CARD_SIGN, coaching.success_sign),
    )
    contents: list[LineObject] = []
    for heading, words in parts:
        if contents:
            contents.append({"type": "separator", "margin": "lg"})
        contents.append(_text(heading, size="sm", weight="bold", color=WARM, wrap=True, margin="lg"))
        contents.append(_text(fit(words, FIELD_UNITS), size="md", color=INK, wrap=True, margin="sm"))
    return flex_bubble(
        phrasebook.coaching_text(coaching, number),
        {
            "type": "bubble",
            "size": "giga",
            "header": {
                "type": "box",
                "layout": "vertical",
                "backgroundColor": PAPER,
                "contents": [
                    _text(
                        phrasebook.card_title(dish_name, number),
                        size="lg",
                        weight="bold",
                        color=INK,
                        wrap=True,
                    )
                ],
            },
            "body": {"type": "box", "layout": "vertical", "contents": contents},
            **({"footer": _page_button(page_url)} if page_url else {}),
        },
    )


def _page_button(url: str) -> LineObject:
    action = link_action(phrasebook.SESSION_PAGE_LABEL, url)
    button = {"type": "button", "style": "link", "color": WARM, "height": "sm", "action": action}
    return {"type": "box", "layout": "vertical", "contents": [button]}


def _text(words: str, **style: str | bool) -> LineObject:
    return {"type": "text", "text": words or "…", **style}
