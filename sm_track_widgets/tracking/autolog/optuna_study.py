"""Optuna: ``Study.optimize`` gets a callback of Optuna's own kind; each trial is a point, the study one training."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.autolog.training import Training, begin, study_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sm_track_widgets.tracking.autolog.calls import Call
    from sm_track_widgets.tracking.autolog.patches import Patches


def watched() -> Iterator[str]:
    """Yield Optuna."""
    yield "optuna"


def wrap(patches: Patches) -> None:
    """Wrap the method that runs trials."""
    kind = getattr(sys.modules.get("optuna.study"), "Study", None)
    if kind is not None:
        patches.method(kind, "optimize", _optimize)


def _optimize(call: Call, study: Any) -> Any:
    training = begin("optuna")
    if training is None:
        return call()
    training.attempt(_before, training, study)
    call = training.attempt(_with_callback, training, study, call) or call
    try:
        with training.around(), study_of(training.run):
            return training.timed(call)
    finally:
        training.attempt(_after, training, study)  # an interrupted search has its trials, too


def _before(training: Training, study: Any) -> None:
    named = {} if study.study_name.startswith("no-name-") else {"study_name": study.study_name}
    training.parameters(
        {
            **named,
            "direction": ", ".join(direction.name.lower() for direction in study.directions),
            "sampler": type(study.sampler).__name__,
            "pruner": type(study.pruner).__name__,
        }
    )


def _with_callback(training: Training, study: Any, call: Call) -> Call:
    values = _Values(training, study)

    def log(_: Any, trial: Any) -> None:
        training.attempt(values.log, trial)

    def first(others: Iterable[Any]) -> list[Any]:
        return [log, *others]

    return call.with_callbacks(first)


class _Values:
    """The values of the trials, and the best so far; trials may end in several threads."""

    def __init__(self, training: Training, study: Any) -> None:
        self._training = training
        self._names = value_names(study)
        self._sign = -1.0 if study.directions[0].name == "MAXIMIZE" else 1.0
        self._best: float | None = None
        self._lock = threading.Lock()
        if len(self._names) == 1:
            ended = [one.value for one in study.get_trials(deepcopy=False) if one.state.name == "COMPLETE"]
            self._best = min(ended, key=self._key, default=None)

    def _key(self, value: float) -> float:
        return self._sign * value

    def log(self, trial: Any) -> None:
        if trial.state.name != "COMPLETE":
            return
        for name, value in zip(self._names, trial.values, strict=True):
            self._training.metric(name, value, trial.number)
        if len(self._names) > 1:
            return
        with self._lock:
            if self._best is None or self._key(trial.value) < self._key(self._best):
                self._best = trial.value
                self._training.metric("best_value", trial.value, trial.number)


def value_names(study: Any) -> list[str]:
    """Return the metric of each objective: ``value``, or ``value_0``, ``value_1``; or what the study calls them."""
    if getattr(study, "metric_names", None):
        return list(study.metric_names)
    count = len(study.directions)
    return ["value"] if count == 1 else [f"value_{at}" for at in range(count)]


def _after(training: Training, study: Any) -> None:
    trials = study.get_trials(deepcopy=False)
    states = [trial.state.name.lower() for trial in trials]
    facts = {f"n_{state}": states.count(state) for state in sorted(set(states))}
    if len(study.directions) == 1 and "complete" in states:
        best = study.best_trial
        training.parameters({f"best_{name}": value for name, value in best.params.items()})
        facts["best_trial"] = best.number
        training.result("best_trial", best.number)
    training.table("trials", _columns(study, trials))
    training.summary(
        {
            "study": study.study_name,
            "version": getattr(sys.modules.get("optuna"), "__version__", ""),
            "n_trials": len(trials),
            **facts,
        }
    )


def _columns(study: Any, trials: list[Any]) -> dict[str, list[Any]]:
    """Return the table of trials: number, state, values, seconds, parameters."""
    columns: dict[str, list[Any]] = {
        "number": [trial.number for trial in trials],
        "state": [trial.state.name.lower() for trial in trials],
    }
    for at, name in enumerate(value_names(study)):
        columns[name] = [trial.values[at] if trial.values else None for trial in trials]
    columns["seconds"] = [
        trial.duration.total_seconds() if trial.duration is not None else None for trial in trials
    ]
    for name in dict.fromkeys(name for trial in trials for name in trial.params):
        columns[f"params.{name}"] = [trial.params.get(name) for trial in trials]
    return columns
