"""`Idempotency-Key`: a request that may be sent twice, as programs do whose network broke, and is done once."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session as DbSession

from liff.bounded import BoundedRoute, Handler
from liff.identity import CurrentLearner
from liff.parts import Transaction
from services.idempotency import GivenAnswer, keep_answer, take_key

_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="A name that the client makes up for this request, best a UUID. Sent again within a day, the same "
        "request is answered as the first time and done once",
    ),
]


@dataclass(frozen=True)
class _HeldKey:
    db: DbSession
    user_id: int
    key: str
    fingerprint: bytes

    def keep(self, response: Response) -> None:
        """In the transaction that did what was asked, before it is committed."""
        answer = GivenAnswer(
            response.status_code,
            response.headers.get("content-type", ""),
            response.headers.get("location", ""),
            bytes(response.body),
        )
        keep_answer(self.db, self.user_id, self.key, self.fingerprint, answer)


class Replay(Exception):
    """Not an error: the answer is there already."""

    def __init__(self, answer: GivenAnswer) -> None:
        super().__init__()
        self.answer = answer


async def _fingerprint(request: Request) -> bytes:
    asked = (request.method, request.url.path, request.url.query)
    return hashlib.sha256("\n".join(asked).encode() + b"\n" + await request.body()).digest()


def _once(
    request: Request,
    learner: CurrentLearner,
    db: Transaction,
    fingerprint: Annotated[bytes, Depends(_fingerprint)],
    key: _Key = None,
) -> None:
    """Raises Replay, KeyInUse, KeyReused."""
    if key is None:
        return
    answer = take_key(db, learner.id, key, fingerprint)
    if answer is not None:
        raise Replay(answer)
    request.state.held_key = _HeldKey(db, learner.id, key, fingerprint)


# For a POST of a router whose `route_class` is OnceRoute.
Once = Depends(_once)


class OnceRoute(BoundedRoute):
    """Keeps the answer of a request that holds a key. What is refused by an exception is undone, and may be tried anew."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()

        async def answer_once(request: Request) -> Response:
            response = await answer(request)
            held: _HeldKey | None = getattr(request.state, "held_key", None)
            if held is not None:
                await run_in_threadpool(held.keep, response)
            return response

        return answer_once


def answer_replays(app: FastAPI) -> None:
    @app.exception_handler(Replay)
    def replay(_request: Request, replay: Replay) -> Response:
        answer = replay.answer
        headers = {"Idempotency-Replayed": "true"} | (
            {"Location": answer.location} if answer.location else {}
        )
        return Response(answer.body, answer.status, headers=headers, media_type=answer.media_type)
