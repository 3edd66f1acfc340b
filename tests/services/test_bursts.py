import pytest

from services import bursts
from tests import quick_providers


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["いつ入れますか"], "いつ入れますか"),
        (["卵は", "いつ入れますか"], "卵は、いつ入れますか"),
        (["べちゃっとします。", " なぜ？\n", "火が弱い"], "べちゃっとします。なぜ？火が弱い"),
    ],
)
def test_texts_are_read_as_if_written_at_once(texts: list[str], words: str) -> None:
    assert bursts.join(texts) == words


def test_learners_have_some_seconds_to_go_on() -> None:
    assert 2 <= quick_providers.SHIPPED_PAUSE.total_seconds() <= 6  # a reply token lives fifty
