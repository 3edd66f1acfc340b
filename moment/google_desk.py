"""Google on the desk: the real providers on the vendors' SDKs, spoken to by the local doubles of Google's APIs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moment.desk import named
from moment.embedded import free_port
from moment.supervisor import Child, Supervisor
from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig

START_SECONDS = 30.0


@contextmanager
def google_doubles(folder: Path, transcript: str) -> Iterator[None]:
    """Every Google setting names the doubles until the block ends. `transcript` is what they hear in any memo."""
    folder.mkdir(parents=True, exist_ok=True)
    config = GoogleConfig(
        service_account_file=folder / "service_account.json", data_dir=folder, transcript=transcript
    )
    file = folder / "google.json"
    file.write_text(config.model_dump_json())
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    child = Child(
        "google", [sys.executable, "-m", "simulator.google", "--port", str(port), "--config", str(file)]
    )
    variables = named(
        PROVIDERS="pipeline.providers.google",
        GOOGLE_API_URL=url,
        GOOGLE_APPLICATION_CREDENTIALS=str(config.service_account_file),
        GOOGLE_PROJECT=config.project,
        GEMINI_API_KEY=config.api_key,
        GCS_BUCKET=config.bucket,
    )
    with variables, Supervisor([child], quiet=True), GoogleDesk(url) as desk:
        desk.wait_until_ready(START_SECONDS)
        yield
