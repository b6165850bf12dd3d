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
    from sm_track_widgets.actions.labels import set_notes, set_tags
    from sm_track_widgets.actions.move.report import MovePlan, MoveReport
    from sm_track_widgets.actions.move.verbs import export_runs, import_runs, move_runs
    from sm_track_widgets.actions.registry import (
        ModelVersion,
        approve,
        model_versions,
        models,
        register,
        reject,
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
    "MovePlan",
    "MoveReport",
    "NotFoundError",
    "ParallelCoords",
    "ParamGrid",
    "PointStopped",
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
    "SweepResult",
    "TrackError",
    "UsageError",
    "When",
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
    "export_runs",
    "gc",
    "import_runs",
    "link_jobs",
    "load_ipython_extension",
    "load_run",
    "metrics",
    "model_versions",
    "models",
    "move_runs",
    "parameters",
    "plan_delete",
    "register",
    "reject",
    "report",
    "restore_runs",
    "run_details",
    "runs",
    "set_notes",
    "set_tags",
    "sweep",
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
    "MovePlan": "actions.move.report",
    "MoveReport": "actions.move.report",
    "NotFoundError": "_errors",
    "ParallelCoords": "widgets.parallel_coords",
    "ParamGrid": "widgets.param_grid",
    "PointStopped": "_errors",
    "QueryError": "reading.query",
    "Run": "tracking.run",
    "RunDetail": "widgets.run_detail",
    "RunDetails": "widgets.run_details",
    "RunStopped": "_errors",
    "RunTable": "widgets.run_table",
    "Scatter": "widgets.scatter",
    "Selection": "widgets.selection.selection",
    "ServiceRefusedError": "_errors",
    "SweepBoard": "widgets.sweep_board",
    "SweepResult": "actions.sweep.result",
    "TrackError": "_errors",
    "UsageError": "_errors",
    "When": "actions.sweep.space",
    "alert": "actions.alerts.watching",
    "alerts": "actions.alerts.watching",
    "analytics": "reading",
    "approve": "actions.registry",
    "archive_runs": "actions.cleanup.archive",
    "artifacts": "reading",
    "autolog": "tracking.autolog",
    "best_run": "reading.best",
    "clear_alerts": "actions.alerts.watching",
    "connect": "connection",
    "curves": "reading.lines",
    "delete_runs": "actions.cleanup.delete",
    "experiments": "reading.experiments",
    "export": "reading.export",
    "export_runs": "actions.move.verbs",
    "gc": "actions.cleanup.gc",
    "import_runs": "actions.move.verbs",
    "link_jobs": "tracking.interop.hooks",
    "load_run": "tracking.run",
    "metrics": "reading",
    "model_versions": "actions.registry",
    "models": "actions.registry",
    "move_runs": "actions.move.verbs",
    "parameters": "reading",
    "plan_delete": "actions.cleanup.planning",
    "register": "actions.registry",
    "reject": "actions.registry",
    "report": "widgets.report",
    "restore_runs": "actions.cleanup.archive",
    "run_details": "widgets.run_details",
    "runs": "reading",
    "set_notes": "actions.labels",
    "set_tags": "actions.labels",
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
