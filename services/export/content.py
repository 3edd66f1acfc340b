"""What a learner gets of their data: read off their rows, nothing of anybody else's, and nothing that they took back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session as DbSession
from sqlmodel import SQLModel, col, select

from knowledge_base import export_talk, phrasebook
from models.base import JAPAN
from models.chat import ChatRoom, Message, MessageType, Sender, rooms_of
from models.coaching import CoachingText, RatingAspect
from models.consent import Consent
from models.dish import Dish
from models.learner import LearnerState
from models.media import Media, MediaKind, MediaState
from models.plan import PaidPeriod, Plan
from models.reminder import ReminderPause
from models.session import CookingSession
from models.user import User
from services.drafts import is_no_draft
from services.withheld import Shown, shown_of

_ENDINGS = {MediaKind.VIDEO: "mp4", MediaKind.MEMO: "m4a", MediaKind.VOICE_QUESTION: "m4a"}
_USER = ("line_user_id", "first_name", "email", "created_at", "learner_profile", "onboarding_done")
_PLAN = ("subscription_id", "customer_id", "period_end", "ends_on")
_PAID = ("invoice_id", "amount_yen", "starts_at", "ends_at", "paid_at", "receipt_url")
_PAUSE = ("created_at", "until")
_SESSION = (
    *("id", "session_number", "status", "created_at", "self_ratings", "voice_transcript", "structured_input"),
    *("video_analysis", "retrieved_principles", "coaching_text", "coaching_text_delivered_at"),
    "narration_script",
)
# What waits for a coach's eye, and what of the learner's state tells of the newest cook.
_MADE = ("video_analysis", "retrieved_principles", "coaching_text", "narration_script")
_LEARNT_LAST = ("recurring_mistakes", "open_skill", "learning_velocity", "next_focus", "ready_for_next_dish")


@dataclass(frozen=True)
class Document:
    name: str
    text: str


@dataclass(frozen=True)
class StoredFile:
    """An object of theirs, and what it is called in the file."""

    name: str
    key: str


@dataclass(frozen=True)
class Content:
    documents: Sequence[Document]
    files: Sequence[StoredFile]  # the newest cook first: those are what a full file still holds


def read_content(db: DbSession, user_id: int) -> Content:
    user = db.get_one(User, user_id)
    messages, cooks = _messages(db, user_id), _cooks(db, user_id)
    documents = [
        _json("profile", _profile(db, user, cooks)),
        _json("plan", _plan(db, user)),
        _json("consents", [_columns(each, ("kind", "text_version", "given_at", "withdrawn_at")) for each in _all(db, Consent, user_id)]),
        _json("messages", [_message_facts(each, room) for each, room in messages]),
        Document("messages.txt", "\n".join(_message_lines(messages))),
        _json("sessions", [{"dish": each.dish.name_ja, **_columns(each.row, each.columns)} for each in cooks]),
        *(Document(f"{each.folder}/coaching.txt", _told(each)) for each in cooks),
    ]  # fmt: skip
    return Content(documents, _files(db, user_id, cooks))


@dataclass(frozen=True)
class _Cook:
    """`shown`: what of it the learner may see by now; the file tells no more than the chat."""

    row: CookingSession
    dish: Dish
    shown: Shown

    @property
    def is_held_back(self) -> bool:
        return bool(self.row.coaching_text) and not self.shown.coaching

    @property
    def columns(self) -> Sequence[str]:
        return [name for name in _SESSION if not self.is_held_back or name not in _MADE]

    @property
    def folder(self) -> str:
        day = self.row.created_at.astimezone(JAPAN)
        return f"sessions/{day:%Y-%m-%d}-{self.dish.slug}-{self.row.session_number}"


def _profile(db: DbSession, user: User, cooks: Sequence[_Cook]) -> Mapping[str, Any]:
    state = db.exec(select(LearnerState).where(LearnerState.user_id == user.id)).first()
    learnt = state.model_dump(mode="json", exclude={"id", "user_id"}) if state else None
    held = {(each.dish.slug, each.row.session_number) for each in cooks if each.is_held_back}
    if learnt and held:
        summaries = learnt["session_summaries"]
        learnt["session_summaries"] = [
            each for each in summaries if (each["dish"], each["session"]) not in held
        ]
        learnt = {name: value for name, value in learnt.items() if name not in _LEARNT_LAST}
    pause = db.get(ReminderPause, user.id)
    reminders = {"off_since": user.reminders_off_since, "paused": _columns(pause, _PAUSE) if pause else None}
    return {**_columns(user, _USER), "learner_state": learnt, "reminders": reminders}


def _plan(db: DbSession, user: User) -> Mapping[str, Any]:
    plan, paid = db.get(Plan, user.id), _all(db, PaidPeriod, user.id)
    return {
        "status": user.subscription_status,
        "months_paid": user.months_paid,
        "plan": _columns(plan, _PLAN) if plan else None,
        "payments": [_columns(each, _PAID) for each in paid],
    }


def _messages(db: DbSession, user_id: int) -> Sequence[tuple[Message, ChatRoom]]:
    statement = (
        select(Message, ChatRoom)
        .join(ChatRoom, col(ChatRoom.id) == col(Message.chat_room_id))
        .where(col(Message.chat_room_id).in_(rooms_of(user_id)), col(Message.unsent_at).is_(None))
        .where(is_no_draft())
        .order_by(col(Message.created_at), col(Message.id))
    )
    return db.exec(statement).all()


def _message_facts(message: Message, room: ChatRoom) -> Mapping[str, Any]:
    facts = _columns(message, ("id", "session_id", "kind", "sender", "text", "created_at", "delivered_at"))
    return {**facts, "room": room.room_type}


def _message_lines(messages: Sequence[tuple[Message, ChatRoom]]) -> Sequence[str]:
    names = {Sender.USER: "あなた", Sender.COACH: export_talk.COACH}
    return [
        f"{_time(message.created_at)} {names.get(message.sender, phrasebook.SENDER_NAMES[room.room_type])}\n"
        f"{message.text or _FILM}\n"
        for message, room in messages
        if message.kind != MessageType.COOKING_VIDEO  # their own video, which stands there already
    ]


_FILM = "［動画］"


def _cooks(db: DbSession, user_id: int) -> Sequence[_Cook]:
    statement = (
        select(CookingSession, Dish)
        .join(Dish, col(Dish.id) == col(CookingSession.dish_id))
        .where(CookingSession.user_id == user_id)
        .order_by(col(CookingSession.id))
    )
    return [_Cook(cook, dish, shown_of(db, cook)) for cook, dish in db.exec(statement)]


def _told(each: _Cook) -> str:
    """As they read it in the chat, with what they gave to it."""
    cook = each.row
    parts = [f"{each.dish.name_ja}　{cook.session_number}回目　{_time(cook.created_at)}"]
    if each.shown.coaching:
        coaching = CoachingText.model_validate(each.shown.coaching)
        notes = [words for words in (coaching.praise, coaching.comparison, coaching.memo_note) if words]
        parts += [phrasebook.coaching_text(coaching, cook.session_number), *notes]
    if cook.voice_transcript:
        parts.append(f"作ったときの感想\n{cook.voice_transcript}")
    ratings = [
        f"{phrasebook.ASPECT_NAMES[aspect]}：{cook.self_ratings[aspect]}"
        for aspect in RatingAspect
        if aspect in cook.self_ratings
    ]
    if ratings:
        parts.append("自己評価（5がいちばん良い）\n" + "\n".join(ratings))
    return "\n\n".join(parts) + "\n"


def _files(db: DbSession, user_id: int, cooks: Sequence[_Cook]) -> Sequence[StoredFile]:
    files = []
    for cook in reversed(cooks):
        if cook.shown.video_path:
            files.append(StoredFile(f"{cook.folder}/coaching-video.mp4", cook.shown.video_path))
        if cook.shown.film_path:
            files.append(StoredFile(f"{cook.folder}/before-after.mp4", cook.shown.film_path))
        stored = [media for media in cook.row.media if media.is_stored]
        files += [StoredFile(f"{cook.folder}/{_name(media)}", media.object_key) for media in stored]
    files += _from_coaches(db, user_id)
    loose = select(Media).where(
        Media.user_id == user_id, col(Media.session_id).is_(None), Media.state == MediaState.STORED
    )
    others = db.exec(loose.order_by(col(Media.id).desc())).all()
    return [*files, *(StoredFile(f"others/{_name(media)}", media.object_key) for media in others)]


def _from_coaches(db: DbSession, user_id: int) -> Sequence[StoredFile]:
    """Videos, pictures and voices that people have sent them."""
    sent = select(Message).where(
        col(Message.chat_room_id).in_(rooms_of(user_id)),
        Message.kind == MessageType.COACH,
        col(Message.delivered_at).is_not(None),
    )
    files = []
    for message in db.exec(sent.order_by(col(Message.id).desc())):
        key = message.video_gcs_path or message.meta.get("key", "")
        if key:
            files.append(StoredFile(f"coach/{message.id}.{key.rpartition('.')[2]}", key))
    return files


def _name(media: Media) -> str:
    ending = _ENDINGS.get(media.kind) or media.object_key.rpartition(".")[2]
    return f"{media.kind}-{media.id}.{ending}"


def _all(db: DbSession, table: Any, user_id: int) -> Sequence[Any]:
    return db.exec(select(table).where(table.user_id == user_id).order_by(table.id)).all()


def _columns(row: SQLModel, names: Sequence[str]) -> Mapping[str, Any]:
    return row.model_dump(mode="json", include=set(names))


def _json(name: str, content: object) -> Document:
    return Document(f"{name}.json", json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n")


def _time(time: datetime) -> str:
    day = time.astimezone(JAPAN)
    return f"{day.year}年{day.month}月{day.day}日 {day:%H:%M}"
