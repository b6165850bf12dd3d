"""A point of a sweep: its number, its parameters, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sm_track_widgets._types import Status
from sm_track_widgets.actions.sweep.identity import identity_of


@dataclass(frozen=True, slots=True)
class Point:
    """One set of parameters that is to be tried.

    Attributes
    ----------
    number
        From 1, in the order of their start.
    params
        Name -> value.
    trial
        Number of Optuna's trial; None without Optuna.
    """

    number: int
    params: dict[str, Any]
    trial: int | None = None

    @property
    def identity(self) -> str:
        """What the same parameters give in every kernel."""
        return identity_of(self.params)

    def shown(self) -> str:
        """Return the parameters as one reads them."""
        return shown(self.params)


def shown(params: Mapping[str, Any]) -> str:
    """``lr=0.1, depth=3``."""
    return ", ".join(
        f"{name}={value:.6g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in params.items()
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a point.

    Attributes
    ----------
    run, component
        Its run.
    status, message
        As stored.
    value
        What the goal's metric was at last; None where it was not logged.
    seconds
        How long it took.
    metrics
        The metrics it has logged.
    error, trace
        What it raised, and where; None and empty where it did not.
    output
        The end of what it has printed.
    """

    run: str
    component: str
    status: Status
    message: str = ""
    value: float | None = None
    seconds: float = 0.0
    metrics: tuple[str, ...] = ()
    error: BaseException | None = None
    trace: str = ""
    output: str = ""
    params: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def done(self) -> bool:
        """Whether it came to its end; only such points can be the best."""
        return self.status == "Completed"

    @property
    def pruned(self) -> bool:
        """Whether the sweep has stopped it early."""
        return is_pruned(self.status, self.message)

    @property
    def finished(self) -> bool:
        """Whether a resumed sweep leaves it as it is."""
        return self.done or self.pruned


def is_pruned(status: str, message: str) -> bool:
    """Whether a run with this status was stopped early by its sweep."""
    from sm_track_widgets.tracking.ending import PRUNED

    return status == "Stopped" and message.startswith(PRUNED)
