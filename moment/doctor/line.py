"""LINE, for each channel: its credentials, its webhook, its quota, and what only the consoles can tell."""

import json
from collections.abc import Callable, Iterator
from typing import Any, get_args

import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    MessagingApi,
    TestWebhookEndpointRequest,
)

from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, broken, failed, ok, skipped, warning
from pipeline.line.tokens import TokenRefused, TokenSource
from settings import LineChannel, Room

TIMEOUT = (3.0, 8.0)  # seconds to connect, to read; LINE's own test of a webhook waits 2
FEW_PUSHES = 20  # ten sessions
PUSHES_A_SESSION = 2  # text, video

CONSOLE = "LINE Developers Console (https://developers.line.biz/console/)"
MANAGER = "LINE Official Account Manager (https://manager.line.biz/)"
RESPONSES = f"{MANAGER} › Settings › Response settings"

# LINE docs: Test webhook endpoint, `reason` and, for ERROR_STATUS_CODE, `detail`.
WEBHOOK_FIXES = {
    "COULD_NOT_CONNECT": "see PUBLIC_URL's DNS, firewall and certificate (public authority, full chain, TLS 1.2+)",
    "REQUEST_TIMEOUT": "LINE waits 2 s: see whether `moment web` and its database are overloaded",
    "401": "`moment web` runs with another channel_secret: correct its LINE_CHANNELS and restart it",
    "404": "`moment web` runs without this channel: give it this LINE_CHANNELS and restart it",
}


def checks(ground: Ground, channel: LineChannel) -> Iterator[Check]:
    name = f"line.{channel.name}"
    try:
        secret, issued = _secret(channel)
        yield secret
        token = channel.access_token.get_secret_value() if channel.access_token else issued
        if token is None:
            yield skipped(
                f"{name}.token", "none can be issued without the right channel_id and channel_secret"
            )
            return
        configuration = Configuration(access_token=token, host=ground.settings.line_api_url)
        configuration.retries = urllib3.Retry(0)
        with ApiClient(configuration) as client:
            yield from _account(ground, channel, MessagingApi(client))
    except urllib3.exceptions.HTTPError as error:
        yield _away(ground, name, error)


def rooms(ground: Ground) -> Iterator[Check]:
    channels = ground.settings.line_channels
    if not channels:
        yield skipped("line", "LINE_CHANNELS is not set")
        return
    carried = [room for channel in channels for room in channel.rooms]
    wrong = [room for room in get_args(Room) if carried.count(room) != 1]
    if wrong:
        fix = 'in LINE_CHANNELS, let the "rooms" of the channels name each room once'
        yield failed("line.rooms", f"not carried by exactly one channel: {', '.join(wrong)}", fix)
    else:
        yield ok("line.rooms", "each carried by one channel")


def _secret(channel: LineChannel) -> tuple[Check, str | None]:
    """Proved by having a stateless token issued, of which LINE allows any number; it lapses by itself.

    Raises urllib3's HTTPError when LINE is away.
    """
    name = f"line.{channel.name}.secret"
    fix = (
        f"copy channel ID and channel secret from {CONSOLE} › channel › Basic settings "
        f"into LINE_CHANNELS ('{channel.name}')"
    )
    if not channel.channel_secret.get_secret_value():
        return failed(name, "channel_secret is empty: anybody could sign a webhook", fix), None
    try:
        issued = TokenSource(channel.model_copy(update={"access_token": None})).token()
    except TokenRefused as error:
        if isinstance(error.__cause__, urllib3.exceptions.HTTPError):
            raise error.__cause__ from None
        status = getattr(error.__cause__, "status", 0)
        return failed(name, f"LINE refuses channel_id and channel_secret ({status})", fix), None
    return ok(name, f"channel {channel.channel_id}"), issued


def _account(ground: Ground, channel: LineChannel, api: MessagingApi) -> Iterator[Check]:
    name = f"line.{channel.name}"
    try:
        bot = api.get_bot_info(_request_timeout=TIMEOUT)
    except ApiException as error:
        yield _refused(f"{name}.token", error)
        return
    yield ok(f"{name}.token", f"accepted for {bot.basic_id}, {ground.origin('line_channels')}")
    webhook = _answered(f"{name}.webhook", lambda: _webhook(ground, channel, api))
    yield webhook
    if webhook.status is Status.OK:
        yield _answered(f"{name}.webhook_test", lambda: _webhook_test(f"{name}.webhook_test", api))
    else:
        yield skipped(f"{name}.webhook_test", "tested once the webhook is right")
    yield _answered(f"{name}.quota", lambda: _quota(f"{name}.quota", api))
    yield _chat(f"{name}.chat", bot.chat_mode)
    yield _consoles(ground, f"{name}.consoles")


