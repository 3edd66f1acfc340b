"""How long a voice takes to say something, foretold from the text alone and corrected by what it took before."""

import re
from collections.abc import Sequence

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.coaching import NarrationScript
from models.session import CookingSession, StageRun
from pipeline.graph import StageName
from pipeline.providers.ports import Pace
from pipeline.providers.sentences import sentences

SMALL_KANA = frozenset("ァィゥェォャュョヮぁぃぅぇぉゃゅょゎ")  # spoken together with the kana before
KANJI = re.compile(r"[一-龥々]")
SPOKEN = re.compile(r"[^\W_]|ー")
MORAE_PER_KANJI = 1.7  # mean over the narrations of the curriculum
RECENT_RUNS = 20


def morae(text: str) -> float:
    """About: a kanji's reading is not looked up."""
    kanji = len(KANJI.findall(text))
    others = sum(1 for sign in SPOKEN.findall(KANJI.sub("", text)) if sign not in SMALL_KANA)
    return kanji * MORAE_PER_KANJI + others


def seconds(text: str, pace: Pace) -> float:
    """Of all sentences of the text, the pauses between them included."""
    said = sentences(text)
    return sum(pace.sentence + pace.mora * morae(each) + pace.comma * each.count("、") for each in said)


def measured(db: DbSession, model: str, pace: Pace) -> Pace:
    """The voice's pace, scaled so that its latest narrations would have been foretold right on average."""
    statement = (
        select(CookingSession.narration_script, StageRun.usage)
        .join(StageRun, col(StageRun.session_id) == col(CookingSession.id))
        .where(StageRun.stage == StageName.PRODUCE_VIDEO, col(StageRun.finished_at).is_not(None))
        .where(col(StageRun.usage)["model"].astext == model)
        .order_by(col(StageRun.finished_at).desc())
        .limit(RECENT_RUNS)
    )
    rows = [(NarrationScript.model_validate(script), usage) for script, usage in db.exec(statement)]
    took = sum(float(usage["audio_seconds"]) for _, usage in rows)
    foretold = sum(seconds(part, pace) for script, _ in rows for part in _parts(script))
    if not took or not foretold:
        return pace
    scale = took / foretold
    return Pace(pace.mora * scale, pace.comma * scale, pace.sentence * scale)


def _parts(script: NarrationScript) -> Sequence[str]:
    return script.part1, script.pivot, script.part2
