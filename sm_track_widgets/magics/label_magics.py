"""``%sm_tag`` and ``%%sm_note``: tags and notes of a run, open or closed."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import cell_magic, line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts.markup import plain
from sm_track_widgets.magics import interrupts, options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import caller_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.tracking.registry import ClosedRun
    from sm_track_widgets.tracking.run import Run

WITHOUT = "Name the run: %sm_runs lists them."


@magics_class
class SmLabelMagics(ShellMagics):
    """The magics that label runs."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="RUN KEY=VALUE",
        help="The run (default: the one that is open here, else the last one), then the tags; KEY= takes one away.",
    )
    @argument("--run", metavar="RUN", help="The run, where its name has an equals sign.")
    @argument("-e", "--experiment", help="Its experiment; default: look through all.")
    @line_magic
    def sm_tag(self, line: str, local_ns: Mapping[str, Any] | None = None) -> None:
        """Set tags of a run, and take tags away, as in ``%sm_tag xgb-d4 team=fraud stage=``.

        Tags take letters, digits, spaces and _.:/=+-@; what else a value has becomes _, which is said.
        """
        namespace = self.names(local_ns)
        parsed = options.parse(self.sm_tag, line)
        words: list[str] = list(parsed.words)
        name = None if parsed.run is None else options.expand(parsed.run, namespace)
        if name is None and words and "=" not in words[0]:
            name = options.expand(words.pop(0), namespace)
        tags = options.pairs(words, "%sm_tag", namespace, literal=False)
        if not tags:
            raise UsageError("%sm_tag takes tags.", "For example: %sm_tag RUN team=fraud")
        from sm_track_widgets.actions.labels import set_tags

        run = _open_or_last() if name is None else name
        with interrupts.in_one_line():
            for note in set_tags(run, tags, _experiment(parsed.experiment, namespace)):
                print(note)  # noqa: T201 - what was stored otherwise
        gone = [key for key, value in tags.items() if not value]
        told = [f"{key}={value}" for key, value in tags.items() if value]
        told += [f"{' and '.join(gone)} taken away"] if gone else []
        print(plain(f"{_name(run)}: {', '.join(told)}"))  # noqa: T201 - its answer

    @no_var_expand
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="RUN",
        help="The run; default: the one that is open here, else the last one.",
    )
    @argument("-e", "--experiment", help="Its experiment; default: look through all.")
    @cell_magic
    def sm_note(self, line: str, cell: str) -> None:
        """Make the text of the cell, Markdown or any other, the notes of a run; it replaces those it has.

        Notes have up to 2,500 characters. The text stays as it is: nothing in it is expanded.
        """
        namespace = self.names(caller_names())
        parsed = options.parse(self.sm_note, line, limit=1)
        text = cell.strip("\n").rstrip()
        if not text.strip():
            raise UsageError(
                "The cell has no text.", 'To take notes away: sm_track_widgets.set_notes(run, "")'
            )
        from sm_track_widgets.actions.labels import set_notes

        run = options.expand(parsed.words[0], namespace) if parsed.words else _open_or_last()
        with interrupts.in_one_line():
            set_notes(run, text, _experiment(parsed.experiment, namespace))
        print(plain(f"{_name(run)}: notes kept, {len(text):,} characters"))  # noqa: T201 - its answer


def _open_or_last() -> Run | ClosedRun:
    from sm_track_widgets.tracking.registry import current_run, last_run, open_runs

    run = current_run()
    if run is None and open_runs():
        raise UsageError("More than one run is open.", WITHOUT)
    found = run or last_run()
    if found is None:
        raise UsageError("No run was opened here.", WITHOUT)
    return found


def _experiment(word: str | None, namespace: Mapping[str, Any]) -> str | None:
    return None if word is None else options.expand(word, namespace)


def _name(run: str | Run | ClosedRun) -> str:
    return run if isinstance(run, str) else run.name
