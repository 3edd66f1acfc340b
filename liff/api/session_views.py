"""A session as the API shows it. Times are UTC; `*_seconds` count from the start of the learner's video; of several clips, they are
one after another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from pydantic import BaseModel, Field

from knowledge_base.catalogue import load
from liff.parts import Parts
from models.base import utc_now
from models.coaching import CoachingText, CookingEvent, RatingAspect, RetrievedPrinciple, VideoAnalysis
from models.media import Media, MediaState
from models.rules.next_step import Ask
from models.rules.progress import Progress, StageState
from models.session import CookingSession, SessionStatus
from services.cooks import Cook


@dataclass(frozen=True)
class Links:
    """Signed at this reading, for as long as an answer of the API is of use."""

    parts: Parts

    def to(self, key: str | None) -> str | None:
        if not key:
            return None
        life = timedelta(days=self.parts.settings.media_link_days)
        return self.parts.links.link(key, utc_now() + life)


class DishName(BaseModel):
    slug: str = Field(examples=["fried-rice"])
    name: str = Field(description="In Japanese", examples=["チャーハン"])


class CoachingCard(BaseModel):
    """The design document's four."""

    mondaiten: str = Field(description="What went wrong, or could be still better")
    skill: str = Field(description="What to learn from this cook")
    next_action: str = Field(description="The one thing to try next time")
    success_sign: str = Field(description="How to tell that it worked")


class MemoAnswer(BaseModel):
    question: str
    answer: str


class Coaching(CoachingCard):
    last_time: str = Field(description='What became of what was asked the time before; ""')
    praise: str
    comparison: str = Field(description='With the cook before; ""')
    stop_cue: str = Field(description='When to stop; ""')
    safety: str = Field(description='A warning; ""')
    memo_answers: list[MemoAnswer] = Field(description="To what was asked in the memo")
    memo_note: str = Field(description='Of a memo that could not be understood; ""')
    outlook: str = Field(description='How it goes on after this cook; ""')
    suggested_questions: list[str] = Field(description="That the learner may want to ask, at most four")


class Moment(BaseModel):
    """Something that is seen or heard in the video."""

    at_seconds: int = Field(ge=0)
    duration_seconds: int = Field(ge=0)
    event: str = Field(description="In observable words, Japanese")

    @classmethod
    def of(cls, event: CookingEvent) -> Self:
        return cls(at_seconds=event.t_seconds, duration_seconds=event.duration_seconds, event=event.event)


class Moments(BaseModel):
    key_moment_seconds: int = Field(ge=0, description="What the coaching video stops at")
    events: list[Moment]


class Principle(BaseModel):
    id: str
    title: str
    skill: str
    skill_name: str = Field(description="In Japanese")


class Clip(BaseModel):
    id: int
    position: int = Field(ge=1, description="Its place among the cook's clips")
    state: MediaState
    seconds: float | None = Field(description="Its length; null until it is known")
    received_at: datetime
    url: str | None = Field(description="Signed, for seven days; null until it is stored")


class Photo(BaseModel):
    id: int
    state: MediaState
    received_at: datetime
    url: str | None = Field(description="Signed, for seven days; null until it is stored")


class Memo(BaseModel):
    transcript: str = Field(description='What was heard, or written; "" until then')
    audio_url: str | None = Field(description="Signed, for seven days; null where it was written")


class ProgressView(BaseModel):
    """How far the coaching has come. The times are honest guesses from our own last sessions."""

    session_id: int
    status: SessionStatus
    stages: Mapping[str, StageState] = Field(description="By name, in the order of the pipeline")
    text_in_seconds: int | None = Field(
        ge=0, description="Until the coaching text; 0 when it is due, null when none is on its way"
    )
    video_in_seconds: int | None = Field(
        ge=0, description="Until the coaching video; null when none is on its way, or nothing is known yet"
    )

    @classmethod
    def of(cls, progress: Progress) -> Self:
        return cls(
            session_id=progress.session_id,
            status=progress.status,
            stages=progress.stages,
            text_in_seconds=_seconds(progress.text_in),
            video_in_seconds=_seconds(progress.video_in),
        )


