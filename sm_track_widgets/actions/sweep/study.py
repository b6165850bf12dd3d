"""Optuna behind a sweep: what to try next, and which points are not worth going on with.

The study is a journal in the store's folder. The sweep asks and tells; workers, wherever they run on this file
system, only report to it and ask whether to stop.
"""

from __future__ import annotations

import importlib
import logging
import math
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import ConfigError, PointStopped, UsageError, did_you_mean
from sm_track_widgets.actions.sweep.dims import Choice, Dim
from sm_track_widgets.actions.sweep.identity import identity_of
from sm_track_widgets.actions.sweep.space import Space

if TYPE_CHECKING:
    from sm_track_widgets.actions.sweep.goal import Goal
    from sm_track_widgets.actions.sweep.points import Outcome

POINT, GOAL = "sm_track_point", "sm_track_goal"
EARLY_STOPS = ("median", "asha")
INSTALL = "Install it: %pip install 'sm-track-widgets[sweep]'"
UNSEEN_TRIES = 50
"""How often another point is asked for, where those that come were tried already."""


def optuna(what: str) -> Any:
    """Import Optuna; `what` needs it.

    Raises
    ------
    ConfigError
        It is not installed.
    """
    try:
        module = importlib.import_module("optuna")
        importlib.import_module("optuna.storages.journal")
    except ImportError as error:
        raise ConfigError(f"{what} needs Optuna 4, which is not installed.", INSTALL) from error
    return module


def pruner_of(early_stop: Any) -> Any:
    """Return Optuna's pruner for ``"median"``, ``"asha"``, or one that is handed in.

    Raises
    ------
    UsageError
        There is none of that name.
    ConfigError
        Optuna is not installed.
    """
    module = optuna("Early stopping")
    if isinstance(early_stop, module.pruners.BasePruner):
        return early_stop
    if early_stop == "median":
        return module.pruners.MedianPruner()
    if early_stop == "asha":
        return module.pruners.SuccessiveHalvingPruner()
    near = did_you_mean(str(early_stop), EARLY_STOPS) or "Choose median or asha."
    raise UsageError(f"There is no early stop {early_stop!r}.", near)


@dataclass(frozen=True, slots=True)
class Link:
    """What a worker needs to report to the study; can be pickled."""

    path: str
    study: str
    trial: int
    metric: str
    pruner: Any


