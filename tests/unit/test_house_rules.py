"""What CONTRIBUTING.md promises about the sources, counted."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_FILE = 400
MAX_FUNCTION = 40
TEXT_SUFFIXES = {
    ".py",
    ".ts",
    ".md",
    ".toml",
    ".txt",
    ".sh",
    ".json",
    ".ipynb",
    ".css",
    ".mjs",
    ".cfg",
    ".html",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked() -> list[Path]:
    """Every file of the project: what git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: the list of the project's files is git's")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def body_lines(function: Function) -> int:
    """Lines from ``def`` to the end, the docstring not counted: a manual is not complexity."""
    first = function.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    documented = is_text and isinstance(first.value.value, str)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_source_file_is_over_400_lines():
    sources = [p for p in tracked() if p.suffix in {".py", ".ts", ".css", ".mjs"} and "static" not in p.parts]
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources
        if (n := len(p.read_text("utf-8").splitlines())) > MAX_FILE
    }
    assert not long


def test_no_function_is_over_40_lines():
    long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": lines
        for path in python_files()
        for function in functions(ast.parse(path.read_text("utf-8")))
        if (lines := body_lines(function)) > MAX_FUNCTION
    }
    assert not long


def test_python_3_10_can_parse_every_file():
    for path in python_files():
        ast.parse(path.read_text("utf-8"), filename=str(path), feature_version=(3, 10))


def test_pins_are_versions_only():
    for path in (ROOT / "constraints").glob("*.txt"):
        pins = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
        assert len(pins) > 30 or path.stem == "fronts"  # it stands on sdk2's
        for pin in pins:
            assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", pin), f"{path.name}: {pin}"
            assert not re.match(r"(torch|nvidia|cuda|triton|sm-track-widgets)\b", pin), f"{path.name}: {pin}"


def test_the_npm_lock_names_no_registry():
    lock = (ROOT / "js" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_nothing_unfinished_is_committed():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|# type: ignore\s*$", re.MULTILINE)
    found = {
        str(path.relative_to(ROOT)): match.group(0)
        for path in tracked()
        if path.suffix in TEXT_SUFFIXES and "static" not in path.parts and path != Path(__file__).resolve()
        if (match := marks.search(path.read_text("utf-8")))
    }
    assert not found


def test_every_module_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent
