"""The Flex bubbles: the dish carousel and the coaching card."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.say.bubbles import flex_bubble, link_action, postback
from knowledge_base import personal_words, phrasebook
from line.client import LineObject
from line.limits import MAX_CAROUSEL, fit
from models.coaching import CoachingText
from models.dish import Dish

FIELD_UNITS = 1_200  # a bubble may be 30 KB of JSON; four fields of Japanese stay far below
INK = "#1F2933"
QUIET = "#6B7280"
WARM = "#C2410C"
PAPER = "#FFF7ED"


@dataclass(frozen=True)
class OfferedDish:
    """`number` is what its next cook gets (1 to 3); `caution` says what of it this learner avoids."""

    dish: Dish
    number: int
    caution: str = ""
    is_recommended: bool = False


def dish_carousel(dishes: Sequence[OfferedDish]) -> LineObject:
    bubbles = [_dish(each) for each in dishes[:MAX_CAROUSEL]]
    names = "、".join(each.dish.name_ja for each in dishes)
    return flex_bubble(f"{phrasebook.CHOOSE_DISH_ALT}（{names}）", {"type": "carousel", "contents": bubbles})


def _dish(offered: OfferedDish) -> LineObject:
    dish, label = offered.dish, phrasebook.attempt_label(offered.number)
    if offered.is_recommended:
        label = f"{label}・{personal_words.DISH_RECOMMENDED}"
    cautions = [_text(f"⚠️ {offered.caution}", size="sm", color=INK, wrap=True)] if offered.caution else []
    return {
        "type": "bubble",
        "size": "kilo",
        "body": {
            "type": "box",
            "layout": "vertical",
            "spacing": "sm",
            "contents": [
                _text(label, size="xs", color=WARM, weight="bold"),
                _text(dish.name_ja, size="xl", weight="bold", color=INK),
                _text(dish.description_ja, size="sm", color=QUIET, wrap=True),
                *cautions,
            ],
        },
        "footer": {
            "type": "box",
            "layout": "vertical",
            "contents": [
                {
                    "type": "button",
                    "style": "primary",
                    "color": WARM,
                    "height": "sm",
                    "action": postback(
                        phrasebook.DISH_BUTTON,
                        display=phrasebook.dish_display(dish.name_ja),
                        action="dish",
                        slug=dish.slug,
                    ),
                }
            ],
        },
    }


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
