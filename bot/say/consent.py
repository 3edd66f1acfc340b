"""The card that asks whether a learner's footage may be looked at."""

from bot.say.bubbles import flex_bubble, link_action, postback, quick
from bot.say.flex import QUIET, button, card, column, heading, link_button, quiet_button, text
from knowledge_base import consent_talk
from line.client import LineObject
from services.footage import FootageTerms


def consent_card(terms: FootageTerms) -> LineObject:
    parts = consent_talk.parts(terms.keep)
    told = "\n".join(f"{name}：{words}" for name, words in parts)
    agree, refuse = _actions()
    bubble = card(
        [heading(consent_talk.TITLE), *(_part(name, words) for name, words in parts)],
        [
            button(agree),
            quiet_button(refuse),
            link_button(link_action(consent_talk.PAGE_LABEL, terms.page_url)),
        ],
    )
    return flex_bubble(f"{consent_talk.TITLE}\n{told}", bubble)


def is_consent_card(bubble: LineObject) -> bool:
    return str(bubble.get("altText", "")).startswith(consent_talk.TITLE)


def consent_taps() -> tuple[LineObject, ...]:
    return tuple(map(quick, _actions()))


def _actions() -> tuple[LineObject, LineObject]:
    return (
        postback(consent_talk.AGREE_LABEL, action="agree"),
        postback(consent_talk.REFUSE_LABEL, action="refuse"),
    )


def _part(name: str, words: str) -> LineObject:
    return column([text(name, size="xs", color=QUIET, weight="bold"), text(words)], "xs")
