"""The card that asks whether a learner's footage may be looked at."""

from bot.say.bubbles import flex_bubble, link_action, postback, quick
from bot.say.cards import INK, QUIET, WARM
from knowledge_base import consent_talk
from line.client import LineObject
from services.footage import FootageTerms


def consent_card(terms: FootageTerms) -> LineObject:
    parts = consent_talk.parts(terms.keep)
    words = "\n".join(f"{heading}：{text}" for heading, text in parts)
    agree, refuse = _actions()
    bubble: LineObject = {
        "type": "bubble",
        "size": "mega",
        "body": {
            "type": "box",
            "layout": "vertical",
            "spacing": "md",
            "contents": [
                _text(consent_talk.TITLE, size="lg", weight="bold"),
                *(_part(heading, text) for heading, text in parts),
            ],
        },
        "footer": {
            "type": "box",
            "layout": "vertical",
            "spacing": "sm",
            "contents": [
                {"type": "button", "style": "primary", "color": WARM, "height": "sm", "action": agree},
                {"type": "button", "style": "secondary", "height": "sm", "action": refuse},
                {
                    "type": "button",
                    "style": "link",
                    "height": "sm",
                    "action": link_action(consent_talk.PAGE_LABEL, terms.page_url),
                },
            ],
        },
    }
    return flex_bubble(f"{consent_talk.TITLE}\n{words}", bubble)


def is_consent_card(bubble: LineObject) -> bool:
    return str(bubble.get("altText", "")).startswith(consent_talk.TITLE)


def consent_taps() -> tuple[LineObject, ...]:
    return tuple(map(quick, _actions()))


def _actions() -> tuple[LineObject, LineObject]:
    return (
        postback(consent_talk.AGREE_LABEL, action="agree"),
        postback(consent_talk.REFUSE_LABEL, action="refuse"),
    )


def _part(heading: str, words: str) -> LineObject:
    return {
        "type": "box",
        "layout": "vertical",
        "spacing": "xs",
        "contents": [
            _text(heading, size="xs", color=QUIET, weight="bold"),
            _text(words, size="sm"),
        ],
    }


def _text(words: str, **style: str) -> LineObject:
    return {"type": "text", "text": words, "wrap": True, "color": INK, **style}
