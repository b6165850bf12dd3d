"""The facts of a run that is open in this process, from memory: nothing is asked of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from sm_track_widgets._names import default_group, is_reserved
from sm_track_widgets._types import Series
from sm_track_widgets.reading.run_facts import Artifact, MetricFacts, RunFacts, read_object
from sm_track_widgets.reading.run_jobs import described
from sm_track_widgets.widgets.live_state import trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.tracking.run import Run

POINTS = 4_000
"""Buckets of a metric that a chart of an open run is drawn from."""


def open_facts(run: Run) -> RunFacts:
    """Return what is known of an open run."""
    group = run.run_group_name
    progress = run.progress()
    remarks = [trouble(progress), *run.warnings]
    return RunFacts(
        name=run.name,
        run=run.run_name,
        experiment=run.experiment_name,
        group="" if group.lower() == default_group(run.experiment_name).lower() else group,
        component=run.ref.component,
        status=run.status,
        message=run.message,
        started=run.started,
        ended=run.ended,
        home=run.connection.home,
        notes=run.notes,
        parameters={name: value for name, value in run.parameters.items() if not is_reserved(name)},
        tags=run.tags,
        metrics=[_metric(run, name) for name in run.live.names()],
        artifacts=[*_artifacts(run, "output"), *_artifacts(run, "input")],
        capture=run.capture_preview(),
        remarks=[remark for remark in remarks if remark],
        jobs=run.started_jobs,
        read_jobs=lambda: described(run.connection, run.started_jobs),
        read_series=lambda names: _series(run, names),
        read_object=lambda uri, limit: read_object(run.connection, uri, limit),
    )


def _artifacts(run: Run, direction: Literal["output", "input"]) -> list[Artifact]:
    held = run.artifacts[direction]
    return [Artifact(name, direction, "", value) for name, value in held.items() if not is_reserved(name)]


def _metric(run: Run, name: str) -> MetricFacts:
    _, lows, highs = run.live.envelope(name, "step", POINTS)
    count = run.live.size(name)
    exact = len(lows) == count
    mean, std = (float(np.mean(lows)), float(np.std(lows))) if exact else (None, None)
    return MetricFacts(name, run.live.last(name)[0], min(lows), max(highs), mean, count, std)


def _series(run: Run, names: Sequence[str]) -> list[Series]:
    """Return the metrics as they are drawn: of a long one the lowest and the highest value of each bucket."""
    found: list[Series] = []
    for name in names:
        steps, lows, highs = run.live.envelope(name, "step", POINTS)
        one = Series(run.name, name)
        for step, low, high in zip(steps, lows, highs, strict=True):
            for value in (low, high) if low != high else (low,):
                one.steps.append(int(step))
                one.times.append(run.started)
                one.values.append(value)
        found.append(one)
    return found
