"""The console of a process that serves real people: no way in but LINE Login."""

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from moment.app import make_app
from moment.resources import open_resources
from settings import Settings
from tests import quick_providers

CHANNEL = {"liff_id": "2000000098-Pages", "line_login_secret": SecretStr("x" * 32)}


@pytest.mark.parametrize(("changes", "status"), [({}, 503), (CHANNEL, 200)])
def test_the_page_says_whether_one_can_sign_in(
    settings: Settings, changes: dict[str, object], status: int
) -> None:
    with open_resources(settings.change(**changes), quick_providers.build) as resources:
        web = TestClient(make_app(resources), follow_redirects=False)
        assert web.get("/console/sign-in").status_code == status
        line = web.get("/console/sign-in/line")
        assert line.status_code == (303 if changes else 503)
        if changes:
            assert line.headers["location"].startswith("https://access.line.me/oauth2/v2.1/authorize?")
        assert web.get("/console/desk/token").status_code == 404


def test_its_cookies_go_over_https_only(settings: Settings) -> None:
    public = settings.change(public_url="https://moment.example", **CHANNEL)
    with open_resources(public, quick_providers.build) as resources:
        web = TestClient(make_app(resources), base_url="https://moment.example", follow_redirects=False)
        cookie = web.get("/console/sign-in/line").headers["set-cookie"]
        assert cookie.startswith("moment_console_login=")
        for part in ("Secure", "HttpOnly", "Path=/console", "samesite=lax"):
            assert part.lower() in cookie.lower()
