"""Real parts for the simulator's tests: a webhook receiver on a socket, and the bot's HTTP client."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import httpx

from simulator.line.client import Desk
from simulator.line.config import ChannelConfig, LiffApp, LineConfig, Person

T = TypeVar("T")
SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
LOGIN_CHANNEL = "2000000099"
LOGIN_SECRET = "5ebe2294ecd0e0f08eab7690d2a6ee69"
LOGIN_CALLBACK = "http://127.0.0.1:8000/console/callback"
LOGIN_PERSON = "U" + "c" * 32
ONE_LIFF_APP = LiffApp(liff_id=f"{LOGIN_CHANNEL}-quiz0000", endpoint_url="http://127.0.0.1:8000/liff/")
TOKEN = "long-lived-token"
SECOND_TOKEN = "second-token"


def channel(name: str, webhook_url: str, token: str, number: int) -> ChannelConfig:
    return ChannelConfig(
        name=name,
        display_name=f"Moment {name}",
        channel_id=f"200000000{number}",
        channel_secret=SECRET,
        access_token=token,
        bot_user_id="U" + str(number) * 32,
        webhook_url=webhook_url,
    )


def line_config(
    receiver: "Receiver", folder: Path, liff_apps: Sequence[LiffApp] = (ONE_LIFF_APP,)
) -> LineConfig:
    return LineConfig(
        channels=[
            channel("coaching", receiver.url, TOKEN, 1),
            channel("videos", receiver.url, SECOND_TOKEN, 2),
        ],
        login_channel_id=LOGIN_CHANNEL,
        login_channel_secret=LOGIN_SECRET,
        login_callback_urls=[LOGIN_CALLBACK],
        login_people=[Person(user_id=LOGIN_PERSON, display_name="きよし")],
        liff_apps=list(liff_apps),
        media_dir=folder / "media",
        redelivery_delays_seconds=[0.02, 0.02, 0.02],
    )


def until(fact: Callable[[], T], what: str, timeout: float = 10) -> T:
    """The first truthy value of `fact`."""
    deadline = time.monotonic() + timeout
    while True:
        value = fact()
        if value:
            return value
        assert time.monotonic() < deadline, f"never saw {what}"
        threading.Event().wait(0.01)


def wait_for_drop(desk: Desk, path: str) -> None:
    """The log tells of a connection that was dropped; its other end may have seen it before."""
    desk.wait_for_log(lambda log: any(path in c.path and c.error == "connection dropped" for c in log))


class Receiver:
    """A bot's webhook endpoint: keeps the raw bodies in their order of arrival and answers as told."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.statuses: list[int] = []
        self.block: threading.Event | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                status = receiver.take(raw, self.headers["x-line-signature"])
                if receiver.block is not None:
                    receiver.block.wait(30)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/webhooks/line"

    def take(self, raw: bytes, signature: str) -> int:
        self.bodies.append(raw)
        self.signatures.append(signature)
        return self.statuses.pop(0) if self.statuses else 200

    def events(self) -> list[dict[str, Any]]:
        return [event for body in list(self.bodies) for event in json.loads(body)["events"]]

    def wait(self, count: int) -> list[dict[str, Any]]:
        """All events once there are `count`."""
        until(lambda: len(self.events()) >= count, f"{count} events (saw {len(self.events())})")
        return self.events()

    def wait_for(self, kind: str) -> dict[str, Any]:
        """The newest event of a type."""
        events = until(lambda: [e for e in self.events() if e["type"] == kind], f"a {kind} event")
        return events[-1]

    def wait_of(self, user_id: str, count: int) -> list[dict[str, Any]]:
        """All of one user's once there are `count`, where several share the endpoint."""

        def theirs() -> list[dict[str, Any]]:
            return [event for event in self.events() if event["source"].get("userId") == user_id]

        until(lambda: len(theirs()) >= count, f"{count} events of {user_id}")
        return theirs()

    def verifies(self) -> bool:
        """Whether every body carries the signature of exactly its bytes."""
        digests = [hmac.new(SECRET.encode(), body, hashlib.sha256).digest() for body in self.bodies]
        return [base64.b64encode(digest).decode() for digest in digests] == self.signatures

    def close(self) -> None:
        if self.block is not None:
            self.block.set()
        self._server.shutdown()
        self._server.server_close()


class Bot:
    """The other side: calls LINE's paths as an SDK would."""

    def __init__(self, base_url: str, token: str = TOKEN) -> None:
        headers = {"authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=base_url, headers=headers, timeout=20, trust_env=False)

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        return self.http.get(path, **arguments)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.http.post(path, headers=fields)
        return self.http.post(path, json=body, headers=fields)

    def push(self, to: str, *messages: dict[str, Any], **headers: str) -> httpx.Response:
        return self.post("/v2/bot/message/push", {"to": to, "messages": list(messages)}, **headers)

    def reply(self, token: str, *messages: dict[str, Any], **headers: str) -> httpx.Response:
        return self.post(
            "/v2/bot/message/reply", {"replyToken": token, "messages": list(messages)}, **headers
        )

    def validate(self, *messages: Any) -> httpx.Response:
        return self.post("/v2/bot/message/validate/push", {"messages": list(messages)})


def text(words: str = "こんにちは", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}
