"""V4 signed URLs, verified for real (Cloud Storage docs: V4 signing process with your own program)."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from starlette.requests import Request

from simulator.google.errors import XmlError
from simulator.google.identity import ServiceAccount

ALGORITHM = "GOOG4-RSA-SHA256"
LONGEST_SECONDS = 604_800
CLOCK_SKEW = timedelta(minutes=15)
SIGNATURE = "X-Goog-Signature"
_FIELDS = ("X-Goog-Algorithm", "X-Goog-Credential", "X-Goog-Date", "X-Goog-Expires", "X-Goog-SignedHeaders")


def check_signature(request: Request, account: ServiceAccount, now_ms: int) -> None:
    """Raises XmlError: 403 for no or a wrong signature, 400 for one that has expired or makes no sense."""
    query = dict(parse_qsl(request.scope["query_string"].decode(), keep_blank_values=True))
    if SIGNATURE not in query:
        raise XmlError(403, "AccessDenied", "Access denied.")
    missing = [name for name in _FIELDS if not query.get(name)]
    if missing or query["X-Goog-Algorithm"] != ALGORITHM:
        raise _header_error(f"{' '.join(missing) or 'X-Goog-Algorithm'} is missing or wrong")
    _check_time(query, now_ms)
    scope = _credential_scope(query, account)
    canonical = _canonical_request(request, query)
    to_sign = "\n".join(
        [ALGORITHM, query["X-Goog-Date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    try:
        signature = bytes.fromhex(query[SIGNATURE])
    except ValueError as error:
        raise _header_error("the signature is not hexadecimal") from error
    if not account.verifies(to_sign.encode(), signature):
        message = "Access denied. The request signature we calculated does not match the one you provided."
        details = {"StringToSign": to_sign, "CanonicalRequest": canonical}
        raise XmlError(403, "SignatureDoesNotMatch", message, details)


def _check_time(query: dict[str, str], now_ms: int) -> None:
    expires = query["X-Goog-Expires"]
    if not expires.isdecimal() or not 1 <= int(expires) <= LONGEST_SECONDS:
        raise _header_error("X-Goog-Expires must be between 1 and 604800")
    try:
        sign_time = datetime.strptime(query["X-Goog-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _header_error("X-Goog-Date is no ISO 8601 basic date") from error
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    expires_at = sign_time + timedelta(seconds=int(expires))
    if now > expires_at:
        details = f"The provided token has expired. Request signature expired at: {expires_at.isoformat()}"
        raise XmlError(400, "ExpiredToken", "Invalid argument.", {"Details": details})
    if now + CLOCK_SKEW < sign_time:
        raise XmlError(403, "RequestTimeTooSkewed", "The request is not yet valid.")


def _credential_scope(query: dict[str, str], account: ServiceAccount) -> str:
    email, _, scope = query["X-Goog-Credential"].partition("/")
    if not re.fullmatch(rf"{query['X-Goog-Date'][:8]}/[^/]+/storage/goog4_request", scope):
        raise _header_error("the credential scope is wrong")
    if email != account.email:
        raise XmlError(403, "AccessDenied", "Access denied.", {"Details": f"{email} does not exist"})
    return scope


def _canonical_request(request: Request, query: dict[str, str]) -> str:
    names = query["X-Goog-SignedHeaders"].split(";")
    if "host" not in names:
        raise _header_error("host must be signed")
    headers = {name: " ".join(request.headers.get(name, "").split()) for name in names}
    pairs = sorted(
        f"{quote(name, safe='~')}={quote(value, safe='~')}"
        for name, value in query.items()
        if name != SIGNATURE
    )
    return "\n".join(
        [
            request.method,
            quote(request.scope["path"], safe="/~"),
            "&".join(pairs),
            *(f"{name}:{value}" for name, value in sorted(headers.items())),
            "",
            ";".join(names),
            headers.get("x-goog-content-sha256", "UNSIGNED-PAYLOAD"),
        ]
    )


def _header_error(details: str) -> XmlError:
    return XmlError(
        400, "MalformedSecurityHeader", "Your request has a malformed header.", {"Details": details}
    )
