"""``%%sm_sweep``: a cell that runs once for each point of a space, each time as a run of its own."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from IPython.core.magic import cell_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics import options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import caller_names
from sm_track_widgets.magics.transform import has_second_line

if TYPE_CHECKING:
    import argparse
    import types

    from sm_track_widgets.actions.sweep.course import Request
    from sm_track_widgets.actions.sweep.plan import Plan
    from sm_track_widgets.actions.sweep.result import SweepResult
    from sm_track_widgets.tracking.run import Run

RESULT = "sweep_result"
SHOWN = 50
UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


@magics_class
class SmSweepMagics(ShellMagics):
    """The magic that sweeps."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="NAME", help="Name of the sweep; made up when left out. Any text.")
    @argument(
        "-p",
        "--param",
        action="append",
        metavar="NAME=VALUES",
        help="A parameter and its values: 0.01,0.1 or int(3,9) or int(2,10,2) or float(0,1) or float(0,1,0.25) or "
        "log(1e-4,1e-1) or {a list}; 'depth=int(3,9) if kind=tree' exists only for that kind. Repeat.",
    )
    @argument("--space", metavar="VAR", help="A list of dicts, one for each point, or a dict of values.")
    @argument(
        "--method", metavar="grid|random|bayes", help="How points are chosen; default: grid, all of them."
    )
    @argument("--n", metavar="N", help="At most so many points.")
    @argument("--goal", metavar="min:METRIC", help="What is good: min:val_loss, max:auc.")
    @argument("--early-stop", metavar="median|asha", help="Stop points that are not worth going on with.")
    @argument("--seed", metavar="S", help="Of the choice of points.")
    @argument(
        "--jobs", metavar="N", help="Points at a time, in processes of their own; default: here, in turn."
    )
    @argument(
        "--resume", action="store_true", help="Go on with the sweep of this name; what has finished stays."
    )
    @argument("--continue-on-error", action="store_true", help="Points that fail do not end the sweep.")
    @argument("--time-limit", metavar="SEC", help="No further point after so many seconds; 10m and 2h, too.")
    @argument("--max-failures", metavar="N", help="So many failed points end the sweep; default: one.")
    @argument("-e", "--experiment", help="Experiment; default: %%sm_config --experiment, else 'default'.")
    @argument("-g", "--group", help="Run group of the points; default: the sweep's name.")
    @argument("-t", "--tag", action="append", metavar="NAME=VALUE", help="Tag of every point. Repeat.")
    @argument("--notes", metavar="TEXT", help="Notes of the sweep.")
    @argument("--as", dest="bind", metavar="VAR", default=RESULT, help="Variable for the result.")
    @argument("--quiet", action="store_true", help="No board; errors only.")
    @argument("--dry-run", action="store_true", help="Print the points and run nothing.")
    @cell_magic
    def sm_sweep(self, line: str, cell: str, local_ns: Mapping[str, Any] | None = None) -> None:
        """Run this cell for each point of a space; each is a run, a child of the sweep's run.

        In the cell each parameter is a variable, `params` has all of them, and `run` is the point's open run:
        run.log_metric("val_loss", 0.5, step=1). With --early-stop the goal's metric decides whether a point goes on.
        Afterwards `sweep_result` has .df, .best, .best_params and .run.
        """
        del local_ns
        namespace = self.names(caller_names())
        parsed = options.parse(self.sm_sweep, _tight(line), limit=1)
        if not parsed.bind.isidentifier() or keyword.iskeyword(parsed.bind):
            raise UsageError(
                f"--as takes the name of a variable, not {parsed.bind!r}.", "For example: --as found"
            )
        plan = _plan(parsed, namespace)
        source, code = self._compiled(cell)
        from sm_track_widgets.actions.sweep.cell_body import CellBody, check_names, sent_cell

        check_names(plan.space.names, source, namespace)
        if parsed.dry_run:
            print(_dry(plan))  # noqa: T201 - what was asked for
            return
        jobs = options.whole(parsed.jobs, "--jobs", namespace)
        body: Any = CellBody(code, self.ip.user_ns)
        if jobs is not None and jobs != 1:
            body = sent_cell(source, plan.space.names, self.ip.user_ns)
        self._sweep(parsed, plan, body, self._request(parsed, jobs, namespace, f"%%sm_sweep {line}\n{cell}"))

    def _sweep(self, parsed: argparse.Namespace, plan: Plan, body: Any, request: Request) -> None:
        from sm_track_widgets.actions.sweep.cell_body import kept
        from sm_track_widgets.actions.sweep.course import run_sweep

        result: SweepResult | None = None
        try:
            with kept(self.ip.user_ns, plan.space.names):
                result = run_sweep(plan, body, request)
        except BaseException as error:
            result = getattr(error, RESULT, None)
            self._in_short(error, result)
            raise
        finally:
            if result is not None:
                self.ip.user_ns[parsed.bind] = result
                if not parsed.quiet:
                    print(repr(result))  # noqa: T201 - its answer

    def _request(
        self, parsed: argparse.Namespace, jobs: int | None, namespace: dict[str, Any], typed: str
    ) -> Request:
        from sm_track_widgets.actions.sweep.course import Request
        from sm_track_widgets.magics.sweep_view import SweepView

        def text(value: str | None) -> str | None:
            return None if value is None else options.expand(value, namespace)

        def prepare(run: Run) -> None:
            run.capture(typed, environment=True, git=True)

        return Request(
            name=text(parsed.words[0] if parsed.words else None),
            experiment=text(parsed.experiment),
            group=text(parsed.group),
            tags=options.pairs(parsed.tag, "-t", namespace, literal=False),
            notes=text(parsed.notes),
            jobs=jobs,
            prepare=prepare,
            watcher=SweepView(self.ip, quiet=parsed.quiet),
        )

    def _in_short(self, error: BaseException, result: SweepResult | None) -> None:
        """Show of an error what concerns the user: his own lines; of an interrupt one line."""
        if result is None:
            return
        with suppress(Exception):
            if isinstance(error, KeyboardInterrupt):
                lines = [
                    f"KeyboardInterrupt: the sweep was stopped. Go on with it: %%sm_sweep {result.run} ... --resume"
                ]
            elif hasattr(error, "_render_traceback_"):
                return
            else:
                trace = error.__traceback__
                while trace is not None and trace.tb_frame.f_globals is not self.ip.user_ns:
                    trace = trace.tb_next
                if trace is None:
                    return
                tb: Any = self.ip.InteractiveTB
                lines = cast("list[str]", tb.structured_traceback(type(error), error, trace, tb_offset=0))
            vars(error)["_render_traceback_"] = lambda: lines

    def _compiled(self, cell: str) -> tuple[str, types.CodeType]:
        """Return the body as plain Python, and compiled.

        Raises
        ------
        UsageError
            It cannot be a sweep's.
        """
        if has_second_line(cell):
            raise UsageError(
                "A sweep's cell holds no %%sm_run: each point is a run already.", "Leave the line out."
            )
        # The first line stands for the magic's own, so that line numbers are those of the cell.
        source = "# %%sm_sweep\n" + self.ip.transform_cell(cell)
        name = self.ip.compile.cache(source, self.ip.execution_count, raw_code=cell)
        tree = self.ip.transform_ast(self.ip.compile.ast_parse(source, filename=name))
        flags = self.ip.compile.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = cast("types.CodeType", compile(tree, name, "exec", flags))
        if code.co_flags & 0x80:  # CO_COROUTINE
            raise UsageError(
                "A top-level await does not work in a sweep's cell.",
                "Wait in a function of its own thread, or use code that does not await.",
            )
        return source, code


