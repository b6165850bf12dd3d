"""docs/limits.md and docs/moto.md: tables of the embedded service from the cases of its tests.

python scripts/limits.py    writes both
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import limits  # noqa: E402  # its folder has just been put on the path
import moto_cases_more  # noqa: E402, F401  # adds its rows
from moto_cases import DIFFERENCES  # noqa: E402

PAGE = ROOT / "docs" / "limits.md"
MOTO_PAGE = ROOT / "docs" / "moto.md"
SHOWN_OPERATIONS = 6
HEAD = """# Limits and errors of the embedded service

Written by `make operations` from the cases of `tests/embedded/test_limits.py`, which provokes each row through boto3
and compares code and text.

- In a text, `...` stands for any text, mostly the value that was given.
- Sources: *[M]* is botocore's service model, with the name of the shape; a name with `#` a GitHub issue in which the
  text was seen, other names are of public code that knows it; *[inf]* is a choice of ours, see
  [assumptions.md](assumptions.md).
- A switch is a field of `sm_track_widgets.embedded.Rules`. Rows without one always hold.
- boto3 itself refuses some calls before they are sent (missing members, wrong types, values that are too short,
  numbers that are too small), in words of its own. The texts here are the service's, as callers with
  `Config(parameter_validation=False)`, the AWS CLI or other languages meet them.
- Codes of BatchPutMetrics in capitals stand in its answer's `Errors`, which has no text.
- The {family} operations of experiments, tags, lineage, Search and metrics have all their parameters' constraints
  here. Those of the registry and of jobs, whose own rules are here too, obey the model in the same way: the same test
  breaks every constraint of every operation that is offered.

| operations | rule | code | text | source | switch |
| --- | --- | --- | --- | --- | --- |
"""


MOTO_HEAD = """# Where moto differs

[moto](https://github.com/getmoto/moto) answers boto3 in process, too. `tests/embedded/test_agrees_with_moto.py` makes
the same calls on both: what moto offers of experiments, trials, components, tags, Search, metrics, S3, STS and the
model registry agrees where moto is right. This table, written by `make operations` from the cases of the same file, is
where it is not; the test makes each row's calls on both and fails when moto changes its mind. The version of moto is
the one pinned in `constraints/sdk2.txt`.

| operations | moto | the embedded service, as AWS | source |
| --- | --- | --- | --- |
"""


def moto_page() -> str:
    """The whole of docs/moto.md."""
    rows = [(row.operations, row.moto, row.ours, row.source) for row in DIFFERENCES]
    return MOTO_HEAD + "".join("| " + " | ".join(map(_cell, row)) + " |\n" for row in rows)


def page() -> str:
    """The whole of docs/limits.md."""
    return HEAD.format(family=len(limits.FAMILY)) + "".join(_line(row) for row in limits.rows())


def _line(row: limits.Limit) -> str:
    names = list(row.operations)
    operations = ", ".join(names[:SHOWN_OPERATIONS])
    if len(names) > SHOWN_OPERATIONS:
        operations += f" and {len(names) - SHOWN_OPERATIONS} more"
    text = f"`{row.text}`" if row.text else ""
    switch = f"`{row.switch}`" if "=" in row.switch and "`" not in row.switch else row.switch
    cells = (operations, row.rule, row.code, text, row.source, switch)
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "\\n")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    MOTO_PAGE.write_text(moto_page(), "utf-8")
    print(
        f"{PAGE.relative_to(ROOT)}: {len(limits.rows())} rows; {MOTO_PAGE.relative_to(ROOT)}: {len(DIFFERENCES)}"
    )
