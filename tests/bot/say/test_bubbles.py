"""Message objects stay within LINE's limits whatever words go in."""

import pytest

from bot.say.bubbles import message_action, postback, quick, say, text_bubble
from bot.say.cards import coaching_card
from models.coaching import CoachingText
from simulator.line.messages import check_messages


@pytest.mark.parametrize("words", ["", "  \n", "🍳" * 2_600, "{x}**y**"])
def test_a_text_bubble_is_valid(words: str) -> None:
    check_messages({"messages": [text_bubble(words)]})


def test_only_the_newest_bubble_carries_the_taps_and_no_more_than_thirteen() -> None:
    taps = [quick(message_action(str(number))) for number in range(20)]
    bubbles = say(text_bubble("一"), text_bubble("二"), quick=taps).bubbles
    assert "quickReply" not in bubbles[0]
    assert len(bubbles[-1]["quickReply"]["items"]) == 13
    check_messages({"messages": list(bubbles)})


def test_long_words_make_valid_taps() -> None:
    taps = [quick(message_action("🍳" * 400)), quick(postback("🍳" * 40, display="長" * 400, action="x"))]
    check_messages({"messages": list(say(text_bubble("どうぞ"), quick=taps).bubbles)})


@pytest.mark.parametrize("words", ["🍳" * 2_000, "あ" * 4_000, '"\\\n' * 1_000, "{}"])
def test_a_card_of_any_words_is_valid(words: str) -> None:
    coaching = CoachingText(mondaiten=words, skill=words, next_action=words, success_sign=words)
    for page in (None, "https://liff.line.me/2000000099-desk/sessions/2147483647"):
        check_messages({"messages": [coaching_card(coaching, words[:100], 3, page)]})


def test_one_bubble_more_takes_over_the_taps() -> None:
    taps = [quick(message_action("はい"))]
    bubbles = say(text_bubble("一"), quick=taps).and_then(text_bubble("二")).bubbles
    assert [bubble["text"] for bubble in bubbles] == ["一", "二"]
    assert "quickReply" not in bubbles[0]
    assert bubbles[-1]["quickReply"]["items"] == taps
