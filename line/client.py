"""LINE's Messaging API through its SDK, with outcomes as types the delivery can act on."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    MessagingApi,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
)

from errors import MomentError
from line.tokens import TokenRefused, TokenSource

TIMEOUT = (3.0, 10.0)  # seconds to connect, to read

LineObject = dict[str, Any]  # a message object, as LINE's docs show it


class LineError(MomentError):
    """LINE did not take the request."""

    retryable = True


class Unavailable(LineError):
    """5xx, a time-out or no connection: whether it was taken is unknown."""


class NotSent(LineError):
    """Certainly not taken: no channel access token was to be had, or LINE did not know it."""


class RateLimited(LineError):
    """429: not taken. Either too fast, or the month's quota is used up (the quota endpoints tell)."""


class Refused(LineError):
    """Another 4xx: not taken, and the same request never will be."""

    retryable = False

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status


@dataclass(frozen=True)
class Receipt:
    """LINE took it, now or at an earlier try with the same key."""

    message_ids: tuple[str, ...] = ()  # of each bubble, in order


class LineClient:
    """One channel's API. Thread-safe; keeps its connections."""

    def __init__(self, source: TokenSource, api_url: str | None) -> None:
        self._source = source
        self._configuration = Configuration(access_token="set at each call", host=api_url)  # noqa: S106
        self._configuration.retries = urllib3.Retry(0)  # retries are the outbox's, with its key
        self._api = MessagingApi(ApiClient(self._configuration))

    def reply(self, token: str, bubbles: Sequence[LineObject]) -> Receipt:
        """Free, once per token. Raises NotSent, Unavailable, RateLimited, Refused."""
        request = ReplyMessageRequest.from_dict({"replyToken": token, "messages": list(bubbles)})
        with self._call():
            return _receipt(self._api.reply_message(request, _request_timeout=TIMEOUT).sent_messages)

    def push(self, to: str, bubbles: Sequence[LineObject], retry_key: UUID) -> Receipt:
        """Counted once whatever the number of bubbles; 409 means an earlier try was taken.

        Raises NotSent, Unavailable, RateLimited, Refused.
        """
        request = PushMessageRequest.from_dict({"to": to, "messages": list(bubbles)})
        try:
            with self._call():
                answer = self._api.push_message(
                    request, x_line_retry_key=str(retry_key), _request_timeout=TIMEOUT
                )
        except AlreadyAccepted as earlier:
            return earlier.receipt
        return _receipt(answer.sent_messages)

    def quota_left(self) -> int | None:
        """Pushes left this month; None when unlimited. LINE's own count is approximate."""
        with self._call():
            quota = self._api.get_message_quota(_request_timeout=TIMEOUT)
            if quota.value is None:
                return None
            consumption = self._api.get_message_quota_consumption(_request_timeout=TIMEOUT)
            return max(0, int(quota.value) - int(consumption.total_usage))

    def display_name(self, user_id: str) -> str:
        """What the learner calls themselves in LINE. Raises Refused (404) when blocked or unknown."""
        with self._call():
            name: str = self._api.get_profile(user_id, _request_timeout=TIMEOUT).display_name
            return name

    def show_loading(self, user_id: str, seconds: int = 20) -> None:
        """The typing dots; `seconds` a multiple of 5 up to 60. Seen only while the chat is open."""
        request = ShowLoadingAnimationRequest.from_dict({"chatId": user_id, "loadingSeconds": seconds})
        with self._call():
            self._api.show_loading_animation(request, _request_timeout=TIMEOUT)

    @contextmanager
    def _call(self) -> Iterator[None]:
        try:
            self._configuration.access_token = self._source.token()
            yield
        except TokenRefused as error:
            raise NotSent(str(error)) from error
        except ApiException as error:
            raise self._typed_error(error) from error
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(type(error).__name__) from error

    def _typed_error(self, error: ApiException) -> LineError:
        status = int(error.status or 0)
        if status == 409:
            return AlreadyAccepted(_earlier_receipt(error.body))
        if status == 429:
            return RateLimited(_reason(error.body))
        if status == 401:  # the token was revoked: the next try gets a new one
            self._source.forget()
            return NotSent("LINE refused the channel access token")
        if 400 <= status < 500:
            return Refused(status, _reason(error.body))
        return Unavailable(f"LINE answered {status}")


class AlreadyAccepted(LineError):
    """409: an earlier try with this retry key was taken."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("already accepted")
        self.receipt = receipt


def _receipt(messages: Any) -> Receipt:
    return Receipt(tuple(str(message.id) for message in messages or ()))


def _earlier_receipt(body: str | None) -> Receipt:
    return Receipt(tuple(str(message["id"]) for message in _json(body).get("sentMessages") or ()))


def _reason(body: str | None) -> str:
    """LINE's message and which property it means; never the words we sent."""
    answer = _json(body)
    details = [
        f"{detail.get('property', '')}: {detail.get('message', '')}" for detail in answer.get("details", [])
    ]
    return "; ".join([str(answer.get("message", "")), *details])[:500]


def _json(body: str | None) -> dict[str, Any]:
    try:
        answer = json.loads(body or "{}")
    except json.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}
