"""PUBLIC_URL as the doctor sees it: over real sockets, with and without TLS."""

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from moment.doctor import web
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from moment.embedded import free_port
from settings import Settings

OURS = b'{"status": "ok"}'


@contextmanager
def answering(body: bytes, status: int = 200, tls: Path | None = None) -> Iterator[str]:
    """A host whose every path answers this; with `tls`, by the certificate and key in that file."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def checked(url: str, *, production: bool, trusted: Path | None = None, fallback: bool = False) -> Check:
    ground = Ground(
        Settings(public_url=url, moment_env="production" if production else "development"),
        frozenset({"public_url"} if fallback else ()),
    )
    return web.check(ground, ssl.create_default_context(cafile=trusted))


def test_our_own_web_process_behind_a_trusted_certificate(certificate: Path) -> None:
    with answering(OURS, tls=certificate) as url:
        found = checked(url, production=True, trusted=certificate)

    assert found.status is Status.OK
    assert "from PUBLIC_URL" in found.detail


def test_a_certificate_nobody_trusts_fails(certificate: Path) -> None:
    with answering(OURS, tls=certificate) as url:
        found = checked(url, production=True)

    assert found.status is Status.FAILED
    assert "certificate" in found.detail
    assert "full chain" in found.fix


@pytest.mark.parametrize(("body", "status"), [(b"<html>", 200), (b'{"status": "up"}', 200), (OURS, 502)])
def test_somebody_elses_answer_fails(certificate: Path, body: bytes, status: int) -> None:
    with answering(body, status, tls=certificate) as url:
        found = checked(url, production=True, trusted=certificate)

    assert found.status is Status.FAILED
    assert f"answers {status}" in found.detail
    assert "proxy" in found.fix


def test_plain_http_is_for_development() -> None:
    with answering(OURS) as url:
        assert checked(url, production=False).status is Status.OK
        refused = checked(url, production=True)

    assert refused.status is Status.FAILED
    assert refused.fix == "set PUBLIC_URL=https://YOUR-HOST"


@pytest.mark.parametrize(("production", "status"), [(True, Status.FAILED), (False, Status.WARNING)])
def test_a_host_that_is_away_matters_in_production(production: bool, status: Status) -> None:
    found = checked(f"https://127.0.0.1:{free_port()}", production=production)

    assert found.status is status
    assert "cannot be reached" in found.detail
    assert "moment web" in found.fix


def test_a_host_that_does_not_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SECONDS", 0.2)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as silent:  # accepts, never reads
        found = checked(f"http://127.0.0.1:{silent.server_port}", production=False)

    assert "within 0.2 s" in found.detail


def test_what_production_refuses_is_not_looked_for() -> None:
    assert checked("http://127.0.0.1:8000", production=True, fallback=True).status is Status.SKIPPED
