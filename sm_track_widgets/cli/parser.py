"""The words of each command. Only argparse is imported: ``sm-track --help`` is there at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from sm_track_widgets._errors import did_you_mean

COMMANDS = {
    "runs": ("reading", "List runs."),
    "show": ("reading", "Show one run."),
    "best": ("reading", "Find the best run by a metric."),
    "export": ("reading", "Write runs, or their points, to a file."),
    "report": ("making", "Write an experiment as one page that opens offline."),
    "register": ("making", "Register a run's model as a version of a model group."),
    "rm": ("cleaning", "Delete runs: shows a plan, and asks."),
    "archive": ("cleaning", "Leave runs out of the lists, or bring them back."),
    "gc": ("cleaning", "Delete what nobody needs any more: shows a plan, and asks."),
    "sync": ("making", "Deliver what kernels have left; --to aws: copy runs there."),
    "serve": ("", "Serve the embedded service over loopback HTTP until it is interrupted."),
}
QUERY = "only runs for which this holds, in quotes: 'metrics.auc.max > 0.9 AND params.depth IN (4, 6)'"
TABS = ("overview", "metrics", "params", "artifacts", "code", "logs", "system")
_EXIT = "Exit status: 0; 1 when nothing was found or something failed; 2 for wrong usage."


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, instead of usage and all."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog.split()[0]}: {message}. Help: {self.prog} --help\n")

    def options(self) -> list[str]:
        """Return the options it has, as they are typed."""
        return [text for action in self._actions for text in action.option_strings]


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Return the options of a command; the process ends for wrong ones, with a line on stderr."""
    top, commands = _parsers()
    parsed, extra = top.parse_known_args(words)
    if extra:
        one = commands[parsed.command]
        near = did_you_mean(extra[0].partition("=")[0], one.options())
        one.error(f"unrecognized: {' '.join(extra)}" + (f" ({near})" if near else ""))
    return parsed


def verb(command: str) -> Callable[[argparse.Namespace], int]:
    """Return the function that does a command."""
    return getattr(import_module(f"sm_track_widgets.cli.{COMMANDS[command][0]}"), command)


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from sm_track_widgets import __version__

        sys.stdout.write(f"sm-track {__version__}\n")
        parser.exit()


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    top = _Parser(
        prog="sm-track",
        description="Experiments of Amazon SageMaker and of the embedded home, for scripts and terminals.",
        epilog=_EXIT,
        allow_abbrev=False,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made: dict[str, _Parser] = {}
    for name, (_, said) in COMMANDS.items():
        made[name] = one = commands.add_parser(
            name, help=said[:1].lower() + said[1:-1], description=said, epilog=_EXIT, allow_abbrev=False
        )
        _place(one)
        _OPTIONS.get(name, lambda _: None)(one)
    return top, made


def _place(one: argparse.ArgumentParser) -> None:
    group = one.add_argument_group(
        "where", "As in a notebook, settings and SM_TRACK_* decide what is not said."
    )
    group.add_argument(
        "--backend", choices=("embedded", "aws"), help="the folder on this machine, or SageMaker"
    )
    group.add_argument("--path", metavar="DIR", help="folder of the embedded home and of the journals")
    group.add_argument("--region", help="as boto3 takes it")
    group.add_argument("--profile", help="as boto3 takes it")
    group.add_argument("--debug", action="store_true", help="show where an unexpected error comes from")


def _which(one: argparse.ArgumentParser) -> None:
    one.add_argument("query", nargs="*", metavar="QUERY", help=QUERY)
    one.add_argument("-e", "--experiment", metavar="NAME", help="default: all")
    one.add_argument("-g", "--group", metavar="NAME", help="only the runs of this group")


def _forms(one: argparse.ArgumentParser, *, csv: bool = False) -> None:
    forms = one.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="answer in JSON")
    if csv:
        forms.add_argument("--csv", action="store_true", help="answer in CSV")


def _runs(one: argparse.ArgumentParser) -> None:
    _which(one)
    one.add_argument("--columns", metavar="A,B", help="depth,auc.max or params.*; default: a choice")
    one.add_argument("--sort", metavar="COLUMN", help="by this column; --sort=-COLUMN: the largest first")
    one.add_argument("--limit", type=_count, metavar="N", help="at most so many")
    one.add_argument("--archived", action="store_true", help="also archived runs")
    one.add_argument("--unassigned", action="store_true", help="instead the runs of no experiment")
    one.add_argument("--no-cache", action="store_true", help="read all anew")
    _forms(one, csv=True)


def _show(one: argparse.ArgumentParser) -> None:
    one.add_argument("run", metavar="RUN", help="its name, as asked for or as stored")
    one.add_argument("-e", "--experiment", metavar="NAME", help="its experiment; default: look through all")
    one.add_argument("--tab", choices=TABS, default="overview", help="default: %(default)s")
    _forms(one)


