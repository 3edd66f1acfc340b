"""One cook: its coaching video with the moments that were seen, the text, and all that the learner gave to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from knowledge_base.content import Principle
from knowledge_base.pages import page_words
from liff.pages.links import PageLinks
from liff.pages.now import TEXT_SOON, VIDEO_SOON, Now, now_of
from liff.pages.shell import PageLearner, render
from liff.parts import Parts, PartsOf, Transaction
from models.base import JAPAN, database_now
from models.coaching import CoachingCut, CoachingText, RatingAspect, RetrievedPrinciple
from models.dish import Dish
from models.media import Media
from models.rules.entitlement import SESSIONS_PER_DISH
from models.rules.moments import (
    Moment,
    Player,
    by_clip,
    in_coaching_video,
    in_own_clip,
    moments_of_cook,
)
from models.session import CookingSession, SessionStatus
from services.record import cooks_of, finished_stages, minutes_left, news_of
from services.sessions import own_session
from services.withheld import Shown, shown_of

router = APIRouter()

SessionId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True)
class Attempt:
    """Of this dish; `session_id` is None where it was not cooked yet."""

    number: int
    session_id: int | None


@dataclass(frozen=True)
class Rating:
    name: str
    value: int | None

    @property
    def label(self) -> str:
        """As the learner chose it, such as "3 ふつう"."""
        return phrasebook.RATING_LABELS[self.value - 1] if self.value else ""


@dataclass(frozen=True)
class Memo:
    """Spoken, if it has a `link`, else written; `words` are "" until a spoken one is heard."""

    link: str
    words: str


@dataclass(frozen=True)
class Photo:
    link: str
    width: int
    height: int


@dataclass(frozen=True)
class Sent:
    """A clip that can still be taken back, by a request to this path of the API."""

    path: str
    label: str


@dataclass(frozen=True)
class Passage:
    """A part of the coaching text under its heading."""

    heading: str
    words: str


@router.get("/sessions/{session_id}")
def session_page(
    session_id: SessionId, parts: PartsOf, learner: PageLearner, db: Transaction
) -> HTMLResponse:
    session = own_session(db, learner.id, session_id)
    dish = db.get_one(Dish, session.dish_id)
    shown = shown_of(db, session)
    now = _now(parts, db, session, shown)
    coaching = CoachingText.model_validate(shown.coaching) if shown.coaching else None
    links = PageLinks.of(parts)
    return render(
        parts,
        "session.html",
        words="session",
        dish=dish,
        number=session.session_number,
        day=day_of(session),
        now=now,
        version=_version(session, now),
        events=f"/api/sessions/{session.id}/events" if now and now.is_live else "",
        attempts=_attempts(session, cooks_of(db, learner, dish)),
        attempt_label=phrasebook.attempt_label,
        coaching=coaching,
        skills=load().skills,
        passages=_passages(coaching, session.session_number) if coaching else (),
        note=_note(coaching) if coaching else (),
        video=_coaching_video(session, shown, links),
        film=_film(shown, links),
        clips=_own_clips(session, links),
        sent=_sent(session),
        is_clip_gone=session.video is None and any(each.is_expired for each in session.media),
        principles=_principles(session, coaching),
        photos=_photos(session, links),
        memo=_memo(session, links),
        ratings=ratings_of(session),
    )


def day_of(session: CookingSession) -> str:
    """When it was begun, in Japan."""
    day = session.created_at.astimezone(JAPAN)
    return f"{day.year}年{day.month}月{day.day}日"


def ratings_of(session: CookingSession) -> Sequence[Rating]:
    """Of every aspect, none where the learner gave none."""
    return [Rating(phrasebook.ASPECT_NAMES[each], session.self_ratings.get(each)) for each in RatingAspect]


def _now(parts: Parts, db: Transaction, session: CookingSession, shown: Shown) -> Now | None:
    if session.coaching_text and not shown.coaching:
        return TEXT_SOON
    if session.coaching_video_gcs_path and not shown.video_path:
        return VIDEO_SOON
    is_waiting = session.status in (SessionStatus.UPLOADED, SessionStatus.PROCESSING)
    promise, now = parts.settings.text_promise, database_now(db)
    return now_of(
        session,
        finished=finished_stages(db, session) if is_waiting else (),
        minutes=minutes_left(db, session, promise, now) if is_waiting else 0,
        news=news_of(db, session),
    )


def _version(session: CookingSession, now: Now | None) -> str:
    """Another where the page would say something else: what waits for it looks again."""
    steps = "".join(step.state[0] for step in now.steps) if now else ""
    given = f"{len(session.self_ratings)}{bool(session.voice_transcript):d}{session.memo is not None:d}{len(session.videos)}"
    given += f".{sum(photo.is_stored for photo in session.photos)}"
    return "-".join((session.status, steps, given, str(len(now.text) if now else 0)))


def _attempts(session: CookingSession, cooks: Sequence[CookingSession]) -> Sequence[Attempt]:
    ids = {cook.session_number: cook.id for cook in cooks}
    return [Attempt(number, ids.get(number)) for number in range(1, SESSIONS_PER_DISH + 1)]


def _passages(coaching: CoachingText, number: int) -> Sequence[Passage]:
    """As the coaching card in the chat has them."""
    last_time = (Passage(phrasebook.CARD_LAST_TIME, coaching.last_time),) if coaching.last_time else ()
    return (
        *last_time,
        Passage(phrasebook.CARD_PROBLEM, coaching.mondaiten),
        Passage(phrasebook.card_skill(number), coaching.skill),
        Passage(phrasebook.CARD_ACTION, coaching.next_action),
        Passage(phrasebook.CARD_SIGN, coaching.success_sign),
    )


def _note(coaching: CoachingText) -> Sequence[str]:
    """The coach's warm words, which the chat has in a bubble of their own."""
    told = coaching.praise, coaching.comparison, coaching.memo_note, coaching.outlook
    return [words for words in told if words]


