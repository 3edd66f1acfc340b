"""The film's words as an ASS script: each in its own place, which ASS calls \\pos."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.media.captions import LINE_WIDTH, ass_event, ass_header, break_lines, printable, width
from pipeline.media.film.board import TITLE_SECONDS, FilmBoard, Pane

_FADE = r"\fad(200,300)"
_SENTENCE_SIZE = 52  # ASS's: ascent and descent; two lines fit under a stacked clip
_LABEL_HEIGHT = 56
_INSET = 10  # of a label, from its pane's corner


@dataclass(frozen=True)
class FilmWords:
    """All that is written in it. Two of each: of the first attempt, then of the third. Where a sentence does not fit on one
    line it is broken at its "\n"."""

    title: Sequence[str]  # lines
    labels: Sequence[str]
    sentences: Sequence[str]
    mark: str  # while both stand still
    closing: Sequence[str]  # lines


def film_script(words: FilmWords, board: FilmBoard) -> str:
    middle = board.width // 2, board.height // 2
    top = middle[0], _heading_top(board)
    events = [
        _placed("Card", 0.1, TITLE_SECONDS, 5, *middle, words.title),
        _placed("Mark", board.still_at, board.still_until, 8, *top, [words.mark]),
        _placed("Card", board.closing_at + 0.2, board.seconds - 0.1, 5, *middle, words.closing),
    ]
    # The third attempt's words come with the moment, and early enough to be read.
    halfway = TITLE_SECONDS + (board.closing_at - TITLE_SECONDS) / 2
    begins = TITLE_SECONDS, min(board.still_at, halfway)
    for scene, label, sentence, start in zip(
        board.scenes, words.labels, words.sentences, begins, strict=True
    ):
        at = scene.pane.left + _INSET, scene.pane.top + _INSET
        events.append(_placed("Mark", TITLE_SECONDS, board.closing_at, 7, *at, [label], fade=False))
        events += _sentence(scene.pane, label, sentence, start, board)
    return ass_header((board.width, board.height)) + "".join(events)


def _heading_top(board: FilmBoard) -> int:
    """In the middle of the space above the clips."""
    return max(4, min(scene.pane.top for scene in board.scenes) // 2 - _LABEL_HEIGHT // 2)


def _sentence(pane: Pane, label: str, words: str, start: float, board: FilmBoard) -> list[str]:
    middle, top = board.width // 2, pane.words_top
    events = []
    if pane.words_apart:
        events.append(_placed("Mark", start, board.closing_at, 8, middle, top, [label], tags=r"\fs40"))
        top += _LABEL_HEIGHT
    lines, size = _lines(words), rf"\fs{_SENTENCE_SIZE}"
    return [*events, _placed("Caption", start, board.closing_at, 8, middle, top, lines, tags=size)]


def _lines(words: str) -> list[str]:
    whole = words.replace("\n", "")
    if width(printable(whole)) <= LINE_WIDTH:
        return [whole]
    return [line for part in words.split("\n") for line in break_lines(part)]


def _placed(
    style: str,
    start: float,
    end: float,
    anchor: int,
    x: int,
    y: int,
    lines: Sequence[str],
    *,
    tags: str = "",
    fade: bool = True,
) -> str:
    """`anchor` counts as a keypad does: 7 is the text's upper left corner, 5 its middle."""
    text = r"\N".join(printable(line) for line in lines)
    return ass_event(style, start, end, rf"{{\an{anchor}\pos({x},{y}){_FADE if fade else ''}{tags}}}{text}")
