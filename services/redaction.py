"""Words that a learner took back, found again in what was made of them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.chat import Message, Sender, rooms_of
from models.learner import LearnerState
from models.session import CookingSession, StageRun

RUN = 8  # characters in a row that are somebody's own words, and not merely the language's
MARK = "［取り消し］"


def redact(value: Any, words: str) -> Any:
    """The same JSON, in whose strings each run of `words` of at least RUN characters is a mark."""
    if isinstance(value, str):
        return _redact_text(value, words)
    if isinstance(value, list):
        return [redact(entry, words) for entry in value]
    if isinstance(value, dict):
        return {key: redact(entry, words) for key, entry in value.items()}
    return value


def redact_everywhere(db: DbSession, user_id: int, words: str) -> Sequence[int]:
    """In all that we wrote to this learner and of them. What they said again themselves is theirs to take back.
    Returns the ids of the questions whose answers say the words aloud: that can only be deleted."""
    if len(words.strip()) < RUN:
        return []
    spoken = []
    ours = col(Message.chat_room_id).in_(rooms_of(user_id)), Message.sender != Sender.USER
    for message in db.exec(select(Message).where(*ours)):
        written = message.text
        _redact_row(db, message, words, "text", "line_body", "error")
        if message.speech_ms is not None and message.answers_id is not None and message.text != written:
            spoken.append(message.answers_id)
    sessions = select(CookingSession).where(CookingSession.user_id == user_id)
    for session in db.exec(sessions):
        made_of_words = ("structured_input", "video_analysis", "coaching_text", "narration_script")
        _redact_row(db, session, words, *made_of_words, "pipeline_error")
    runs = select(StageRun).join(CookingSession, col(StageRun.session_id) == col(CookingSession.id))
    for run in db.exec(runs.where(CookingSession.user_id == user_id)):
        _redact_row(db, run, words, "error")
    for state in db.exec(select(LearnerState).where(LearnerState.user_id == user_id)):
        _redact_row(db, state, words, "session_summaries", "next_focus")
    return spoken


def _redact_row(db: DbSession, row: Any, words: str, *columns: str) -> None:
    for column in columns:
        value = getattr(row, column)
        without = redact(value, words)
        if without != value:
            setattr(row, column, without)
            db.add(row)


def _redact_text(text: str, words: str) -> str:
    runs = {words[start : start + RUN] for start in range(len(words) - RUN + 1)}
    rest, at = [], 0
    while at < len(text):
        if text[at : at + RUN] not in runs:
            rest.append(text[at])
            at += 1
            continue
        end = at + RUN
        while text[end - RUN + 1 : end + 1] in runs and end < len(text):
            end += 1
        rest.append(MARK)
        at = end
    return "".join(rest)
