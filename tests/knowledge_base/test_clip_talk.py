"""Whether a clip is of the same cook, in a learner's own words."""

import pytest

from knowledge_base.clip_talk import OTHER_COOK_LABEL, SAME_COOK_LABEL, same_cook


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((text, True) for text in ("はい", "続きです", "はい、続きです！", "そうです", "同じです", SAME_COOK_LABEL)),
        *((text, False) for text in ("いいえ", "違います", "別の料理です", OTHER_COOK_LABEL)),
        *((text, None) for text in ("", "です", "。", "はい、火が強かったです", "おいしくできました", "別に何も")),
    ],
)  # fmt: skip
def test_only_an_answer_alone_is_one(text: str, answer: bool | None) -> None:
    assert same_cook(text) is answer
