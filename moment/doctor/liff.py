"""LIFF: the ids, LINE's keys, our pages as LINE opens them, and what only the console can tell."""

from collections.abc import Iterator

import httpx

from line.liff import LiffApps
from line.login import LineKeys
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, failure, ok, skip, warning
from settings import variable

NAME = "liff"
PAGES, UPLOAD = variable("liff_id"), variable("liff_upload_id")
COMPANION = variable("liff_companion_id")
SECONDS = 5.0
CONSOLE = "LINE Developers Console › the LINE Login channel › LIFF"


def checks(ground: Ground) -> Iterator[Check]:
    apps = LiffApps.of(ground.settings)
    if apps.pages is None:
        yield _without_pages(ground)
        return
    yield _ids(apps)
    yield _keys(ground)
    yield _page(ground, apps.pages)
    yield console(ground)


def _without_pages(ground: Ground) -> Check:
    detail = f"{PAGES} is not set: no links to pages are sent, the quiz is asked in chat"
    fix = f"make a LIFF app under {CONSOLE} and set {PAGES}"
    return Check(NAME, Status.WARNING if ground.is_production else Status.SKIPPED, detail, fix)


def _ids(apps: LiffApps) -> Check:
    if apps.upload is None:
        return warning(
            NAME, f"{UPLOAD} is not set: long videos can't be sent", f"make a second app under {CONSOLE}"
        )
    if len(apps.channel_ids) > 1:
        return failure(
            NAME,
            f"{PAGES}, {UPLOAD} and {COMPANION} belong to different LINE Login channels",
            "make the apps in one channel, of the same provider as the Messaging API channel",
        )
    return ok(NAME, f"the apps belong to LINE Login channel {apps.channel_ids[0]}")


def _keys(ground: Ground) -> Check:
    if LineKeys(ground.settings.line_api_url).read():
        return ok("liff.keys", "LINE's public keys can be read")
    return failure(
        "liff.keys", "LINE's public keys can't be read", "let this machine reach https://api.line.me"
    )


def _page(ground: Ground, liff_id: str) -> Check:
    """That web runs with the same id, as it stands in every page."""
    name, url = "liff.pages", f"{ground.settings.public_url}/liff/enter"
    try:
        answer = httpx.get(url, timeout=SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return skip(name, "looked at once public_url answers")
    if answer.status_code != httpx.codes.OK:
        return failure(
            name, f"{url} answers {answer.status_code}", f"let the proxy behind {url} pass /liff and /api on"
        )
    if f'content="{liff_id}"' not in answer.text:
        return failure(
            name, f"`moment web` runs with another {PAGES}", f"give it this {PAGES} and restart it"
        )
    return ok(name, f"{url} answers")


def console(ground: Ground) -> Check:
    url = ground.settings.public_url
    if ground.settings.line_api_url:
        return skip("liff.console", "the simulator has no switches of its own")
    return skip(
        "liff.console",
        "what only the console tells: endpoint URL, size, scopes",
        f"{CONSOLE}: {PAGES} › {url}/liff/, Tall, openid profile chat_message.write; "
        f"{UPLOAD} › {url}/liff/upload/, Full, openid profile; "
        f"{COMPANION} › {url}/liff/companion/, Full, openid profile",
    )
