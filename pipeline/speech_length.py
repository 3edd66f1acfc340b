"""How long a voice takes to say something, estimated from the text alone and corrected by what it took before."""

import re
from collections.abc import Sequence

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.coaching import NarrationScript
from models.session import CookingSession, StageName, StageRun
from pipeline.providers.ports import Pace
from pipeline.providers.sentences import sentences

SMALL_KANA = frozenset("ァィゥェォャュョヮぁぃぅぇぉゃゅょゎ")  # spoken together with the kana before
KANJI = re.compile(r"[一-龥々]")
SOUNDED = re.compile(r"[^\W_]|ー")
MORAE_PER_KANJI = 1.7  # mean over the narrations of the curriculum
RECENT_RUNS = 20


def morae(text: str) -> float:
    """About: a kanji's reading is not looked up."""
    kanji = len(KANJI.findall(text))
    others = sum(1 for sign in SOUNDED.findall(KANJI.sub("", text)) if sign not in SMALL_KANA)
    return kanji * MORAE_PER_KANJI + others


def seconds(text: str, pace: Pace) -> float:
    """Of all sentences of the text, the pauses between them included."""
    return sum(
        pace.sentence + pace.mora * morae(sentence) + pace.comma * sentence.count("、")
        for sentence in sentences(text)
    )


def measured_pace(db: DbSession, model: str, pace: Pace) -> Pace:
    """The voice's pace, scaled so that the estimate of its latest narrations would have been right on average."""
    latest = (
        select(StageRun.session_id, StageRun.usage)
        .where(StageRun.stage == StageName.PRODUCE_VIDEO, col(StageRun.finished_at).is_not(None))
        .order_by(col(StageRun.finished_at).desc())
        .limit(RECENT_RUNS)
        .subquery()
    )
    statement = select(CookingSession.narration_script, latest.c.usage).join(
        latest, col(CookingSession.id) == latest.c.session_id
    )
    rows = [
        (NarrationScript.model_validate(script), usage)
        for script, usage in db.exec(statement)
        if usage.get("model") == model  # another voice has another pace
    ]
    actual = sum(float(usage["audio_seconds"]) for _, usage in rows)
    estimate = sum(seconds(part, pace) for script, _ in rows for part in _parts(script))
    if not actual or not estimate:
        return pace
    scale = actual / estimate
    return Pace(pace.mora * scale, pace.comma * scale, pace.sentence * scale)


def _parts(script: NarrationScript) -> Sequence[str]:
    return script.part1, script.pivot, script.part2