def _best(one: argparse.ArgumentParser) -> None:
    one.add_argument("metric", metavar="METRIC")
    _which(one)
    goal = one.add_mutually_exclusive_group()
    goal.add_argument("--max", action="store_true", help="the largest value is the best")
    goal.add_argument(
        "--min", action="store_true", help="the smallest; default: as the metric's name suggests"
    )
    one.add_argument(
        "--stat",
        choices=("last", "min", "max", "avg", "std", "count"),
        default="last",
        help="which of a run's values counts; default: %(default)s",
    )
    _forms(one)


def _export(one: argparse.ArgumentParser) -> None:
    one.add_argument("file", metavar="FILE", help="ending in .csv, .json or .parquet")
    _which(one)
    one.add_argument("--columns", metavar="A,B", help="only these")
    one.add_argument("--archived", action="store_true", help="also archived runs")
    one.add_argument("--analytics", action="store_true", help="the frame of the SDK's ExperimentAnalytics")
    one.add_argument("--metrics", metavar="A,B", help="the points of these metrics, one row each")
    one.add_argument("--raw", action="store_true", help="in .csv, texts as they are, formulas too")


def _report(one: argparse.ArgumentParser) -> None:
    one.add_argument("file", metavar="FILE", help="ending in .html")
    one.add_argument("query", nargs="*", metavar="QUERY", help=QUERY)
    one.add_argument("-e", "--experiment", metavar="NAME", help="default: all")
    one.add_argument("--metrics", metavar="A,B", help="that are drawn, the one that decides first")
    one.add_argument("--title", help="default: the experiment")
    one.add_argument(
        "--theme", choices=("auto", "light", "dark"), default="auto", help="default: %(default)s"
    )


def _register(one: argparse.ArgumentParser) -> None:
    one.add_argument("run", metavar="RUN", help="its name, as asked for or as stored")
    one.add_argument("model_group", metavar="MODEL-GROUP", help="made where there is none")
    one.add_argument("-e", "--experiment", metavar="NAME", help="the run's; default: look through all")
    one.add_argument("--artifact", metavar="NAME", help="the run's artifact, or s3://...; default: model")
    one.add_argument("--image", metavar="URI", help="the container; default: that of the run's training job")
    one.add_argument("--framework", metavar="NAME==VERSION", help="SageMaker's image of it")
    one.add_argument("--no-image", action="store_true", help="register it without a container")
    one.add_argument("--approve", action="store_true", help="approve it at once")
    one.add_argument("--description", default="", metavar="TEXT")
    one.add_argument("--again", action="store_true", help="another version of a registered model")
    _forms(one)


def _rm(one: argparse.ArgumentParser) -> None:
    _which(one)
    one.add_argument("--runs", metavar="A,B", help="only these runs")
    one.add_argument("--archived", action="store_true", help="also archived runs")
    one.add_argument("--unassigned", action="store_true", help="instead the runs of no experiment")
    one.add_argument("--artifacts", action="store_true", help="also their files that nobody else refers to")
    one.add_argument("--jobs", action="store_true", help="also what SageMaker made for their training jobs")
    one.add_argument("--shared", action="store_true", help="delete runs of other groups, too")
    one.add_argument("--force", action="store_true", help="also runs in progress")
    _agreed(one)


def _agreed(one: argparse.ArgumentParser) -> None:
    one.add_argument("-n", "--dry-run", action="store_true", help="only show what would be deleted")
    one.add_argument("-y", "--yes", action="store_true", help="do not ask")
    _forms(one)


def _archive(one: argparse.ArgumentParser) -> None:
    _which(one)
    one.add_argument("--runs", metavar="A,B", help="only these runs")
    one.add_argument("--undo", action="store_true", help="bring archived runs back")
    one.add_argument("-n", "--dry-run", action="store_true", help="only tell which")
    _forms(one)


def _gc(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--older", type=_hours, default=24.0, metavar="HOURS", help="only what is so old; default: 24"
    )
    _agreed(one)


def _sync(one: argparse.ArgumentParser) -> None:
    _which(one)
    one.add_argument("--to", choices=("aws",), help="copy runs of this machine to AWS; a query says which")
    one.add_argument("--archived", action="store_true", help="with --to: also archived runs")
    one.add_argument("--running", action="store_true", help="with --to: also runs in progress, as they are")
    one.add_argument("-n", "--dry-run", action="store_true", help="with --to: only say what would be copied")
    one.add_argument("--resend", action="store_true", help="also points that may have arrived already")
    _forms(one)


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _hours(text: str) -> float:
    value = float(text)
    if not value >= 0:
        raise ValueError(text)
    return value


_count.__name__, _hours.__name__ = "number", "number of hours"  # argparse: "invalid number value: 'x'"

_OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "runs": _runs,
    "show": _show,
    "best": _best,
    "export": _export,
    "report": _report,
    "register": _register,
    "rm": _rm,
    "archive": _archive,
    "gc": _gc,
    "sync": _sync,
}
