"""Reading runs: fetch, cache, query, frames, series. The verbs load pandas at their first use, not at import."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sm_track_widgets.reading.verbs import analytics, artifacts, metrics, parameters, runs

__all__ = ["analytics", "artifacts", "metrics", "parameters", "runs"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"{__name__}.verbs"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
