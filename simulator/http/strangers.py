"""Who may use a desk: programs on this machine, and pages that this machine serves. A desk has no password, so other
sites in the same browser must neither drive it nor read from it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

_ONLY_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def refusal(scope: Scope) -> str | None:
    """Why this request is refused, None for one that is not."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not _is_ours(f"//{host}"):
        # A page of a site whose name was made to lead here (DNS rebinding) cannot but say that name.
        return "the desk answers to localhost or an address only, not to a name"
    if scope["method"] in _ONLY_READS:  # what those answer no other site can read (CORS)
        return None
    origin = headers.get("origin")
    if origin is None:  # no browser, or one that tells it in another way
        is_foreign = headers.get("sec-fetch-site") == "cross-site"
    else:
        is_foreign = not _is_loopback(origin) and urlsplit(origin).netloc != host
    return "another site may not drive the desk" if is_foreign else None


def _is_ours(url: str) -> bool:
    """Whether it names this machine by what no other site can be called."""
    name = _host_of(url)
    try:
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False


def _is_loopback(url: str) -> bool:
    name = _host_of(url)
    return _is_ours(url) and (name == "localhost" or ip_address(name).is_loopback)


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # half an IPv6 address
        return ""
