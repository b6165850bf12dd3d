"""One training of a library, written into the open run: the outermost one only, and never at the user's expense."""

from __future__ import annotations

import inspect
import threading
import time
import weakref
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import TrackError
from sm_track_widgets.tracking.autolog import guard, switch
from sm_track_widgets.tracking.autolog.plain import MAX_ROWS, csv_text, parameter_text, plain
from sm_track_widgets.tracking.contents import USER_PARAMETERS
from sm_track_widgets.tracking.registry import current_run

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from types import FrameType

    from sm_track_widgets.tracking.autolog.calls import Call
    from sm_track_widgets.tracking.run import Run

DETAILED = 5
"""Trainings of one run that are logged in full; of later ones there is a row in the table of trainings."""
LATER = (
    f"Autolog keeps {DETAILED} trainings of a run in full, and of later ones a row of trainings.csv. "
    "For a run each: with Run(...)"
)
AUTOLOG_PARAMETERS = 200
"""Parameters of a run that autolog uses at most: the others are the user's."""
FREE_SECONDS, FREE_PART = 1.0, 0.1
"""What looking at trainings beyond the first five may cost: seconds of a run, and part of the time they take."""
TABLE = "trainings.csv"
_LIBRARIES = frozenset({"sklearn", "xgboost", "lightgbm"})
_PASSES_ON = frozenset(
    {
        "sklearn.base",
        "sklearn.utils.parallel",
        "sklearn.utils._param_validation",
        "sklearn.utils._set_output",
    }
)
"""Modules of scikit-learn that only hand the user's own call on."""
_PASSED_ON = frozenset({"cross_val_score"})
"""Functions of scikit-learn that do."""


