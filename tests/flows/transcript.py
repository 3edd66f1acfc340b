"""A learner's thread as a page to be read: who said what, week by week, with the buttons that were there to tap."""

import re
from dataclasses import dataclass, field

from knowledge_base import phrasebook
from models.coaching import RatingAspect
from simulator.line.client import Bubble, Learner

LEARNER = "学習者"
MOST_LABELS = 8  # of one bubble
_MEDIA = {"video": "動画", "audio": "音声", "image": "画像", "sticker": "スタンプ", "file": "ファイル"}

# What differs from run to run: the day, the hour, how long this machine takes.
_VARYING = (
    (re.compile(r"\d{1,2}月\d{1,2}日(（.）)?(の(午前\d{1,2}時|午後\d{1,2}時|正午))?"), "〇月〇日"),
    (re.compile(re.escape(phrasebook.WAIT_FOR_TEXT_SOON)), phrasebook.wait_for_text(1)),
    (re.compile("文章のコーチングは、まもなくお届けします"), "文章のコーチングは、あと1分ほどでお届けします"),
    (re.compile(r"解説の動画は、あと\d+分ほどの見込みです。"), ""),
    (re.compile(r"あと\d+分ほど"), "あと〇分ほど"),
)

# Asked and answered four times a cook: the answers are told in one line.
_RATINGS = [
    (aspect, value) for aspect in RatingAspect for value in range(1, len(phrasebook.RATING_LABELS) + 1)
]
_RATED = {phrasebook.rating_display(*each) for each in _RATINGS}
_RATING_TALK = {
    *(phrasebook.ask_rating(aspect) for aspect in RatingAspect),
    *(phrasebook.rating_received(*each) for each in _RATINGS),
}


@dataclass
class Chapter:
    """What happened from the `first` bubble on; `beside` is what was done elsewhere, before the bubble of that number."""

    title: str
    summary: str
    first: int
    beside: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Transcript:
    learner: Learner
    chapters: list[Chapter] = field(default_factory=list)
    _taps: dict[str, list[str]] = field(default_factory=dict)  # of each bubble, by its id

    def note_taps(self) -> None:
        """What the newest bubble offers: it is gone with the next one."""
        last = self.learner.thread().last
        if last is not None:
            self._taps[last.id] = last.labels()

    def chapter(self, title: str, summary: str) -> None:
        self.chapters.append(Chapter(title, summary, self._count()))

    def beside(self, what: str) -> None:
        """Done now, and not in the chat."""
        self.chapters[-1].beside.append((self._count(), what))

    def page(self) -> str:
        bubbles = self.learner.thread().bubbles
        ends = [*(chapter.first for chapter in self.chapters[1:]), len(bubbles)]
        return "\n".join(
            self._section(chapter, bubbles[: ends[index]]) for index, chapter in enumerate(self.chapters)
        )

    def _section(self, chapter: Chapter, bubbles: list[Bubble]) -> str:
        lines: list[str] = []
        for number in range(chapter.first, len(bubbles) + 1):
            lines += [f"（{what}）" for at, what in chapter.beside if at == number]
            if number == len(bubbles) or bubbles[number].text in _RATING_TALK:
                continue
            is_next_rating = bubbles[number].text in _RATED and lines[-1].startswith(f"{LEARNER} ▶ ")
            if is_next_rating:
                lines[-1] += f"　{bubbles[number].text}"
            else:
                lines.append(self._line(bubbles[number]))
        said = "\n".join(lines)
        return f"## {chapter.title}\n\n{chapter.summary}\n\n```\n{said}\n```\n"

    def _line(self, bubble: Bubble) -> str:
        who = LEARNER if bubble.author == "learner" else bubble.sender_name
        said = "\n".join(filter(None, (_words(bubble), self._labels(bubble))))
        return f"{who} ▶ " + _same_every_day(said).replace("\n", "\n    ")

    def _labels(self, bubble: Bubble) -> str:
        labels = list(dict.fromkeys(self._taps.get(bubble.id, bubble.labels())))
        more = "…" if len(labels) > MOST_LABELS else ""
        return "".join(f"［{label}］" for label in labels[:MOST_LABELS]) + more

    def _count(self) -> int:
        return len(self.learner.thread().bubbles)


def _words(bubble: Bubble) -> str:
    if bubble.type in _MEDIA:
        return f"〔{_MEDIA[bubble.type]}〕"
    return re.sub(r"\n+", "\n", bubble.alt_text or bubble.text)


def _same_every_day(words: str) -> str:
    for pattern, instead in _VARYING:
        words = pattern.sub(instead, words)
    return words
