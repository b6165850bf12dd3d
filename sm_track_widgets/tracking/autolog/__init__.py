"""Logs what machine-learning libraries train while a run is open, without a line of the user's code changed.

Nothing is imported here: a library is covered when the user has imported it, or as soon as he does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets._errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sm_track_widgets.tracking.run import Run

__all__ = ["FRAMEWORKS", "autolog", "autolog_while", "checked", "enabled"]

FRAMEWORKS = ("sklearn", "xgboost", "lightgbm", "optuna")
"""Libraries that can be logged by themselves."""


def autolog(*frameworks: str, on: bool = True) -> None:
    """Log what libraries train, from now on, into whatever run is open then; without one nothing happens.

    Parameters
    ----------
    frameworks
        Of ``"sklearn"``, ``"xgboost"``, ``"lightgbm"``, ``"optuna"``; default: all of them. They may be imported
        later.
    on
        False stops it: every function that was replaced is the library's own again.

    Raises
    ------
    UsageError
        A library that is not among them.

    Notes
    -----
    Of each training: parameters, a metric per iteration, best iteration, model summary, feature importance. A training
    inside another (the steps of a pipeline, the candidates of a search) is part of that one. `docs/autolog.md` lists
    the names.
    """
    asked = checked(frameworks)
    from sm_track_widgets.tracking.autolog import switch

    switch.everywhere(asked, on=on)


def autolog_while(run: Run, frameworks: Iterable[str] = ()) -> None:
    """Log what libraries train into `run`, until it closes; empty: all known.

    Raises
    ------
    UsageError
        A library that is not among `FRAMEWORKS`.
    """
    asked = checked(frameworks)
    from sm_track_widgets.tracking.autolog import switch

    switch.while_open(run, asked)


def enabled() -> tuple[str, ...]:
    """Return the libraries that are logged into any run, as `autolog` has set it."""
    from sm_track_widgets.tracking.autolog import switch

    return switch.everywhere_on()


def checked(frameworks: Iterable[str]) -> tuple[str, ...]:
    """Return the libraries named, all for none.

    Raises
    ------
    UsageError
        A library that is not among `FRAMEWORKS`.
    """
    asked = tuple(frameworks)
    for name in asked:
        if name not in FRAMEWORKS:
            cure = did_you_mean(str(name), FRAMEWORKS) or f"Choose of {', '.join(FRAMEWORKS)}."
            raise UsageError(f"Autolog does not know {name!r}.", cure)
    return asked or FRAMEWORKS
