"""Google on the desk: the real providers on the vendors' SDKs, spoken to by the local doubles of Google's APIs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from desk.embedded import free_port
from desk.supervisor import Child, Supervisor
from settings import ProviderChoice, Settings
from simulator.google.client import GoogleDesk, LiveAddress
from simulator.google.config import GoogleConfig
from simulator.google.server import make_server

START_SECONDS = 30.0


@contextmanager
def google_doubles(settings: Settings, folder: Path, transcript: str) -> Iterator[Settings]:
    """The settings with every part of Google's named; the doubles run until the block ends. `transcript` is what
    they hear in any memo."""
    folder.mkdir(parents=True, exist_ok=True)
    config = GoogleConfig(
        service_account_file=folder / "service_account.json", data_dir=folder, transcript=transcript
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    child = Child("google", serve, (config, port), folder / "google.log")
    with Supervisor([child]), GoogleDesk(url) as desk:
        desk.wait_until_ready(START_SECONDS)
        yield settings.change(**google_settings(config, url), **live_settings(desk.live()))


def serve(config: GoogleConfig, port: int) -> None:
    """Google on this port, until it is told to stop."""
    make_server(config, port).run()


def google_settings(config: GoogleConfig, url: str) -> dict[str, object]:
    """Our side of the doubles' configuration."""
    return {
        "providers": ProviderChoice.GOOGLE,
        "google_api_url": url,
        "google_key_file": config.service_account_file,
        "google_project": config.project,
        "gemini_api_key": SecretStr(config.api_key),
        "gcs_bucket": config.bucket,
    }


def live_settings(live: LiveAddress) -> dict[str, object]:
    """Live listens on a port of its own, which is known once it runs."""
    return {"google_live_url": live.url, "google_live_ca_file": Path(live.ca_file)}
