"""The page's end of a call: what it sends, in bounds, and what it is told, in order."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from companion.wire import (
    AUDIO,
    FROM_PAGE,
    MOST_AUDIO_BYTES,
    MOST_PICTURE_BYTES,
    PICTURE,
    Again,
    HangUp,
    Pause,
    ToPage,
)
from errors import MomentError

MOST_PACKETS = 750  # half a minute of sound: a page that sends more waits, and keeps what it has
STALL_SECONDS = 10.0  # without taking what it is sent, it is gone
NORMAL = 1000


class PageLost(MomentError):
    """The page is gone: closed, out of reach, or no page of ours. `is_wanted`: its learner left."""

    def __init__(self, reason: str, *, is_wanted: bool = False) -> None:
        super().__init__(reason)
        self.is_wanted = is_wanted


@dataclass
class PageLink:
    """One WebSocket. Sound is kept until it is taken; of pictures only the newest is."""

    socket: WebSocket
    sound: asyncio.Queue[bytes | Pause] = field(default_factory=lambda: asyncio.Queue(MOST_PACKETS))
    wishes: asyncio.Queue[Again] = field(default_factory=lambda: asyncio.Queue(8))
    _picture: bytes = b""
    _has_picture: asyncio.Event = field(default_factory=asyncio.Event)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self) -> None:
        """Until the page is gone. Raises PageLost."""
        while True:
            try:
                message = await self.socket.receive()
            except WebSocketDisconnect as error:
                raise PageLost(f"closed with {error.code}") from error
            if message["type"] == "websocket.disconnect":
                code = message.get("code") or 0
                raise PageLost(f"closed with {code}", is_wanted=code == NORMAL)
            if message.get("bytes") is not None:
                await self._take(message["bytes"])
            else:
                await self._heed(message.get("text") or "")

    async def _take(self, packet: bytes) -> None:
        kind, payload = packet[:1], packet[1:]
        if kind == bytes([AUDIO]) and 0 < len(payload) <= MOST_AUDIO_BYTES and len(payload) % 2 == 0:
            await self.sound.put(payload)
        elif kind == bytes([PICTURE]) and 0 < len(payload) <= MOST_PICTURE_BYTES:
            self._picture = payload
            self._has_picture.set()
        else:
            raise PageLost("a packet that no page of ours sends")

    async def _heed(self, text: str) -> None:
        try:
            wish = FROM_PAGE.validate_json(text)
        except ValidationError as error:
            raise PageLost("a message that no page of ours sends") from error
        match wish:
            case HangUp():
                raise PageLost("hung up", is_wanted=True)
            case Pause():
                await self.sound.put(wish)
            case Again() if not self.wishes.full():
                self.wishes.put_nowait(wish)

    async def picture(self) -> bytes:
        """The newest, once there is one that was not taken."""
        await self._has_picture.wait()
        self._has_picture.clear()
        return self._picture

    async def tell(self, message: ToPage) -> None:
        """Raises PageLost."""
        await self._send(message.model_dump_json())

    async def play(self, pcm: bytes) -> None:
        """PCM at 24 kHz. Raises PageLost."""
        await self._send(pcm)

    async def close(self) -> None:
        """Also where the page has closed it, or is gone; Starlette says that by RuntimeError too."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.socket.close()

    async def _send(self, content: str | bytes) -> None:
        try:
            async with asyncio.timeout(STALL_SECONDS), self._turn:
                if isinstance(content, str):
                    await self.socket.send_text(content)
                else:
                    await self.socket.send_bytes(content)
        except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError) as error:
            # Starlette says by RuntimeError that a socket was closed before.
            raise PageLost("it takes nothing any more") from error