def _webhook(ground: Ground, channel: LineChannel, api: MessagingApi) -> Check:
    name = f"line.{channel.name}.webhook"
    wanted = f"{ground.settings.public_url}/webhooks/line/{channel.name}"
    fix = f"{CONSOLE} › channel › Messaging API › Webhook settings: set {wanted} and turn on 'Use webhook'"
    try:
        found = api.get_webhook_endpoint(_request_timeout=TIMEOUT)
    except ApiException as error:
        if error.status == 404:
            return failed(name, "no webhook URL is set", fix)
        raise
    if found.endpoint != wanted:
        return failed(name, f"LINE sends to {found.endpoint}, not to {wanted}", fix)
    if not found.active:
        return failed(name, "'Use webhook' is off: LINE sends nothing", fix)
    return ok(name, wanted)


def _webhook_test(name: str, api: MessagingApi) -> Check:
    """LINE itself posts an empty, signed body to the URL that is set (60 an hour)."""
    tested = api.test_webhook_endpoint(TestWebhookEndpointRequest(), _request_timeout=TIMEOUT)
    if tested.success:
        return ok(name, f"LINE reaches it and gets {tested.status_code}")
    known = WEBHOOK_FIXES.get(tested.reason) or WEBHOOK_FIXES.get(tested.detail)
    fix = known or "see the log of `moment web` and of the proxy before it"
    return failed(name, f"LINE says {tested.reason}: {tested.detail}", fix)


def _quota(name: str, api: MessagingApi) -> Check:
    """LINE's own count is approximate."""
    quota = api.get_message_quota(_request_timeout=TIMEOUT)
    if quota.value is None:
        return ok(name, "unlimited")
    used = int(api.get_message_quota_consumption(_request_timeout=TIMEOUT).total_usage)
    left = max(0, int(quota.value) - used)
    detail = f"{left} of {quota.value} pushes left this month: {left // PUSHES_A_SESSION} sessions"
    fix = f"choose a larger plan in the {MANAGER}, or wait for the month's end"
    if left < PUSHES_A_SESSION:
        return failed(name, detail, fix)
    return warning(name, detail, fix) if left < FEW_PUSHES else ok(name, detail)


def _chat(name: str, chat_mode: str) -> Check:
    if chat_mode == "chat":
        detail = "Chat is on: whoever writes there answers beside the bot, which does not see it"
        return warning(name, detail, f"{RESPONSES}: turn Chat off, unless your coaches write there")
    return ok(name, "Chat is off: only the bot answers")


def _consoles(ground: Ground, name: str) -> Check:
    """A standing reminder: no API tells these switches, and their defaults are wrong for a bot."""
    if ground.settings.line_api_url is not None:
        return skipped(name, "the simulator has no switches of its own")
    detail = "LINE's API does not tell whether greeting and auto-response messages are off"
    fix = (
        f"{RESPONSES}: turn off 'Greeting message' and 'Auto-response messages'; "
        f"{CONSOLE} › channel › Messaging API: turn on 'Webhook redelivery'"
    )
    return warning(name, detail, fix)


def _answered(name: str, check: Callable[[], Check]) -> Check:
    """The check; LINE's refusal, or its crash, as its failure. Raises urllib3's HTTPError when LINE is away."""
    try:
        return check()
    except ApiException as error:
        return _refused(name, error)
    except urllib3.exceptions.HTTPError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it is this check's failure
        return broken(name, error)


def _refused(name: str, error: ApiException) -> Check:
    if error.status == 401:
        fix = (
            f"issue a new one ({CONSOLE} › channel › Messaging API › Channel access token) for LINE_CHANNELS, "
            'or leave "access_token" out: then short-lived ones are issued from id and secret'
        )
        return failed(name, "LINE does not accept the channel access token", fix)
    if error.status == 429:
        return failed(name, "LINE says too many requests", "try again in an hour")
    fix = "try again; LINE's state: https://linestatus.com"
    return failed(name, f"LINE answers {error.status} {_message(error.body)}".rstrip(), fix)


def _message(body: str | None) -> str:
    try:
        parsed: Any = json.loads(body or "{}")
    except json.JSONDecodeError:
        return ""
    return str(parsed.get("message", "")) if isinstance(parsed, dict) else ""


def _away(ground: Ground, name: str, error: Exception) -> Check:
    if "line_channels" in ground.fallbacks:
        detail = f"{ground.origin('line_channels')}, which is not running"
        return skipped(name, detail, "`moment up` starts it; for real LINE set LINE_CHANNELS (README)")
    host = ground.settings.line_api_url or "https://api.line.me"
    return failed(
        name, f"{host} does not answer: {type(error).__name__}", "let this machine reach it by HTTPS"
    )
