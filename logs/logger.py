"""Our own loggers. Importing this module binds structlog to the standard library's logging, where a process that
serves starts the chain's end (`logs.start`)."""

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter

# What every line gets, whoever logs it.
SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *SHARED, ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=BoundLogger,
    cache_logger_on_first_use=True,
)


def get_logger(name: str) -> BoundLogger:
    """`name` is the module's."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger
