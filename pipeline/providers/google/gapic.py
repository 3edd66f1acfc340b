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
from pipeline.providers.google.gemini import PROVIDER, NotAccepted, Unavailable
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


def retry(within: float) -> Retry:
    """The clients' own default is no retry at all; `within` is in seconds, all tries together."""
    return Retry(
        predicate=lambda error: isinstance(error, MAY_MEND), initial=FIRST_WAIT, maximum=8.0, timeout=within
    )


def record_call(call: ModelCall, ask: Callable[[], T], measure: Callable[[T], ModelCall] | None = None) -> T:
    """What `ask` returns, with the call in the ledger; `measure` adds to it what only the answer tells.

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
        raise Unavailable(_describe(error)) from error
    except exceptions.RetryError as error:
        outcome = "Unavailable"
        raise Unavailable(_describe(error.cause or error)) from error
    except (exceptions.GoogleAPICallError, GoogleAuthError, requests.RequestException, ValueError) as error:
        outcome = "NotAccepted"
        raise NotAccepted(_describe(error)) from error
    except ProviderError as error:
        outcome = type(error).__name__
        raise
    finally:
        cost = call.cost_usd if outcome == "ok" else 0.0
        seconds = round(time.monotonic() - started, 3)
        ended = call.model_copy(update={"outcome": outcome, "seconds": seconds, "cost_usd": cost})
        ledger.add(ended, PROVIDER)


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"
