"""The web process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from pipeline.providers.loading import store
from webhooks import health, line, media
from webhooks.inbox import Inbox

ICONS = Path(__file__).parent / "icons"


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.inbox = Inbox()
    await asyncio.to_thread(store)  # the first who plays a video must not wait for an SDK to load
    yield


def make_app() -> FastAPI:
    app = FastAPI(title="Moment", lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for part in (line, media, health):
        app.include_router(part.router)
    # The rooms' icons, which LINE fetches for every bubble.
    app.mount("/icons", StaticFiles(directory=ICONS), name="icons")
    return app
