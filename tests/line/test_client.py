"""What LINE's answer means, and what a broken connection means."""

import socket
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from line.client import LineClient, NotSent
from line.tokens import TokenSource
from settings import LineChannel


@pytest.fixture
def refusing_url() -> Iterator[str]:
    """Nobody listens there, and nobody else can begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_connection_that_is_refused_has_sent_nothing(refusing_url: str) -> None:
    channel = LineChannel(
        name="moment",
        channel_id="2000000001",
        channel_secret=SecretStr("secret"),
        access_token=SecretStr("token"),
        rooms=["coaching"],
    )
    client = LineClient(TokenSource(channel, refusing_url), refusing_url)
    with pytest.raises(NotSent, match="NewConnectionError"):
        client.reply("token", [{"type": "text", "text": "こんにちは"}])
    with pytest.raises(NotSent, match="NewConnectionError"):
        client.display_name("U1")
