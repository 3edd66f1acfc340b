"""The list of threads, and the search through them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from console.identity import SignedInCoach
from console.pages.wording import WORDS
from console.parts import Reading
from console.shell import render
from services.coaches import learner_seen
from services.threads.filters import ThreadFilter
from services.threads.rows import count_waiting, list_threads, thread_row
from services.threads.saved_filters import LONGEST_NAME, query_of, saved_filters
from services.threads.search import LONGEST, search

router = APIRouter(prefix="/threads")

Chosen = Annotated[ThreadFilter, Query(alias="filter")]
UserId = Annotated[int, Path(ge=1, lt=2**31)]
Before = Annotated[int | None, Query(ge=1, lt=2**31)]


@router.get("")
async def threads(
    request: Request,
    asker: SignedInCoach,
    db: Reading,
    chosen: Annotated[ThreadFilter | None, Query(alias="filter")] = None,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    before: Before = None,
) -> HTMLResponse:
    """What is looked for is looked for everywhere, unless a filter is chosen too."""
    chosen = chosen or (ThreadFilter.ALL if q.strip() else ThreadFilter.NEEDS)
    found = await db.run(search, asker, q, chosen) if q.strip() else None
    listed = await db.run(list_threads, asker, chosen, before=before) if found is None else None
    return render(
        request,
        "threads.html",
        asker=asker,
        words=WORDS,
        chosen=chosen,
        filters=list(ThreadFilter),
        waiting=await db.run(count_waiting, asker),
        listed=listed,
        before=before,
        found=found,
        q=q.strip(),
        query_of=query_of,
        saved=await db.run(saved_filters, asker.coach_id),
        longest_name=LONGEST_NAME,
    )


@router.get("/{user_id}/row")
async def row(
    request: Request,
    user_id: UserId,
    asker: SignedInCoach,
    db: Reading,
    chosen: Chosen = ThreadFilter.NEEDS,
) -> Response:
    """As the list shows it; 204 where it is not in it. A header tells how many threads need
    somebody."""
    await db.run(learner_seen, asker, user_id)
    found = await db.run(thread_row, asker, user_id, chosen)
    if found is None:
        answer: Response = Response(status_code=204)
    else:
        answer = render(request, "thread_row.html", asker=asker, words=WORDS, row=found)
    answer.headers["X-Waiting"] = str(await db.run(count_waiting, asker))
    return answer
