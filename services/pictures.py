"""The picture of a learner's progress: drawn where it is asked for, kept under a key that nobody can guess."""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from drawings import progress as drawing
from knowledge_base import phrasebook, places_talk
from logs.logger import get_logger
from models.database import Database
from models.picture import ProgressPicture
from models.user import User
from services.progress import LearnerProgress, Skill, marks_of, progress_of_learner
from storage.keys import new_progress_picture_key
from storage.store import ObjectStore, StoreError

log = get_logger(__name__)


@dataclass(frozen=True)
class Picture:
    """Of one learner, in the store; its size in pixels."""

    object_key: str
    width: int
    height: int


@dataclass(frozen=True)
class ProgressPictures:
    database: Database
    store: ObjectStore

    def prepare(self, user_id: int) -> Picture | None:
        """Outside a transaction. The row comes first, so that a deletion finds the object; made again, nothing more is
        done. None before the first coaching, and where the store is away: a picture is never worth an answer."""
        with self.database.transaction() as db:
            user = db.get(User, user_id)
            figures = figures_of(progress_of_learner(db, user)) if user is not None else None
            if figures is None:
                return None
            key = _key_of(db, user_id, figures.content)
        try:
            if not self.store.exists(key):
                self.store.put(key, [drawing.draw(figures)], "image/png")
        except StoreError as error:
            log.warning("no picture of the progress", error=type(error).__name__)
            return None
        return Picture(key, *drawing.size_of(figures))


def figures_of(progress: LearnerProgress) -> drawing.Figures | None:
    """The newest cooks, and the skills that they practised: what is acquired first. None before the first coaching."""
    cooks = progress.coached[-drawing.MOST_COOKS :]
    if not cooks:
        return None
    columns = {cook.id: index for index, cook in enumerate(cooks)}
    recent = [skill for skill in progress.acquired if _is_among(skill, columns)]
    recent += [skill for skill in progress.developing if _is_among(skill, columns)]
    shown, rest = recent[: drawing.MOST_SKILLS], recent[drawing.MOST_SKILLS :]
    return drawing.Figures(
        words=places_talk.picture_words(len(rest)),
        columns=[(progress.dishes[cook.dish_id].name_ja, cook.session_number) for cook in cooks],
        skills=[
            drawing.Row(
                skill.name,
                [columns[each] for each in skill.session_ids if each in columns],
                skill.is_acquired,
            )
            for skill in shown
        ],
        marks=[
            drawing.Marks(phrasebook.ASPECT_NAMES[aspect], values)
            for aspect, values in marks_of(cooks).items()
        ],
    )


def _is_among(skill: Skill, columns: dict[int, int]) -> bool:
    return any(session_id in columns for session_id in skill.session_ids)


def _key_of(db: DbSession, user_id: int, content: bytes) -> str:
    """Of the row with this content, which is made where there is none."""
    values = {"user_id": user_id, "content": content, "object_key": new_progress_picture_key()}
    db.execute(insert(ProgressPicture).values(values).on_conflict_do_nothing())
    same = select(ProgressPicture.object_key).where(ProgressPicture.user_id == user_id)
    return db.exec(same.where(col(ProgressPicture.content) == content)).one()