class Study:
    """The study of one sweep.

    Parameters
    ----------
    path
        Its journal.
    name
        Of the sweep's component.
    goal, sampler
        `sampler` is ``"grid"``, ``"random"`` or ``"bayes"``.
    seed
        Of the sampler.
    pruner
        Optuna's, None for no early stop.
    resume
        Go on with what is there.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        goal: Goal | None,
        *,
        sampler: str,
        seed: int | None,
        pruner: Any,
        resume: bool,
    ) -> None:
        self._optuna = optuna(f"method={sampler!r}" if sampler != "grid" else "Early stopping")
        self._path, self._name, self._goal, self._pruner = path, name, goal, pruner
        path.parent.mkdir(parents=True, exist_ok=True)
        if not resume:
            with suppress(FileNotFoundError):
                path.unlink()
        samplers = self._optuna.samplers
        with _quiet():
            made = samplers.TPESampler(seed=seed) if sampler == "bayes" else samplers.RandomSampler(seed=seed)
        self._sampler: Any = made
        self._study: Any = self._opened()

    def _opened(self) -> Any:
        goal = self._goal
        with _quiet():
            return self._optuna.create_study(
                storage=_storage(self._optuna, self._path),
                sampler=self._sampler,
                pruner=self._pruner or self._optuna.pruners.NopPruner(),
                study_name=self._name,
                direction="maximize" if goal is not None and goal.direction == "max" else "minimize",
                load_if_exists=True,
            )

    # -- asking and telling --------------------------------------------------------------------------------------
    def begin(self, point: dict[str, Any]) -> int:
        """Open a trial for a point that was chosen elsewhere."""
        with _quiet():
            trial = self._study.ask()
            trial.set_user_attr(POINT, identity_of(point))
        return int(trial.number)

    def queue(self, space: Space, point: dict[str, Any]) -> None:
        """Have `ask` return this point before any other."""
        with _quiet():
            self._study.enqueue_trial(
                {name: _coded(space.dims[name], value) for name, value in point.items()}
            )

    def ask(self, space: Space, seen: set[str]) -> tuple[int, dict[str, Any]] | None:
        """Return another point; None where all that come were tried."""
        for _ in range(UNSEEN_TRIES):
            with _quiet():
                trial = self._study.ask()
                point: dict[str, Any] = {}
                for name, dim in space.dims.items():
                    if space.exists(name, point):
                        point[name] = _suggested(trial, name, dim)
                identity = identity_of(point)
                trial.set_user_attr(POINT, identity)
                if identity not in seen:
                    return int(trial.number), point
                self._study.tell(trial, state=self._state("FAIL"))
        return None

    def tell(self, trial: int, outcome: Outcome) -> None:
        """Let the study know what became of a point."""
        value = outcome.value
        with _quiet(), suppress(ValueError):  # told already, by an attempt that was thought dead
            if outcome.done and value is not None and math.isfinite(value):
                self._study.tell(trial, value)
            else:
                self._study.tell(trial, state=self._state("PRUNED" if outcome.pruned else "FAIL"))

    def link(self, trial: int) -> Link | None:
        """Return what a worker reports with; None without early stop."""
        if self._pruner is None or self._goal is None:
            return None
        identifier = self._study.get_trials(deepcopy=False)[trial]._trial_id  # noqa: SLF001 - what Trial() takes
        return Link(str(self._path), self._name, int(identifier), self._goal.metric, self._pruner)

    # -- going on ------------------------------------------------------------------------------------------------
    def take_over(self, space: Space, finished: list[tuple[dict[str, Any], Outcome]]) -> None:
        """End what a dead kernel has left open, and learn of finished points that the journal does not know.

        A journal of another goal, or of values that cannot be mixed with those of this space, is begun anew.
        """
        if not self._fits(space):
            self._path.unlink(missing_ok=True)
            self._study = self._opened()
        with _quiet():
            self._study.set_user_attr(GOAL, str(self._goal))
            trials = self._study.get_trials(deepcopy=False)
            for trial in trials:
                if not trial.state.is_finished():
                    self._study.tell(trial.number, state=self._state("FAIL"), skip_if_finished=True)
            done = self._state("COMPLETE")
            known = {trial.user_attrs.get(POINT) for trial in trials if trial.state == done}
            for point, outcome in finished:
                identity = identity_of(point)
                if (
                    outcome.done
                    and outcome.value is not None
                    and identity not in known
                    and space.listed is None
                ):
                    self._add(space, point, outcome.value, identity)

    def _fits(self, space: Space) -> bool:
        """Whether the journal is one of this space and goal."""
        with _quiet():
            told = self._study.user_attrs.get(GOAL, str(self._goal))
            trials = self._study.get_trials(deepcopy=False)
        compatible = self._optuna.distributions.check_distribution_compatibility
        kept = {name: one for trial in trials for name, one in trial.distributions.items()}
        try:
            for name, distribution in kept.items():
                if name in space.dims:
                    compatible(distribution, self._distribution(space.dims[name]))
        except ValueError:
            return False
        return bool(told == str(self._goal))

    def _add(self, space: Space, point: dict[str, Any], value: float, identity: str) -> None:
        made = self._optuna.trial.create_trial(
            params={name: _coded(space.dims[name], one) for name, one in point.items()},
            distributions={name: self._distribution(space.dims[name]) for name in point},
            value=value,
            user_attrs={POINT: identity},
        )
        self._study.add_trial(made)

    def _distribution(self, dim: Dim) -> Any:
        kinds = self._optuna.distributions
        if isinstance(dim, Choice):
            return kinds.CategoricalDistribution(_choices(dim))
        if dim.kind == "int":
            return kinds.IntDistribution(int(dim.low), int(dim.high), step=int(dim.step or 1))
        if dim.kind == "log":
            return kinds.FloatDistribution(dim.low, dim.high, log=True)
        return kinds.FloatDistribution(dim.low, dim.high, step=dim.step)

    def _state(self, name: str) -> Any:
        return self._optuna.trial.TrialState[name]


class Judge:
    """Reports a point's values to the study, and stops the point when the pruner says so; for `Run.watch`."""

    def __init__(self, link: Link) -> None:
        module = optuna("Early stopping")
        with _quiet():
            study = module.load_study(
                study_name=link.study, storage=_storage(module, Path(link.path)), pruner=link.pruner
            )
            self._trial: Any = module.trial.Trial(study, link.trial)
        self._metric = link.metric
        self._reported = 0

    def __call__(self, name: str, step: int | None, _: float, value: float) -> None:
        """Report one value of the goal's metric; others are nothing to it.

        Raises
        ------
        PointStopped
            Others do better.
        """
        if name != self._metric:
            return
        at = self._reported if step is None else step
        self._reported = max(self._reported, at) + 1
        with _quiet():
            self._trial.report(value, at)
            stop = self._trial.should_prune()
        if stop:
            raise PointStopped(f"{self._metric} {value:.6g} at step {at}")


def _storage(module: Any, path: Path) -> Any:
    journal = importlib.import_module("optuna.storages.journal")
    # Links need a right of their own on Windows.
    lock = journal.JournalFileOpenLock(str(path)) if sys.platform == "win32" else None
    return module.storages.JournalStorage(journal.JournalFileBackend(str(path), lock_obj=lock))


def _choices(dim: Choice) -> tuple[Any, ...]:
    """Return the values themselves where Optuna can keep them, else their places."""
    simple = all(value is None or isinstance(value, (bool, int, float, str)) for value in dim.values)
    return dim.values if simple else tuple(range(len(dim.values)))


def _coded(dim: Dim, value: Any) -> Any:
    if not isinstance(dim, Choice):
        return value
    wanted = identity_of({"": value})
    place = next(place for place, one in enumerate(dim.values) if identity_of({"": one}) == wanted)
    return _choices(dim)[place]


def _suggested(trial: Any, name: str, dim: Dim) -> Any:
    if isinstance(dim, Choice):
        codes = _choices(dim)
        code = trial.suggest_categorical(name, codes)
        return dim.values[codes.index(code)]
    if dim.kind == "int":
        return int(trial.suggest_int(name, int(dim.low), int(dim.high), step=int(dim.step or 1)))
    if dim.kind == "log":
        return float(trial.suggest_float(name, dim.low, dim.high, log=True))
    return float(trial.suggest_float(name, dim.low, dim.high, step=dim.step))


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Keep Optuna's remarks out of the cell: what matters of them the sweep says itself."""
    logger = logging.getLogger("optuna")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
