"""Valkey or Redis: answers, keeps what it is given, and forgets nothing on its own."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import redis
from redis.exceptions import AuthenticationError, ReadOnlyError, RedisError

from moment.doctor.ground import Ground
from moment.doctor.report import Check, attempt, failure, ok, skip, warning
from settings import variable

CONNECT_SECONDS = 2
ANSWER_SECONDS = 3
KEY_SECONDS = 60  # the life of the key we write, should we die before deleting it
VARIABLE = variable("broker_url")


def checks(ground: Ground) -> Iterator[Check]:
    url = ground.settings.broker_url
    if url is None:
        yield skip("broker", f"{VARIABLE} is not set and no embedded Valkey runs")
        return
    try:
        client = redis.Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
        )
    except ValueError:  # its words may hold the password
        fix = f"set {VARIABLE}=redis://:PASSWORD@HOST:6379/0, special characters as %XX"
        yield failure("broker", f"{VARIABLE} cannot be read as an address", fix)
        return
    with client:
        try:
            client.ping()
            server: dict[str, Any] = client.info()
            yield attempt("broker", lambda: _round_trip(ground, client, server))
            yield attempt("broker.eviction", lambda: _eviction(server))
            yield attempt("broker.persistence", lambda: _persistence(server))
        except RedisError as error:
            yield _absence(error)


def _absence(error: RedisError) -> Check:
    if isinstance(error, AuthenticationError) or "NOAUTH" in str(error) or "WRONGPASS" in str(error):
        return failure("broker", "the password is refused", f"put the right password into {VARIABLE}")
    fix = f"see that {VARIABLE}'s host and port are right, the server runs, and its firewall lets us in"
    return failure("broker", f"does not answer: {type(error).__name__}", fix)


def _round_trip(ground: Ground, client: redis.Redis, server: dict[str, Any]) -> Check:
    key, value = f"moment:doctor:{uuid4().hex}", uuid4().hex
    try:
        client.set(key, value, ex=KEY_SECONDS)
    except ReadOnlyError:
        return failure("broker", "takes no writes", f"let {VARIABLE} name the primary, not a replica")
    try:
        copy = client.get(key)
    finally:
        client.delete(key)
    if copy != value.encode():
        return failure("broker", "did not give back what it was given", f"let {VARIABLE} name one server")
    name = "Valkey" if server.get("server_name") == "valkey" else "Redis"
    version = server.get("valkey_version") or server.get("redis_version", "of unknown version")
    return ok("broker", f"{name} {version}, {ground.origin('broker_url')}")


def _eviction(server: dict[str, Any]) -> Check:
    """An evicted queue message is only late here (the reconciler nudges again), but late for every learner."""
    policy = server.get("maxmemory_policy", "unknown")
    if policy != "noeviction":
        fix = "run CONFIG SET maxmemory-policy noeviction and keep it in the server's configuration"
        return warning("broker.eviction", f"maxmemory-policy is {policy}: full, it drops queued work", fix)
    return ok("broker.eviction", "maxmemory-policy is noeviction")


def _persistence(server: dict[str, Any]) -> Check:
    if not server.get("aof_enabled"):
        fix = "run CONFIG SET appendonly yes and keep it in the server's configuration"
        detail = "no append-only file: after a restart queued work waits for the reconciler"
        return warning("broker.persistence", detail, fix)
    return ok("broker.persistence", "append-only file")
