"""What a job's log lines tell of it: its name, the ids it was called with, and those it carries from who enqueued it."""

from collections.abc import Mapping, Sequence
from typing import Any

from dramatiq import Broker, MessageProxy
from dramatiq.middleware import Middleware
from structlog.contextvars import bind_contextvars, clear_contextvars

IDS = "ids"  # the option of a message that holds what it carries


class JobContext(Middleware):
    """Binds the ids in the thread that runs the job, from its start to its end."""

    def __init__(self, arguments: Mapping[str, Sequence[str]]) -> None:
        """`arguments` by the job's name; those of a job that have no name are not shown."""
        self._arguments = arguments

    def before_process_message(self, _broker: Broker, message: MessageProxy) -> None:
        clear_contextvars()
        names = self._arguments.get(message.actor_name, ())
        own = dict(zip(names, message.args, strict=False))
        bind_contextvars(job=message.actor_name, **message.options.get(IDS, {}), **own)

    def after_process_message(
        self,
        _broker: Broker,
        _message: MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        clear_contextvars()

    def after_skip_message(self, _broker: Broker, _message: MessageProxy) -> None:
        clear_contextvars()
