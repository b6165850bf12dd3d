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
        RunStopped,
        ServiceRefusedError,
        TrackError,
        UsageError,
    )
    from sm_track_widgets.actions.alerts.watching import Alert, alert, alerts, clear_alerts
    from sm_track_widgets.actions.cleanup.archive import archive_runs, restore_runs
    from sm_track_widgets.actions.cleanup.delete import delete_runs
    from sm_track_widgets.actions.cleanup.gc import gc
    from sm_track_widgets.actions.cleanup.planning import plan_delete
    from sm_track_widgets.actions.registry import (
        ModelVersion,
        approve,
        model_versions,
        models,
        register,
        reject,
    )
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
    from sm_track_widgets.widgets.model_versions import ModelVersions
    from sm_track_widgets.widgets.parallel_coords import ParallelCoords
    from sm_track_widgets.widgets.param_grid import ParamGrid
    from sm_track_widgets.widgets.report import report
    from sm_track_widgets.widgets.run_detail import RunDetail
    from sm_track_widgets.widgets.run_details import RunDetails, run_details
    from sm_track_widgets.widgets.run_table import RunTable
    from sm_track_widgets.widgets.scatter import Scatter
    from sm_track_widgets.widgets.selection.selection import Selection
    from sm_track_widgets.widgets.sweep_board import SweepBoard

    __version__: str

__all__ = [
    "Alert",
    "BestRun",
    "Compare",
    "ConfigError",
    "Dashboard",
    "Importance",
    "LiveRun",
    "MetricChart",
    "ModelVersion",
    "ModelVersions",
    "NotFoundError",
    "ParallelCoords",
    "ParamGrid",
    "QueryError",
    "Run",
    "RunDetail",
    "RunDetails",
    "RunStopped",
    "RunTable",
    "Scatter",
    "Selection",
    "ServiceRefusedError",
    "SweepBoard",
    "TrackError",
    "UsageError",
    "__version__",
    "alert",
    "alerts",
    "analytics",
    "approve",
    "archive_runs",
    "artifacts",
    "autolog",
    "best_run",
    "clear_alerts",
    "connect",
    "curves",
    "delete_runs",
    "experiments",
    "export",
    "gc",
    "link_jobs",
    "load_ipython_extension",
    "load_run",
    "metrics",
    "model_versions",
    "models",
    "parameters",
    "plan_delete",
    "register",
    "reject",
    "report",
    "restore_runs",
    "run_details",
    "runs",
    "sync",
    "to_search_expression",
    "unload_ipython_extension",
]

_HOMES = {
    "Alert": "actions.alerts.watching",
    "BestRun": "reading.best",
    "Compare": "widgets.compare",
    "ConfigError": "_errors",
    "Dashboard": "widgets.dashboard",
    "Importance": "widgets.importance",
    "LiveRun": "widgets.live_run",
    "MetricChart": "widgets.metric_chart",
    "ModelVersion": "actions.registry",
    "ModelVersions": "widgets.model_versions",
    "NotFoundError": "_errors",
    "ParamGrid": "widgets.param_grid",
    "ParallelCoords": "widgets.parallel_coords",
    "QueryError": "reading.query",
    "Run": "tracking.run",
    "RunDetail": "widgets.run_detail",
    "RunDetails": "widgets.run_details",
    "RunStopped": "_errors",
    "RunTable": "widgets.run_table",
    "Selection": "widgets.selection.selection",
    "Scatter": "widgets.scatter",
    "ServiceRefusedError": "_errors",
    "SweepBoard": "widgets.sweep_board",
    "TrackError": "_errors",
    "UsageError": "_errors",
    "alert": "actions.alerts.watching",
    "alerts": "actions.alerts.watching",
    "analytics": "reading",
    "archive_runs": "actions.cleanup.archive",
    "approve": "actions.registry",
    "artifacts": "reading",
    "autolog": "tracking.autolog",
    "best_run": "reading.best",
    "clear_alerts": "actions.alerts.watching",
    "connect": "connection",
    "curves": "reading.lines",
    "delete_runs": "actions.cleanup.delete",
    "experiments": "reading.experiments",
    "export": "reading.export",
    "gc": "actions.cleanup.gc",
    "link_jobs": "tracking.interop.hooks",
    "load_run": "tracking.run",
    "metrics": "reading",
    "model_versions": "actions.registry",
    "models": "actions.registry",
    "parameters": "reading",
    "plan_delete": "actions.cleanup.planning",
    "restore_runs": "actions.cleanup.archive",
    "report": "widgets.report",
    "register": "actions.registry",
    "reject": "actions.registry",
    "run_details": "widgets.run_details",
    "runs": "reading",
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
