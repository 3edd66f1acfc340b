"""LINE, for each channel: its credentials, its webhook, its quota, and what only the consoles can tell."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    MessagingApi,
    TestWebhookEndpointRequest,
)

from line.tokens import TokenRefused, TokenSource
from moment.doctor import menus
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, crash, failure, ok, skip, warning
from settings import LineChannel, Room, variable

TIMEOUT = (3.0, 8.0)  # seconds to connect, to read; LINE's own test of a webhook waits 2
FEW_PUSHES = 20  # ten sessions
PUSHES_A_SESSION = 2  # text, video

CHANNELS = variable("line_channels")
CONSOLE = "LINE Developers Console (https://developers.line.biz/console/)"
MANAGER = "LINE Official Account Manager (https://manager.line.biz/)"
RESPONSES = f"{MANAGER} › Settings › Response settings"

# LINE docs: Test webhook endpoint, `reason` and, for ERROR_STATUS_CODE, `detail`.
WEBHOOK_FIXES = {
    "COULD_NOT_CONNECT": (
        f"see the DNS, firewall and certificate of {variable('public_url')}'s host "
        "(public authority, full chain, TLS 1.2+)"
    ),
    "REQUEST_TIMEOUT": "LINE waits 2 s: see whether `moment web` and its database are overloaded",
    "401": f"`moment web` runs with another channel_secret: correct its {CHANNELS} and restart it",
    "404": f"`moment web` runs without this channel: give it this {CHANNELS} and restart it",
}


def checks(ground: Ground, channel: LineChannel) -> Iterator[Check]:
    name = f"line.{channel.name}"
    try:
        proof = _prove(ground, channel)
        yield proof.check
        if channel.old_channel_secret is not None:
            yield _overlap(channel)
        token = channel.access_token.get_secret_value() if channel.access_token else proof.token
        if token is None:
            yield skip(f"{name}.token", "none can be issued without the right channel_id and channel_secret")
            return
        configuration = Configuration(access_token=token, host=ground.settings.line_api_url)
        configuration.retries = urllib3.Retry(0)
        with ApiClient(configuration) as client:
            yield from _Account(ground, channel, MessagingApi(client)).checks()
    except urllib3.exceptions.HTTPError as error:
        yield _absence(ground, name, error)


def rooms(ground: Ground) -> Iterator[Check]:
    channels = ground.settings.line_channels
    if not channels:
        yield skip("line", f"{CHANNELS} is not set")
        return
    carriers = [room for channel in channels for room in channel.rooms]
    wrong = [room for room in get_args(Room) if carriers.count(room) != 1]
    if wrong:
        fix = f'in {CHANNELS}, let the "rooms" of the channels name each room once'
        yield failure("line.rooms", f"not carried by exactly one channel: {', '.join(wrong)}", fix)
    else:
        yield ok("line.rooms", "each carried by one channel")


@dataclass(frozen=True)
class _Proof:
    """Whether id and secret are right, and the token that proves it."""

    check: Check
    token: str | None = None


def _prove(ground: Ground, channel: LineChannel) -> _Proof:
    """By having a stateless token issued, of which LINE allows any number; it lapses by itself.

    Raises urllib3's HTTPError when LINE is away.
    """
    name = f"line.{channel.name}.secret"
    fix = (
        f"copy channel ID and channel secret from {CONSOLE} › channel › Basic settings "
        f"into {CHANNELS} ('{channel.name}')"
    )
    if not channel.channel_secret.get_secret_value():
        return _Proof(failure(name, "channel_secret is empty: anybody could sign a webhook", fix))
    stateless = channel.model_copy(update={"access_token": None})
    try:
        token = TokenSource(stateless, ground.settings.line_api_url).token()
    except TokenRefused as error:
        if isinstance(error.__cause__, urllib3.exceptions.HTTPError):
            raise error.__cause__ from None
        status = getattr(error.__cause__, "status", 0)
        return _Proof(failure(name, f"LINE refuses channel_id and channel_secret ({status})", fix))
    return _Proof(ok(name, f"channel {channel.channel_id}"), token)


def _overlap(channel: LineChannel) -> Check:
    detail = "webhooks signed by the secret before are taken too"
    fix = f"a day after LINE reissued it, take old_channel_secret out of {CHANNELS} ('{channel.name}')"
    return warning(f"line.{channel.name}.old_secret", detail, fix)


@dataclass(frozen=True)
class _Account:
    """What LINE says of a channel to whoever has its token."""

    ground: Ground
    channel: LineChannel
    api: MessagingApi

    def checks(self) -> Iterator[Check]:
        try:
            bot = self.api.get_bot_info(_request_timeout=TIMEOUT)
        except ApiException as error:
            yield _refusal(self._name("token"), error)
            return
        yield ok(self._name("token"), f"accepted for {bot.basic_id}, {self.ground.origin('line_channels')}")
        webhook = _ask(self._name("webhook"), self._webhook)
        yield webhook
        if webhook.status is Status.OK:
            yield _ask(self._name("webhook_test"), self._webhook_test)
        else:
            yield skip(self._name("webhook_test"), "tested once the webhook is right")
        yield _ask(self._name("quota"), self._quota)
        yield self._chat(bot.chat_mode)
        yield _ask(self._name("menus"), lambda: menus.check(self.ground, self.channel))
        yield consoles(self.ground, self.channel)

    def _name(self, part: str) -> str:
        return f"line.{self.channel.name}.{part}"

    def _webhook(self) -> Check:
        name = self._name("webhook")
        ours = f"{self.ground.settings.public_url}/webhooks/line/{self.channel.name}"
        fix = f"{CONSOLE} › channel › Messaging API › Webhook settings: set {ours} and turn on 'Use webhook'"
        try:
            webhook = self.api.get_webhook_endpoint(_request_timeout=TIMEOUT)
        except ApiException as error:
            if error.status == 404:
                return failure(name, "no webhook URL is set", fix)
            raise
        if webhook.endpoint != ours:
            return failure(name, f"LINE sends to {webhook.endpoint}, not to {ours}", fix)
        if not webhook.active:
            return failure(name, "'Use webhook' is off: LINE sends nothing", fix)
        return ok(name, ours)

    def _webhook_test(self) -> Check:
        """LINE itself posts an empty, signed body to the URL that is set (60 an hour)."""
        name = self._name("webhook_test")
        test = self.api.test_webhook_endpoint(TestWebhookEndpointRequest(), _request_timeout=TIMEOUT)
        if test.success:
            return ok(name, f"LINE reaches it and gets {test.status_code}")
        fix = (
            WEBHOOK_FIXES.get(test.reason)
            or WEBHOOK_FIXES.get(test.detail)
            or "see the log of `moment web` and of the proxy before it"
        )
        return failure(name, f"LINE says {test.reason}: {test.detail}", fix)

    def _quota(self) -> Check:
        """LINE's own count is approximate."""
        name = self._name("quota")
        quota = self.api.get_message_quota(_request_timeout=TIMEOUT)
        if quota.value is None:
            return ok(name, "unlimited")
        usage = int(self.api.get_message_quota_consumption(_request_timeout=TIMEOUT).total_usage)
        rest = max(0, int(quota.value) - usage)
        detail = f"{rest} of {quota.value} pushes left this month: {rest // PUSHES_A_SESSION} sessions"
        fix = f"choose a larger plan in the {MANAGER}, or wait for the month's end"
        if rest < PUSHES_A_SESSION:
            return failure(name, detail, fix)
        return warning(name, detail, fix) if rest < FEW_PUSHES else ok(name, detail)

    def _chat(self, chat_mode: str) -> Check:
        name = self._name("chat")
        if chat_mode == "chat":
            detail = "Chat is on: whoever writes there answers beside the bot, which does not see it"
            return warning(name, detail, f"{RESPONSES}: turn Chat off, unless your coaches write there")
        return ok(name, "Chat is off: only the bot answers")


