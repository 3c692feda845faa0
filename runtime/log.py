"""Logs: one JSON object a line on standard error, ours and the libraries', with no personal field in it."""

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any, get_type_hints, is_typeddict

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from schemas.avro import required, split
from schemas.marks import Personal
from schemas.topic import Topic

_LOUD = ("faust", "mode", "aiokafka", "kafka", "httpx", "httpx2", "httpcore", "urllib3", "google", "asyncio")


def configure(process_name: str, *, level: str = "INFO", personal: Iterable[str] | None = None) -> None:
    """Sends every log of the process to standard error, bound to ``process=process_name``.

    ``personal`` names the fields that never appear, at any depth; the register's ``Personal`` marks when left out.
    Libraries are heard from ``WARNING`` on.
    """
    if personal is None:
        from schemas.topics import TOPICS

        personal = personal_fields(TOPICS)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _bind(process_name),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        drop(frozenset(personal)),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)


def personal_fields(topics: Iterable[Topic]) -> frozenset[str]:
    """The names of the fields that carry a ``Personal`` mark in the topics' record types, nested ones too."""
    found: set[str] = set()
    seen: set[type] = set()
    for topic in topics:
        _collect(topic.value, found, seen)
    return frozenset(found)


def _collect(cls: type, found: set[str], seen: set[type]) -> None:
    if cls in seen:
        return
    seen.add(cls)
    for name, hint in get_type_hints(cls, include_extras=True).items():
        inner, marks = split(hint)
        if any(isinstance(mark, Personal) for mark in marks):
            found.add(name)
        inner = required(inner)
        for part in (inner, *getattr(inner, "__args__", ())):
            if is_typeddict(part):
                _collect(part, found, seen)


def drop(names: frozenset[str]) -> Callable[[WrappedLogger, str, EventDict], EventDict]:
    """A structlog processor that removes the fields of those names, at any depth of dicts, lists and tuples."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items() if key not in names}
        if isinstance(value, list | tuple):
            return [clean(item) for item in value]
        return value

    def processor(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {
            key: clean(item) for key, item in event.items() if key == "event" or key.startswith("_") or key not in names
        }

    return processor


def _bind(process_name: str) -> Callable[[WrappedLogger, str, EventDict], EventDict]:
    def processor(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = process_name
        return event

    return processor
