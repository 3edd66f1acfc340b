"""A double's command line, as far as it gives up; that it serves is tested with each double."""

import socket
from pathlib import Path

import pytest

from simulator.http.command_line import serve
from tests.simulator.http.shop import ShopConfig, make_server


def run(monkeypatch: pytest.MonkeyPatch, config: Path, port: int) -> int:
    monkeypatch.setattr("sys.argv", ["shop", "--port", str(port), "--config", str(config)])
    return serve("shop", "A shop", ShopConfig, make_server)


@pytest.mark.parametrize("words", [None, "{}", "no JSON"])
def test_a_wrong_configuration_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str | None
) -> None:
    config = tmp_path / "config.json"
    if words is not None:
        config.write_text(words)
    assert run(monkeypatch, config, 0) == 2
    assert capsys.readouterr().err.startswith(f"shop: {config}: ")


def test_a_port_that_is_not_free_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"name": "corner"}')
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert run(monkeypatch, config, other.getsockname()[1]) == 2
    assert "Address already in use" in capsys.readouterr().err
