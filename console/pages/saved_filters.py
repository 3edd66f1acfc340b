"""The tabs that a coach has made for themselves."""

from typing import Annotated

from fastapi import APIRouter, Form, Path
from fastapi.responses import RedirectResponse

from console.fields import MAX_ID
from console.identity import SignedInCoach
from console.parts import Transaction
from services.threads.filters import ThreadFilter
from services.threads.saved_filters import query_of, remove_filter, save_filter
from services.threads.search import LONGEST

router = APIRouter(prefix="/filters")

FilterId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.post("")
def save(
    asker: SignedInCoach,
    db: Transaction,
    name: Annotated[str, Form(max_length=100)],
    chosen: Annotated[ThreadFilter, Form(alias="filter")],
    q: Annotated[str, Form(max_length=LONGEST)] = "",
) -> RedirectResponse:
    """Raises FilterNameUnfit, TooManyFilters."""
    save_filter(db, asker.coach_id, name, chosen, q)
    return RedirectResponse(f"/console/threads?{query_of(chosen, q)}", 303)


@router.post("/{filter_id}/remove")
def remove(filter_id: FilterId, asker: SignedInCoach, db: Transaction) -> RedirectResponse:
    remove_filter(db, asker.coach_id, filter_id)
    return RedirectResponse("/console/threads", 303)
