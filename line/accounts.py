"""The LINE channels of this process, each with its clients; the roof makes it once."""

import threading
from collections.abc import Sequence

import httpx

from line.client import LineClient
from line.content import ContentReader, make_client
from line.tokens import TokenSource
from settings import ConfigurationError, LineChannel, variable


class LineAccounts:
    """Clients are made at once and connect at their first call. Thread-safe."""

    def __init__(self, channels: Sequence[LineChannel], api_url: str | None) -> None:
        self._channels = {channel.name: channel for channel in channels}
        self._api_url = api_url
        self._sources = {channel.name: TokenSource(channel, api_url) for channel in channels}
        self._lock = threading.Lock()
        self._content_client: httpx.Client | None = None
        self._clients = {name: LineClient(source, api_url) for name, source in self._sources.items()}

    def client(self, channel_name: str) -> LineClient:
        """Raises ConfigurationError for a channel that is not named in the settings."""
        return self._clients[self._check(channel_name)]

    def content(self, channel_name: str) -> ContentReader:
        """Raises ConfigurationError."""
        source = self._sources[self._check(channel_name)]
        return ContentReader(self._shared_content_client(), source, self._api_url)

    @property
    def names(self) -> Sequence[str]:
        """Of all channels."""
        return list(self._channels)

    def has(self, channel_name: str) -> bool:
        """Whether the settings name it."""
        return channel_name in self._channels

    def channel_for(self, room: str) -> str:
        """The name of the channel that carries a room. Raises ConfigurationError where none does."""
        for channel in self._channels.values():
            if room in channel.rooms:
                return channel.name
        raise ConfigurationError(f"{variable('line_channels')}: no channel carries the room '{room}'")

    def close(self) -> None:
        if self._content_client is not None:
            self._content_client.close()

    def _shared_content_client(self) -> httpx.Client:
        """Made by the first who needs it: only one of a process's queues fetches anything."""
        with self._lock:
            if self._content_client is None:
                self._content_client = make_client(self._api_url)
            return self._content_client

    def _check(self, channel_name: str) -> str:
        if channel_name not in self._channels:
            raise ConfigurationError(
                f"{variable('line_channels')}: no channel '{channel_name}', from which a learner wrote"
            )
        return channel_name