@dataclass(slots=True)
class _Book:
    """What autolog has written into one run."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    parameters: set[str] = field(default_factory=set[str])
    trainings: int = 0
    full: bool = False
    trained: float = 0.0
    spent: float = 0.0


_books: weakref.WeakKeyDictionary[Run, _Book] = weakref.WeakKeyDictionary()
_around: ContextVar[tuple[Training, ...]] = ContextVar("sm_track_trainings", default=())
_studies: weakref.WeakKeyDictionary[Run, int] = weakref.WeakKeyDictionary()
"""How many optimizations are going on that log into a run; their trials may be in other threads."""


class Training:
    """One training that is being logged.

    Attributes
    ----------
    run
        Where to.
    number
        1 for the first of the run.
    prefix
        Empty for the first, then ``fit_2.`` and so on; stands before every name.
    takes_iterations
        Library whose next inner training function gets our callback, such as the one that ``XGBClassifier.fit`` calls.
    """

    def __init__(self, run: Run, framework: str, book: _Book) -> None:
        self.run = run
        self.framework = framework
        self.takes_iterations = ""
        self._book = book
        with book.lock:
            book.trainings += 1
            self.number = book.trainings
        self.prefix = "" if self.number == 1 else f"fit_{self.number}."
        self.detailed = self.number <= DETAILED
        self._row: dict[str, Any] = {"training": self.number, "library": framework}
        self._seconds: float | None = None

    # -- what is logged ------------------------------------------------------------------------------------------
    def parameters(self, given: Mapping[str, Any]) -> None:
        """Log parameters; those of the user's that have the same name stand."""
        texts = {str(name): parameter_text(value) for name, value in given.items()}
        self._row.update({f"params.{name}": value for name, value in texts.items()})
        if not self.detailed:
            return
        held, ours = self.run.parameters, self._book.parameters
        fresh = {self.prefix + name: value for name, value in texts.items()}
        fresh = {name: value for name, value in fresh.items() if name not in held or name in ours}
        room = max(0, min(AUTOLOG_PARAMETERS - len(ours), USER_PARAMETERS - len(held)))
        kept = dict(list(fresh.items())[:room])
        ours.update(kept)
        if kept:
            self.run.log_parameters(kept)
        if len(kept) < len(fresh) and not self._book.full:
            self._book.full = True
            self.warn(
                f"{len(kept)} of {len(fresh)} parameters of a {self.framework} training were logged; "
                f"autolog uses at most {AUTOLOG_PARAMETERS} of a run's."
            )

    def metric(self, name: str, value: Any, step: int = 0) -> None:
        """Log a point; `step` counts iterations, trials or folds from 0."""
        if self.detailed:
            self.run.log_metric(self.prefix + name.replace("@", "_at_"), value, step=step)

    def result(self, name: str, value: Any) -> None:
        """Log a figure that a training has one of."""
        self._row[f"metrics.{name}"] = plain(value)
        self.metric(name, value)

    def series(self, name: str, values: Sequence[Any]) -> None:
        """Log a figure for each iteration."""
        for step, value in enumerate(values[:MAX_ROWS]):
            self.metric(name, value, step)

    def summary(self, facts: Mapping[str, Any]) -> None:
        """Keep what the model is as ``model_summary.json``."""
        told = {"library": self.framework, **{name: plain(value) for name, value in facts.items()}}
        told["seconds"] = self._seconds
        self._row.update({name: value for name, value in told.items() if not isinstance(value, dict | list)})
        if self.detailed:
            self.run.log_dict(told, f"{self.prefix}model_summary.json")

    def table(self, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """Keep a table as ``<name>.csv``; its first 10,000 rows."""
        if self.detailed and columns and len(next(iter(columns.values()))):
            self.run.log_text(csv_text(columns), f"{self.prefix}{name}.csv")

    def importance(self, features: Sequence[str], kinds: Mapping[str, Sequence[float]]) -> None:
        """Keep feature importance, the greatest first, and the five greatest as the parameter ``top_features``."""
        if not kinds or not features:
            return
        leading = next(iter(kinds.values()))
        order = sorted(range(len(features)), key=lambda at: -abs(leading[at]))
        self.table(
            "feature_importance",
            {
                "feature": [str(features[at]) for at in order],
                **{kind: [float(values[at]) for at in order] for kind, values in kinds.items()},
            },
        )
        top = ", ".join(f"{features[at]} ({leading[at]:.4g})" for at in order[:5] if leading[at])
        if top:
            self.parameters({"top_features": top})

    def timed(self, call: Call) -> Any:
        """Make the user's call."""
        started = time.perf_counter()
        try:
            return call()
        finally:
            spent = time.perf_counter() - started
            self._seconds = round(spent, 3)
            self._book.trained += spent

    # -- at nobody's expense -------------------------------------------------------------------------------------
    def attempt(self, call: Callable[..., Any], *given: Any) -> Any:
        """Call something of ours; what it raises becomes one warning of the run, and None is returned."""
        return guard.attempt(self.run, self.framework, call, *given)

    def look(self, call: Callable[..., Any], *given: Any) -> None:
        """Attempt something that costs time, such as scores.

        Of trainings that are not logged in full only while all looking takes less than a second and a tenth of the
        training: a loop may fit thousands of small models.
        """
        if not self.detailed and self._book.spent > FREE_SECONDS + FREE_PART * self._book.trained:
            return
        started = time.perf_counter()
        self.attempt(call, *given)
        self._book.spent += time.perf_counter() - started

    def warn(self, text: str) -> None:
        """Say something to the user."""
        guard.warn(self.run, text)

    @contextmanager
    def around(self) -> Generator[None, None, None]:
        """Have every training inside be part of this one."""
        token = _around.set((*_around.get(), self))
        try:
            yield
        except BaseException as error:
            self._row["error"] = type(error).__name__
            raise
        finally:
            _around.reset(token)
            if len(self._book.rows) < MAX_ROWS:
                self._book.rows.append(self._row)


def begin(framework: str) -> Training | None:
    """Return the training that begins here; None where it is not to be logged, or is a part of another."""
    run = current_run()
    if run is None or not switch.wanted(run, framework):
        return None
    if any(outer.run is run for outer in _around.get()) or _inside_library(inspect.currentframe(), run):
        return None
    try:
        training = Training(run, framework, _book_of(run))
    except TrackError:  # the run has just been closed, in another thread
        return None
    if training.number == DETAILED + 1:
        training.warn(LATER)
    return training


def inner(framework: str) -> Training | None:
    """Return the training around this call that wants the iterations of this library; asked once it wants no more."""
    outer = _around.get()
    if not outer or outer[-1].takes_iterations != framework:
        return None
    outer[-1].takes_iterations = ""
    return outer[-1]


@contextmanager
def study_of(run: Run) -> Generator[None, None, None]:
    """Have trainings of trials, in whatever thread, be part of an optimization that logs into `run`."""
    _studies[run] = _studies.get(run, 0) + 1
    try:
        yield
    finally:
        _studies[run] -= 1


def _inside_library(frame: FrameType | None, run: Run) -> bool:
    """Whether a library's own code trains, also in a worker thread of its own, where no context reaches."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        root = module.partition(".")[0]
        if root in _LIBRARIES and module not in _PASSES_ON and frame.f_code.co_name not in _PASSED_ON:
            return True
        if root == "optuna" and _studies.get(run):
            return True
        frame = frame.f_back
    return False


def _book_of(run: Run) -> _Book:
    book = _books.get(run)
    if book is None:
        book = _books.setdefault(run, _Book())
        run.at_close(lambda: _write_table(run, book))
    return book


def _write_table(run: Run, book: _Book) -> None:
    """Keep the table of all trainings where there was more than one."""
    if book.trainings < 2:  # noqa: PLR2004 - its summary says the same of one
        return
    titles = list(dict.fromkeys(title for row in book.rows for title in row))
    run.log_text(csv_text({title: [row.get(title) for row in book.rows] for title in titles}), TABLE)
