"""``--metrics VAR`` and ``--live METRIC`` at the end of a cell: metrics out of a variable, names that never came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._errors import TrackError, did_you_mean
from sm_track_widgets.magics.options import named
from sm_track_widgets.tracking.metric_shapes import points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sm_track_widgets.tracking.run import Run

MISSING = object()


class LoggedVariable:
    """The variable of ``--metrics``, as it is before the body.

    Parameters
    ----------
    name
        Of the variable.
    namespace
        The user's.
    """

    def __init__(self, name: str, namespace: Mapping[str, Any]) -> None:
        self._name = name
        self._namespace = namespace
        self._before = _mark(namespace.get(name, MISSING))

    def log(self, run: Run, *, failed: bool) -> None:
        """Log what the variable holds now; a mistake is one line and costs no more than these metrics.

        Parameters
        ----------
        run
            Still open.
        failed
            Whether the body ended with an error. Then a variable that it has not touched is another run's.
        """
        if failed and _mark(self._namespace.get(self._name, MISSING)) == self._before:
            return
        try:
            value = named(self._name, self._namespace, "--metrics")
            for metric, number, step in points(value, self._name):
                run.log_metric(metric, number, step=step)
        except (TrackError, KeyboardInterrupt) as trouble:
            print(f"--metrics: {_told(trouble, run)}")  # noqa: T201 - the body's error must stay the only one raised
        except Exception as trouble:  # noqa: BLE001 - whatever a user's object does when it is read
            print(f"--metrics: {self._name!r} cannot be read: {trouble!r}")  # noqa: T201


def tell_unknown(run: Run, wanted: Iterable[str], tell: Callable[[str], object] = print) -> None:
    """Say which metrics of ``--live`` were never logged."""
    logged = run.live.names()
    for name in wanted:
        if any(sign in name for sign in "*?[") or name in logged or not logged:
            continue
        near = did_you_mean(name, logged)
        tell(f"--live: no metric {name!r} was logged.{' ' + near if near else ''}")


def _told(trouble: BaseException, run: Run) -> str:
    if isinstance(trouble, KeyboardInterrupt):
        return f"interrupted; {run.live.count:,} points of the run are kept."
    return str(trouble).removeprefix("--metrics: ")


def _mark(value: Any) -> tuple[int, int]:
    """Return what tells an object from another, and from itself after something was added."""
    held: Any = list(cast("dict[Any, Any]", value).values()) if isinstance(value, dict) else [value]
    return id(value), sum(len(one) if hasattr(one, "__len__") else 1 for one in held)
