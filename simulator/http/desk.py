"""The desk: what a test sets on any double, as JSON over HTTP beside the vendor's own paths."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.http.connection import IdleReset, connection_of
from simulator.http.double import AnyFault, Double
from simulator.http.errors import DeskError


class DeskBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockBody(DeskBody):
    advance_seconds: float = Field(ge=0)


class ClosedPort(DeskBody):
    """Limited, as the desk itself can't be reached meanwhile."""

    seconds: float = Field(gt=0, le=60)


AnyBody = TypeVar("AnyBody", bound=BaseModel)


async def read_desk_body(request: Request, kind: type[AnyBody]) -> AnyBody:
    """Raises DeskError 400 that names what is wrong."""
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise DeskError(400, problems) from error


class DeskControls(Generic[AnyFault]):
    """Under `prefix`: health, faults of requests and of connections, clock and log."""

    def __init__(self, prefix: str, double: Double[Any, AnyFault], fault_type: type[AnyFault]) -> None:
        self._double = double
        self._fault_type = fault_type
        self.routes = [
            Route(f"{prefix}/health", self.health),
            Route(f"{prefix}/faults", self.add_fault, methods=["POST"]),
            Route(f"{prefix}/faults", self.clear_faults, methods=["DELETE"]),
            Route(f"{prefix}/idle-resets", self.add_idle_reset, methods=["POST"]),
            Route(f"{prefix}/closed-port", self.close_port, methods=["POST"]),
            Route(f"{prefix}/clock", self.advance_clock, methods=["POST"]),
            Route(f"{prefix}/log", self.log),
        ]

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def add_fault(self, request: Request) -> Response:
        number = self._double.faults.add(await read_desk_body(request, self._fault_type))
        return JSONResponse({"id": f"fault-{number}"})

    async def clear_faults(self, _request: Request) -> Response:
        self._double.faults.clear()
        self._double.idle_resets.clear()
        return JSONResponse({})

    async def add_idle_reset(self, request: Request) -> Response:
        self._double.idle_resets.add(await read_desk_body(request, IdleReset))
        return JSONResponse({})

    async def close_port(self, request: Request) -> Response:
        connection_of(request.scope).close_port((await read_desk_body(request, ClosedPort)).seconds)
        return JSONResponse({})

    async def advance_clock(self, request: Request) -> Response:
        self._double.clock.advance((await read_desk_body(request, ClockBody)).advance_seconds)
        return JSONResponse({"now": self._double.clock.now_ms()})

    async def log(self, request: Request) -> Response:
        try:
            after = int(request.query_params.get("after", "0"))
        except ValueError as error:
            raise DeskError(400, "after is the number of an entry") from error
        return JSONResponse(self._double.log.after(after))
