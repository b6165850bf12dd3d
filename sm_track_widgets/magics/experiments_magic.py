"""``%sm_experiments``: which experiments there are."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.charts.static_table import Kind, table_html, table_text
from sm_track_widgets.magics import interrupts, options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 100
"""Experiments that the table shows; all are in the DataFrame."""
HEADER = ("experiment", "runs", "created", "last modified", "description")
KINDS: tuple[Kind, ...] = ("text", "number", "time", "time", "text")
NONE_YET = "There is no experiment yet. Begin a cell with %%sm_run first-run -e NAME"
UNASSIGNED_HINT = "Runs of no experiment: %sm_runs --unassigned"


@magics_class
class SmExperimentsMagics(ShellMagics):
    """The magic that lists experiments."""

    @no_var_expand
    @magic_arguments()
    @argument("--counts", action="store_true", help="Count the runs of each, however many calls it takes.")
    @argument("--no-counts", action="store_true", help="Do not count their runs.")
    @line_magic
    def sm_experiments(self, line: str) -> pd.DataFrame | None:
        """Show all experiments; found = %sm_experiments gives them as a DataFrame.

        Runs are counted on the embedded service, and on AWS where there are at most 50 experiments.
        """
        parsed = options.parse(self.sm_experiments, line, limit=0)
        if parsed.counts and parsed.no_counts:
            raise UsageError("--counts and --no-counts exclude each other.", "Leave one of them out.")
        from sm_track_widgets.reading.experiments import experiments

        with interrupts.in_one_line():
            frame = experiments(counts=True if parsed.counts else False if parsed.no_counts else None)
        if is_assigned("sm_experiments"):
            return frame
        bundle = shown(frame)
        if getattr(self.ip, "kernel", None) is None:
            print(bundle["text/plain"])  # noqa: T201 - a terminal shows text
        else:
            display(bundle, raw=True)
        return None


def shown(frame: pd.DataFrame) -> dict[str, str]:
    """Return a frame of experiments as a page and as a terminal show it."""
    from sm_track_widgets.reading.experiments import UNASSIGNED

    if not len(frame):
        return {"text/html": f"<p>{markup.text(NONE_YET)}</p>", "text/plain": NONE_YET}
    apart = frame["experiment"].iloc[-1] == UNASSIGNED
    kept = frame if len(frame) <= SHOWN else frame.head(SHOWN - apart)
    rows = _cells(kept)
    if apart and len(kept) < len(frame):
        rows += _cells(frame.tail(1))
    more = len(frame) - len(rows)
    caption = _caption(len(frame) - apart)
    notes = [str(frame.attrs.get("missing") or ""), UNASSIGNED_HINT if apart else ""]
    said = [note for note in notes if note]
    below = "".join(f"<p>{markup.text(note)}</p>" for note in said)
    return {
        "text/html": table_html(HEADER, rows, kinds=KINDS, caption=caption, more=more) + below,
        "text/plain": "\n".join(
            [
                table_text(HEADER, rows, kinds=KINDS, caption=caption, more=more),
                *map(markup.plain, said),
            ]
        ),
    }


def _cells(frame: pd.DataFrame) -> list[list[Any]]:
    columns: list[list[Any]] = [frame[name].tolist() for name in frame.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _caption(count: int) -> str:
    return "1 experiment" if count == 1 else f"{numbers.count(count)} experiments"
