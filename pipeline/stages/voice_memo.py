"""Stage 0: the memo into words, into what it says."""

from sqlmodel import Session as DbSession

from models.coaching import StructuredInput
from models.session import CookingSession
from pipeline.providers.ports import UnreadableAudio
from pipeline.stage import StageContext, StageResult
from services.media import MediaRejected
from services.replying import warn_of_memo
from storage.store import local_file


def transcribe(context: StageContext) -> StageResult:
    """Raises MediaRejected when nothing is to be heard."""
    memo = context.session.memo
    assert memo is not None  # noqa: S101 - what the graph needs
    try:
        with local_file(context.store, memo.object_key) as path:
            transcript = context.providers.transcriber.transcribe(
                path, phrases=context.guide.speech_phrases, uri=context.store.uri(memo.object_key)
            )
    except UnreadableAudio as error:
        raise MediaRejected("unreadable") from error
    if not transcript.text:
        raise MediaRejected("silent")

    def store(db: DbSession, session: CookingSession) -> None:
        session.voice_transcript = transcript.text
        warn_of_memo(db, session, transcript.text, memo.message_id)

    return StageResult(store, transcript.usage)


def extract_entities(context: StageContext) -> StageResult:
    transcript = context.transcript
    if transcript:
        content, usage = context.providers.coach.extract_entities(transcript)
    else:
        content, usage = StructuredInput(), None

    def store(db: DbSession, session: CookingSession) -> None:
        session.structured_input = content.model_dump() if transcript else {}

    return StageResult(store, usage)
