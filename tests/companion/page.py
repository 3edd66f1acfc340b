"""The page's side of a call, over a real socket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from companion.wire import AUDIO, PICTURE
from liff.identity import COOKIE

WAIT_SECONDS = 60.0
MORE = 2**20


class Page:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.pcm = bytearray()
        self.messages: list[dict[str, Any]] = []

    def speak(self, pcm: bytes) -> None:
        self.socket.send(bytes([AUDIO]) + pcm)

    def show(self, jpeg: bytes) -> None:
        self.socket.send(bytes([PICTURE]) + jpeg)

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def until(self, kind: str) -> dict[str, Any]:
        """The next message of this type; sound and others before it are kept."""
        while True:
            got = self.socket.recv(timeout=WAIT_SECONDS)
            if isinstance(got, bytes):
                self.pcm += got
                continue
            message: dict[str, Any] = json.loads(got)
            self.messages.append(message)
            if message["type"] == kind:
                return message

    def until_sound(self, size: int) -> bytes:
        while len(self.pcm) < size:
            got = self.socket.recv(timeout=WAIT_SECONDS)
            if isinstance(got, bytes):
                self.pcm += got
            else:
                self.messages.append(json.loads(got))
        return bytes(self.pcm)

    def until_closed(self) -> int:
        """The close code."""
        try:
            while True:
                got = self.socket.recv(timeout=WAIT_SECONDS)
                if not isinstance(got, bytes):
                    self.messages.append(json.loads(got))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 0

    def types(self) -> list[str]:
        return [each["type"] for each in self.messages]

    def hang_up(self) -> Self:
        self.send(type="hang_up")
        self.until_closed()
        return self


@contextmanager
def open_page(
    client: httpx.Client, session_id: int = 0, *, call: str = "", origin: str | None = None
) -> Iterator[Page]:
    """`client` is signed in, or not."""
    url = str(client.base_url).rstrip("/")
    cookie = client.cookies.get(COOKIE)
    with connect(
        f"ws{url.removeprefix('http')}/ws/companion/{session_id}" + (f"?call={call}" if call else ""),
        origin=Origin(origin or url),
        additional_headers={"Cookie": f"{COOKIE}={cookie}"} if cookie else {},
        max_size=MORE,
        proxy=None,
    ) as socket:
        yield Page(socket)
