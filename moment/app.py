"""The web process: its doors, each at its own path."""

from asyncio import Semaphore
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from companion.app import companion_routes
from companion.parts import Parts as CompanionParts
from console.app import console_routes
from console.live import Board
from console.pages.sign_in import CALLBACK
from console.parts import Parts as ConsoleParts
from drawings.gallery import PICTURES
from liff.api.streams import Streams
from liff.app import liff_routes
from liff.limits import RateLimits
from liff.parts import Parts
from line.web_login import WebLogin
from models.chat import Attachment
from models.reads import Reads
from moment.health import Health
from moment.media import MediaDoor
from moment.request_context import RequestContext
from moment.resources import Resources
from moment.uploads import UploadDoor
from services.coach_messages import MadeAttachment
from storage.local import LocalStore
from webhooks.inbox import InboxWriter
from webhooks.line import LineWebhook
from webhooks.stripe import StripeWebhook

ICONS = Path(__file__).parent / "icons"


def make_app(resources: Resources) -> Starlette:
    settings = resources.settings
    rest = FastAPI(title="Moment", docs_url=None, redoc_url=None, openapi_url=None)
    media = MediaDoor(resources.links, resources.store, settings.media_delivery, settings.media_link_days)
    for door in (media, Health(resources.database, resources.queue)):
        rest.include_router(door.router())
    if isinstance(resources.store, LocalStore):  # to a bucket pages send by themselves
        rest.include_router(UploadDoor(resources.store.uploads).router())
    # The rooms' icons, which LINE fetches for every bubble.
    rest.mount("/icons", StaticFiles(directory=ICONS), name="icons")
    rest.mount("/pictures", StaticFiles(directory=PICTURES), name="pictures")
    inbox = InboxWriter(resources.database, resources.queue)
    line = LineWebhook(inbox, settings.line_channels, settings.max_webhook_bytes)
    stripe = StripeWebhook(inbox, settings.stripe_webhook_secrets, settings.max_webhook_bytes)
    webhooks = [
        Route("/webhooks/line/{channel_name}", line, methods=["POST"]),
        Route("/webhooks/stripe", stripe, methods=["POST"]),
    ]
    pages = _parts_of_pages(resources)
    board = Board(settings.database_direct_url or resources.database_url)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        """What is of the event loop ends with it."""
        async with board.running():
            yield
        await pages.limits.close()
        await pages.reads.close()

    app = Starlette(
        routes=[
            *webhooks,
            *liff_routes(pages),
            *console_routes(_parts_of_console(pages, board)),
            *companion_routes(_parts_of_companion(resources)),
            Mount("/", rest),
        ],
        middleware=[Middleware(RequestContext)],
        lifespan=life,
    )
    app.state.streams = (pages.streams, board)  # which end when the server stops
    return app


def _parts_of_pages(resources: Resources) -> Parts:
    settings = resources.settings
    # The webhook and whoever looks at our health find a connection free.
    ours = max(2, settings.database_pool - 2)
    reads = Reads(resources.database_url, ours // 2)
    return Parts(
        settings,
        resources.database,
        resources.store,
        resources.links,
        resources.login,
        resources.liff_apps,
        resources.uploads,
        resources.friend_link,
        resources.plan_pages,
        resources.plan_shop,
        RateLimits(settings.broker_url or ""),
        Streams(reads, settings.text_promise),
        reads,
        Semaphore(ours - ours // 2),
    )


def _parts_of_console(pages: Parts, board: Board) -> ConsoleParts:
    """The coaches are few: they share the pages' connections."""
    return ConsoleParts(
        pages.settings,
        pages.database,
        pages.store,
        pages.links,
        WebLogin.of(pages.settings, CALLBACK),
        pages.reads,
        pages.turns,
        board,
        _faults_of,
        _make_attachment,
    )


def _parts_of_companion(resources: Resources) -> CompanionParts:
    return CompanionParts(resources.settings, resources.database, resources.caps, lambda: resources.live)


def _faults_of(words: str) -> Sequence[str]:
    """Loaded when a coach first corrects something: the pipeline is no part of a web process at rest."""
    from pipeline.checks.corrections import faults_of

    return faults_of(words)


def _make_attachment(kind: Attachment, sent: Path, folder: Path) -> MadeAttachment:
    """As above."""
    from pipeline.attachments import make_attachment

    return make_attachment(kind, sent, folder)
