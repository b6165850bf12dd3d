"""``%sm_import``: runs of MLflow, or out of a CSV file."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics import moving, options, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.selection import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.actions.move.report import MoveReport

EXAMPLE = "For example: %sm_import mlflow:http://127.0.0.1:5000 -e fraud"


@magics_class
class SmImportMagics(ShellMagics):
    """The magic that brings runs in."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="SOURCE QUERY",
        help="mlflow:URI or csv:FILE; then, for MLflow, which runs, in its own filter language.",
    )
    @argument("-e", "--experiment", help="Only runs of this experiment of the source; default: all.")
    @argument("--into", metavar="EXP", help="Experiment to bring them into; default: that of the source.")
    @argument("--params", metavar="A,B", help="Of a file: these columns are parameters.")
    @argument("--metrics", metavar="A,B", help="Of a file: these columns are metrics.")
    @argument("--tags", metavar="A,B", help="Of a file: these columns are tags.")
    @argument(
        "--column",
        action="append",
        metavar="WHAT=COLUMN",
        help="Of a file: this column is the run's name, experiment, group, status, message, started, ended, "
        "duration, notes, user or id.",
    )
    @argument("--running", action="store_true", help="Runs in progress, too, as they are now.")
    @argument("--dry-run", action="store_true", help="Only say what would be brought in.")
    @line_magic
    def sm_import(self, line: str, local_ns: Mapping[str, Any] | None = None) -> MoveReport | None:
        """Bring in runs of an MLflow tracking server, or of a CSV file; what was brought in before is not again."""
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_import, line)
        word, rest = query_line.first_word(rest)
        if not word:
            raise UsageError("%sm_import takes a source.", EXAMPLE)
        columns = dict(_pair(options.expand(one, namespace)) for one in parsed.column or ())
        params, metrics, tags = (
            options.comma_list(text_of(parsed, name, namespace)) for name in ("params", "metrics", "tags")
        )
        from sm_track_widgets.actions.move.verbs import import_runs

        return moving.run(
            "sm_import",
            parsed,
            lambda on_plan: import_runs(
                options.expand(word, namespace),
                text_of(parsed, "experiment", namespace),
                query_line.query(rest, namespace),
                into=text_of(parsed, "into", namespace),
                params=params,
                metrics=metrics,
                tags=tags,
                columns=columns,
                running=parsed.running,
                dry_run=parsed.dry_run,
                on_plan=on_plan,
            ),
        )


def _pair(text: str) -> tuple[str, str]:
    what, equals, column = text.partition("=")
    if not equals or not what or not column:
        raise UsageError(
            f"{text!r} does not say which column is what.", "For example: --column 'name=Run title'"
        )
    return what.strip(), column.strip()
