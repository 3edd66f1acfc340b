"""The public URL: our own web process, reached the way LINE and its clients reach it."""

import ssl
from collections.abc import Iterator

import httpx

from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, ok, skip
from settings import variable

SECONDS = 5.0
NAME = "public_url"
VARIABLE = variable(NAME)


def checks(ground: Ground) -> Iterator[Check]:
    yield check(ground, ssl.create_default_context())


def check(ground: Ground, authorities: ssl.SSLContext) -> Check:
    """Not through a proxy of this machine's: LINE has none."""
    if ground.lacks(NAME):
        return skip(NAME, f"{VARIABLE} is not set")
    url = ground.settings.public_url
    if ground.is_production and not url.startswith("https://"):
        return _problem(ground, f"{url} is not https", f"set {VARIABLE}=https://YOUR-HOST")
    try:
        with httpx.Client(verify=authorities, timeout=SECONDS, trust_env=False) as client:
            answer = client.get(f"{url}/health")
    except httpx.InvalidURL:
        return _problem(ground, f"{VARIABLE} is no address", f"set {VARIABLE}=https://YOUR-HOST")
    except httpx.HTTPError as error:
        return _silence(ground, error)
    if answer.status_code != httpx.codes.OK or not _is_ours(answer):
        detail = f"{url}/health answers {answer.status_code}, but not as Moment does"
        return _problem(ground, detail, f"let the proxy behind {VARIABLE} pass every path on to `moment web`")
    return ok(NAME, f"{url} answers, {ground.origin(NAME)}")


def _is_ours(answer: httpx.Response) -> bool:
    try:
        return bool(answer.json() == {"status": "ok"})
    except ValueError:
        return False


def _silence(ground: Ground, error: httpx.HTTPError) -> Check:
    url = ground.settings.public_url
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        detail = f"{url}: the certificate is not valid for this host, or no public authority signed it"
        return _problem(ground, detail, "renew the proxy's certificate, with its full chain")
    if isinstance(error, httpx.TimeoutException):
        detail = f"{url} does not answer within {SECONDS:g} s"
    else:
        detail = f"{url} cannot be reached: {type(error).__name__}"
    return _problem(ground, detail, "start `moment web`; see the host's DNS, proxy and firewall")


def _problem(ground: Ground, detail: str, fix: str) -> Check:
    """While one develops, web need not run; in production nothing works without it."""
    return Check(NAME, Status.FAILED if ground.is_production else Status.WARNING, detail, fix)
