"""Logging: structlog lines with fields; JSON in production, readable in the lab.

Personal data (numbers, locations, digits) stands only in the fields named in `PERSONAL_FIELDS`,
never in a message, so that a log shipper can drop them.
"""

import contextlib
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger, Processor

PERSONAL_FIELDS = frozenset({"ani", "dialled", "location", "digit", "remote_address"})


def configure(level: str = "info", *, as_json: bool = True) -> None:
    """Set up logging for the process; lines go to standard error."""
    import structlog

    numeric = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_as_json)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(Unbreakable(sys.stderr)),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def _as_json(line: Any, default: Callable[[Any], Any], **_: Any) -> str:
    import orjson

    return orjson.dumps(line, default=default).decode()


class Unbreakable:
    """A stream on which a line may be lost, when the disk is full or the reader gone, but nothing raised."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with contextlib.suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Flush what can be flushed."""
        with contextlib.suppress(OSError):
            self._stream.flush()


class Late:
    """A logger whose library is imported with its first line: most commands have nothing to log."""

    def __init__(self, name: str) -> None:
        """Nothing is imported yet."""
        self._name = name
        self._logger: Any = None

    def __getattr__(self, method: str) -> Any:
        """Return a method of the logger."""
        if self._logger is None:
            import structlog

            self._logger = structlog.get_logger(component=self._name)
        return getattr(self._logger, method)


def get(name: str) -> "FilteringBoundLogger":
    """Return a logger; `component` names the part of the service."""
    return cast("FilteringBoundLogger", Late(name))
