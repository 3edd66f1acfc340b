"""Hearing what a coach says to a learner's footage, and making the film of what they show. Each step may be made again,
wherever its process dies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func
from structlog.contextvars import bound_contextvars

from errors import is_outage
from jobs.leases import Lease, LeaseLost, Leases, finish, is_deleted, park, try_again, wait_out
from jobs.queue import Job, enqueue
from logs.logger import get_logger
from models.database import Database
from models.demonstration import Demonstration, Recording, SpokenLine
from models.media import Media
from models.session import CookingSession
from pipeline.media.demonstration import make_demonstration
from pipeline.media.probe import ClipFile, VideoFacts
from pipeline.outcomes import is_final
from pipeline.providers.ports import Heard, Transcript, UnreadableAudio
from pipeline.providers.registry import ProviderRegistry, needs_fallback
from pipeline.providers.sentences import sentences
from services.demonstrations import owe_film
from services.privacy import purge_again
from storage.store import ObjectStore, chunks_of, local_file
from storage.workspace import workspace

log = get_logger(__name__)

FIRST_PAUSE = timedelta(seconds=2)


@dataclass(frozen=True)
class Demonstrations:
    database: Database
    leases: Leases
    store: ObjectStore
    providers: ProviderRegistry
    max_attempts: int

    def work(self, demonstration_id: int) -> None:
        """Whatever the row owes: what is said to be heard, for the captions, or the film to be made."""
        with self.database.transaction() as db:
            lease = self.leases.claim(db, Demonstration, demonstration_id)
            row = db.get(Demonstration, demonstration_id, populate_existing=True)
        if lease is None or row is None:
            return
        with bound_contextvars(demonstration_id=demonstration_id):
            try:
                with self.leases.hold(lease):
                    self._try(lease, row)
            except LeaseLost as lost:
                log.info("lease lost", lease=str(lost))

    def _try(self, lease: Lease, row: Demonstration) -> None:
        try:
            if row.sent_at is None:
                self._hear(lease, row)
            else:
                self._show(lease, row)
        except LeaseLost:
            self._purge_late(row)
            raise
        except Exception as error:  # noqa: BLE001 - the border of the work: kept on its row and tried again
            if is_deleted(self.database, Demonstration, row.id):
                self._purge_late(row)
                return
            self._note_failure(lease, row, error)
        else:
            log.info("demonstration done", is_film=row.sent_at is not None)

    def _hear(self, lease: Lease, row: Demonstration) -> None:
        """Where nothing is heard the coach writes the captions."""
        transcriber = self.providers.get(fallback=needs_fallback(lease)).transcriber
        with local_file(self.store, row.voice_key) as voice:
            transcript = transcriber.transcribe(voice, phrases=[], uri=self.store.uri(row.voice_key))
        lines = lines_of(transcript, Recording.model_validate(row.recording).seconds)
        heard = {"lines": [each.model_dump() for each in lines], "usage": transcript.usage.model_dump()}
        with self.database.transaction() as db:
            finish(db, lease, heard_at=func.now(), attempts=0, **heard)

    def _show(self, lease: Lease, row: Demonstration) -> None:
        with self.database.transaction() as db:
            clip = db.get_one(Media, row.clip_id)
        lines = [SpokenLine.model_validate(each) for each in row.lines]
        with (
            workspace() as folder,
            local_file(self.store, clip.object_key) as footage,
            local_file(self.store, row.voice_key) as voice,
        ):
            file = ClipFile(footage, VideoFacts.model_validate(clip.facts))
            film = make_demonstration(file, voice, Recording.model_validate(row.recording), lines, folder)
            self.store.put(row.film_key, chunks_of(film.path), "video/mp4")
            self.store.put(row.preview_key, chunks_of(film.preview), "image/jpeg")
        with self.database.transaction() as db:
            session = db.get_one(CookingSession, row.session_id)
            finish(db, lease, made_at=func.now())
            owe_film(db, row, session.user_id)

    def _note_failure(self, lease: Lease, row: Demonstration, error: Exception) -> None:
        name = type(error).__name__
        job = Job.HEAR if row.sent_at is None else Job.SHOW
        pause: timedelta | None = FIRST_PAUSE * 4 ** (lease.attempt - 1)
        with self.database.transaction() as db:
            if is_outage(error):
                log.warning("demonstration waits", error=name)
                pause = wait_out(db, lease, name, first=FIRST_PAUSE)
            else:
                log.error("demonstration failed", error=name, exc_info=error)
                if is_final(error, lease.attempt, self.max_attempts):
                    pause = None
                else:
                    try_again(db, lease, name, pause or FIRST_PAUSE)
            if pause is not None:
                enqueue(db, job, row.id, delay_seconds=pause.total_seconds())
            elif job is Job.HEAR and not isinstance(error, UnreadableAudio):
                finish(db, lease, heard_at=func.now(), attempts=0)
            else:
                park(db, lease, name)

    def _purge_late(self, row: Demonstration) -> None:
        with self.database.transaction() as db:
            for key in (row.voice_key, row.film_key, row.preview_key):
                purge_again(db, key)


def lines_of(transcript: Transcript, seconds: float) -> list[SpokenLine]:
    """A caption a sentence, when it is said. Where the recogniser tells no times, each has its share of the whole."""
    said = sentences(transcript.text)
    if not said:
        return []
    starts = _starts(said, transcript.pieces) or _shares(said, seconds)
    ends = [*starts[1:], seconds]
    return [
        SpokenLine(start=min(start, seconds), seconds=max(end - start, 0.5), text=text[:400])
        for text, start, end in zip(said, starts, ends, strict=True)
    ]


def _starts(said: list[str], pieces: Sequence[Heard]) -> list[float]:
    """By how many signs were said before; [] where the pieces don't make up the text."""
    spoken = "".join(piece.text.strip() for piece in pieces)
    if len(spoken) < sum(map(len, said)) * 0.8:
        return []
    starts, at, seen, number = [], 0, 0, 0
    for text in said:
        while number < len(pieces) - 1 and seen + len(pieces[number].text.strip()) <= at:
            seen += len(pieces[number].text.strip())
            number += 1
        starts.append(float(pieces[number].start))
        at += len(text)
    return starts


def _shares(said: list[str], seconds: float) -> list[float]:
    total = sum(map(len, said))
    return [seconds * sum(map(len, said[:number])) / total for number in range(len(said))]
