"""The two rooms of the chat, as far as what was said in them, and asking the coach."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from knowledge_base import phrasebook
from liff.api.fields import Body, Cursor, Page, Words, next_cursor, position
from liff.api.once import Once, OnceRoute
from liff.api.session_views import Links
from liff.identity import Asking, CurrentLearner
from liff.parts import PartsOf, Reading, Transaction
from liff.problems import problem
from models.chat import MessageType, RoomType, Sender
from services.messages import SeenMessage, newest_messages, rooms, say
from services.questions import TooManyQuestions

router = APIRouter(prefix="/chat/rooms", tags=["chat"], route_class=OnceRoute)

Type = Annotated[RoomType, Path(description="Which room")]
TOMORROW = 86_400  # seconds


class Room(BaseModel):
    type: RoomType
    name: str = Field(description="In Japanese")
    last_message_at: datetime | None = Field(description="null where nothing was said yet")


class MessageView(BaseModel):
    id: int
    sender: Sender
    type: MessageType
    session_id: int | None = Field(description="The cook that it is about")
    text: str = Field(description='"" of a video')
    video_url: str | None = Field(description="Signed, for seven days; null where there is none any more")
    answers_id: int | None = Field(description="The message that it answers")
    created_at: datetime

    @classmethod
    def of(cls, seen: SeenMessage, links: Links) -> Self:
        message = seen.message
        return cls(
            id=message.id,
            sender=message.sender,
            type=message.kind,
            session_id=message.session_id,
            text=message.text,
            video_url=links.to(seen.video_key),
            answers_id=message.answers_id,
            created_at=message.created_at,
        )


class MessagePage(Page):
    messages: list[MessageView] = Field(description="Newest first")


class NewMessage(Body):
    text: Words


@router.get("", summary="List the learner's rooms")
async def list_rooms(asker: Asking, db: Reading) -> list[Room]:
    names = phrasebook.SENDER_NAMES
    return [
        Room(type=room.room_type, name=names[room.room_type], last_message_at=room.last_message_at)
        for room in await db.run(rooms, asker.learner_id)
    ]


@router.get("/{room_type}/messages", summary="Read a room, newest first")
async def list_messages(
    room_type: Type,
    asker: Asking,
    parts: PartsOf,
    db: Reading,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Of one page")] = 30,
) -> MessagePage:
    """What the learner took back is not shown."""
    found = await db.run(newest_messages, asker.learner_id, room_type, limit + 1, before=position(cursor))
    links = Links(parts)
    views = [MessageView.of(seen, links) for seen in found[:limit]]
    return MessagePage(messages=views, next_cursor=next_cursor([seen.message.id for seen in found], limit))


@router.post(
    "/{room_type}/messages",
    status_code=201,
    summary="Ask the coach",
    dependencies=[Once],
    response_model=MessageView,
)
def send_message(
    room_type: Type, body: NewMessage, learner: CurrentLearner, parts: PartsOf, db: Transaction
) -> MessageView | Response:
    """The answer comes into the coaching room, and into the learner's LINE. Only that room takes words."""
    try:
        message = say(db, learner, room_type, body.text)
    except TooManyQuestions as error:
        # No exception to the framework: what they said is kept.
        answer = problem(429, error.words_key)
        answer.headers["Retry-After"] = str(TOMORROW)
        return answer
    return MessageView.of(SeenMessage(message, ""), Links(parts))
