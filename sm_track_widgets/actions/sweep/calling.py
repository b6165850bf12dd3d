"""How the user's function is called with a point, and what its answer means."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from sm_track_widgets.actions.sweep.goal import Goal
    from sm_track_widgets.tracking.run import Run

Body = Callable[[Mapping[str, Any], "Run"], Any]
"""Runs one point: gets its parameters and its run."""
RUN, PARAMS = "run", "params"
_LATER = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
_KEYWORD = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class FunctionBody:
    """Calls a function with the parameters of a point.

    Each parameter goes to the argument of its name; an argument ``run`` gets the run, an argument ``params`` the whole
    point as a dict.

    Parameters
    ----------
    function
        The user's.
    names
        Parameters that a point may have.
    always
        Those that every point has.

    Raises
    ------
    UsageError
        No argument takes one of the names, or an argument that has no default is never given; or a call would only make
        a coroutine or a generator.
    """

    def __init__(self, function: Callable[..., Any], names: Iterable[str], always: Iterable[str]) -> None:
        if not callable(function):
            raise UsageError(
                f"A sweep runs a function, and {function!r:.40} is none.", "For example: sweep(train, {...})"
            )
        if any(kind(function) for kind in _LATER):
            raise UsageError(
                f"{_called(function)}() does not run when it is called: it is async or has a yield.",
                "Give a plain function; what awaits can be run in it with asyncio.run in a thread.",
            )
        self.function = function
        takes = _arguments(function)
        self.open = takes is None
        self.takes = frozenset(takes or {})
        if takes is not None:
            _check(function, takes, list(names), set(always))

    def __call__(self, params: Mapping[str, Any], run: Run) -> Any:
        """Run the function for one point."""
        own: dict[str, Any] = {RUN: run, PARAMS: dict(params)}
        if self.open:
            return self.function(**{RUN: run, **params})
        given = {name: value for name, value in {**own, **params}.items() if name in self.takes}
        return self.function(**given)


def _arguments(function: Callable[..., Any]) -> dict[str, bool] | None:
    """Return the arguments by name, and whether each must be given; None where it takes any."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters):
        return None
    return {one.name: one.default is inspect.Parameter.empty for one in parameters if one.kind in _KEYWORD}


def _called(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _check(function: Any, takes: Mapping[str, bool], names: list[str], always: set[str]) -> None:
    called = _called(function)
    for name in names:
        if name not in takes and PARAMS not in takes:
            near = did_you_mean(name, takes) or f"It takes: {', '.join(takes) or 'nothing'}."
            raise UsageError(f"{called}() takes no argument {name!r}.", near)
    for name, needed in takes.items():
        if needed and name not in always and name not in {RUN, PARAMS}:
            some = "only some points have" if name in names else "the space does not have"
            raise UsageError(f"{called}() needs {name!r}, which {some}.", f"Give it a default: {name}=...")


def log_answer(run: Run, answer: Any, goal: Goal | None) -> None:
    """Log what a function has returned: a number is the goal's metric, a dict holds metrics; what was logged stays."""
    logged = set(run.live.names())
    found: dict[str, Any] = {}
    if isinstance(answer, Mapping):
        found = {str(name): value for name, value in cast("Mapping[Any, Any]", answer).items()}
    elif goal is not None and goal.metric not in logged:
        found = {goal.metric: answer}
    for name, value in found.items():
        if name not in logged and _is_number(value):
            run.log_metric(name, value)


def _is_number(value: Any) -> bool:
    if isinstance(value, (bool, str, bytes)) or value is None:
        return False
    if isinstance(value, (int, float)):
        return True
    return hasattr(value, "__float__") and getattr(value, "size", 1) == 1
