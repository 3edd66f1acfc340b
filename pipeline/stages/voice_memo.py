"""Stage 0: the memo into the store, into words, into what it says."""

from sqlmodel import Session as DbSession

from models.coaching import StructuredInput
from models.session import CookingSession
from pipeline.line.content import ContentGone, ContentTooLarge
from pipeline.media.probe import audio_facts
from pipeline.objects import keep, memo_key
from pipeline.providers.loading import local_file, store
from pipeline.providers.ports import UnreadableAudio
from pipeline.work import MemoRejected, Work, Yielded
from settings import settings


def store_memo(work: Work) -> Yielded:
    message_id = work.session.memo_message_id
    assert message_id is not None  # noqa: S101 - what the graph needs
    key = memo_key(message_id)
    objects = store()
    try:
        keep(objects, work.session.memo_channel, message_id, key, settings().max_memo_bytes)
    except ContentGone as error:
        raise MemoRejected("gone") from error
    except ContentTooLarge as error:
        raise MemoRejected("too_large") from error
    try:
        with local_file(objects, key) as path:
            audio_facts(path)
    except UnreadableAudio as error:
        objects.delete(key)
        raise MemoRejected("unreadable") from error

    def keep_key(db: DbSession, session: CookingSession) -> None:
        session.voice_memo_url = key

    def discard(session: CookingSession | None) -> None:
        if session is None or session.memo_message_id != message_id:
            objects.delete(key)

    return Yielded(keep_key, discard=discard)


def transcribe(work: Work) -> Yielded:
    key = work.session.voice_memo_url
    assert key is not None  # noqa: S101 - what the graph needs
    try:
        with local_file(store(), key) as path:
            transcript = work.providers.transcriber.transcribe(
                path, phrases=work.guide.speech_phrases, uri=store().uri(key)
            )
    except UnreadableAudio as error:
        raise MemoRejected("unreadable") from error
    if not transcript.text:
        raise MemoRejected("silent")

    def keep_words(db: DbSession, session: CookingSession) -> None:
        session.voice_transcript = transcript.text

    return Yielded(keep_words, transcript.usage)


def extract_entities(work: Work) -> Yielded:
    transcript = work.session.voice_transcript
    if transcript:
        said, usage = work.providers.coach.extract_entities(transcript)
    else:
        said, usage = StructuredInput(), None

    def keep_said(db: DbSession, session: CookingSession) -> None:
        session.structured_input = said.model_dump() if transcript else {}

    return Yielded(keep_said, usage)
