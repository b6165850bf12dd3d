"""Notebook experiment tracking for Amazon SageMaker, offline too.

``%load_ext sm_track_widgets`` gives ``%%sm_run`` and its fellows; the same verbs are functions of this module. All
of them load on first use: importing the package costs nothing but itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets._errors import (
        ConfigError,
        NotFoundError,
        PointStopped,
        ServiceRefusedError,
        TrackError,
        UsageError,
    )
    from sm_track_widgets.actions.sweep.result import SweepResult
    from sm_track_widgets.actions.sweep.space import When
    from sm_track_widgets.actions.sweep.verb import sweep
    from sm_track_widgets.connection import connect
    from sm_track_widgets.reading import analytics, artifacts, metrics, parameters, runs
    from sm_track_widgets.reading.best import BestRun, best_run
    from sm_track_widgets.reading.experiments import experiments
    from sm_track_widgets.reading.export import export
    from sm_track_widgets.reading.lines import curves
    from sm_track_widgets.reading.query import QueryError, to_search_expression
    from sm_track_widgets.tracking.autolog import autolog
    from sm_track_widgets.tracking.interop.hooks import link_jobs
    from sm_track_widgets.tracking.outbox.sync import sync
    from sm_track_widgets.tracking.run import Run, load_run
    from sm_track_widgets.widgets.compare import Compare
    from sm_track_widgets.widgets.dashboard import Dashboard
    from sm_track_widgets.widgets.importance import Importance
    from sm_track_widgets.widgets.live_run import LiveRun
    from sm_track_widgets.widgets.metric_chart import MetricChart
    from sm_track_widgets.widgets.parallel_coords import ParallelCoords
    from sm_track_widgets.widgets.param_grid import ParamGrid
    from sm_track_widgets.widgets.run_detail import RunDetail
    from sm_track_widgets.widgets.run_details import RunDetails, run_details
    from sm_track_widgets.widgets.run_table import RunTable
    from sm_track_widgets.widgets.scatter import Scatter
    from sm_track_widgets.widgets.selection.selection import Selection
    from sm_track_widgets.widgets.sweep_board import SweepBoard

    __version__: str

__all__ = [
    "BestRun",
    "Compare",
    "ConfigError",
    "Dashboard",
    "Importance",
    "LiveRun",
    "MetricChart",
    "NotFoundError",
    "ParallelCoords",
    "ParamGrid",
    "PointStopped",
    "QueryError",
    "Run",
    "RunDetail",
    "RunDetails",
    "RunTable",
    "Scatter",
    "Selection",
    "ServiceRefusedError",
    "SweepBoard",
    "SweepResult",
    "TrackError",
    "UsageError",
    "When",
    "__version__",
    "analytics",
    "artifacts",
    "autolog",
    "best_run",
    "connect",
    "curves",
    "experiments",
    "export",
    "link_jobs",
    "load_ipython_extension",
    "load_run",
    "metrics",
    "parameters",
    "run_details",
    "runs",
    "sweep",
    "sync",
    "to_search_expression",
    "unload_ipython_extension",
]

_HOMES = {
    "BestRun": "reading.best",
    "Compare": "widgets.compare",
    "ConfigError": "_errors",
    "Dashboard": "widgets.dashboard",
    "Importance": "widgets.importance",
    "LiveRun": "widgets.live_run",
    "MetricChart": "widgets.metric_chart",
    "NotFoundError": "_errors",
    "ParamGrid": "widgets.param_grid",
    "ParallelCoords": "widgets.parallel_coords",
    "PointStopped": "_errors",
    "QueryError": "reading.query",
    "Run": "tracking.run",
    "RunDetail": "widgets.run_detail",
    "RunDetails": "widgets.run_details",
    "RunTable": "widgets.run_table",
    "Selection": "widgets.selection.selection",
    "Scatter": "widgets.scatter",
    "ServiceRefusedError": "_errors",
    "SweepBoard": "widgets.sweep_board",
    "SweepResult": "actions.sweep.result",
    "TrackError": "_errors",
    "UsageError": "_errors",
    "When": "actions.sweep.space",
    "analytics": "reading",
    "artifacts": "reading",
    "autolog": "tracking.autolog",
    "best_run": "reading.best",
    "connect": "connection",
    "curves": "reading.lines",
    "experiments": "reading.experiments",
    "export": "reading.export",
    "link_jobs": "tracking.interop.hooks",
    "load_run": "tracking.run",
    "metrics": "reading",
    "parameters": "reading",
    "run_details": "widgets.run_details",
    "runs": "reading",
    "sweep": "actions.sweep.verb",
    "sync": "tracking.outbox.sync",
    "to_search_expression": "reading.query",
}


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Answer ``%load_ext sm_track_widgets``."""
    from sm_track_widgets import magics

    magics.load(ipython)


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Answer ``%unload_ext sm_track_widgets``: everything is as it was before."""
    from sm_track_widgets import magics

    magics.unload(ipython)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _HOMES:
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("sm-track-widgets")
    except PackageNotFoundError:
        return "0+source"
