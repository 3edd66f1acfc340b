"""Health for whoever restarts us, readiness for whoever sends us traffic."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.database import engine
from pipeline.queue import broker

router = APIRouter()


@router.get("/healthz")
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readiness() -> JSONResponse:
    """503 without the database; without the broker we still take events, only later work is late."""
    parts = {"database": _database(), "broker": _broker()}
    return JSONResponse({"parts": parts}, status_code=200 if parts["database"] == "ok" else 503)


def _database() -> str:
    try:
        with engine().connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return type(error).__name__
    return "ok"


def _broker() -> str:
    try:
        broker().client.ping()
    except RedisError as error:
        return type(error).__name__
    return "ok"
