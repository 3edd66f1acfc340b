from typing import Any

import pytest

from simulator.http.headers import bearer
from simulator.http.readable import readable_body


@pytest.mark.parametrize(
    ("body", "content_type", "readable"),
    [
        (b"", "application/json", None),
        (
            b'{"id_token": "x", "to": [{"client_secret": "y"}]}',
            "application/json; charset=utf-8",
            {"id_token": "***", "to": [{"client_secret": "***"}]},
        ),
        (
            b"refresh_token=x&code=7",
            "application/x-www-form-urlencoded",
            {"refresh_token": "***", "code": "7"},
        ),
        ("火を弱めます".encode(), "text/plain", "火を弱めます"),
        (b"\xff\xfe", "text/plain", {"bytes": 2, "content_type": "text/plain"}),
        (b"{", "application/json", {"bytes": 1, "content_type": "application/json"}),
        (b"\x89PNG", "image/png", {"bytes": 4, "content_type": "image/png"}),
    ],
)
def test_a_body_is_shown_as_what_it_is(body: bytes, content_type: str, readable: Any) -> None:
    assert readable_body(body, content_type) == readable


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer x", "x"), ("bearer  x ", "x"), ("Bearer ", None), ("Basic x", None), ("", None), (None, None)],
)
def test_a_bearer_token_is_read(header: str | None, token: str | None) -> None:
    assert bearer(header) == token
