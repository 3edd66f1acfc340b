"""Signed links to stored objects on our own host.

LINE clients fetch a bubble's media lazily, weeks later, so the links in bubbles do not expire: they are
valid while the object is there. Links handed out by an API are made anew at each reading and do expire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from itsdangerous import BadData, BadPayload, URLSafeSerializer
from pydantic import SecretStr

from errors import MomentError
from models.base import utc_now

_LONGEST_KEY = 255  # of ours the longest has eighty


class LinkInvalid(MomentError):
    """Not signed by us."""


class LinkUnreadable(MomentError):
    """Signed by us, but it names no object: another release's, or made for something else."""


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
        """The object a link's token stands for. Raises LinkInvalid, LinkUnreadable, LinkExpired."""
        try:
            content = self._serializer.loads(token)
        except BadPayload as error:  # the signature was right
            raise LinkUnreadable from error
        except (BadData, ValueError) as error:
            raise LinkInvalid from error
        match content:
            case [str(key), int(expires)] if _is_key(key):
                if expires and utc_now().timestamp() > expires:
                    raise LinkExpired
                return key
            case _:
                raise LinkUnreadable

    @cached_property
    def _serializer(self) -> URLSafeSerializer:
        # itsdangerous signs with the last of its keys and accepts all.
        keys = [secret.get_secret_value() for secret in reversed(self.secrets)]
        return URLSafeSerializer(keys, salt="media")


def _is_key(key: str) -> bool:
    """Whether any store can look for it: a longer name, or one with a NUL, is an error to some."""
    return 0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()
