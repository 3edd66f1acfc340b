"""Labels from the console: what coaches have said of the AI's diagnoses, as lines of a golden set.

Of a cook are written its dish, its attempt, and what went wrong when: no word of a learner's, none of a coach's, no id. The
clips are not copied: whoever has a learner's consent to that puts theirs in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.catalogue import load
from models.dish import Dish
from models.rules.findings import NO_FAULT, FindingKind
from models.session import CookingSession
from models.verdict import Verdict
from moment.eval.golden import LABELS, GoldenFault, GoldenItem, Window
from moment.eval.synthetic import as_lines

AROUND = 2.0  # seconds before and after where a coach saw it


@dataclass(frozen=True)
class JudgedCook:
    """A line of the set, and whose clip it is about: that is told to the operator and not written."""

    item: GoldenItem
    session_id: int
    object_key: str


@dataclass(frozen=True)
class Judged:
    """`left_out`: cooks that coaches have judged, of which no line can be made."""

    cooks: Sequence[JudgedCook]
    left_out: int


def judged_cooks(db: DbSession) -> Judged:
    cooks: list[JudgedCook] = []
    left_out = 0
    for session_id, verdicts in groupby(_newest(db), key=lambda verdict: verdict.session_id):
        session = db.get_one(CookingSession, session_id)
        slug = db.get_one(Dish, session.dish_id).slug
        item = _item(session, slug, f"{slug}-coached-{len(cooks) + 1}", list(verdicts))
        if item is None or session.video is None:
            left_out += 1
        else:
            cooks.append(JudgedCook(item, session_id, session.video.object_key))
    return Judged(cooks, left_out)


def write_labels(cooks: Sequence[JudgedCook], folder: Path) -> Path:
    """In place of what stood there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LABELS
    path.write_text(as_lines([cook.item for cook in cooks]), encoding="utf-8")
    return path


def _newest(db: DbSession) -> Iterator[Verdict]:
    """On what went wrong: of each coach the last on each cook."""
    newest = select(Verdict).where(Verdict.finding == FindingKind.FAULT)
    newest = newest.ext(distinct_on(col(Verdict.session_id), col(Verdict.coach_id)))
    newest = newest.order_by(col(Verdict.session_id), col(Verdict.coach_id), col(Verdict.id).desc())
    yield from db.exec(newest)


def _item(session: CookingSession, slug: str, name: str, verdicts: Sequence[Verdict]) -> GoldenItem | None:
    """None where coaches differ or none names a fault that is known; where nobody says when it is seen; where the cook has
    not one clip alone that is here and may be looked at."""
    truths = {verdict.true_fault for verdict in verdicts}
    seconds = [verdict.second for verdict in verdicts if verdict.second is not None]
    truth = next(iter(truths))
    guide, clip = load().dishes.get(slug), session.video
    if len(truths) > 1 or truth is None or guide is None or clip is None or len(session.videos) > 1:
        return None
    if not (clip.is_stored and clip.may_be_seen) or truth not in (*guide.faults, NO_FAULT):
        return None
    is_clean = truth == NO_FAULT
    if not is_clean and not seconds:
        return None
    window = None if is_clean else _window(seconds)
    return GoldenItem(
        id=name,
        video=f"{name}{PurePosixPath(clip.object_key).suffix}",
        dish=slug,
        session_number=session.session_number,
        clean=is_clean,
        faults=(GoldenFault(code=truth, severity=load().faults[truth].severity, window=window),)
        if window
        else (),
        key_moment=window,
    )


def _window(seconds: Sequence[float]) -> Window:
    return max(0.0, min(seconds) - AROUND), max(seconds) + AROUND
