"""`report`: an experiment as one file that opens offline."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import ConfigError, TrackError, UsageError
from sm_track_widgets.charts import report_parts
from sm_track_widgets.widgets.chart_selection import metrics_of
from sm_track_widgets.widgets.dashboard import Dashboard
from sm_track_widgets.widgets.run_detail import RunDetail
from sm_track_widgets.widgets.save_html import Piece, checked_theme, document
from sm_track_widgets.widgets.selection.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Sequence


def report(
    path: str | Path,
    source: Any = None,
    query: str = "",
    *,
    metrics: str | Sequence[str] | None = None,
    title: str | None = None,
    theme: str = "auto",
) -> Path:
    """Write a page about an experiment: what it came to, all runs to look through, the best one in full.

    It is one file that needs no kernel and no network. Tables, charts and filters in it work.

    Parameters
    ----------
    path
        A file that ends in ``.html``; one that is there is replaced when all has been written.
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a `Selection` or a view of one.
    query
        Only runs for which this holds.
    metrics
        Metrics that are drawn and compared, the one that decides first; default: the first four.
    title
        Heading; default: the experiment.
    theme
        ``"light"``, ``"dark"``, or ``"auto"`` for that of the reader's system.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        For another ending, or a theme there is not; or there are no runs.
    NotFoundError
        For an experiment there is not.
    ConfigError
        The file cannot be written.
    """
    file = Path(path)
    if file.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"A report is a page, and {file.name!r} is none.", "Name it .html, e.g. report.html")
    checked_theme(theme)
    board = Dashboard(source, query=query, metrics=metrics)
    try:
        if board.df.empty:
            raise UsageError("There are no runs to report on.", "%sm_experiments lists what there is.")
        chosen = [metrics] if isinstance(metrics, str) else list(metrics or metrics_of(board.selection))
        heading = title or board.selection.source.experiment or board.heading() or "Runs"
        text = document(_pieces(board, chosen), theme=theme, title=heading, kind="Report")
    finally:
        board.close()
    return _written(file, text)


def _pieces(board: Dashboard, metrics: Sequence[str]) -> list[Piece]:
    frame = board.df
    board.fill("importance")
    best = _best(board.selection, metrics)
    found = [
        Piece("", report_parts.tiles(frame)),
        Piece("Best runs", report_parts.best_runs(frame, metrics)),
        Piece("All runs", board),
        Piece("The best run", best),
        Piece("Notes", report_parts.notes(frame)),
        Piece("Runs that did not complete", report_parts.failures(frame)),
    ]
    return [piece for piece in found if piece.content]


def _best(selection: Selection, metrics: Sequence[str]) -> RunDetail | None:
    """Return the run that is best by the first metric; None for frames that are not of this home."""
    frame = selection.df
    components: dict[str, str] = frame.attrs.get("components", {})
    run = report_parts.best_row(frame, metrics[0]) if metrics and components else None
    if run is None:
        return None
    name = str(run["run"])
    try:
        return RunDetail(components.get(name, name), selection.source.experiment)
    except TrackError:  # deleted meanwhile: the rest is worth reading
        return None


def _written(file: Path, text: str) -> Path:
    """Write `file` as a whole or not at all."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise ConfigError(f"{file} cannot be written: {error.strerror}.", "Name another folder.") from error
    return file
