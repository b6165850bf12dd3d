"""Examples in docstrings run, and every public name is documented."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import sm_track_widgets

NEVER_IMPORTED = {"sm_track_widgets.tracking.delivery.sender"}  # a main program: imported by nobody


def module_names() -> list[str]:
    found = pkgutil.walk_packages(sm_track_widgets.__path__, "sm_track_widgets.")
    return ["sm_track_widgets", *(module.name for module in found if module.name not in NEVER_IMPORTED)]


@pytest.fixture
def embedded_home(tmp_path, monkeypatch):
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    connection = importlib.import_module("sm_track_widgets.connection")
    connection.reset()
    yield
    connection.reset()


@pytest.mark.usefixtures("embedded_home")
@pytest.mark.parametrize("name", module_names())
def test_examples_run(name):
    module = importlib.import_module(name)
    results = doctest.testmod(
        module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE, report=True
    )
    assert results.failed == 0


def test_every_exported_name_is_documented():
    for name in sm_track_widgets.__all__:
        value = getattr(sm_track_widgets, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            assert inspect.getdoc(value), name
            assert value.__doc__, f"{name} has only an inherited docstring"
