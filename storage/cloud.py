"""Objects in a Cloud Storage bucket: streamed in and out, verified, and linked to for a few hours at a time."""

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

import google_crc32c
import requests
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth import credentials as google_credentials
from google.auth.exceptions import GoogleAuthError
from google.cloud.storage import Bucket, Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.fileio import BlobWriter

from models.base import utc_now
from settings import Settings
from storage.google_credentials import GoogleCredentials
from storage.resumable import ask_header, kept_of
from storage.store import ObjectMissing, StoredObject, StoreError, StoreUnavailable, UploadOver

CHUNK_BYTES = 2 * 1024 * 1024  # a multiple of 256 KiB; the client's own default buffers 40 MiB an upload
TIMEOUT = 120.0  # seconds of one request
# A link signed through IAM may die with its key after twelve hours, whatever it promises.
LONGEST_LINK = timedelta(hours=12)
_CANCELLED = (499, 404, 410)  # the first is Cloud Storage's own for "done"
FRESH_FOR = timedelta(hours=1)  # a kept link with less than this left is made anew


@dataclass
class CloudStore:
    bucket: Bucket
    credentials: GoogleCredentials
    api_url: str | None = None  # of a double, whose links are its own
    _links: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def put(self, key: str, chunks: Iterable[bytes], content_type: str) -> int:
        """Nothing is visible before all is there: a failure on the way ends the upload.

        Raises StoreError when the bucket holds other bytes than were sent, or another put was quicker.
        """
        with _errors(key):
            former = self.bucket.get_blob(key)
            blob, total, checksum = self.bucket.blob(key), 0, google_crc32c.Checksum()
            writer = blob.open(
                "wb",
                chunk_size=CHUNK_BYTES,
                content_type=content_type,
                # Without a precondition the client would not repeat a failed request.
                if_generation_match=former.generation if former else 0,
                timeout=TIMEOUT,
            )
            with _terminate_on_failure(writer):
                for chunk in chunks:
                    writer.write(chunk)
                    checksum.update(chunk)
                    total += len(chunk)
                writer.close()
            blob.reload(timeout=TIMEOUT)
        if blob.size != total or blob.crc32c != base64.b64encode(checksum.digest()).decode():
            self.delete(key)
            raise StoreError(f"the bucket holds {blob.size} bytes of {key} that are not the {total} sent")
        with self._lock:
            self._links.pop(key, None)
        return total

    def fetch(self, key: str, into: Path) -> None:
        with _errors(key):
            self.bucket.blob(key).download_to_filename(str(into), timeout=TIMEOUT)

    def exists(self, key: str) -> bool:
        with _errors(key):
            return bool(self.bucket.blob(key).exists(timeout=TIMEOUT))

    def delete(self, key: str) -> None:
        try:
            with _errors(key):
                self.bucket.blob(key).delete(timeout=TIMEOUT)
        except ObjectMissing:
            pass  # deleting is idempotent
        with self._lock:
            self._links.pop(key, None)

    def local_path(self, key: str) -> Path | None:
        return None

    def uri(self, key: str) -> str | None:
        return f"gs://{self.bucket.name}/{key}"

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        last = (self.describe(key).bytes if end is None else end) - 1
        return self._ranges(key, start, last)

    def _ranges(self, key: str, start: int, last: int) -> Iterator[bytes]:
        while start <= last:
            upto = min(start + CHUNK_BYTES - 1, last)
            with _errors(key):
                yield self.bucket.blob(key).download_as_bytes(start=start, end=upto, timeout=TIMEOUT)
            start = upto + 1

    def describe(self, key: str) -> StoredObject:
        with _errors(key):
            blob = self.bucket.get_blob(key, timeout=TIMEOUT)
        if blob is None:
            raise ObjectMissing(key)
        return StoredObject(int(blob.size or 0), blob.content_type or "application/octet-stream")

    def keys_before(self, prefix: str, created: datetime, most: int) -> Sequence[str]:
        """Needs `storage.objects.list`."""
        with _errors(f"the list of {prefix}"):
            listed = self.bucket.list_blobs(
                prefix=prefix, fields="items(name,timeCreated),nextPageToken", timeout=TIMEOUT
            )
            old = (blob.name for blob in listed if blob.time_created and blob.time_created < created)
            return list(islice(old, most))

    def signed_url(self, key: str, expires_at: datetime) -> str:
        """Good until `expires_at`, but for twelve hours at most; one is kept and given out again while fresh."""
        link_expires_at = min(expires_at, utc_now() + LONGEST_LINK)
        with self._lock:
            former = self._links.get(key)
        if former is not None and former[1] - utc_now() > FRESH_FOR and former[1] <= expires_at:
            return former[0]
        with _errors(key):
            url = self._sign(key, link_expires_at)
        with self._lock:
            self._links[key] = (url, link_expires_at)
        return url

    def open_upload(self, key: str, content_type: str, size: int, origin: str) -> str:
        with _errors(key):
            return str(
                self.bucket.blob(key).create_resumable_upload_session(
                    content_type=content_type,
                    size=size,
                    origin=origin,
                    timeout=TIMEOUT,
                    checksum=None,
                    if_generation_match=0,
                )
            )

    def kept(self, place: str, size: int) -> int:
        with _errors("an upload"):
            answer = requests.put(
                place, headers={"Content-Range": ask_header(size)}, timeout=TIMEOUT, allow_redirects=False
            )
        if answer.status_code == requests.codes.permanent_redirect:
            return kept_of(answer.headers.get("Range"))
        if not answer.ok:
            raise _refusal(answer)
        return size

    def cancel_upload(self, place: str) -> None:
        with _errors("an upload"):
            answer = requests.delete(place, timeout=TIMEOUT)
        if not answer.ok and answer.status_code not in _CANCELLED:
            raise _refusal(answer)

    def allow_page(self, origin: str) -> None:
        """From now on pages of this origin may send to the bucket, and read what lies there. Rules for others stay. Needs
        `storage.buckets.get` and `storage.buckets.update`."""
        with _errors("the bucket's CORS"):
            self.bucket.reload(timeout=TIMEOUT)
            others = [rule for rule in self.bucket.cors if rule.get("origin") != [origin]]
            self.bucket.cors = [*others, page_rule(origin)]
            self.bucket.patch(timeout=TIMEOUT)

    def _sign(self, key: str, expires_at: datetime) -> str:
        """By the key at hand, else by IAM's signBlob, which needs the Service Account Token Creator role."""
        signer = self.credentials.value
        by_iam = (
            {}
            if isinstance(signer, google_credentials.Signing)
            else {
                "access_token": self.credentials.fresh_token(),
                "service_account_email": getattr(signer, "service_account_email", None),
            }
        )
        return str(
            self.bucket.blob(key).generate_signed_url(
                version="v4",
                expiration=expires_at - utc_now(),
                method="GET",
                response_disposition="inline",
                **({"api_access_endpoint": self.api_url} if self.api_url else {}),
                **by_iam,
            )
        )


