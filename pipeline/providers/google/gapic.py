"""Calls to Google Cloud's generated clients: a time limit, retries for what may mend, our own errors, the ledger."""

import time
from collections.abc import Callable
from typing import TypeVar

import requests
from google.api_core import exceptions
from google.api_core.retry import Retry
from google.auth.exceptions import GoogleAuthError

from models.coaching import ModelCall
from pipeline.providers import ledger
from pipeline.providers.google.gemini import NotAccepted, Unavailable
from pipeline.providers.ports import ProviderError

T = TypeVar("T")

FIRST_WAIT = 0.5  # seconds

MAY_MEND = (
    exceptions.ServiceUnavailable,
    exceptions.DeadlineExceeded,
    exceptions.GatewayTimeout,
    exceptions.BadGateway,
    exceptions.InternalServerError,
    exceptions.TooManyRequests,
    requests.ConnectionError,
    requests.Timeout,
)


def retried(within: float) -> Retry:
    """The clients' own default is no retry at all; `within` is in seconds, all tries together."""
    return Retry(
        predicate=lambda error: isinstance(error, MAY_MEND), initial=FIRST_WAIT, maximum=8.0, timeout=within
    )


def noted(call: ModelCall, ask: Callable[[], T], measure: Callable[[T], ModelCall] | None = None) -> T:
    """What `ask` returns, with the call in the ledger; `measure` adds to the note what only the answer tells.

    Raises Unavailable for what another try may mend, NotAccepted for what Google refused.
    """
    started, outcome = time.monotonic(), "ok"
    try:
        answer = ask()
        if measure is not None:
            call = measure(answer)
        return answer
    except MAY_MEND as error:
        outcome = "Unavailable"
        raise Unavailable(_told(error)) from error
    except exceptions.RetryError as error:
        outcome = "Unavailable"
        raise Unavailable(_told(error.cause or error)) from error
    except (exceptions.GoogleAPICallError, GoogleAuthError, requests.RequestException, ValueError) as error:
        outcome = "NotAccepted"
        raise NotAccepted(_told(error)) from error
    except ProviderError as error:
        outcome = type(error).__name__
        raise
    finally:
        spent = call if outcome == "ok" else call.model_copy(update={"cost_usd": 0.0})
        took = round(time.monotonic() - started, 3)
        ledger.note(spent.model_copy(update={"outcome": outcome, "seconds": took}))


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"
