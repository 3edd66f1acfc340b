"""The webhook, and a list of the API's, as one would write them first, to be measured against.

The webhook verifies the signature and makes one durable INSERT for each request, through a pool of connections, committed
before the answer. The list is one query, whose rows are the answer.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import psycopg
import uvicorn
from fastapi import Cookie, FastAPI, HTTPException, Request
from psycopg.types.json import Jsonb

POOL = 8
TABLE = "CREATE TABLE IF NOT EXISTS bare_event (event_id text PRIMARY KEY, body jsonb NOT NULL)"
INSERT = "INSERT INTO bare_event VALUES (%s, %s) ON CONFLICT DO NOTHING"

LIST = """
SELECT s.id, d.slug, d.name_ja, s.session_number, s.status, s.self_ratings, s.coaching_text,
       s.coaching_video_gcs_path, s.created_at
  FROM web_session w JOIN session s ON s.user_id = w.user_id JOIN dish d ON d.id = s.dish_id
 WHERE w.token_hash = %s ORDER BY s.id DESC LIMIT 20
"""


def make_app(database_url: str, secret: bytes) -> FastAPI:
    # A queue of connections is all of a pool that a benchmark needs, and costs less than one.
    pool: asyncio.Queue[psycopg.AsyncConnection] = asyncio.Queue()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        for _ in range(POOL):
            pool.put_nowait(await psycopg.AsyncConnection.connect(database_url, autocommit=True))
        connection = pool.get_nowait()
        await connection.execute(TABLE)
        pool.put_nowait(connection)
        yield
        while not pool.empty():
            await pool.get_nowait().close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {}

    @app.post("/webhook")
    async def webhook(request: Request) -> dict[str, str]:
        body = await request.body()
        expected = base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
        if not hmac.compare_digest(expected, request.headers.get("x-line-signature", "")):
            raise HTTPException(401)
        event = json.loads(body)["events"][0]
        connection = await pool.get()
        try:
            await connection.execute(INSERT, [event["webhookEventId"], Jsonb(event)])
        finally:
            pool.put_nowait(connection)
        return {}

    @app.get("/sessions")
    async def sessions(moment_session: Annotated[str, Cookie()]) -> list[list[object]]:
        token_hash = hashlib.sha256(moment_session.encode()).digest()
        connection = await pool.get()
        try:
            rows = await (await connection.execute(LIST, [token_hash])).fetchall()
        finally:
            pool.put_nowait(connection)
        return [list(row) for row in rows]

    return app


def serve(database_url: str, secret: bytes, port: int) -> None:
    """Until it is told to stop."""
    uvicorn.run(make_app(database_url, secret), port=port, log_level="warning", access_log=False)
