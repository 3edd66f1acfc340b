"""What Google's clients raise, as an operator can act on it."""

from collections.abc import Callable, Iterator, Mapping

from moment.doctor.report import Check, crash, failure
from settings import ConfigurationError, variable

CREDENTIALS_FIX = (
    f"set {variable('google_key_file')} to a service account's key file, "
    "or run `gcloud auth application-default login`"
)
REACH_FIX = "let this machine reach *.googleapis.com by HTTPS (DNS, firewall, proxy)"
WAIT_FIX = "try again; Google's state: https://status.cloud.google.com"
LONGEST = 200  # characters of Google's own words


def ask(name: str, check: Callable[[], Check], fixes: Mapping[int, str]) -> Check:
    """The check, or what Google refused as its failure; `fixes` by HTTP status."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - each kind is told apart below
        for cause in _causes(error):
            if (explanation := _explain(name, cause, fixes)) is not None:
                return explanation
        return crash(name, error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from: our own clients wrap Google's."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _explain(name: str, error: BaseException, fixes: Mapping[int, str]) -> Check | None:
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth import exceptions as auth
    from google.genai.errors import APIError

    if isinstance(error, ConfigurationError):
        if error.__cause__ is None:
            return failure(name, str(error), "set it in the environment or .env")
        # Credentials that could not be loaded; the cause's own words may hold a part of the key.
        reason = type(error.__cause__).__name__
        return failure(name, f"no Google credentials can be loaded: {reason}", CREDENTIALS_FIX)
    if isinstance(error, auth.RefreshError):
        return failure(name, "Google does not accept the credentials", CREDENTIALS_FIX)
    if isinstance(error, auth.TransportError | RetryError | TimeoutError | ConnectionError):
        return failure(name, f"Google does not answer: {type(error).__name__}", REACH_FIX)
    if isinstance(error, GoogleAPICallError | APIError):
        status = int(error.code or 0)
        words = str(error.message or "")[:LONGEST]
        fix = fixes.get(_real_status(status, words), WAIT_FIX)
        return failure(name, f"Google answers {status}: {words}", fix)
    if (response := getattr(error, "response", None)) is not None:  # an upload's, of the client's inner layer
        status = int(getattr(response, "status_code", 0))
        return failure(name, f"Google answers {status}", fixes.get(status, WAIT_FIX))
    if type(error).__module__.partition(".")[0] in ("httpx2", "httpx", "requests", "urllib3"):
        return failure(name, f"Google does not answer: {type(error).__name__}", REACH_FIX)
    return None


def _real_status(status: int, words: str) -> int:
    """Gemini answers a wrong API key with 400 (INVALID_ARGUMENT, "API key not valid")."""
    return 401 if status == 400 and "API key" in words else status
