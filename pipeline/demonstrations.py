"""Hearing what a coach says to a learner's footage, and making the film of what they show. Each step may be made again,
wherever its process dies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session as DbSession
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
from pipeline.providers.ports import Heard, Transcript
from pipeline.providers.registry import ProviderRegistry, needs_fallback
from pipeline.providers.sentences import sentences
from services.demonstrations import owe_film
from services.privacy import purge_again
from storage.store import ObjectStore, chunks_of, local_file
from storage.workspace import workspace

log = get_logger(__name__)

FIRST_PAUSE = timedelta(seconds=2)

Work = Callable[[Lease, Demonstration], None]


@dataclass(frozen=True)
class Demonstrations:
    database: Database
    leases: Leases
    store: ObjectStore
    providers: ProviderRegistry
    max_attempts: int

    def hear(self, demonstration_id: int) -> None:
        """For the captions; where nothing is heard the coach writes them."""
        self._work(demonstration_id, Job.HEAR, self._hear)

    def show(self, demonstration_id: int) -> None:
        """The film, and the message that brings it."""
        self._work(demonstration_id, Job.SHOW, self._show)

    def _work(self, demonstration_id: int, job: Job, work: Work) -> None:
        with self.database.transaction() as db:
            lease = self.leases.claim(db, Demonstration, demonstration_id)
            row = db.get(Demonstration, demonstration_id, populate_existing=True)
        if lease is None or row is None:
            return
        with bound_contextvars(demonstration_id=demonstration_id):
            try:
                with self.leases.hold(lease):
                    self._try(lease, row, job, work)
            except LeaseLost as lost:
                log.info("lease lost", lease=str(lost))

    def _try(self, lease: Lease, row: Demonstration, job: Job, work: Work) -> None:
        try:
            work(lease, row)
        except LeaseLost:
            self._purge_late(row)
            raise
        except Exception as error:  # noqa: BLE001 - the border of the work: kept on its row and tried again
            if is_deleted(self.database, Demonstration, row.id):
                self._purge_late(row)
                return
            self._note_failure(lease, row, job, error)
        else:
            log.info("demonstration done", job=job)

    def _hear(self, lease: Lease, row: Demonstration) -> None:
        transcript: Transcript | None = None
        transcriber = self.providers.get(fallback=needs_fallback(lease)).transcriber
        with local_file(self.store, row.voice_key) as voice:
            transcript = transcriber.transcribe(voice, phrases=[], uri=self.store.uri(row.voice_key))
        seconds = Recording.model_validate(row.recording).seconds
        lines = lines_of(transcript, seconds) if transcript is not None else []
        usage = transcript.usage.model_dump() if transcript is not None else {}
        with self.database.transaction() as db:
            finish(
                db, lease, heard_at=func.now(), lines=[each.model_dump() for each in lines], usage=usage,
                attempts=0,
            )  # fmt: skip

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

    def _note_failure(self, lease: Lease, row: Demonstration, job: Job, error: Exception) -> None:
        name = type(error).__name__
        with self.database.transaction() as db:
            if is_outage(error):
                log.warning("demonstration waits", error=name)
                pause = wait_out(db, lease, name, first=FIRST_PAUSE)
                if pause is not None:
                    enqueue(db, job, row.id, delay_seconds=pause.total_seconds())
                    return
            log.error("demonstration failed", error=name, exc_info=error)
            if job is Job.HEAR and is_final(error, lease.attempt, self.max_attempts):
                finish(db, lease, heard_at=func.now(), attempts=0)  # the coach writes the captions
            elif is_final(error, lease.attempt, self.max_attempts):
                park(db, lease, name)
            else:
                self._again(db, lease, row, job, name)

    def _again(self, db: DbSession, lease: Lease, row: Demonstration, job: Job, name: str) -> None:
        pause = FIRST_PAUSE * 4 ** (lease.attempt - 1)
        try_again(db, lease, name, pause)
        enqueue(db, job, row.id, delay_seconds=pause.total_seconds())

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
