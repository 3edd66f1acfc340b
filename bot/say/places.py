"""Where a learner stands, as bubbles: every dish by its month, one dish with its attempts, the picture of their progress."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.say.bubbles import flex_bubble, link_action, postback
from bot.say.cards import dish_button, hero
from bot.say.flex import PAPER, QUIET, WARM, column, heading, link_button, text
from knowledge_base import phrasebook, places_talk
from knowledge_base.catalogue import load
from knowledge_base.pages import page_words
from knowledge_base.plan_talk import day
from line.client import LineObject
from models.rules.entitlement import SESSIONS_PER_DISH, PlanNeeded
from models.rules.unlocking import Opening
from models.session import CookingSession
from services.curriculum import DishOfLearner

SEE = "›"


@dataclass(frozen=True)
class Place:
    """A dish of the curriculum as this learner sees it; `picture` is "" where there is none, `opens` "" where it is open."""

    dish: DishOfLearner
    picture: str
    opens: str = ""

    @property
    def month(self) -> int:
        return self.dish.dish.month_unlocked


def record_carousel(places: Sequence[Place], openings: Sequence[Opening], *, is_sold: bool) -> LineObject:
    """What there is in all, then a bubble a month."""
    months = sorted({place.month for place in places})
    by_month = [[place for place in places if place.month == month] for month in months]
    told = _overview_words(places, openings, is_sold=is_sold)
    bubbles = [_overview(told), *map(_month, by_month)]
    alt = "\n".join([places_talk.RECORD_TITLE, *told])
    return flex_bubble(alt, {"type": "carousel", "contents": bubbles})


def dish_card(place: Place, cooks: Sequence[CookingSession], page: str | None) -> LineObject:
    """One dish: its attempts to be looked at again, what it transfers to, and the way to cook it."""
    dish, guide = place.dish, place.dish.guide
    told = places_talk.transfers_of_finished if dish.is_finished else places_talk.transfers
    skills = [load().skills[each] for each in guide.principles]
    by_number = {cook.session_number: cook for cook in cooks}
    contents = [
        text(_state_of(place), color=WARM, weight="bold"),
        text(guide.name_ja, size="xl", weight="bold"),
        *(_attempt(number, by_number.get(number)) for number in range(1, SESSIONS_PER_DISH + 1)),
        {"type": "separator", "margin": "lg"},
        text(places_talk.skills(skills), margin="lg"),
        text(told(guide.transferable_to), color=QUIET),
    ]
    buttons = [dish_button(dish.dish)] if dish.next_number is not None else []
    if page:
        buttons.append(link_button(link_action(places_talk.DISH_PAGE_LABEL, page), color=WARM))
    bubble: LineObject = {
        "type": "bubble",
        "size": "mega",
        **hero(place.picture),
        "body": column(contents),
        **({"footer": column(buttons)} if buttons else {}),
    }
    return flex_bubble(f"{guide.name_ja}　{_state_of(place)}", bubble)


def progress_card(sentence: str, picture: LineObject | None, page: str | None) -> LineObject:
    buttons = [link_button(postback(places_talk.RECORD_LABEL, action="places"), color=WARM)]
    if page:
        buttons.append(link_button(link_action(places_talk.PROGRESS_PAGE_LABEL, page), color=WARM))
    contents: LineObject = {
        "type": "bubble",
        "size": "giga",
        **({"hero": picture} if picture else {}),
        "body": column([text(sentence, size="md")]),
        "footer": column(buttons),
    }
    return flex_bubble(f"{places_talk.PROGRESS_TITLE}\n{sentence}", contents)


def progress_picture(url: str, width: int, height: int) -> LineObject:
    """Large when it is tapped."""
    return {
        "type": "image",
        "url": url,
        "size": "full",
        "aspectRatio": f"{width}:{height}",
        "aspectMode": "cover",
        "action": link_action(places_talk.PROGRESS_TITLE, url),
    }


def _overview_words(places: Sequence[Place], openings: Sequence[Opening], *, is_sold: bool) -> Sequence[str]:
    finished = sum(place.dish.is_finished for place in places)
    under_way = sum(place.dish.is_under_way for place in places)
    return [places_talk.counts(finished, under_way), _next(places, openings, is_sold=is_sold)]


def _next(places: Sequence[Place], openings: Sequence[Opening], *, is_sold: bool) -> str:
    if not openings:
        resting = (each.dish.refusal for each in places if isinstance(each.dish.refusal, PlanNeeded))
        refusal = next(resting, None)
        return phrasebook.phrase(refusal.words) if refusal else places_talk.ALL_OPEN
    nearest = openings[0]
    names = [place.dish.guide.name_ja for place in places if place.month == nearest.month]
    return places_talk.next_to_open(names, places_talk.opening(nearest, is_sold=is_sold))


def _overview(told: Sequence[str]) -> LineObject:
    buttons = [
        link_button(postback(places_talk.PROGRESS_LABEL, action="progress"), color=WARM),
        link_button(postback(phrasebook.CHOOSE_LABEL, action="menu"), color=WARM),
    ]
    return {
        "type": "bubble",
        "size": "mega",
        "header": _title(places_talk.RECORD_TITLE),
        "body": column([text(words, size="md") for words in told]),
        "footer": column(buttons),
    }


def _month(places: Sequence[Place]) -> LineObject:
    first = places[0]
    opens = [text(first.opens, color=QUIET)] if first.opens else []
    rows = [each for place in places for each in _row(place)]
    return {
        "type": "bubble",
        "size": "mega",
        "header": _title(places_talk.month_title(first.month)),
        "body": column([*opens, *rows]),
    }


def _row(place: Place) -> Iterator[LineObject]:
    guide = place.dish.guide
    picture: LineObject = {
        "type": "image",
        "url": place.picture,
        "size": "56px",
        "flex": 0,
        "aspectMode": "cover",
        "aspectRatio": "1:1",
        "gravity": "center",
    }
    words: LineObject = {
        "type": "box",
        "layout": "vertical",
        "contents": [
            text(guide.name_ja, size="md", weight="bold"),
            text(_state_of(place), size="xs", color=WARM if place.dish.cooked else QUIET),
        ],
    }
    yield {
        "type": "box",
        "layout": "horizontal",
        "spacing": "md",
        "alignItems": "center",
        "contents": [
            *([picture] if place.picture else []),
            words,
            {**text(SEE, size="lg", color=QUIET), "flex": 0, "gravity": "center"},
        ],
        "action": postback(guide.name_ja, action="place", slug=guide.slug),
    }


def _state_of(place: Place) -> str:
    if place.opens and not place.dish.cooked:
        return place.opens
    return f"{places_talk.dots(place.dish.cooked)}　{places_talk.how_far(place.dish.cooked)}"


def _attempt(number: int, cook: CookingSession | None) -> LineObject:
    """A cook that was begun can be looked at, whatever has become of it."""
    if cook is None:
        return text(f"{phrasebook.attempt_label(number)}　{places_talk.NOT_COOKED}", color=QUIET)
    state = page_words("dishes")[places_talk.STATES[cook.status]]
    label = places_talk.attempt_row(number, day(cook.created_at))
    look = postback(
        places_talk.LOOK_LABEL, display=places_talk.look_display(number), action="look", session_id=cook.id
    )
    return {
        "type": "box",
        "layout": "horizontal",
        "spacing": "md",
        "alignItems": "center",
        "contents": [
            {
                "type": "box",
                "layout": "vertical",
                "contents": [
                    text(label, weight="bold"),
                    text(state, size="xs", color=QUIET),
                ],
            },
            {**text(f"{places_talk.LOOK_LABEL} {SEE}", color=WARM, weight="bold"), "flex": 0},
        ],
        "action": look,
    }


def _title(words: str) -> LineObject:
    return {
        "type": "box",
        "layout": "vertical",
        "backgroundColor": PAPER,
        "contents": [heading(words)],
    }
