"""Signed links to stored objects on our own host.

LINE clients fetch a bubble's media lazily, weeks later, so the links in bubbles do not expire: they are
valid while the object is there. Links handed out by an API are made anew at each reading and do expire.
"""

from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer

from models.base import utc_now
from settings import settings


class LinkInvalid(Exception):
    """Not signed by us."""


class LinkExpired(Exception):
    """Signed by us, but its time is over."""


def media_link(key: str, expires_at: datetime | None = None) -> str:
    """An absolute URL for the object; its last part is the object's file name, which players like."""
    content = [key, int(expires_at.timestamp()) if expires_at else 0]
    token = _serializer().dumps(content)
    return f"{settings().public_url}/media/{token}/{key.rsplit('/', 1)[-1]}"


def linked_key(token: str) -> str:
    """The object a link's token stands for. Raises LinkInvalid, LinkExpired."""
    try:
        key, expires = _serializer().loads(token)
    except BadData as error:
        raise LinkInvalid from error
    if expires and utc_now().timestamp() > expires:
        raise LinkExpired
    return str(key)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().link_secret.get_secret_value(), salt="media")
