"""Deleting what a learner took back, or what can't be used: our copies, and all that was made of them."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func

from jobs.leases import Lease, LeaseLost, due_now, finish, try_again
from jobs.queue import Job, enqueue
from logs.logger import get_logger
from models.database import Database
from models.media import Media, MediaKind, MediaState
from storage.keys import spoken_answer_key, view_key
from storage.store import ObjectStore

log = get_logger(__name__)

COME_AGAIN = timedelta(minutes=16)  # longer than a fetch may take
LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True)
class Purging:
    database: Database
    store: ObjectStore
    retry_backoff: timedelta

    def purge(self, lease: Lease, media: Media) -> None:
        """A store that fails is asked again, ever less often."""
        if media.is_live:
            return
        try:
            for key in self._keys_to_purge(media):
                self.store.delete(key)
            self._note_purge(lease, media)
            log.info("media purged", kind=media.kind)
        except LeaseLost as lost:
            log.info("lease lost", lease=str(lost))
        except Exception as error:
            log.error("media not purged", error=type(error).__name__, exc_info=error)
            pause = min(self.retry_backoff * 2 ** min(lease.attempt, 12), LONGEST_PAUSE)
            with self.database.transaction() as db:
                try_again(db, lease, type(error).__name__, pause)
                enqueue(db, Job.PURGE_MEDIA, media.id, delay_seconds=pause.total_seconds())

    def _note_purge(self, lease: Lease, media: Media) -> None:
        gone = {"state": MediaState.PURGED, "facts": {}, "view_key": "", "purged_at": func.now()}
        with self.database.transaction() as db:
            finish(db, lease, **gone)
            # Somebody was at it when it was taken back, and may put it once more before they see that; should they die
            # of something else then, nobody else would know. Of a spoken question, its answer may be spoken just then.
            is_question = media.kind == MediaKind.VOICE_QUESTION
            was_on_its_way = is_question or (media.started_at is not None and media.stored_at is None)
            if media.state == MediaState.WITHDRAWN and was_on_its_way:
                row = db.get_one(Media, media.id, populate_existing=True)
                due_now(row, after=COME_AGAIN)
                db.add(row)

    def _keys_to_purge(self, media: Media) -> list[str]:
        """Our copy and all that was made of it."""
        keys = [media.object_key]
        if media.kind == MediaKind.VOICE_QUESTION:
            keys.append(spoken_answer_key(media.object_key))
        if media.kind != MediaKind.VIDEO:
            return keys
        keys.append(view_key(media.object_key))
        if media.view_key not in ("", *keys):
            keys.append(media.view_key)  # as an earlier release named it
        return keys