def consoles(ground: Ground, channel: LineChannel) -> Check:
    """A standing reminder: no API tells these switches, and their defaults are wrong for a bot."""
    name = f"line.{channel.name}.consoles"
    if ground.settings.line_api_url is not None:
        return skip(name, "the simulator has no switches of its own")
    detail = "LINE's API does not tell whether greeting and auto-response messages and group chats are off"
    fix = (
        f"{RESPONSES}: turn off 'Greeting message' and 'Auto-response messages'; "
        f"{CONSOLE} › channel › Messaging API: turn on 'Webhook redelivery', "
        "turn off 'Allow bot to join group chats' (coaching is between two; the bot leaves any group)"
    )
    return warning(name, detail, fix)


def _ask(name: str, check: Callable[[], Check]) -> Check:
    """The check; LINE's refusal, or its crash, as its failure. Raises urllib3's HTTPError when LINE is away."""
    try:
        return check()
    except ApiException as error:
        return _refusal(name, error)
    except urllib3.exceptions.HTTPError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it is this check's failure
        return crash(name, error)


def _refusal(name: str, error: ApiException) -> Check:
    if error.status == 401:
        fix = (
            f"issue a new one ({CONSOLE} › channel › Messaging API › Channel access token) for {CHANNELS}, "
            'or leave "access_token" out: then short-lived ones are issued from id and secret'
        )
        return failure(name, "LINE does not accept the channel access token", fix)
    if error.status == 429:
        return failure(name, "LINE says too many requests", "try again in an hour")
    fix = "try again; LINE's state: https://linestatus.com"
    return failure(name, f"LINE answers {error.status} {_message(error.body)}".rstrip(), fix)


def _message(body: str | None) -> str:
    try:
        answer: Any = json.loads(body or "{}")
    except json.JSONDecodeError:
        return ""
    return str(answer.get("message", "")) if isinstance(answer, dict) else ""


def _absence(ground: Ground, name: str, error: Exception) -> Check:
    if "line_channels" in ground.fallbacks:
        detail = f"{ground.origin('line_channels')}, which is not running"
        return skip(name, detail, f"`moment up` starts it; for real LINE set {CHANNELS} (README)")
    host = ground.settings.line_api_url or "https://api.line.me"
    return failure(
        name, f"{host} does not answer: {type(error).__name__}", "let this machine reach it by HTTPS"
    )
