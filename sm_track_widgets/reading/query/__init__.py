"""The filter language: parsed, evaluated on a table of runs, and asked of the service as far as that can be.

``docs/query.md`` is the language in a user's words. The names load at their first use, and the parser with them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sm_track_widgets.reading.query.errors import QueryError
    from sm_track_widgets.reading.query.evaluate import matches
    from sm_track_widgets.reading.query.explaining import Explanation, explain, to_search_expression
    from sm_track_widgets.reading.query.mentions import Unknown, explain_unknown, unknown
    from sm_track_widgets.reading.query.parsing import Mention, Query, parse
    from sm_track_widgets.reading.query.pushing import Pushed, push

__all__ = [
    "Explanation",
    "Mention",
    "Pushed",
    "Query",
    "QueryError",
    "Unknown",
    "explain",
    "explain_unknown",
    "matches",
    "parse",
    "push",
    "to_search_expression",
    "unknown",
]

_MODULES = {
    "errors": ("QueryError",),
    "evaluate": ("matches",),
    "explaining": ("Explanation", "explain", "to_search_expression"),
    "mentions": ("Unknown", "explain_unknown", "unknown"),
    "parsing": ("Mention", "Query", "parse"),
    "pushing": ("Pushed", "push"),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
