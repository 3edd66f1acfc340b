"""A database of the release before media rows, with a row of every kind that one could hold."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, text

NOW = datetime.now(UTC).replace(microsecond=0)
EARLIER = NOW - timedelta(hours=2)
LONG_AGO = NOW - timedelta(days=3)
LEASE_END = NOW + timedelta(minutes=5)


@dataclass
class OldDatabase:
    """Rows as release 0002 wrote them; ids by what a test calls them."""

    connection: Connection
    ids: dict[str, int] = field(default_factory=dict)

    def insert(self, table: str, name: str, **values: Any) -> int:
        plain = {
            key: json.dumps(value) if isinstance(value, (dict, list)) else value
            for key, value in values.items()
        }
        columns = ", ".join(f'"{key}"' for key in plain)
        places = ", ".join(f":{key}" for key in plain)
        statement = f'INSERT INTO "{table}" ({columns}) VALUES ({places}) RETURNING id'  # noqa: S608 - names of ours
        self.ids[name] = self.connection.execute(text(statement), plain).scalar_one()
        return self.ids[name]

    def session(self, name: str, dish: str, number: int, **values: Any) -> int:
        dish_id = self.connection.scalar(text("SELECT id FROM dish WHERE slug = :slug"), {"slug": dish})
        empty: dict[str, Any] = {
            "video_channel": "",
            "raw_video_url": "",
            "memo_channel": "",
            "memo_skipped": False,
        }
        empty |= {"voice_transcript": "", "pipeline_error": ""}
        empty |= {"coaching_video_gcs_path": "", "coaching_preview_gcs_path": ""}
        user_id = self.ids["yuko"]
        return self.insert(
            "session", name, user_id=user_id, dish_id=dish_id, session_number=number, **(empty | values)
        )

    def message(self, name: str, sender: str, kind: str, **values: Any) -> int:
        meta = {"type": kind, "session_id": values.get("session_id"), **values.pop("meta", {})}
        empty: dict[str, Any] = {"text": "" if values.get("video_gcs_path") else name, "video_gcs_path": ""}
        empty |= {"channel": "moment", "attempts": 0, "delivered_by": "", "error": ""}
        room = self.ids["coaching"]
        return self.insert(
            "message", name, chat_room_id=room, sender=sender, metadata=meta, **(empty | values)
        )

    def run(self, session: str, stage: str, **values: Any) -> None:
        empty: dict[str, Any] = {"attempt": 1, "error": ""}
        self.insert(
            "stage_run",
            f"{session} {stage}",
            session_id=self.ids[session],
            stage=stage,
            **(empty | values),
        )


def fill(connection: Connection) -> OldDatabase:
    """The schema is at 0002."""
    old = OldDatabase(connection)
    old.insert("user", "yuko", line_user_id="U1", first_name="ゆうこ", onboarding_done=False)
    old.insert("chatroom", "coaching", user_id=old.ids["yuko"], room_type="coaching")
    _fill_inbox(old)
    _fill_sessions(old)
    _fill_footage_without_a_session(old)
    _fill_conversation(old)
    connection.commit()
    return old


def _fill_inbox(old: OldDatabase) -> None:
    event = {"source": "line", "channel": "moment", "line_user_id": "U1", "attempts": 0, "error": ""}
    body = {"type": "message", "message": {"id": "m-at-work", "type": "video"}}
    old.insert(
        "inbox_event",
        "handled",
        event_id="e1",
        event_type="message",
        timestamp_ms=1,
        body=body,
        handled_at=EARLIER,
        outcome="take_video",
        **event,
    )
    for number in (2, 3):
        old.insert(
            "inbox_event",
            f"waiting {number}",
            event_id=f"e{number}",
            event_type="message",
            timestamp_ms=number,
            outcome="",
            **event,
        )


def _fill_sessions(old: OldDatabase) -> None:
    at_work = {
        "video_channel": "moment",
        "video_message_id": "m-at-work",
        "video_received_at": EARLIER,
        "raw_video_url": "videos/m-at-work.mp4",
        "video_facts": {"fps": 30},
        "proxy_url": "videos/m-at-work.proxy.mp4",
        "proxy_facts": {"fps": 25},
        "memo_channel": "moment",
        "memo_message_id": "m-memo",
        "voice_memo_url": "memos/m-memo.m4a",
        "status": "processing",
    }
    session_id = old.session("at work", "fried-rice", 2, **at_work)
    old.run("at work", "store_video", finished_at=EARLIER)
    old.run("at work", "prepare_video", finished_at=EARLIER)
    old.run("at work", "store_memo", finished_at=EARLIER)
    old.run("at work", "analyze_video", lease_token=uuid4(), leased_until=LEASE_END)
    old.run("at work", "transcribe_memo", attempt=2, not_before=LEASE_END)
    sent = {"session_id": session_id, "created_at": EARLIER}
    old.message(
        "［動画］", "user", "video", line_message_id="m-at-work", meta={"event_kind": "video"}, **sent
    )
    old.message("［音声］", "user", "audio", line_message_id="m-memo", meta={"event_kind": "audio"}, **sent)
    old.message(
        "［音声］ before", "user", "audio", line_message_id="m-memo-0", meta={"event_kind": "audio"}, **sent
    )

    coached = {
        "video_channel": "moment",
        "video_message_id": "m-coached",
        "video_received_at": LONG_AGO,
        "coaching_text": {"mondaiten": "…"},
        "status": "completed",
    }
    session_id = old.session("footage taken back", "fried-rice", 1, **coached)
    old.run("footage taken back", "coach_text", finished_at=LONG_AGO)
    old.message(
        "［送信取消］",
        "user",
        "video",
        line_message_id="m-coached",
        session_id=session_id,
        meta={"event_kind": "video", "unsent": True, "purged_at": LONG_AGO.isoformat()},
        created_at=LONG_AGO,
    )
    old.message(
        "the text",
        "ai",
        "coaching_ready",
        session_id=session_id,
        retry_key=uuid4(),
        delivered_at=LONG_AGO,
        delivered_by="push",
        line_message_id="b-card",
        meta={"line_message_ids": ["b-card", "b-note"]},
        attempts=1,
        created_at=LONG_AGO,
    )
    old.message(
        "",
        "ai",
        "coaching_video",
        session_id=session_id,
        video_gcs_path="sessions/1/coaching_video.mp4",
        retry_key=uuid4(),
        delivered_at=LONG_AGO,
        delivered_by="push",
        line_message_id="b-video",
        meta={"line_message_ids": ["b-video"], "watched_at": EARLIER.isoformat()},
        attempts=1,
        created_at=LONG_AGO,
    )

    old.session(
        "not fetched",
        "pomodoro",
        1,
        video_channel="moment",
        video_message_id="m-lost",
        video_received_at=EARLIER,
        status="failed",
        pipeline_error="store_video: gone",
    )
    old.run("not fetched", "store_video", attempt=5, parked_at=EARLIER, error="gone")
    new = {"video_channel": "moment", "video_message_id": "m-new", "video_received_at": EARLIER}
    old.session("on its way", "beef-steak", 1, **new)
    old.session("waiting", "beef-steak", 2)


def _fill_footage_without_a_session(old: OldDatabase) -> None:
    video, audio = {"event_kind": "video"}, {"event_kind": "audio"}
    old.message(
        "kept", "user", "video", line_message_id="m-kept", meta=video | {"kept_at": EARLIER.isoformat()}
    )
    old.message("forgotten", "user", "audio", line_message_id="m-old", meta=audio, created_at=LONG_AGO)
    old.message(
        "rejected",
        "user",
        "video",
        line_message_id="m-rejected",
        session_id=old.ids["waiting"],
        meta=video | {"rejected": "too_short"},
    )


def _fill_conversation(old: OldDatabase) -> None:
    old.message(
        "まだですか",
        "user",
        "question",
        line_message_id="m-question",
        quote_token="q-1",
        meta={"event_kind": "text", "quoted_message_id": "b-card", "calls": [{"cost_usd": 0.1}]},
        attempts=1,
        created_at=EARLIER,
    )
    old.message(
        "もうすぐです",
        "ai",
        "answer",
        answers_id=old.ids["まだですか"],
        retry_key=uuid4(),
        meta={"quotes": "q-1"},
        next_attempt_at=LEASE_END,
    )
    old.message("焼き時間は", "user", "question", line_message_id="m-question-2", meta={"event_kind": "text"})
    old.message(
        "［音声］ question",
        "user",
        "question",
        line_message_id="m-voice",
        meta={"event_kind": "audio"},
        created_at=EARLIER,
    )
    old.message("parked", "ai", "notice", retry_key=uuid4(), parked_at=EARLIER, error="Refused: 400")
