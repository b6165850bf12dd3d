"""Which run belongs to which cell: opened by the cell's first line, closed from the cell's result."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sm_track_widgets.actions.cells.staleness import executed
from sm_track_widgets.magics.transform import is_inner_magic

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell


class TrackedRun(Protocol):
    """What a cell needs to know of the run it opened."""

    def finish(self, error: BaseException | None) -> None:
        """Close the run as the body ended and bring its card to the final state; never raises."""


@dataclass(slots=True)
class _Cell:
    """One execution of a cell: IPython's info object, or None in a silent execution, which fires no cell events."""

    info: ExecutionInfo | None
    last_error: BaseException | None
    runs: list[TrackedRun] = field(default_factory=list[TrackedRun])
    inner_error: BaseException | None = None


class CellTracker:
    """Follows IPython's cell events.

    Cells nest: a body may call ``run_cell`` (``%%capture`` does), so the cells of a thread form a stack and a run is
    closed by the end of its own cell only.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self._threads = threading.local()

    def register(self) -> None:
        """Start to follow the shell's events."""
        for name in ("pre_run_cell", "post_run_cell", "post_execute"):
            self.shell.events.register(name, getattr(self, name))

    def unregister(self) -> None:
        """Stop, and close what is open."""
        for name in ("pre_run_cell", "post_run_cell", "post_execute"):
            self.shell.events.unregister(name, getattr(self, name))
        while self._cells:
            _finish(self._cells.pop(), None)

    def add(self, run: TrackedRun) -> None:
        """Bind `run` to the cell that is being executed."""
        if not self._cells:
            self._cells.append(_Cell(None, _last_error()))
        self._cells[-1].runs.append(run)

    @property
    def runs(self) -> list[TrackedRun]:
        """The runs of the cell that is being executed."""
        return self._cells[-1].runs if self._cells else []

    @property
    def source(self) -> str:
        """The text of the cell that is being executed, as typed; empty where IPython does not tell."""
        info = self._cells[-1].info if self._cells else None
        return str(info.raw_cell) if info is not None else ""

    @property
    def cell_id(self) -> str:
        """The notebook's mark of the cell that is being executed; empty where the front end gives none."""
        info = self._cells[-1].info if self._cells else None
        return str(getattr(info, "cell_id", None) or "")

    def pre_run_cell(self, info: ExecutionInfo) -> None:
        """Note that a cell begins; close what a silent execution has left."""
        self._close_silent()
        self._cells.append(_Cell(info, _last_error()))
        if self.cell_id:
            executed(self.cell_id, self.source)

    def post_run_cell(self, result: ExecutionResult | None) -> None:
        """Close the runs of the cell that ends. ipykernel gives None where an interrupt cancelled an ``await``."""
        cells = self._cells
        if result is not None:
            known = [i for i, cell in enumerate(cells) if cell.info is result.info]
            if not known:
                return
            del cells[known[-1] + 1 :]
        if not cells:
            return
        cell = cells.pop()
        error = KeyboardInterrupt() if result is None else result.error_before_exec or result.error_in_exec
        if cells and error is not None and _hands_its_body_on(cells[-1]):
            cells[-1].inner_error = error
        _finish(cell, error)

    def post_execute(self) -> None:
        """Close the runs of a silent execution, which has no ``post_run_cell``."""
        self._close_silent()

    def _close_silent(self) -> None:
        if self._cells and self._cells[-1].info is None:
            cell = self._cells.pop()
            _finish(cell, _shown_error(cell))

    @property
    def _cells(self) -> list[_Cell]:
        if not hasattr(self._threads, "cells"):
            self._threads.cells = []
        cells: list[_Cell] = self._threads.cells
        return cells


def _finish(cell: _Cell, error: BaseException | None) -> None:
    error = error or cell.inner_error
    if error is None and _hands_its_body_on(cell):
        error = _shown_error(cell)
    for run in reversed(cell.runs):
        run.finish(error)


def _hands_its_body_on(cell: _Cell) -> bool:
    """Whether another cell magic runs the body: %%capture, and %%time of IPython 8, let its error fall silent."""
    return cell.info is not None and is_inner_magic(str(cell.info.raw_cell))


def _shown_error(cell: _Cell) -> BaseException | None:
    """Return the error whose traceback was shown since the cell began."""
    error = _last_error()
    return None if error is cell.last_error else error


def _last_error() -> BaseException | None:
    found: Any = getattr(sys, "last_value", None)
    return found
