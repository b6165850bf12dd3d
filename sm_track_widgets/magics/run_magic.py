"""``%%sm_run``: a cell that is a run, and ``%sm_log``."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

import argparse
import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from IPython.core.magic import (
    line_cell_magic,
    line_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.magics import options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import caller_names
from sm_track_widgets.magics.transform import NESTED, has_second_line

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets.magics.cell import CellTracker
    from sm_track_widgets.magics.cell_run import CellRun

NESTED_NOTE = (
    "The body runs inside the magic: no top-level await there, and line numbers count from the body."
)
ALL = "all"
SYSTEM_EVERY = 10.0
"""Seconds between two looks at the machine."""
PARTS = ("source", "stdout", "figures", "env", "git", "inputs")
OPTIONAL = {"--autolog": options.is_name_list, "--log-system-metrics": options.is_number_text}
"""Options of ``%%sm_run`` whose value may be left out."""


@magics_class
class SmRunMagics(ShellMagics):
    """The magics that write."""

    def __init__(self, shell: InteractiveShell, tracker: CellTracker) -> None:
        super().__init__(shell)
        self.tracker = tracker

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="NAME", help="Name of the run; made up when left out. Any text.")
    @argument("-e", "--experiment", help="Experiment; default: %%sm_config --experiment, else 'default'.")
    @argument("-g", "--group", help="Run group, e.g. one per sweep.")
    @argument(
        "-p",
        "--param",
        action="append",
        metavar="NAME=VALUE",
        help="Parameter; a Python literal or text. Repeat.",
    )
    @argument("--params", metavar="VAR", help="Dict of parameters in the namespace.")
    @argument("-t", "--tag", action="append", metavar="NAME=VALUE", help="Tag. Repeat.")
    @argument("--notes", metavar="TEXT", help="Notes, up to 2,500 characters.")
    @argument("--as", dest="bind", metavar="VAR", default="run", help="Variable for the run; default: run.")
    @argument(
        "--resume",
        choices=("never", "allow", "must"),
        help="What to do with a name that exists: never: refuse; allow: go on with it, else open it; must: go on "
        "with it, else refuse. Default: open a new run and number it.",
    )
    @argument("--nested", action="store_true", help="Child of the run that is open around this cell.")
    @argument("--parent", metavar="RUN", help="Child of this run of the same experiment.")
    @argument(
        "--autolog",
        nargs="?",
        const=ALL,
        metavar="A,B",
        help="Log what these libraries train while the cell runs, e.g. sklearn,xgboost; default: all known.",
    )
    @argument(
        "--log-system-metrics",
        nargs="?",
        const=ALL,
        metavar="SEC",
        help="Log CPU, memory, disk, network and GPU every SEC seconds; default: 10.",
    )
    @argument(
        "--live",
        nargs="*",
        metavar="METRIC",
        help="Metrics that the card shows first, with larger lines; val* and the like too. Put NAME before it.",
    )
    @argument(
        "--metrics",
        metavar="VAR",
        help="Log what this variable holds when the body has ended: a dict of values, of lists, or of {step: value}; "
        "a list of dicts, one a step; a DataFrame with a column for each metric. A key or column step gives steps.",
    )
    @argument("--allow-errors", action="store_true", help="Show the body's error, but let Run All go on.")
    @argument("--quiet", action="store_true", help="No card; errors only.")
    @argument(
        "--capture",
        metavar="A,B",
        help="Keep only these of the cell: source, stdout, figures, env, git, inputs. Default: all.",
    )
    @argument("--no-capture", action="store_true", help="Keep nothing of the cell.")
    @argument(NESTED, dest="nested_line", action="store_true", help=argparse.SUPPRESS)
    @line_cell_magic
    def sm_run(self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Run this cell as a tracked run.

        The run opens before the body and closes with it: Completed, Failed with the exception, or Stopped after an
        interrupt. In the body `run` is the open run: run.log_metric("loss", 0.5, step=1), run.log_file("a.csv"),
        run.progress(12, 200) for the bar and the time left, which a tqdm bar tells too.
        {expressions} in the options are replaced. As a line magic it takes in the rest of the cell.
        """
        namespace = self.names(local_ns if cell is None else caller_names())
        parsed = options.parse(self.sm_run, line, limit=1, optional=OPTIONAL)
        if parsed.nested_line or (cell is not None and has_second_line(cell)):
            raise UsageError(
                "A %%sm_run cell cannot hold a second one.", "Split the cell, or use: with Run(...)"
            )
        if cell is None:
            self._open(parsed, namespace, self.tracker.source)
            return None
        return self._run_nested(parsed, namespace, cell)

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words", nargs="*", metavar="NAME=VALUE", help="Metrics and their values; {expressions} are replaced."
    )
    @argument("--step", help="Step of these values, a whole number from 0.")
    @line_magic
    def sm_log(self, line: str, local_ns: Mapping[str, Any] | None = None) -> None:
        """Log metrics into the current run: %sm_log loss={loss} acc=0.9 --step {epoch}."""
        from sm_track_widgets.tracking.run import current_run

        namespace = self.names(local_ns)
        parsed = options.parse(self.sm_log, line)
        run = current_run()
        if run is None:
            raise UsageError(
                "No run is open here.", "Put the line into a %%sm_run cell, or use: with Run(...)"
            )
        if not parsed.words:
            raise UsageError("Nothing to log.", "For example: %sm_log loss=0.3 --step 1")
        step = options.whole(parsed.step, "--step", namespace)
        run.log_metrics(options.pairs(parsed.words, "%sm_log", namespace, literal=True), step=step)

    def _open(self, parsed: argparse.Namespace, namespace: Mapping[str, Any], source: str) -> CellRun:
        from sm_track_widgets.magics import cell_run

        if self.tracker.runs:
            raise UsageError("This cell is a run already.", "Split the cell, or use: with Run(...)")
        request = replace(request_of(parsed, namespace, source), cell_id=self.tracker.cell_id)
        opened = cell_run.CellRun(self.ip, request)
        self.tracker.add(opened)
        try:
            opened.open()
        finally:
            if opened.run is None:
                self.tracker.runs.remove(opened)
        self.ip.user_ns[request.bind] = opened.run
        return opened

    def _run_nested(self, parsed: argparse.Namespace, namespace: Mapping[str, Any], cell: str) -> Any:
        """Run the body here: called from code, or with ``--allow-errors``."""
        code, last = self._compiled(cell)
        if not parsed.quiet:
            print(NESTED_NOTE)  # noqa: T201 - a note to the user, in the cell's output
        whole = self.tracker.source
        opened = self._open(parsed, namespace, whole if whole.startswith("%%sm_run") else cell)
        self.tracker.runs.remove(opened)
        try:
            exec(code, self.ip.user_ns)  # noqa: S102 - the user's own cell
            value = eval(last, self.ip.user_ns) if last is not None else None  # noqa: S307
        except BaseException as error:
            opened.finish(error)
            if not (parsed.allow_errors and isinstance(error, Exception)):
                raise
            self.ip.showtraceback(tb_offset=1)
            return None
        opened.finish(None)
        return value

    def _compiled(self, cell: str) -> tuple[Any, Any]:
        """Compile the body into its statements and its last expression, as IPython shows it."""
        text = self.ip.transform_cell(cell)
        name = self.ip.compile.cache(text, raw_code=cell)
        tree = self.ip.compile.ast_parse(text, filename=name)
        tree = self.ip.transform_ast(tree)
        if any(_awaits(node) for node in tree.body):
            raise UsageError(
                "A top-level await does not work in a body that runs inside the magic.", NESTED_CURE
            )
        shown = tree.body and isinstance(tree.body[-1], ast.Expr) and not text.rstrip().endswith(";")
        last = ast.Expression(tree.body.pop().value) if shown else None  # type: ignore[attr-defined] - an ast.Expr
        compiled = compile(tree, name, "exec")
        return compiled, None if last is None else compile(last, name, "eval")


