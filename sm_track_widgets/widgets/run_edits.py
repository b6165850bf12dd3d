"""What a table changes for its page: tags and notes of a run, and whether runs are archived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import TrackError, UsageError
from sm_track_widgets.actions.cleanup import archive
from sm_track_widgets.tracking import values
from sm_track_widgets.tracking.registry import find_open
from sm_track_widgets.tracking.tagging import change_notes, change_tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.widgets.selection.selection import Selection

MENTIONED = 3


def writable(selection: Selection) -> bool:
    """Whether it is known which stored runs the rows are, and reading again shows what was changed."""
    return selection.source.again and "components" in selection.runs.attrs


class RunEdits:
    """Changes runs of a selection for the page, and has the runs read again.

    Parameters
    ----------
    selection
        Where the runs are named.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._archived: dict[str, str] = {}

    def tag(self, run: str, key: str, value: str) -> dict[str, Any]:
        """Set a tag, or take it away when `value` is empty; return what the page is told."""
        told: dict[str, Any] = {"type": "tagged", "run": run, "key": key, "note": "", "error": ""}
        try:
            clean_key, clean_value, told["note"] = values.tag(key, value)
            failed = change_tags(self._components([run]), {clean_key: clean_value or None})
            told["error"] = next(iter(failed.values()), "")
            self._selection.refresh()
        except TrackError as problem:
            told["error"] = str(problem)
        return told

    def note(self, run: str, text: str) -> dict[str, Any]:
        """Replace the notes of a run, an empty text takes them away; return what the page is told."""
        told: dict[str, Any] = {"type": "noted", "run": run, "error": ""}
        try:
            [component] = self._components([run])
            failed = change_notes([component], text)
            told["error"] = failed.get(component, "")
            if not failed and (here := find_open(component, connections.current())) is not None:
                here.notes = text
            self._selection.refresh()
        except TrackError as problem:
            told["error"] = str(problem)
        return told

    def archive(self, runs: Sequence[str], *, archived: bool) -> dict[str, Any]:
        """Archive runs, or take them out of the archive; return what the page is told.

        Its ``done`` names the runs for which that was done, its ``error`` says in one line why not for the others.
        """
        told: dict[str, Any] = {"type": "archived", "archived": archived, "done": [], "error": ""}
        try:
            components = self._components(runs)
            failed = archive.mark(components, archived=archived)
            named = dict(zip(runs, components, strict=True))
            told["done"] = [run for run, component in named.items() if component not in failed]
            self._archived |= {run: named[run] for run in told["done"]} if archived else {}
            if failed:
                reasons = list(dict.fromkeys(failed.values()))[:MENTIONED]
                told["error"] = f"{len(failed)} not changed: {'; '.join(reasons)}"
            self._selection.refresh()
        except TrackError as problem:
            told["error"] = str(problem)
        return told

    def _components(self, runs: Sequence[str]) -> list[str]:
        """Return the trial components of runs; of those that were archived here, too: the table has them no more."""
        if not writable(self._selection):
            raise UsageError(
                "This table does not know which stored runs its rows are.", "Show an experiment by its name."
            )
        known = {**self._archived, **self._selection.runs.attrs["components"]}
        unknown = [run for run in runs if run not in known]
        if unknown:
            raise UsageError(f"Run {unknown[0]!r} is not in this table.", "Refresh it.")
        return [known[run] for run in runs]
