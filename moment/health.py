"""Health for whoever restarts us, readiness for whoever sends us traffic."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from jobs.queue import JobQueue
from models.database import Database


@dataclass(frozen=True)
class Health:
    database: Database
    queue: JobQueue

    def router(self) -> APIRouter:
        router = APIRouter()
        router.get("/healthz")(self.health)
        router.get("/readyz")(self.readiness)
        return router

    def health(self) -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    def readiness(self) -> JSONResponse:
        """503 without the database; without the broker we still take events, only later work is late."""
        parts = {"database": self._database(), "broker": self._broker()}
        return JSONResponse({"parts": parts}, status_code=200 if parts["database"] == "ok" else 503)

    def _database(self) -> str:
        try:
            with self.database.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return type(error).__name__
        return "ok"

    def _broker(self) -> str:
        try:
            self.queue.ping()
        except RedisError as error:
            return type(error).__name__
        return "ok"
