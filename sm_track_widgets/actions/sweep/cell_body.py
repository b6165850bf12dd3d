"""The body of a cell as what a sweep runs: compiled once, the parameters set as variables."""

from __future__ import annotations

import types
from collections.abc import Generator, Iterable, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.actions.sweep.calling import PARAMS, RUN
from sm_track_widgets.tracking.capture.free_names import names_read

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run

GONE = object()
SHELL = "get_ipython"


class CellBody:
    """Runs in the user's namespace.

    Parameters
    ----------
    code
        The compiled body.
    namespace
        The user's.
    """

    def __init__(self, code: types.CodeType, namespace: MutableMapping[str, Any]) -> None:
        self._code, self._namespace = code, namespace

    def __call__(self, params: Mapping[str, Any], run: Run) -> None:
        """Run the body for one point."""
        self._namespace.update(variables(params, run))
        exec(self._code, self._namespace)  # type: ignore[arg-type]  # noqa: S102 - the user's own cell


class SentCell:
    """The same in another process: carries the values that the body reads.

    Parameters
    ----------
    source
        Plain Python.
    carried
        Name -> value.
    home
        Any function of the notebook's namespace: where it arrives, its globals are those of all functions carried.
    """

    def __init__(self, source: str, carried: dict[str, Any], home: types.FunctionType) -> None:
        self.source, self.carried, self.home = source, carried, home

    def __call__(self, params: Mapping[str, Any], run: Run) -> None:
        """Run the body for one point, where the notebook's functions look their variables up."""
        names = self.home.__globals__
        names.update({"__name__": "__main__", "display": print, **self.carried, **variables(params, run)})
        exec(compile(self.source, "<sweep>", "exec"), names)  # noqa: S102 - the user's own cell


def variables(params: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Return what a body finds set: its parameters, ``params`` with all of them, and ``run``."""
    return {
        PARAMS: dict(params),
        RUN: run,
        **{name: value for name, value in params.items() if name.isidentifier()},
    }


@contextmanager
def kept(namespace: MutableMapping[str, Any], names: Iterable[str]) -> Generator[None, None, None]:
    """Give the variables that a sweep sets their values back."""
    before = {name: namespace.get(name, GONE) for name in {*names, PARAMS, RUN}}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is GONE:
                namespace.pop(name, None)
            else:
                namespace[name] = value


def used_names(source: str, namespace: Mapping[str, Any]) -> set[str]:
    """Return the names that a body reads, by itself and through functions of the notebook that it calls."""
    found: set[str] = set()
    waiting = names_read(source)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        value = namespace.get(name)
        if isinstance(value, types.FunctionType) and value.__module__ == "__main__":
            waiting += _code_names(value.__code__)
    return found


def _code_names(code: types.CodeType) -> list[str]:
    inner = [name for one in code.co_consts if isinstance(one, types.CodeType) for name in _code_names(one)]
    return [*code.co_names, *inner]


def check_names(names: Iterable[str], source: str, namespace: Mapping[str, Any]) -> None:
    """Look whether the body reads each swept name.

    Raises
    ------
    UsageError
        It does not; with the nearest name that it reads.
    """
    read = used_names(source, namespace)
    for name in names:
        if name in {RUN, PARAMS}:
            raise UsageError(
                f"A parameter cannot be called {name!r}: that is a variable of the sweep.", "Rename it."
            )
        if PARAMS in read or name in read:
            continue
        if not name.isidentifier():
            raise UsageError(
                f"{name!r} is no name of a variable.", f"Read it as params[{name!r}] in the cell."
            )
        near = did_you_mean(name, read) or "Use it, or leave it out of the sweep."
        raise UsageError(f"The cell never reads {name!r}.", near)


def sent_cell(source: str, names: Iterable[str], namespace: dict[str, Any]) -> SentCell:
    """Return a body that can go to another process.

    Raises
    ------
    UsageError
        It needs IPython, which is not there.
    """
    read = names_read(source)
    if SHELL in used_names(source, namespace):
        raise UsageError(
            "Magics and get_ipython() do not work in other processes.",
            "Leave them out of the cell, or leave out --jobs.",
        )
    own = {*names, RUN, PARAMS}
    carried = {name: namespace[name] for name in read if name in namespace and name not in own}
    home = types.FunctionType((lambda: None).__code__, namespace)
    home.__module__ = "__main__"  # sent by value
    return SentCell(source, carried, home)
