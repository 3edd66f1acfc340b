"""What is happening with a cook just now, in words: the text comes first, the video later."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from knowledge_base import consent_talk, phrasebook
from knowledge_base.pages import page_words
from knowledge_base.waiting_talk import PHASES
from models.chat import MessageType
from models.media import Media, MediaKind, MediaState
from models.rules.next_step import UNDER_WAY, Ask, has_memo, missing_rating, next_step
from models.rules.progress import Phase, phase_of
from models.session import CookingSession, StageName

_GONE = (MediaState.REJECTED, MediaState.WITHDRAWN, MediaState.PURGED)
# Of what was sent first and is no more: `withdrawn` by the learner, `replaced` by another, else why it can't be used.
_WITHDRAWN, _REPLACED = "withdrawn", "replaced"


@dataclass(frozen=True)
class Step:
    name: str
    state: Literal["done", "now", "later"]


@dataclass(frozen=True)
class Now:
    """`steps` are there while coaching is made. `is_live`: the page will say something else soon."""

    title: str
    text: str
    steps: tuple[Step, ...] = ()
    hints: tuple[str, ...] = ()
    is_live: bool = False


# A coach looks at it first.
TEXT_SOON = Now(PHASES[Phase.WRITING], phrasebook.WAIT_FOR_TEXT_SOON)
VIDEO_SOON = Now(PHASES[Phase.FILMING], phrasebook.WAIT_FOR_VIDEO)


def now_of(
    session: CookingSession, *, finished: Collection[str], minutes: int, news: Mapping[str, str]
) -> Now | None:
    """None when all is there. `finished` are names of stages, `minutes` until the text, `news` what the learner was told
    in chat, by the message's type."""
    delay = news.get(MessageType.STILL_WORKING, "")
    words = page_words("session")
    ask = next_step(session).ask
    if ask is Ask.TRY_LATER:
        return Now(PHASES[Phase.FAILED], news.get(MessageType.COACHING_FAILED, phrasebook.TRY_LATER))
    if ask is Ask.VIDEO:
        return Now(words["no_video"], _why_no_video(session), is_live=True)
    if ask is Ask.CONSENT:
        return Now(consent_talk.ON_PAGE_TITLE, consent_talk.ON_PAGE, is_live=True)
    if ask in UNDER_WAY:
        text = phrasebook.wait_for_text(minutes) if minutes else phrasebook.WAIT_FOR_TEXT_SOON
        steps = _steps(session, finished)
        phase = phase_of(session, finished) or Phase.RECEIVED
        return Now(PHASES[phase], delay or text, steps, _hints(session), is_live=True)
    if ask is Ask.WAIT_FOR_VIDEO:
        text = delay or phrasebook.WAIT_FOR_VIDEO
        return Now(PHASES[Phase.FILMING], text, _steps(session, finished), is_live=True)
    if session.coaching_video_gcs_path:
        return None
    is_expired = any(media.is_expired for media in session.media)
    return Now(words["no_footage"], words["expired_text" if is_expired else "no_footage_text"])


def _steps(session: CookingSession, finished: Collection[str]) -> tuple[Step, ...]:
    words = page_words("session")
    done = (
        ("step_received", session.video is not None and session.video.is_stored),
        ("step_seen", StageName.ANALYZE_VIDEO in finished or bool(session.coaching_text)),
        ("step_text", bool(session.coaching_text)),
        ("step_video", bool(session.coaching_video_gcs_path)),
    )
    under_way = next((name for name, is_done in done if not is_done), None)
    return tuple(
        Step(words[name], "done" if is_done else "now" if name == under_way else "later")
        for name, is_done in done
    )


def _hints(session: CookingSession) -> tuple[str, ...]:
    """What the learner may still add to it, in the chat."""
    words = page_words("session")
    hints = (
        (not has_memo(session), words["hint_memo"]),
        (missing_rating(session) is not None, words["hint_ratings"]),
    )
    return tuple(hint for is_missing, hint in hints if is_missing)


def _why_no_video(session: CookingSession) -> str:
    if session.files:
        return phrasebook.FILE_RECEIVED
    gone = [media for media in session.media if _is_told(media)]
    if not gone:
        return phrasebook.ASK_VIDEO
    latest = max(gone, key=lambda media: media.id)
    if latest.reason == _WITHDRAWN:
        return phrasebook.VIDEO_UNSENT
    return phrasebook.PHRASES.get(f"{latest.kind}.{latest.reason}", phrasebook.ASK_VIDEO)


def _is_told(media: Media) -> bool:
    is_footage = media.kind in (MediaKind.VIDEO, MediaKind.FILE)
    return is_footage and media.state in _GONE and media.reason != _REPLACED
