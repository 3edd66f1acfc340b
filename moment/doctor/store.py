"""Where videos and memos lie: written, read back and deleted; the bucket's link followed as LINE follows it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx

from models.base import utc_now
from moment.doctor import uploads
from moment.doctor.google_errors import CREDENTIALS_FIX, ask
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, attempt, failure, ok, skip, warning
from settings import variable
from storage.store import ObjectStore
from storage.workspace import workspace

FOLDER = "doctor"
CONTENT = b"written by moment doctor, and deleted by it\n"
VIDEOS_AT_LEAST, VIDEOS_AT_EASE = 2, 20  # the largest ones allowed, that must fit
LINK_SECONDS = 5.0
LINK_LIFE = timedelta(minutes=5)
STORE_DIR, BUCKET = variable("store_dir"), variable("gcs_bucket")


def checks(ground: Ground) -> Iterator[Check]:
    if ground.settings.gcs_bucket:
        yield from _bucket(ground, ground.settings.gcs_bucket)
        return
    if ground.lacks("store_dir"):
        yield skip("store", f"neither {STORE_DIR} nor {BUCKET} is set")
        return
    yield attempt("store", lambda: _folder(ground))
    yield attempt("store.space", lambda: _space(ground))


def _folder(ground: Ground) -> Check:
    root = ground.settings.objects_dir
    try:
        with _without_trace(root), ground.resources() as resources:
            _round_trip(resources.store)
    except OSError as error:
        fix = f"let {STORE_DIR} name a folder that the processes' user may write to"
        return failure("store", f"{root}: {error.strerror or type(error).__name__}", fix)
    return ok("store", f"{root}, {ground.origin('store_dir')}")


def _space(ground: Ground) -> Check:
    root = ground.settings.objects_dir
    free = shutil.disk_usage(_nearest_folder(root)).free
    settings = ground.settings
    has_page = settings.liff_id or settings.liff_upload_id
    largest = max(settings.max_video_bytes, settings.max_upload_bytes if has_page else 0)
    detail = f"{free / 1024**3:.1f} GiB free"
    fix = f"make room on {STORE_DIR}'s disk, or name a larger one"
    if free < VIDEOS_AT_LEAST * largest:
        return failure("store.space", detail, fix)
    return (
        warning("store.space", detail, fix) if free < VIDEOS_AT_EASE * largest else ok("store.space", detail)
    )


def _bucket(ground: Ground, bucket: str) -> Iterator[Check]:
    grant = f"gcloud storage buckets add-iam-policy-binding gs://{bucket} --member=serviceAccount:EMAIL"
    create = f"run `gcloud storage buckets create gs://{bucket} --location=asia-northeast1`"
    storage = ask(
        "store",
        lambda: _bucket_round_trip(ground, bucket),
        {
            401: CREDENTIALS_FIX,
            403: f"run `{grant} --role=roles/storage.objectAdmin`",
            404: f"{create}, or correct {BUCKET}",
        },
    )
    yield storage
    if storage.status is not Status.OK:
        yield skip("store.link", "the bucket comes first")
        return
    # Without a key file the link is signed by IAM in the account's name.
    sign = "grant the account roles/iam.serviceAccountTokenCreator on itself, and enable iamcredentials.googleapis.com"
    yield ask("store.link", lambda: _link(ground), {401: CREDENTIALS_FIX, 403: sign, 404: sign})
    yield from uploads.checks(ground, bucket)


def _bucket_round_trip(ground: Ground, bucket: str) -> Check:
    with ground.resources() as resources:
        _round_trip(resources.store)
    return ok("store", f"gs://{bucket}: written, read back, deleted")


def _link(ground: Ground) -> Check:
    with ground.resources() as resources:
        store, key = resources.store, _new_key()
        store.put(key, [CONTENT], "text/plain")
        try:
            return _follow(ground, store.signed_url(key, utc_now() + LINK_LIFE))
        finally:
            store.delete(key)


def _follow(ground: Ground, link: str) -> Check:
    """As a LINE client follows it: without credentials. Never printed: until it lapses, it is a key."""
    name = "store.link"
    try:
        answer = httpx.get(link, timeout=LINK_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        fix = "let this machine reach storage.googleapis.com by HTTPS"
        return failure(name, f"a signed link cannot be followed: {type(error).__name__}", fix)
    if answer.status_code == httpx.codes.OK and answer.content == CONTENT:
        return ok(name, "a signed link gives the object")
    fix = "see that this machine's clock is right and that no policy of the bucket forbids signed links"
    status = Status.WARNING if ground.settings.media_delivery == "stream" else Status.FAILED
    return Check(name, status, f"a signed link is answered with {answer.status_code}", fix)


def _new_key() -> str:
    return f"{FOLDER}/{uuid4().hex}.txt"


def _round_trip(store: ObjectStore) -> None:
    """Raises OSError when what is read differs from what was written."""
    key = _new_key()
    try:
        store.put(key, [CONTENT], "text/plain")
        with workspace() as folder:
            copy = folder / "copy.txt"
            store.fetch(key, copy)
            if copy.read_bytes() != CONTENT:
                raise OSError("what was read back is not what was written")
    finally:
        store.delete(key)


@contextmanager
def _without_trace(root: Path) -> Iterator[None]:
    """Folders that the block makes are removed again, unless something else was put there meanwhile."""
    folders = [root / FOLDER, root / ".unfinished", root, *root.parents]
    new = [folder for folder in folders if not folder.exists()]
    try:
        yield
    finally:
        for folder in new:
            with suppress(OSError):
                folder.rmdir()


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())
