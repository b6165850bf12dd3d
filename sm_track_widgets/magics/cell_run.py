"""The run of one cell: opened with its options, captured, shown on a card, closed as the body ended."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws, connection
from sm_track_widgets.magics.base import quiet
from sm_track_widgets.magics.callers import running_cell
from sm_track_widgets.magics.logged_variable import LoggedVariable, tell_unknown

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets.magics.card import Card
    from sm_track_widgets.tracking.opening import Resume
    from sm_track_widgets.tracking.run import Run

NOTEBOOK_VARIABLE = "JPY_SESSION_NAME"
"""The Jupyter server tells a kernel in it which notebook it is started for."""


@dataclass(frozen=True, slots=True)
class Request:
    """What ``%%sm_run`` asks for, expanded.

    `source` is the cell as typed, `cell_id` its mark in the notebook, `bind` the variable for the run, `capture` the
    parts of the cell to keep; `autolog` the libraries to log (empty: all known), `system_every` seconds between two
    system metrics, None: none; `live` metrics that the card shows first, `metrics` the variable that is logged when
    the body has ended.
    """

    name: str | None = None
    experiment: str | None = None
    group: str | None = None
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    notes: str | None = None
    bind: str = "run"
    resume: Resume | None = None
    quiet: bool = False
    capture: frozenset[str] = frozenset()
    source: str = ""
    cell_id: str = ""
    nested: bool = False
    parent: str | None = None
    autolog: tuple[str, ...] | None = None
    system_every: float | None = None
    live: tuple[str, ...] = ()
    metrics: str | None = None


class CellRun:
    """A run that lives as long as a cell.

    Parameters
    ----------
    shell
        IPython.
    request
        What was asked for.
    """

    def __init__(self, shell: InteractiveShell, request: Request) -> None:
        self.shell = shell
        self.request = request
        self.run: Run | None = None
        self._card: Card | None = None
        self._logged: LoggedVariable | None = None

    def open(self) -> None:
        """Open the run and show its card.

        Raises
        ------
        TrackError
            In one line; then nothing is open.
        """
        from sm_track_widgets.magics.card import Card

        request = self.request
        if request.quiet:
            with quiet:
                run = self._opened()
            run.on_warning = _unsaid
        else:
            run = self._opened()
        self.run = run
        run.__enter__()
        self._attach(run)
        if request.metrics is not None:
            self._logged = LoggedVariable(request.metrics, self.shell.user_ns)
        if not request.quiet:
            self._card = Card(self.shell, run, request.live)
            self._card.show()

    def _attach(self, run: Run) -> None:
        """Start what goes on beside the body; it ends when the run closes."""
        request = self.request
        if request.capture:
            start_capture(self.shell, run, request)
        if request.system_every is not None:
            from sm_track_widgets.tracking.system.sampler import sample_system

            sample_system(run, request.system_every)
        if request.autolog is not None:
            from sm_track_widgets.tracking.autolog import autolog_while

            autolog_while(run, request.autolog)

    def finish(self, error: BaseException | None) -> None:
        """Close the run as the body ended and bring its card to the final state; never raises."""
        if self.run is None:
            return
        if "figures" in self.request.capture:
            flush_figures()
        if self._logged is not None:
            self._logged.log(self.run, failed=error is not None)
        tell_unknown(self.run, self.request.live)
        try:
            self.run.finish(error, on_wait=None if self._card is None else self._card.waiting)
        except (Exception, KeyboardInterrupt) as trouble:  # noqa: BLE001 - the body's error must stay the only one
            told = _aws.explain(trouble, "close the run") if isinstance(trouble, Exception) else None
            print(f"While the run was closed: {told or repr(trouble)}")  # noqa: T201
        self.run.__exit__(None, None, None)
        if self._card is not None:
            self._card.finish()

    def _opened(self) -> Run:
        from sm_track_widgets.tracking.registry import opened_here
        from sm_track_widgets.tracking.run import Run

        request, home = self.request, connection.current()
        before = opened_here()
        try:
            return Run(
                request.experiment,
                request.name,
                tags=request.tags or None,
                group=request.group,
                params=request.params or None,
                notes=request.notes,
                resume=request.resume,
                nested=request.nested,
                parent=request.parent,
                connection=home,
            )
        except KeyboardInterrupt as interrupt:
            # It may come when the run is open and not yet in our hands.
            for run in opened_here():
                if run not in before:
                    run.finish(interrupt)
            raise
        except Exception as error:
            told = _aws.explain(error, "open the run")
            if told is not None:
                raise told from error
            raise


def start_capture(shell: InteractiveShell, run: Run, request: Request) -> None:
    """Keep of the cell what was asked for."""
    parts = request.capture
    if "figures" in parts:
        from sm_track_widgets.magics.figures import Figures

        Figures(shell, run).start()
    reads = "inputs" in parts
    run.capture(
        request.source if "source" in parts else None,
        output="stdout" in parts,
        namespace=shell.user_ns if reads else None,
        code=(running_cell("sm_run") or plain_code(request.source)) if reads else None,
        cell_id=request.cell_id,
        notebook=os.environ.get(NOTEBOOK_VARIABLE, ""),
        environment="env" in parts,
        git="git" in parts,
    )


def flush_figures() -> None:
    """Show what matplotlib has not shown yet: IPython does so at the end of a cell, after a body run by the magic."""
    backend = sys.modules.get("matplotlib_inline.backend_inline")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if backend is None or pyplot is None or "inline" not in str(pyplot.get_backend()).lower():
        return
    try:
        backend.flush_figures()
    except Exception as trouble:  # noqa: BLE001 - the run must close
        print(f"A figure could not be drawn: {trouble!r}")  # noqa: T201 - beside the cell's own output


def plain_code(cell: str) -> str:
    """Return a cell as Python, without its first magic line; as IPython itself would run it, but for extensions."""
    from IPython.core.inputtransformer2 import TransformerManager

    lines = cell.splitlines(keepends=True)
    body = "".join(lines[1:] if lines and lines[0].startswith("%%") else lines)
    try:
        return TransformerManager().transform_cell(body)
    except SyntaxError:
        return ""


def _unsaid(_: str) -> None:
    """Take a remark that nobody asked to see; it stays in ``run.warnings``."""