NESTED_CURE = "Use %%sm_run as the first line of a cell and leave out --allow-errors."


def request_of(parsed: argparse.Namespace, namespace: Mapping[str, Any], source: str) -> Any:
    """Turn the parsed options of ``%%sm_run`` into what a run is opened with."""
    from sm_track_widgets.magics.cell_run import Request

    if not parsed.bind.isidentifier():
        raise UsageError(f"--as takes the name of a variable, not {parsed.bind!r}.", "For example: --as run2")
    if parsed.metrics is not None and not parsed.metrics.isidentifier():
        raise UsageError(
            f"--metrics takes the name of a variable, not {parsed.metrics!r}.",
            "For example: --metrics history",
        )
    if parsed.quiet and parsed.live is not None:
        raise UsageError("--quiet shows no card, and --live is about the card.", "Leave one of them out.")
    params = options.named(parsed.params, namespace, "--params") or {}
    if not isinstance(params, Mapping):
        raise UsageError(f"--params takes a dict, and {parsed.params!r} is a {type(params).__name__}.")
    given: dict[str, Any] = {str(key): value for key, value in params.items()}

    def text(value: str | None) -> str | None:
        return None if value is None else options.expand(value, namespace)

    return Request(
        name=text(parsed.words[0] if parsed.words else None),
        experiment=text(parsed.experiment),
        group=text(parsed.group),
        params={**given, **options.pairs(parsed.param, "-p", namespace, literal=True)},
        tags=options.pairs(parsed.tag, "-t", namespace, literal=False),
        notes=text(parsed.notes),
        bind=parsed.bind,
        resume=parsed.resume,
        quiet=parsed.quiet,
        capture=_parts(parsed),
        source=source,
        nested=parsed.nested,
        parent=text(parsed.parent),
        autolog=_frameworks(parsed.autolog),
        system_every=_period(parsed.log_system_metrics, namespace),
        live=tuple(options.expand(word, namespace) for word in parsed.live or ()),
        metrics=parsed.metrics,
    )


def _parts(parsed: argparse.Namespace) -> frozenset[str]:
    """Which parts of the cell are kept."""
    if parsed.no_capture:
        return frozenset()
    asked = options.comma_list(parsed.capture)
    if asked is None:
        return frozenset(PARTS)
    for part in asked:
        if part not in PARTS:
            near = did_you_mean(part, PARTS) or f"Choose of {', '.join(PARTS)}."
            raise UsageError(f"--capture does not know {part!r}.", near)
    return frozenset(asked)


def _frameworks(asked: str | None) -> tuple[str, ...] | None:
    """Return the libraries to log; None: none.

    Raises
    ------
    UsageError
        One that is not known, before a run is opened.
    """
    if asked is None:
        return None
    from sm_track_widgets.tracking.autolog import checked

    return checked(name for name in options.comma_list(asked) or () if name != ALL)


def _period(asked: str | None, namespace: Mapping[str, Any]) -> float | None:
    if asked is None or asked == ALL:
        return None if asked is None else SYSTEM_EVERY
    return options.number(asked, "--log-system-metrics", namespace, lowest=0.1)


def _awaits(node: ast.AST) -> bool:
    """Whether `node` awaits outside any function of its own."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return False
    if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
        return True
    return any(_awaits(child) for child in ast.iter_child_nodes(node))