def page_rule(origin: str) -> dict[str, Any]:
    """The bucket's CORS rule for our pages (Cloud Storage docs: Buckets, `cors[]`): `responseHeader` is both what a page may
    send and what it may read."""
    return {
        "origin": [origin],
        "method": ["GET", "HEAD", "PUT", "DELETE"],
        "responseHeader": ["Content-Type", "Content-Range", "Range"],
        "maxAgeSeconds": 3600,
    }


def open_cloud_store(settings: Settings, credentials: GoogleCredentials) -> CloudStore:
    """The bucket that the settings name."""
    # Its first use would else ask for the bucket's metadata in the background, for tracing nobody looks at.
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    url = settings.google_api_url
    client = Client(
        project=settings.google_project,
        credentials=credentials.value,
        client_options=ClientOptions(api_endpoint=url) if url else None,
    )
    return CloudStore(client.bucket(settings.gcs_bucket), credentials, url)


def _refusal(answer: requests.Response) -> StoreError:
    """The address is a secret, so no word of it."""
    status = answer.status_code
    if status in (requests.codes.not_found, requests.codes.gone):
        return UploadOver(f"Cloud Storage knows the upload no more ({status})")
    if status == requests.codes.too_many_requests or status // 100 == 5:
        return StoreUnavailable(f"Cloud Storage answered {status} to an upload")
    return StoreError(f"Cloud Storage answered {status} to an upload")


@contextmanager
def _terminate_on_failure(writer: BlobWriter) -> Iterator[None]:
    """Whatever goes wrong ends the upload: a writer that is merely dropped sends its rest when it is collected."""
    try:
        yield
    except BaseException:
        try:
            writer.terminate()
        finally:
            writer._buffer.close()
        raise


@contextmanager
def _errors(key: str) -> Iterator[None]:
    try:
        yield
    except exceptions.NotFound as error:
        raise ObjectMissing(key) from error
    except (exceptions.ServerError, exceptions.TooManyRequests, exceptions.RetryError) as error:
        raise StoreUnavailable(f"Cloud Storage: {type(error).__name__}") from error
    except (requests.RequestException, ConnectionError, DataCorruption) as error:
        raise StoreUnavailable(f"Cloud Storage: {type(error).__name__}") from error
    except InvalidResponse as error:  # what an upload meets, after the client's own tries
        raise StoreError(f"Cloud Storage answered {error.response.status_code} to {key}") from error
    except (exceptions.GoogleAPICallError, GoogleAuthError) as error:
        raise StoreError(f"Cloud Storage: {type(error).__name__}: {str(error)[:300]}") from error