class SessionSummary(BaseModel):
    """One cook of one dish."""

    id: int
    dish: DishName
    session_number: int = Field(ge=1, le=3, description="The first, second or third cook of the dish")
    status: SessionStatus
    next_step: Ask = Field(description="What the learner is asked, or waits for")
    self_ratings: Mapping[RatingAspect, int] = Field(description="From 1 to 5, as far as they were given")
    has_video: bool
    has_memo: bool = Field(description="Spoken or written")
    coaching: CoachingCard | None = Field(description="null until it is there")
    coaching_video_url: str | None = Field(description="Signed, for seven days; null until it is there")
    coaching_preview_url: str | None = Field(description="Its still picture")
    created_at: datetime
    updated_at: datetime


class OpenSession(SessionSummary):
    upload_path: str = Field(description="POST there to send the video of this cook")
    voice_memo_path: str = Field(description="POST there to send the learner's voice memo")


class SessionDetail(SessionSummary):
    coaching: Coaching | None = Field(description="null until it is there")
    coached_at: datetime | None = Field(description="When the text was delivered in the chat")
    clips: list[Clip]
    photos: list[Photo] = Field(description="Of the dish, in the order in which they came")
    memo: Memo | None = Field(description="null where none came")
    moments: Moments | None = Field(description="null until the video is analysed")
    principles: list[Principle] = Field(description="What the coaching rests on")
    progress: ProgressView


def summary_fields(cook: Cook, links: Links) -> dict[str, object]:
    return {
        "id": cook.id,
        "dish": DishName(slug=cook.dish_slug, name=cook.dish_name),
        "session_number": cook.session_number,
        "status": cook.status,
        "next_step": cook.ask,
        "self_ratings": cook.self_ratings,
        "has_video": cook.has_video,
        "has_memo": cook.has_memo,
        "coaching": CoachingCard.model_validate(cook.coaching) if cook.coaching else None,
        "coaching_video_url": links.to(cook.video_path),
        "coaching_preview_url": links.to(cook.preview_path),
        "created_at": cook.created_at,
        "updated_at": cook.updated_at,
    }


def detail(session: CookingSession, cook: Cook, progress: Progress, links: Links) -> SessionDetail:
    coaching = CoachingText.model_validate(cook.coaching) if cook.coaching else None
    fields = summary_fields(cook, links) | {
        "coaching": Coaching.model_validate(coaching.model_dump()) if coaching else None,
        "coached_at": session.coaching_text_delivered_at,
        "clips": [_clip(media, links) for media in session.videos],
        "photos": [_photo(media, links) for media in session.photos],
        "memo": _memo(session, links),
        "moments": _moments(session),
        "principles": [_principle(each) for each in _retrieved(session, coaching)],
        "progress": ProgressView.of(progress),
    }
    return SessionDetail.model_validate(fields)


def _clip(media: Media, links: Links) -> Clip:
    return Clip(
        id=media.id,
        position=media.position,
        state=media.state,
        seconds=media.facts.get("duration_seconds"),
        received_at=media.received_at,
        url=links.to(media.object_key) if media.is_stored else None,
    )


def _photo(media: Media, links: Links) -> Photo:
    url = links.to(media.object_key) if media.is_stored else None
    return Photo(id=media.id, state=media.state, received_at=media.received_at, url=url)


def _memo(session: CookingSession, links: Links) -> Memo | None:
    if session.memo is None and not session.voice_transcript:
        return None
    stored = session.memo is not None and session.memo.is_stored
    return Memo(
        transcript=session.voice_transcript, audio_url=links.to(session.voice_memo_url) if stored else None
    )


def _moments(session: CookingSession) -> Moments | None:
    if not session.video_analysis:
        return None
    analysis = VideoAnalysis.model_validate(session.video_analysis)
    return Moments(
        key_moment_seconds=analysis.key_moment_seconds,
        events=[Moment.of(event) for event in analysis.cooking_events],
    )


def _retrieved(session: CookingSession, coaching: CoachingText | None) -> list[RetrievedPrinciple]:
    """Those that the coaching names; none before there is one."""
    if coaching is None:
        return []
    found = [RetrievedPrinciple.model_validate(each) for each in session.retrieved_principles]
    return [each for each in found if each.principle_id in coaching.principle_ids]


def _principle(found: RetrievedPrinciple) -> Principle:
    name = load().skills.get(found.category, found.category)
    return Principle(id=found.principle_id, title=found.title, skill=found.category, skill_name=name)


def _seconds(time: timedelta | None) -> int | None:
    return None if time is None else round(time.total_seconds())
