"""What every provider's answer is held to, whoever gave it."""

import pytest

from models.coaching import Usage
from pipeline.providers.ports import Transcript


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        ("お米が\ufffdべちゃっとしました。\ufffd", "お米がべちゃっとしました。"),
        ("\ufffd \ufffd", ""),
        (" うまくできました。 ", "うまくできました。"),
    ],
)
def test_bytes_that_made_no_sign_are_no_words(heard: str, text: str) -> None:
    assert Transcript(heard, Usage()).text == text