def _plan(parsed: argparse.Namespace, namespace: Mapping[str, Any]) -> Plan:
    from sm_track_widgets.actions.sweep.plan import Limits, plan_of

    limits = Limits(
        n=options.whole(parsed.n, "--n", namespace),
        time_limit=_seconds(parsed.time_limit, namespace),
        max_failures=options.whole(parsed.max_failures, "--max-failures", namespace),
        continue_on_error=parsed.continue_on_error,
        resume=parsed.resume,
    )
    return plan_of(
        _space(parsed, namespace),
        limits,
        method=parsed.method,
        goal=None if parsed.goal is None else options.expand(parsed.goal, namespace),
        early_stop=parsed.early_stop,
        seed=options.whole(parsed.seed, "--seed", namespace),
    )


def _space(parsed: argparse.Namespace, namespace: Mapping[str, Any]) -> Any:
    """Return the space of ``--space`` and ``-p``."""
    from sm_track_widgets.actions.sweep import written
    from sm_track_widgets.actions.sweep.space import When

    given = options.named(parsed.space, namespace, "--space")
    if not parsed.param:
        if given is None:
            raise UsageError(
                "The sweep has no parameters.", "For example: %%sm_sweep -p lr=0.01,0.1 -p depth=int(3,9)"
            )
        return given
    if given is not None and not isinstance(given, Mapping):
        raise UsageError("--space holds the points already, so -p has no place.", "Leave one of them out.")
    space: dict[str, Any] = {str(name): value for name, value in (given or {}).items()}
    for item in parsed.param:
        name, equals, value = item.partition("=")
        name = options.expand(name, namespace).strip()
        if not equals or not name:
            raise UsageError(f"-p takes name=values, not {item!r}.", "For example: -p lr=0.01,0.1")
        if name in space:
            raise UsageError(f"The parameter {name!r} is given twice.", "Write all its values behind one -p.")
        found = (
            options.value_of(value, namespace) if value.startswith("{") else options.expand(value, namespace)
        )
        if isinstance(found, str):
            dim, conditions = written.read(name, found)
            space[name] = When(dim, conditions) if conditions else dim
        else:
            space[name] = found
    return space


def _tight(line: str) -> str:
    """Take the blanks out of ``int(3, 9)`` and ``0.01, 0.1``, so that each stays one word; not of ``{...}``."""
    kept, depth, quote, braces = "", 0, "", 0
    for sign in line:
        braces = max(0, braces + ((sign == "{") - (sign == "}") if not quote else 0))
        if braces:
            kept += sign
            continue
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and (not kept or kept[-1] in " =([,"):
            quote = sign
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth = max(0, depth - 1)
        if not (sign.isspace() and not quote and (depth or kept.endswith(","))):
            kept += sign
    return kept


def _seconds(text: str | None, namespace: Mapping[str, Any]) -> float | None:
    if text is None:
        return None
    match = re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", options.expand(text, namespace))
    with suppress(ValueError):
        if match is not None and match[2] in UNITS and float(match[1]) > 0:
            return float(match[1]) * UNITS[match[2]]
    raise UsageError(
        f"--time-limit takes seconds, minutes or hours, not {text!r}.", "For example: --time-limit 10m"
    )


def _dry(plan: Plan) -> str:
    from sm_track_widgets.actions.sweep.points import shown

    if not plan.grid:
        count = "points" if plan.limits.n is None else f"{plan.limits.n:,} points"
        return f"{count} chosen by {plan.method} of {plan.space}; nothing was run."
    lines = [
        f"{place:>{len(str(len(plan.grid)))}}  {shown(point)}" for place, point in enumerate(plan.grid, 1)
    ]
    more = [f"and {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else []
    count = "1 point" if len(lines) == 1 else f"{len(lines):,} points"
    return "\n".join([*lines[:SHOWN], *more, f"{count}; nothing was run."])
