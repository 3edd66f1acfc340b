"""Filters with words looked for, which a coach has named to come back to: their own, nobody else's."""

from collections.abc import Sequence
from urllib.parse import urlencode

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.handover import SavedFilter
from services.coaches import audit
from services.threads.filters import ThreadFilter
from services.threads.search import LONGEST

MOST = 12  # tabs of a coach
LONGEST_NAME = 20


class FilterNameUnfit(MomentError):
    """No name, one that is too long, or none of this list's filters."""

    words = "console.filter_name_unfit"


class TooManyFilters(MomentError):
    """MOST are kept already."""

    words = "console.too_many_filters"


def query_of(chosen: ThreadFilter, words: str) -> str:
    """As the list's address has it: the same for the same filter and words."""
    return urlencode({"filter": chosen.value} | ({"q": words.strip()} if words.strip() else {}))


def saved_filters(db: DbSession, coach_id: int) -> Sequence[SavedFilter]:
    """The oldest first."""
    mine = select(SavedFilter).where(SavedFilter.coach_id == coach_id)
    return db.exec(mine.order_by(col(SavedFilter.id))).all()


def save_filter(db: DbSession, coach_id: int, name: str, chosen: ThreadFilter, words: str) -> None:
    """Under a name that is used already, in place of what it stood for. Raises FilterNameUnfit, TooManyFilters."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or len(words) > LONGEST:
        raise FilterNameUnfit(f"{len(name)} characters")
    row = insert(SavedFilter).values(coach_id=coach_id, name=name, query=query_of(chosen, words))
    kept = row.on_conflict_do_update(
        index_elements=["coach_id", "name"], set_={"query": row.excluded.query}
    ).returning(col(SavedFilter.id))
    filter_id = db.execute(kept).scalar_one()
    count = select(func.count()).select_from(SavedFilter).where(SavedFilter.coach_id == coach_id)
    if db.exec(count).one() > MOST:
        raise TooManyFilters(f"coach {coach_id}")
    audit(db, coach_id, "filter.save", filter_id=filter_id, filter=chosen)


def remove_filter(db: DbSession, coach_id: int, filter_id: int) -> None:
    """Of one that is not theirs, or gone, nothing is done."""
    mine = col(SavedFilter.id) == filter_id, col(SavedFilter.coach_id) == coach_id
    if db.exec(delete(SavedFilter).where(*mine)).rowcount:
        audit(db, coach_id, "filter.remove", filter_id=filter_id)
