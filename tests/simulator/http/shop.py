"""The smallest double there can be: a vendor whose API takes orders."""

from collections.abc import Iterable

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Scope

from simulator.http.border import Border
from simulator.http.client import DeskClient
from simulator.http.desk import DeskControls
from simulator.http.double import Double
from simulator.http.errors import HttpError, answer_error
from simulator.http.faults import Ending, Fault, Strike
from simulator.http.log import Crossing
from simulator.http.readable import choose_headers, readable_body
from simulator.http.server import Server

LIMIT_BYTES = 1000


class ShopConfig(BaseModel):
    name: str


class ShopFault(Fault):
    ending: Ending = "error"
    delay_seconds: float = 0

    def strike(self) -> Strike:
        return Strike(self.ending, self.delay_seconds, self.accept)


class Shop(Double[Crossing, ShopFault]):
    def __init__(self) -> None:
        super().__init__()
        self.orders: list[bytes] = []


class ShopError(HttpError):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def response(self) -> Response:
        return JSONResponse({"problem": str(self)}, self.status)


class ShopBorder(Border[Crossing, ShopFault]):
    request_limit_bytes = LIMIT_BYTES
    readable_answer_bytes = LIMIT_BYTES

    def __init__(self, app: ASGIApp, shop: Shop) -> None:
        super().__init__(app, shop)
        self._shop = shop

    def guards(self, path: str) -> bool:
        return path.startswith("/v1/")

    def new_crossing(self, scope: Scope) -> Crossing:
        return Crossing(at=self._shop.clock.now_ms(), method=scope["method"], path=scope["path"])

    def reads(self, scope: Scope, crossing: Crossing) -> bool:
        return crossing.path != "/v1/files"

    def examine(self, scope: Scope, body: bytes | None, crossing: Crossing) -> ShopFault | None:
        if body is not None:
            crossing.request = readable_body(body, crossing.headers.get("content-type", ""))
        return self._shop.faults.take(lambda _: True)

    def too_large(self) -> HttpError:
        return ShopError(413, "too large")

    def error_answer(self, fault: ShopFault, scope: Scope) -> Response:
        return ShopError(500, fault.message or "out of order").response()

    def visible_headers(self, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
        return choose_headers(headers, {"content-type"}, "x-shop-", {"authorization"})

    def answer_headers(self, scope: Scope) -> dict[str, str]:
        return {"x-shop-number": "7"}


class ShopDesk(DeskClient[Crossing]):
    PREFIX = "/desk/shop"

    def log(self, *, after: int = 0) -> list[Crossing]:
        return [Crossing(**entry) for entry in self.call("GET", "/log", params={"after": after})]


def make_shop(shop: Shop) -> Starlette:
    async def order(request: Request) -> Response:
        shop.orders.append(await request.body())
        return JSONResponse({"orders": len(shop.orders)})

    async def catalogue(_request: Request) -> Response:
        return Response("x" * (LIMIT_BYTES + 1), media_type="text/plain")

    return Starlette(
        routes=[
            *DeskControls("/desk/shop", shop, ShopFault).routes,
            Route("/v1/orders", order, methods=["POST"]),
            Route("/v1/files", order, methods=["POST"]),
            Route("/v1/catalogue", catalogue),
        ],
        middleware=[Middleware(ShopBorder, shop=shop)],
        exception_handlers={HttpError: answer_error},
    )


def make_server(_config: ShopConfig, port: int, host: str = "127.0.0.1") -> Server:
    return Server(lambda _address: make_shop(Shop()), port, host)
