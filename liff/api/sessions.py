"""A learner's cooks: the list, opening one, rating it, and what became of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session as DbSession

from liff.api.fields import (
    Body,
    ClipId,
    Cursor,
    DishSlug,
    Page,
    SessionId,
    next_cursor,
    position,
)
from liff.api.once import Once, OnceRoute
from liff.api.session_views import (
    Links,
    OpenSession,
    SessionDetail,
    SessionSummary,
    detail,
    summary_fields,
)
from liff.identity import Asking, CurrentLearner
from liff.parts import Parts, PartsOf, Reading, Transaction
from models.coaching import RatingAspect
from models.dish import Dish
from models.session import CookingSession
from services.cooking import RATINGS, open_cook_alone, rate
from services.cooks import cook_of, newest_cooks
from services.sessions import own_session, progress_of
from services.withdrawal import withdraw_clip

router = APIRouter(prefix="/sessions", tags=["sessions"], route_class=OnceRoute)

_SESSION = {
    "links": {
        name: {"operationId": name, "parameters": {"session_id": "$response.body#/id"}}
        for name in ("read_session", "rate_session")
    }
}
Mark = Annotated[int | None, Field(ge=RATINGS.start, le=RATINGS[-1], description="5 is best", examples=[4])]


class NewSession(Body):
    dish_slug: DishSlug


class Ratings(Body):
    """The learner's own marks, from 1 to 5. What is left out stays as it was."""

    appearance: Mark = None
    taste: Mark = None
    texture: Mark = None
    aroma: Mark = None


class SessionPage(Page):
    sessions: list[SessionSummary]


@router.get("", summary="List the learner's cooks, newest first")
async def list_sessions(
    asker: Asking,
    parts: PartsOf,
    db: Reading,
    dish_slug: Annotated[DishSlug | None, Query(description="Only cooks of this dish")] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=50, description="Of one page")] = 20,
) -> SessionPage:
    """Of all dishes, or of one."""
    cooks = await db.run(
        newest_cooks, asker.learner_id, limit + 1, dish_slug=dish_slug, before=position(cursor)
    )
    links = Links(parts)
    views = [SessionSummary.model_validate(summary_fields(cook, links)) for cook in cooks[:limit]]
    return SessionPage(sessions=views, next_cursor=next_cursor([cook.id for cook in cooks], limit))


@router.post(
    "",
    status_code=201,
    summary="Open the next cook of a dish",
    responses={201: _SESSION},
    dependencies=[Once],
)
def create_session(
    body: NewSession, response: Response, learner: CurrentLearner, parts: PartsOf, db: Transaction
) -> OpenSession:
    """A cook that still waits for its video is given over to the dish; what was sent before it is taken in."""
    session = open_cook_alone(db, learner, body.dish_slug)
    path = f"/api/sessions/{session.id}"
    response.headers["Location"] = path
    db.flush()
    db.refresh(session)
    return OpenSession.model_validate(
        summary_fields(cook_of(db, session, db.get_one(Dish, session.dish_id)), Links(parts))
        | {"upload_path": f"{path}/upload", "voice_memo_path": f"{path}/voice-memo"}
    )


@router.get("/{session_id}", summary="Read one cook, with its coaching")
async def read_session(session_id: SessionId, asker: Asking, parts: PartsOf, db: Reading) -> SessionDetail:
    return await db.run(_read, asker.learner_id, session_id, parts)


@router.patch("/{session_id}/ratings", summary="Rate one's own dish")
def rate_session(
    session_id: SessionId, body: Ratings, learner: CurrentLearner, parts: PartsOf, db: Transaction
) -> SessionDetail:
    """Until the coaching text is there; what was not rated by then, also after."""
    session = own_session(db, learner.id, session_id, lock=True)
    for aspect, value in body.model_dump(exclude_none=True).items():
        rate(db, session, RatingAspect(aspect), value)
    db.flush()
    db.refresh(session)
    return _detail(session, parts, db)


@router.delete("/{session_id}/clips/{clip_id}", status_code=204, summary="Take a clip of a cook back")
def withdraw_own_clip(
    session_id: SessionId, clip_id: ClipId, learner: CurrentLearner, db: Transaction
) -> None:
    """Until the coaching text is there. Our copies are deleted, and nothing is made of it; another may be sent."""
    withdraw_clip(db, own_session(db, learner.id, session_id, lock=True), clip_id)


def _read(db: DbSession, learner_id: int, session_id: int, parts: Parts) -> SessionDetail:
    return _detail(own_session(db, learner_id, session_id), parts, db)


def _detail(session: CookingSession, parts: Parts, db: DbSession) -> SessionDetail:
    cook = cook_of(db, session, db.get_one(Dish, session.dish_id))
    progress = progress_of(db, [session], parts.streams.told(db))[session.id]
    return detail(session, cook, progress, Links(parts))
