"""The code that calls a magic: its names, and whether it assigns what the magic returns."""

from __future__ import annotations

import inspect
import linecache
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType


def caller_names() -> dict[str, Any]:
    """Return the local names of the code that calls a cell magic; IPython hands them to line magics only."""
    caller = _caller_of("run_cell_magic")
    return dict(caller.f_locals) if caller is not None else {}


def is_assigned(magic: str) -> bool:
    """Whether the code that calls the line magic `magic` assigns its value.

    IPython turns ``x = %m`` into ``x = get_ipython().run_line_magic('m', '')``; the magic itself sees no difference to
    a bare ``%m``. So the calling line is looked up.
    """
    caller = _caller_of("run_line_magic")
    if caller is None:
        return False
    line = linecache.getline(caller.f_code.co_filename, caller.f_lineno)
    pattern = rf"^[^=#'\"]*[\w\])]\s*=\s*get_ipython\(\)\.run_line_magic\('{magic}'"
    return re.search(pattern, line) is not None


def in_cell() -> bool:
    """Whether a cell's code calls this, and not a message that came meanwhile."""
    return _caller_of("run_code") is not None


def running_cell(magic: str) -> str:
    """Return the Python that IPython made of the cell whose first line is the line magic `magic`, which is running.

    Empty where the code around is another. IPython has it in the line cache; to transform the cell again costs 0.1 ms
    a line.
    """
    caller = _caller_of("run_line_magic")
    if caller is None:
        return ""
    lines = linecache.getlines(caller.f_code.co_filename)
    first = next((line for line in lines if line.strip()), "")
    return "".join(lines) if first.startswith(f"get_ipython().run_line_magic('{magic}'") else ""


def _caller_of(function: str) -> FrameType | None:
    """Return the frame that called the nearest `function` above."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_name != function:
        frame = frame.f_back
    return frame.f_back if frame is not None else None
