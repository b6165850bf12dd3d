"""What a sweep shows in a notebook: its board while it runs, and at the end what its points have printed, folded."""

from __future__ import annotations

import html
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from IPython.display import display
from IPython.utils.capture import capture_output

from sm_track_widgets.actions.sweep.points import shown
from sm_track_widgets.charts.markup import MUTED, plain, text
from sm_track_widgets.magics.progress_bar import seen

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets.actions.sweep.points import Outcome
    from sm_track_widgets.actions.sweep.result import SweepResult
    from sm_track_widgets.actions.sweep.watching import Watcher
    from sm_track_widgets.tracking.run import Run

MOST = 200
"""Points whose output is shown."""
BOX = "max-height:16em;overflow:auto;margin:.3em 0 .6em 1em;white-space:pre-wrap;font-size:12px"


class SweepView:
    """Shows one sweep.

    Parameters
    ----------
    shell
        IPython.
    quiet
        Show nothing, but keep the points' output out of the cell.
    """

    def __init__(self, shell: InteractiveShell, *, quiet: bool = False) -> None:
        self._shell = shell
        self._rich = getattr(shell, "kernel", None) is not None and not quiet
        self._board: Any = None
        self.bar = not self._rich and not quiet

    def began(self, result: SweepResult) -> None:
        """Show the board."""
        if not self._rich:
            return
        from sm_track_widgets.widgets.sweep_board import SweepBoard

        self._board = SweepBoard(
            result.experiment,
            goal=None if result.goal is None else result.goal.direction,
            total=result.total,
            group=result.group,
        )
        self._choose_metric(result)
        display(self._board)

    @contextmanager
    def around(self, run: Run) -> Generator[None, None, None]:
        """Keep what a point prints and shows out of the cell: the run has it."""
        from sm_track_widgets.magics.cell_run import flush_figures
        from sm_track_widgets.magics.figures import Figures

        with capture_output():
            Figures(self._shell, run).start()
            try:
                yield
            finally:
                flush_figures()

    def ended(self, outcome: Outcome, result: SweepResult) -> None:
        """Show the goal's metric as soon as a point has it."""
        del outcome
        self._choose_metric(result)

    def over(self, result: SweepResult) -> None:
        """Show the last state of all points, and their output, folded."""
        if self._board is not None:
            from sm_track_widgets.widgets.chart_live import forget

            forget(self._board)  # nothing of it changes any more, whatever else runs in the experiment
            self._board.refresh()
            self._choose_metric(result)
        if self._rich:
            bundle = output_bundle(result)
            if bundle:
                display(bundle, raw=True)

    def _choose_metric(self, result: SweepResult) -> None:
        board, goal = self._board, result.goal
        if board is None or goal is None:
            return
        wanted = f"metrics.{goal.metric}.last"
        if board.metric == wanted or not any(goal.metric in point.metrics for point in result.points):
            return
        board.refresh()
        with suppress(Exception):  # not readable yet: at the next point
            board.metric = wanted


def maker(shell: InteractiveShell) -> Callable[[], Watcher | None]:
    """Return what makes the view of each sweep that code in a cell begins."""

    def make() -> Watcher | None:
        rich = getattr(shell, "kernel", None) is not None
        return SweepView(shell) if rich and seen(shell) else None

    return make


def output_bundle(result: SweepResult) -> dict[str, str]:
    """Return what the points have printed and raised, as HTML that unfolds and as text; empty where nothing was."""
    said = [point for point in result.points if point.output.strip() or point.trace]
    if not said:
        return {}
    rows = "".join(_folded(point) for point in said[:MOST])
    more = f"<div>and {len(said) - MOST:,} more</div>" if len(said) > MOST else ""
    title = f"Output of {len(said):,} {'point' if len(said) == 1 else 'points'}"
    page = (
        f'<details style="font-family:var(--jp-code-font-family,monospace);font-size:12px">'
        f'<summary style="cursor:pointer;{MUTED}">{title}</summary>{rows}{more}</details>'
    )
    return {"text/html": page, "text/plain": "\n".join([title, *(_line(point) for point in said[:MOST])])}


def _folded(point: Outcome) -> str:
    body = text("\n".join(part for part in (point.output.rstrip(), _own(point)) if part))
    opened = " open" if point.trace else ""
    head = text(f"{point.run}  {shown(point.params)}  {point.status if not point.done else ''}".rstrip())
    return (
        f'<details style="margin-left:1em"{opened}><summary style="cursor:pointer">{head}</summary>'
        f'<pre style="{html.escape(BOX)}">{body}</pre></details>'
    )


def _own(point: Outcome) -> str:
    """Return the end of a traceback: where in the user's code it was."""
    lines = point.trace.rstrip().splitlines()
    return "\n".join(lines[-8:])


def _line(point: Outcome) -> str:
    last = (_own(point) or point.output.rstrip()).splitlines()[-1]
    return plain(f"  {point.run}  {shown(point.params)}: {last}")
