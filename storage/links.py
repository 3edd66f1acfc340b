"""Signed links to stored objects on our own host.

LINE clients fetch a bubble's media lazily, weeks later, so the links in bubbles do not expire: they are
valid while the object is there. Links handed out by an API are made anew at each reading and do expire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer
from pydantic import SecretStr

from errors import MomentError
from models.base import utc_now


class LinkInvalid(MomentError):
    """Not signed by us."""


class LinkExpired(MomentError):
    """Signed by us, but its time is over."""


@dataclass(frozen=True)
class MediaLinks:
    """`secrets`: the first signs, all are accepted, so that one can be replaced without breaking links."""

    public_url: str
    secrets: Sequence[SecretStr]

    def link(self, key: str, expires_at: datetime | None = None) -> str:
        """An absolute URL for the object; its last part is the object's file name, which players like."""
        content = [key, int(expires_at.timestamp()) if expires_at else 0]
        token = self._serializer.dumps(content)
        return f"{self.public_url}/media/{token}/{key.rsplit('/', 1)[-1]}"

    def key_of(self, token: str) -> str:
        """The object a link's token stands for. Raises LinkInvalid, LinkExpired."""
        try:
            key, expires = self._serializer.loads(token)
        except (BadData, TypeError, ValueError) as error:
            raise LinkInvalid from error
        if expires and utc_now().timestamp() > expires:
            raise LinkExpired
        return str(key)

    @property
    def _serializer(self) -> URLSafeSerializer:
        # itsdangerous signs with the last of its keys and accepts all.
        keys = [secret.get_secret_value() for secret in reversed(self.secrets)]
        return URLSafeSerializer(keys, salt="media")
