"""Cooks to be coached: each dish with each of its faults, three attempts in a row, with a memo and marks."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Fault
from models.coaching import (
    CookingEvent,
    RatingAspect,
    RetrievedPrinciple,
    SessionSummary,
    StructuredInput,
    VideoAnalysis,
)
from moment.eval.words.figures import Case
from pipeline.providers.ports import CoachingBrief

NAME = "ゆうこ"
MOMENTS = ("0:41", "1:05", "0:52")
EVIDENCE = ("", "鍋の上に、白いかすみが長く続いています。", "鍋のふちの色が、だんだん濃くなっています。")
CONFIDENCE = ("high", "medium", "low")
RATINGS: tuple[dict[str, int], ...] = (
    {},
    dict.fromkeys(RatingAspect, 5),
    {RatingAspect.TASTE: 4, RatingAspect.APPEARANCE: 2},
    {RatingAspect.TEXTURE: 4, RatingAspect.AROMA: 5},
)
STEMS = {
    "嬉しい": "うれし 嬉し 喜",
    "楽しい": "楽し",
    "悔しい": "悔し 残念",
    "不安": "不安 怖 緊張 自信",
    "焦り": "焦っ 焦り 焦る 慌て あわただし",
    "落ち込み": "落ち込 へこ がっかり ショック 泣 恥ずかし",
    "疲れ": "疲れ 大変 眠 へとへと",
    "満足": "満足",
}


class Memo(Case):
    """What a learner says, and how it is rightly taken."""

    said: str
    issues: list[str]
    feeling: str
    is_quoted: bool  # something of it is an observation
    about: list[str]  # the faults it may be tied to

    @property
    def stems(self) -> list[str]:
        """Words by which the feeling is known, in the memo and in an answer."""
        return STEMS[self.feeling].split()


class RawCase(Case):
    dish: str
    said: str
    warns: bool


@dataclass(frozen=True)
class Cook:
    dish: DishGuide
    fault: Fault
    memo: Memo
    brief: CoachingBrief

    @property
    def label(self) -> str:
        return f"{self.dish.slug}, {self.fault.code}, {self.brief.session_number}"


def series_of_cooks(memos: Sequence[Memo], count: int) -> Iterator[list[Cook]]:
    """`count` series, spread over all dishes and faults; the same ones each time."""
    pairs = [(dish, load().faults[code]) for dish in load().dishes.values() for code in dish.faults]
    step = max(len(pairs) / count, 1.0)
    for number in range(min(count, len(pairs))):
        dish, fault = pairs[int(number * step)]
        yield [cook_of(dish, fault, attempt, memos) for attempt in (1, 2, 3)]


def cooks_of_every_fault(memos: Sequence[Memo]) -> Iterator[Cook]:
    """Each memo beside each fault, in the first dish that has it."""
    dish_of = {code: dish for dish in reversed(list(load().dishes.values())) for code in dish.faults}
    for memo in memos:
        for code, dish in dish_of.items():
            yield cook_of(dish, load().faults[code], 1, [memo])


def cook_of(dish: DishGuide, fault: Fault, attempt: int, memos: Sequence[Memo]) -> Cook:
    """In two series of three the same fault comes again, in the third another one came before."""
    place = zlib.crc32(f"{dish.slug}|{fault.code}".encode())
    memo = memos[(place + attempt) % len(memos)]
    other = next(code for code in dish.faults if code != fault.code)
    before = other if place % 3 == 0 else fault.code
    analysis = VideoAnalysis(
        cooking_events=[CookingEvent(t="0:05", t_seconds=5, event="火にかけました")] if place % 2 else [],
        key_moment_timestamp=MOMENTS[attempt - 1],
        key_moment_seconds=(41, 65, 52)[attempt - 1],
        diagnosis=fault.diagnosis,
        fault=fault.code,
        evidence=EVIDENCE[(place + attempt) % 3],
        confidence=CONFIDENCE[place // 7 % 3],
    )
    past = [
        SessionSummary(dish=dish.slug, session=number, key_issue="", key_progress="", fault=before)
        for number in range(1, attempt)
    ]
    ratings = {str(aspect): value for aspect, value in RATINGS[place // 5 % 4].items()}
    return Cook(dish, fault, memo, brief_of(dish, fault, attempt, memo, analysis, past, ratings))


def brief_of(
    dish: DishGuide,
    fault: Fault | None,
    attempt: int,
    memo: Memo,
    analysis: VideoAnalysis,
    past: Sequence[SessionSummary] = (),
    ratings: dict[str, int] | None = None,
) -> CoachingBrief:
    source = fault or dish.refinements[(attempt - 1) % len(dish.refinements)]
    principle = load().principles[source.principle_id]
    retrieved = RetrievedPrinciple(
        principle_id=principle.id,
        title=principle.title,
        text=principle.text,
        category=principle.category,
        score=0.9,
    )
    return CoachingBrief(
        first_name=NAME,
        dish=dish,
        session_number=attempt,
        analysis=analysis,
        fault=fault,
        principles=[retrieved],
        principle=principle,
        structured_input=StructuredInput(identified_issues=memo.issues, emotional_state=memo.feeling),
        transcript=memo.said,
        self_ratings=ratings or {},
        past_sessions=past,
        days_since_last=5 if attempt > 1 else None,
    )


def cook_of_raw_case(case: RawCase) -> Cook:
    """A first cook in which nothing was seen to be wrong: only the learner's words can tell."""
    dish = load().dishes[case.dish]
    memo = Memo(said=case.said, issues=[], feeling="", is_quoted=False, about=[])
    analysis = VideoAnalysis(
        cooking_events=[],
        key_moment_timestamp="0:41",
        key_moment_seconds=41,
        diagnosis="",
        confidence="medium",
    )
    return Cook(dish, load().faults[dish.faults[0]], memo, brief_of(dish, None, 1, memo, analysis))
