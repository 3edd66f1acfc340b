"""LIFF URLs, and where they lead (LINE docs: Opening a LIFF app)."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

# line://app is the old form, which LINE still opens.
_ADDRESS = re.compile(
    r"(?:https://(?:liff|miniapp)\.line\.me|line://app)/(?P<liff_id>\d+-\w+)(?P<additional>[/?#]\S*)?"
)


@dataclass(frozen=True)
class LiffAddress:
    """`additional` is the path, query and fragment behind the LIFF id, as they were written."""

    liff_id: str
    additional: str = ""

    @classmethod
    def parse(cls, address: str) -> "LiffAddress | None":
        match = _ADDRESS.fullmatch(address)
        return cls(match["liff_id"], match["additional"] or "") if match else None


def primary_url(endpoint_url: str, additional: str, fragment: str = "") -> str:
    """Where LINE's LIFF server sends the browser first; `liff.init()` leads on from there to the secondary URL.

    What the LIFF URL adds travels in `liff.state`, which is left out when there is nothing. In the LIFF browser the
    fragment brings the tokens (LINE docs: LIFF v2 API reference, Use caution when handling the primary redirect URL).
    """
    address = endpoint_url
    if additional:
        address += f"{'&' if urlsplit(endpoint_url).query else '?'}liff.state={quote(additional, safe='')}"
    return f"{address}#{fragment}" if fragment else address


def is_at_or_below(address: str, endpoint_url: str) -> bool:
    """By origin and path; query and fragment are of no account (LINE docs: LIFF v2 API reference, liff.login)."""
    page, endpoint = urlsplit(address), urlsplit(endpoint_url)
    if (page.scheme, page.netloc) != (endpoint.scheme, endpoint.netloc):
        return False
    base = endpoint.path.rstrip("/")
    return page.path.startswith(endpoint.path) and page.path[len(base) : len(base) + 1] in ("", "/")
