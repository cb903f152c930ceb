"""The table event kind -> handlers, installed by verification/flow.py at start-up.

The journal lies below every other room, so it cannot import what happens next; it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

Handler = Callable[..., None]  # called with event=Event, at=datetime

_by_kind: dict[str, tuple[str, ...]] = {}
_by_name: dict[str, Handler] = {}


def install(table: Mapping[Any, Sequence[Handler]]) -> None:
    """Replace the table of handlers; a handler is known by its function name."""
    _by_kind.clear()
    _by_name.clear()
    for kind, handlers in table.items():
        _by_kind[str(kind)] = tuple(handler.__name__ for handler in handlers)
        _by_name.update({handler.__name__: handler for handler in handlers})


def handlers_of(kind: str) -> tuple[str, ...]:
    """Return the names of the handlers an event of this kind calls for."""
    return _by_kind.get(kind, ())


def run_handler(name: str, *, event: Any, at: datetime) -> None:
    """Run the handler with that name; KeyError if this release no longer knows it."""
    _by_name[name](event=event, at=at)
