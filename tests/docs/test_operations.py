"""docs/operations.md, limits.md and moto.md say what the tests say, and every operation has a test."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def script(name: str) -> Any:
    """The module of one of scripts/."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def operations() -> Any:
    return script("operations")


def test_every_operation_has_a_test_and_every_mark_an_operation(operations):
    assert operations.problems(operations.shown()) == []


def test_the_page_is_what_the_tests_say(operations):
    assert operations.PAGE.read_text("utf-8") == operations.page(operations.shown()), "make operations"


def test_marks_are_read_wherever_they_stand(operations, tmp_path):
    folder = tmp_path / "tests" / "embedded"
    folder.mkdir(parents=True)
    (folder / "test_x.py").write_text(
        "import pytest\n\n"
        "@pytest.mark.shows('CreateTrial', 'a | b')\n"
        "@pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.shows('Nothing', 'c'))])\n"
        "def test_it(n):\n    pass\n"
    )
    rules = operations.shown(tmp_path)
    assert [(entry.operation, entry.rule) for entry in rules] == [("CreateTrial", "a | b"), ("Nothing", "c")]
    table = {"sagemaker": {"CreateTrial": None, "DeleteTrial": None}}
    assert operations.problems(rules, table) == [
        "DeleteTrial: no test shows a rule of it",
        "embedded/test_x.py::test_it: Nothing is not offered",
    ]
    assert "| a \\| b | `embedded/test_x.py::test_it` |" in operations.page(rules, table)


def test_the_tables_of_limits_and_of_moto_are_what_their_cases_say():
    limits = script("limits")
    assert limits.PAGE.read_text("utf-8") == limits.page(), "make operations"
    assert limits.MOTO_PAGE.read_text("utf-8") == limits.moto_page(), "make operations"
