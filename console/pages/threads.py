"""The list of threads, and the search through them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from console.identity import SignedInCoach
from console.live import MOST
from console.pages.wording import WORDS
from console.parts import Reading
from console.shell import render
from services.threads.filters import ThreadFilter
from services.threads.rows import count_waiting, list_threads, listed_rows
from services.threads.saved_filters import LONGEST_NAME, query_of, saved_filters
from services.threads.search import LONGEST, search

router = APIRouter(prefix="/threads")

Chosen = Annotated[ThreadFilter, Query(alias="filter")]
UserId = Annotated[int, Field(ge=1, lt=2**31)]
Before = Annotated[int | None, Query(ge=1, lt=2**31)]


@router.get("")
async def threads(
    request: Request,
    asker: SignedInCoach,
    db: Reading,
    chosen: Annotated[ThreadFilter | None, Query(alias="filter")] = None,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    before: Before = None,
    silent: Before = None,
) -> HTMLResponse:
    """What is looked for is looked for everywhere, unless a filter is chosen too."""
    chosen = chosen or (ThreadFilter.ALL if q.strip() else ThreadFilter.NEEDS)
    found = await db.run(search, asker, q, chosen) if q.strip() else None
    listed = (
        await db.run(list_threads, asker, chosen, before=before, silent=silent) if found is None else None
    )
    return render(
        request,
        "threads.html",
        asker=asker,
        words=WORDS,
        chosen=chosen,
        filters=list(ThreadFilter),
        waiting=await db.run(count_waiting, asker),
        listed=listed,
        is_first=before is None and silent is None,
        found=found,
        q=q.strip(),
        query_of=query_of,
        saved=await db.run(saved_filters, asker.coach_id),
        longest_name=LONGEST_NAME,
    )


@router.get("/rows")
async def rows(
    request: Request,
    asker: SignedInCoach,
    db: Reading,
    user_ids: Annotated[list[UserId], Query(alias="of", max_length=MOST)],
    chosen: Chosen = ThreadFilter.NEEDS,
) -> HTMLResponse:
    """Of these threads, those that are in the list, as it shows them. A header tells how many threads need somebody."""
    found = await db.run(listed_rows, asker, user_ids, chosen)
    answer = render(request, "thread_rows.html", asker=asker, words=WORDS, rows=found)
    answer.headers["X-Waiting"] = str(await db.run(count_waiting, asker))
    return answer
