"""Whether the upload page may send to the bucket: asked as a browser asks, with the page's origin."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from moment.doctor.google_errors import CREDENTIALS_FIX, ask
from moment.doctor.ground import Ground
from moment.doctor.report import Check, failure, ok, skip, warning
from settings import variable
from storage.cloud import CloudStore, page_rule
from storage.resumable import ask_header

NAME = "store.uploads"
SIZE = 1000  # bytes of the upload that is opened, and cancelled before any is sent
SECONDS = 5.0


@dataclass(frozen=True)
class Answers:
    """What the bucket says to a page."""

    origin: str
    before: httpx.Headers  # to the question before the first piece
    after: httpx.Headers  # to the question how much is kept

    @property
    def lacks(self) -> list[str]:
        """In words for an operator."""
        problems = []
        if not all(self._is_allowed(headers) for headers in (self.before, self.after)):
            problems.append(f"pages of {self.origin} may not send there")
        if "content-range" not in self.before.get("access-control-allow-headers", "").lower():
            problems.append("a piece may not say where it belongs (Content-Range)")
        if "range" not in _words(self.after.get("access-control-expose-headers", "")):
            problems.append("pages can't read how much is kept (Range)")
        return problems

    def _is_allowed(self, headers: httpx.Headers) -> bool:
        return headers.get("access-control-allow-origin") in (self.origin, "*")


def checks(ground: Ground, bucket: str) -> Iterator[Check]:
    settings = ground.settings
    if not (settings.liff_id or settings.liff_upload_id):
        yield skip(NAME, f"no page sends there: {variable('liff_id')} is not set")
        return
    rights = f"grant the account roles/storage.admin on gs://{bucket} for this, or {_by_hand(ground, bucket)}"
    yield ask(NAME, lambda: _check(ground, bucket), {401: CREDENTIALS_FIX, 403: rights})


def _check(ground: Ground, bucket: str) -> Check:
    with ground.resources() as resources:
        store = resources.store
        assert isinstance(store, CloudStore)  # noqa: S101 - a bucket is named
        origin = ground.settings.public_url
        lacks = _answers(store, origin).lacks
        if not lacks:
            return ok(NAME, f"pages of {origin} may send to gs://{bucket}")
        if not ground.mends:
            fix = f"run `moment doctor --fix`, or {_by_hand(ground, bucket)}"
            return failure(NAME, "; ".join(lacks), fix)
        store.allow_page(origin)
        if _answers(store, origin).lacks:
            return warning(NAME, "CORS was set just now", "look again in a minute: it takes Google a while")
        return ok(NAME, f"mended: pages of {origin} may send to gs://{bucket}")


def _answers(store: CloudStore, origin: str) -> Answers:
    place = store.open_upload("doctor/upload.bin", "application/octet-stream", SIZE, origin)
    preflight = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-range",
    }
    question = {"Origin": origin, "Content-Range": ask_header(SIZE)}
    try:
        with httpx.Client(timeout=SECONDS, trust_env=False) as client:
            before = client.options(place, headers=preflight)
            after = client.put(place, headers=question)
    finally:
        store.cancel_upload(place)
    return Answers(origin, before.headers, after.headers)


def _by_hand(ground: Ground, bucket: str) -> str:
    rule = json.dumps([page_rule(ground.settings.public_url)])
    return f"`gcloud storage buckets update gs://{bucket} --cors-file=FILE` with {rule} in FILE"


def _words(header: str) -> set[str]:
    return {word.strip().lower() for word in header.split(",")}
