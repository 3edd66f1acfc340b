"""The web process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from pipeline.providers.loading import store
from webhooks import health, line, media
from webhooks.inbox import Inbox

ICONS = Path(__file__).parent / "icons"


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    await asyncio.to_thread(store)  # the first who plays a video must not wait for an SDK to load
    yield


def make_app() -> Starlette:
    rest = FastAPI(title="Moment", docs_url=None, redoc_url=None, openapi_url=None)
    for part in (media, health):
        rest.include_router(part.router)
    # The rooms' icons, which LINE fetches for every bubble.
    rest.mount("/icons", StaticFiles(directory=ICONS), name="icons")
    webhook = Route("/webhooks/line/{channel_name}", line.LineWebhook(Inbox()), methods=["POST"])
    return Starlette(routes=[webhook, Mount("/", rest)], lifespan=_lifespan)