def _coaching_video(session: CookingSession, shown: Shown, links: PageLinks) -> Player | None:
    if not shown.video_path:
        return None
    marks = (
        in_coaching_video(
            moments_of_cook(session, _key_name()), CoachingCut.model_validate(session.coaching_cut)
        )
        if session.coaching_cut
        else []
    )
    return Player("coaching", [links.link(shown.video_path)], links.link(shown.preview_path), marks)


def _film(shown: Shown, links: PageLinks) -> Player | None:
    """Of a third attempt: beside the first."""
    if not shown.film_path:
        return None
    return Player("film", [links.link(shown.film_path)], links.link(shown.film_preview_path), ())


def _key_name() -> str:
    return page_words("session")["key_moment"]


def _own_clips(session: CookingSession, links: PageLinks) -> Sequence[Player]:
    """As they were sent; where a browser can't play that, the view that was made of it."""
    clips = session.videos
    moments = by_clip(session, moments_of_cook(session, _key_name()))
    return [
        _own_clip(clip, number, moments[number], links) for number, clip in enumerate(clips) if clip.is_stored
    ]


def _own_clip(clip: Media, number: int, moments: Sequence[Moment], links: PageLinks) -> Player:
    keys = dict.fromkeys(key for key in (clip.object_key, clip.view_key) if key)
    marks = in_own_clip(moments, float(clip.facts.get("duration_seconds") or 0))
    name = "own" if number == 0 else f"own{number + 1}"
    return Player(name, [links.link(key) for key in keys], "", marks)


def _photos(session: CookingSession, links: PageLinks) -> Sequence[Photo]:
    """Their sizes, so that the page does not jump when they come."""
    stored = [photo for photo in session.photos if photo.is_stored]
    return [
        Photo(links.link(each.object_key), each.facts.get("width", 0), each.facts.get("height", 0))
        for each in stored
    ]


def _sent(session: CookingSession) -> Sequence[Sent]:
    if session.coaching_text:
        return ()
    words, clips = page_words("session"), session.videos
    label = words["withdraw"] if len(clips) == 1 else words["withdraw_one"]
    return [
        Sent(f"/sessions/{session.id}/clips/{clip.id}", label.format(number=number))
        for number, clip in enumerate(clips, start=1)
    ]


def _principles(session: CookingSession, coaching: CoachingText | None) -> Sequence[Principle]:
    """What the coaching stands on; a principle that is taught no more is left out."""
    found = [RetrievedPrinciple.model_validate(entry).principle_id for entry in session.retrieved_principles]
    names = (coaching.principle_ids or found) if coaching else []
    return [load().principles[name] for name in dict.fromkeys(names) if name in load().principles]


def _memo(session: CookingSession, links: PageLinks) -> Memo | None:
    recording = session.memo
    link = links.link(recording.object_key) if recording is not None and recording.is_stored else ""
    return Memo(link, session.voice_transcript) if link or session.voice_transcript else None
