"""Finds the library that a callback is for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from sm_track_widgets._errors import UsageError


def first(modules: tuple[str, ...], install: str) -> Any:
    """Return the first of `modules` that is loaded, else the first that can be.

    Parameters
    ----------
    modules
        Names, the best first.
    install
        What to install when there is none.

    Raises
    ------
    UsageError
        None of them is installed.
    """
    for name in modules:
        if name in sys.modules:
            return sys.modules[name]
    found = next((module for name in modules if (module := _imported(name)) is not None), None)
    if found is None:
        raise UsageError(f"{modules[0]} is not installed.", f"Install it: pip install {install}")
    return found


def _imported(name: str) -> Any:
    """Import a module; None when it is not installed, which is not the same as one that it needs."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        return None
