"""docs/operations.md: each operation the embedded service offers, its rules, and the tests that show them.

The rules are the ``@pytest.mark.shows("Operation", "rule")`` of the tests, read from their sources.

    python scripts/operations.py    writes docs/operations.md
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sm_track_widgets.embedded.engine import OPERATIONS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "operations.md"
FOLDERS = ("embedded", "sdk", "serve")
HEAD = (
    "# Operations of the embedded service\n\n"
    "Written by `make operations` from the tests; `make test` fails when an operation has no test or this page is not "
    "what the tests say.\n\n"
    "The embedded service offers {operations} operations of {services} services and shows {rules} rules of theirs. "
    "Every other operation is refused with `UnsupportedOperation`; nothing is ever sent anywhere. What a limit says "
    "when it is broken is in [limits.md](limits.md), what is assumed of AWS in [assumptions.md](assumptions.md).\n"
)


class Shown(NamedTuple):
    """One rule of an operation and a test that shows it."""

    operation: str
    rule: str
    file: str
    test: str


def shown(root: Path = ROOT) -> list[Shown]:
    """Every rule that a test says it shows, in the order of files and lines."""
    found: list[Shown] = []
    for folder in FOLDERS:
        for path in sorted((root / "tests" / folder).glob("test_*.py")):
            name = path.relative_to(root / "tests").as_posix()
            found += [
                Shown(operation, rule, name, test)
                for test, operation, rule in _marks(ast.parse(path.read_text("utf-8")))
            ]
    return found


def _marks(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Yield (test, operation, rule) of each mark, wherever it stands in a test's decorators."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            for call in ast.walk(decorator):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.shows":
                    operation, rule = (ast.literal_eval(argument) for argument in call.args)
                    yield node.name, operation, rule


def problems(rules: list[Shown], operations: Mapping[str, Mapping[str, object]] = OPERATIONS) -> list[str]:
    """What is wrong: operations without a rule, rules of operations that are not offered."""
    offered = {operation for table in operations.values() for operation in table}
    named = {entry.operation for entry in rules}
    return [
        *(f"{operation}: no test shows a rule of it" for operation in sorted(offered - named)),
        *(
            f"{entry.file}::{entry.test}: {entry.operation} is not offered"
            for entry in rules
            if entry.operation not in offered
        ),
    ]


def page(rules: list[Shown], operations: Mapping[str, Mapping[str, object]] = OPERATIONS) -> str:
    """The whole of docs/operations.md."""
    by_operation: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    for entry in rules:
        tests = by_operation[entry.operation].setdefault(entry.rule, [])
        tests.append(f"`{entry.file}::{entry.test}`")
    counted = sum(len(found) for found in by_operation.values())
    parts = [
        HEAD.format(
            operations=sum(len(table) for table in operations.values()),
            services=len(operations),
            rules=counted,
        )
    ]
    for service, table in operations.items():
        parts.append(f"\n## {service}\n")
        for operation in table:
            parts.append(f"\n### {operation}\n\n| rule | shown by, in `tests` |\n| --- | --- |\n")
            parts += [
                f"| {_cell(rule)} | {', '.join(dict.fromkeys(tests))} |\n"
                for rule, tests in by_operation[operation].items()
            ]
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write the page; 1 when something is wrong with the marks."""
    rules = shown()
    wrong = problems(rules)
    PAGE.write_text(page(rules), "utf-8")
    print("\n".join(wrong) or f"{PAGE.relative_to(ROOT)}: {len(rules)} tests of rules")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
