"""LINE's Messaging API through its SDK, with outcomes as types the delivery can act on."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    ApiResponse,
    Configuration,
    MessagingApi,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
)

from errors import MomentError
from line.tokens import TokenRefused, TokenSource

TIMEOUT = (3.0, 10.0)  # seconds to connect, to read
PAGE_TIMEOUT = (1.0, 2.0)

# What stands between us and LINE forgets a connection that is idle, often after a minute, and resets its next request.
CONNECTION_SECONDS = 50.0
REQUEST_ID = "x-line-request-id"  # LINE's support asks for it
INVALID_REPLY_TOKEN = "Invalid reply token"  # noqa: S105 - LINE's words for one that was used or is too old

Answer = TypeVar("Answer")
LineObject = dict[str, Any]  # a message object, as LINE's docs show it


class LineError(MomentError):
    """LINE did not take the request. `request_id` is LINE's own, "" where LINE did not answer."""

    retryable = True

    def __init__(self, reason: str, request_id: str = "") -> None:
        super().__init__(reason)
        self.request_id = request_id


class Unavailable(LineError):
    """5xx, a time-out or a broken connection: whether it was taken is unknown."""


class ConnectionBroken(Unavailable):
    """In the middle of a request; a connection that was kept alive may have been forgotten on its way."""


class NotSent(LineError):
    """Certainly not taken: no connection, no channel access token to be had, or one that LINE did not know."""


class RateLimited(LineError):
    """429: not taken. Either too fast, or the month's quota is used up (the quota endpoints tell)."""


class Refused(LineError):
    """Another 4xx: not taken, and the same request never will be."""

    retryable = False

    def __init__(self, status: int, reason: str, request_id: str = "") -> None:
        super().__init__(f"{status} {reason}", request_id)
        self.status = status
        self.reason = reason
        self.follows_break = False  # the same request was sent before, and the connection broke


class AlreadyAccepted(LineError):
    """409: an earlier try with this retry key was taken."""

    def __init__(self, receipt: "Receipt") -> None:
        super().__init__("already accepted", receipt.request_id)
        self.receipt = receipt


@dataclass(frozen=True)
class Quota:
    """Pushes of this month. `most`: None where there is no limit. LINE's own count of those `used` is approximate."""

    most: int | None
    used: int

    @property
    def is_used_up(self) -> bool:
        return self.most is not None and self.used >= self.most


@dataclass(frozen=True)
class Receipt:
    """LINE took it, now or at an earlier try with the same key or reply token."""

    message_ids: tuple[str, ...] = ()  # of each bubble, in order; none when it was an earlier reply
    request_id: str = ""
    quote_tokens: tuple[str | None, ...] = ()  # of each bubble; None of one that can't be quoted


class LineClient:
    """One channel's API. Thread-safe; keeps its connections, none of them for long."""

    def __init__(self, source: TokenSource, api_url: str | None) -> None:
        self._source = source
        self._configuration = Configuration(access_token="set at each call", host=api_url)  # noqa: S106
        self._configuration.retries = urllib3.Retry(0)  # retries are the outbox's, with its key
        self._api = MessagingApi(ApiClient(self._configuration))
        self._connect_anew_at = 0.0

    def reply(self, token: str, bubbles: Sequence[LineObject], *, again: bool = False) -> Receipt:
        """Free, once per token. `again`: the same was sent before, and whether LINE took it is unknown; a token that
        is used then means that it did.

        Raises NotSent, Unavailable, RateLimited, Refused.
        """
        request = ReplyMessageRequest.from_dict({"replyToken": token, "messages": list(bubbles)})
        try:
            answer = self._request(
                lambda: self._api.reply_message_with_http_info(request, _request_timeout=TIMEOUT)
            )
        except Refused as refusal:
            if refusal.reason == INVALID_REPLY_TOKEN and (again or refusal.follows_break):
                return Receipt(request_id=refusal.request_id)
            raise
        return _receipt(answer)

    def push(self, to: str, bubbles: Sequence[LineObject], retry_key: UUID) -> Receipt:
        """Counted once whatever the number of bubbles; 409 means an earlier try was taken.

        Raises NotSent, Unavailable, RateLimited, Refused.
        """
        request = PushMessageRequest.from_dict({"to": to, "messages": list(bubbles)})
        try:
            answer = self._request(
                lambda: self._api.push_message_with_http_info(
                    request, x_line_retry_key=str(retry_key), _request_timeout=TIMEOUT
                )
            )
        except AlreadyAccepted as earlier:
            return earlier.receipt
        return _receipt(answer)

    def quota(self) -> Quota:
        """Raises NotSent, Unavailable, RateLimited, Refused."""
        quota = self._request(lambda: self._api.get_message_quota(_request_timeout=TIMEOUT))
        consumption = self._request(lambda: self._api.get_message_quota_consumption(_request_timeout=TIMEOUT))
        return Quota(None if quota.value is None else int(quota.value), int(consumption.total_usage))

    def display_name(self, user_id: str) -> str:
        """What the learner calls themselves in LINE. Raises Refused (404) when blocked or unknown."""
        profile = self._request(lambda: self._api.get_profile(user_id, _request_timeout=TIMEOUT))
        name: str = profile.display_name
        return name

    def basic_id(self) -> str:
        """By which the account is found, such as "@123abcde". Quick or not at all: a page waits for it. Raises NotSent,
        Unavailable, RateLimited, Refused."""
        info = self._request(lambda: self._api.get_bot_info(_request_timeout=PAGE_TIMEOUT))
        basic_id: str = info.basic_id
        return basic_id

    def show_loading(self, user_id: str, seconds: int = 20) -> None:
        """The typing dots; `seconds` a multiple of 5 up to 60. Seen only while the chat is open."""
        request = ShowLoadingAnimationRequest.from_dict({"chatId": user_id, "loadingSeconds": seconds})
        self._request(lambda: self._api.show_loading_animation(request, _request_timeout=TIMEOUT))

    def leave_group(self, group_id: str) -> None:
        """No event of the group comes any more. Raises NotSent, Unavailable, RateLimited, Refused."""
        self._request(lambda: self._api.leave_group(group_id, _request_timeout=TIMEOUT))

    def leave_room(self, room_id: str) -> None:
        """As `leave_group`, of a chat of several that is no group."""
        self._request(lambda: self._api.leave_room(room_id, _request_timeout=TIMEOUT))

    def ask(self, call: Callable[[MessagingApi], Answer]) -> Answer:
        """What has no method here: the call is made anew when a connection breaks, so it may be made twice. Raises
        NotSent, Unavailable, RateLimited, Refused."""
        return self._request(lambda: call(self._api))

    def _request(self, call: Callable[[], Answer]) -> Answer:
        """Once more, on a connection of its own, when one breaks: retry key and reply token keep LINE from doubling."""
        self._renew_connections()
        try:
            return self._try(call)
        except ConnectionBroken:
            self._connect_anew_at = 0.0
            self._renew_connections()
        try:
            return self._try(call)
        except Refused as refusal:
            refusal.follows_break = True
            raise
        except (NotSent, RateLimited) as error:  # that tells nothing of the try before
            raise Unavailable(f"after a broken connection: {error}", error.request_id) from error

    def _renew_connections(self) -> None:
        """Those in use end with their requests."""
        now = time.monotonic()
        if now >= self._connect_anew_at:
            self._connect_anew_at = now + CONNECTION_SECONDS
            self._api.api_client.rest_client.pool_manager.clear()

    def _try(self, call: Callable[[], Answer]) -> Answer:
        try:
            self._configuration.access_token = self._source.token()
            return call()
        except TokenRefused as error:
            raise NotSent(str(error)) from error
        except ApiException as error:
            raise self._typed_error(error) from error
        except urllib3.exceptions.HTTPError as error:
            raise _connection_error(error) from error

    def _typed_error(self, error: ApiException) -> LineError:
        status = int(error.status or 0)
        request_id = _request_id(error.headers)
        if status == 409:
            return AlreadyAccepted(_earlier_receipt(error.body, request_id))
        if status == 429:
            return RateLimited(_reason(error.body), request_id)
        if status == 401:  # the token was revoked: the next try gets a new one
            self._source.forget()
            return NotSent("LINE refused the channel access token", request_id)
        if 400 <= status < 500:
            return Refused(status, _reason(error.body), request_id)
        return Unavailable(f"LINE answered {status}", request_id)


def _connection_error(error: urllib3.exceptions.HTTPError) -> LineError:
    cause = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
    name = type(cause).__name__
    # Refused, unreachable, no such host, no answer to the greeting: nothing was sent.
    if isinstance(cause, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)):
        return NotSent(name)
    return (
        ConnectionBroken(name) if isinstance(cause, urllib3.exceptions.ProtocolError) else Unavailable(name)
    )


def _request_id(headers: Any) -> str:
    value = headers.get(REQUEST_ID) if headers else None
    return str(value or "")[:64]


def _receipt(answer: ApiResponse) -> Receipt:
    messages = answer.data.sent_messages if answer.data is not None else None
    return Receipt(
        tuple(str(message.id) for message in messages or ()),
        _request_id(answer.headers),
        tuple(message.quote_token for message in messages or ()),
    )


def _earlier_receipt(body: str | None, request_id: str) -> Receipt:
    messages = _json(body).get("sentMessages") or ()
    ids, tokens = (
        zip(*((str(each["id"]), each.get("quoteToken")) for each in messages), strict=True)
        if messages
        else ((), ())
    )
    return Receipt(tuple(ids), request_id, tuple(tokens))


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
