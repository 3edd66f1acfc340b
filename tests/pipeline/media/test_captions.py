import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.captions import (
    LINE_WIDTH,
    LINES,
    Caption,
    Mark,
    ass_script,
    break_lines,
    captions_of,
    width,
)
from pipeline.media.narration import NarrationSentence

LONG = (
    "「パチパチ」という音が「シュー」に変わったら、水分が飛んだ合図なので、"
    "そこで初めて卵を入れて、強火のまま一気に混ぜていくとパラパラに仕上がります。"
)
NEVER_FIRST = "。、）」』】！？ーっゃゅょッャュョ"
NEVER_LAST = "（「『【"

japanese = st.text(
    alphabet="卵を強火で一気に炒めるパラッとシュー、。「」（）ょゃ！？aB1 ", min_size=1, max_size=120
)


def test_a_short_sentence_stays_on_one_line() -> None:
    assert break_lines("強火で炒めましょう。") == ["強火で炒めましょう。"]


def test_lines_break_between_phrases() -> None:
    assert break_lines("今回の一番大事なポイントは、卵とご飯の水分です。") == [
        "今回の一番大事なポイントは、",
        "卵とご飯の水分です。",
    ]


@given(japanese)
def test_no_line_is_too_wide_or_begins_or_ends_against_the_rules(text: str) -> None:
    lines = break_lines(text)
    assert all(width(line) <= LINE_WIDTH for line in lines)
    if not re.search(
        r"[。、）」！？ーっゃょッ]{3}|[（「]{3}", text
    ):  # such a run leaves no lawful place to break
        assert not [line for line in lines[1:] if line[0] in NEVER_FIRST]
        assert not [line for line in lines[:-1] if line[-1] in NEVER_LAST]


@given(japanese)
def test_no_word_is_lost(text: str) -> None:
    assert "".join(break_lines(text)).replace(" ", "") == re.sub(r"\s", "", text)


def test_a_word_longer_than_a_line_is_cut_within_the_rules() -> None:
    lines = break_lines("スーパーデラックスウルトラパラパラチャーハン")
    assert len(lines) == 2
    assert lines[1][0] not in NEVER_FIRST


def test_lines_are_about_equally_long() -> None:
    first, second = break_lines("フライパンが十分に熱くなるまで待ちましょう。")
    assert abs(width(first) - width(second)) <= 5


def test_a_long_sentence_becomes_several_captions_in_step_with_its_words() -> None:
    captions = captions_of(NarrationSentence(LONG, start=2.0, seconds=12.0))
    assert len(captions) == 3
    assert all(len(c.lines) <= LINES for c in captions)
    assert captions[0].start == 2.0
    assert [c.end for c in captions[:-1]] == [c.start for c in captions[1:]]
    words = [sum(map(width, c.lines)) for c in captions]
    assert captions[0].end - captions[0].start == pytest.approx(12.0 * words[0] / sum(words))
    assert 14.0 <= captions[-1].end < 14.4


def test_a_sentence_without_words_has_no_caption() -> None:
    assert captions_of(NarrationSentence(" \n", start=0, seconds=1)) == []


def events(captions: list[Caption], *marks: Mark) -> list[str]:
    script = ass_script(captions, marks, size=(720, 1280))
    return [line for line in script.splitlines() if line.startswith("Dialogue")]


def test_signs_of_the_script_language_are_shown_not_obeyed() -> None:
    captions = captions_of(NarrationSentence(r"{\an8}改行は\Nです。", start=0, seconds=2))
    (event,) = events(captions)
    text = event.split(",,0,0,0,,")[1]
    assert text.replace(r"\N", "") == "｛＼an8｝改行は＼Nです。"


def test_what_the_font_cannot_draw_is_left_out() -> None:
    assert break_lines("卵を🍳焼き\ufe0fます\u200b。\n次へ") == ["卵を焼きます。次へ"[:7] + " 次へ"]


def test_times_and_line_breaks_in_the_script() -> None:
    (event,) = events([Caption(59.996, 3661.5, ("一行目", "二行目"))])
    assert event == r"Dialogue: 0,0:01:00.00,1:01:01.50,Caption,,0,0,0,,一行目\N二行目"


def test_the_script_never_wraps_by_itself_and_keeps_clear_of_the_controls() -> None:
    script = ass_script([], [], size=(720, 1280))
    assert "WrapStyle: 2" in script
    style = next(line for line in script.splitlines() if line.startswith("Style: Caption"))
    assert int(style.split(",")[-2]) >= 1280 * 0.12
