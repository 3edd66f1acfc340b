"""MOMENT_PUBLIC_URL as the doctor sees it: over real sockets, with and without TLS."""

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

from desk.embedded import free_port
from moment.doctor import web
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
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
    document = (
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
    path.write_bytes(private + document.public_bytes(serialization.Encoding.PEM))
    return path


def look(url: str, *, production: bool, authority: Path | None = None, fallback: bool = False) -> Check:
    settings = Settings.without_environment(public_url=url, env="production" if production else "development")
    ground = Ground(settings, frozenset({"public_url"} if fallback else ()))
    return web.check(ground, ssl.create_default_context(cafile=authority))


def test_our_own_web_process_behind_a_trusted_certificate(certificate: Path) -> None:
    with answering(OURS, tls=certificate) as url:
        check = look(url, production=True, authority=certificate)

    assert check.status is Status.OK
    assert "from MOMENT_PUBLIC_URL" in check.detail


def test_a_certificate_nobody_trusts_fails(certificate: Path) -> None:
    with answering(OURS, tls=certificate) as url:
        check = look(url, production=True)

    assert check.status is Status.FAILED
    assert "certificate" in check.detail
    assert "full chain" in check.fix


@pytest.mark.parametrize(("body", "status"), [(b"<html>", 200), (b'{"status": "up"}', 200), (OURS, 502)])
def test_somebody_elses_answer_fails(certificate: Path, body: bytes, status: int) -> None:
    with answering(body, status, tls=certificate) as url:
        check = look(url, production=True, authority=certificate)

    assert check.status is Status.FAILED
    assert f"answers {status}" in check.detail
    assert "the proxy behind MOMENT_PUBLIC_URL" in check.fix


def test_plain_http_is_for_development() -> None:
    with answering(OURS) as url:
        assert look(url, production=False).status is Status.OK
        check = look(url, production=True)

    assert check.status is Status.FAILED
    assert check.fix == "set MOMENT_PUBLIC_URL=https://YOUR-HOST"


@pytest.mark.parametrize(("production", "status"), [(True, Status.FAILED), (False, Status.WARNING)])
def test_a_host_that_is_away_matters_in_production(production: bool, status: Status) -> None:
    check = look(f"https://127.0.0.1:{free_port()}", production=production)

    assert check.status is status
    assert "cannot be reached" in check.detail
    assert "moment web" in check.fix


def test_a_host_that_does_not_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SECONDS", 0.2)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as silent:  # accepts, never reads
        check = look(f"http://127.0.0.1:{silent.server_port}", production=False)

    assert "within 0.2 s" in check.detail


def test_what_production_refuses_is_not_looked_for() -> None:
    assert look("http://127.0.0.1:8000", production=True, fallback=True).status is Status.SKIPPED
