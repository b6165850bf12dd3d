"""``python -m sm_track_widgets.serve``: the embedded service over loopback HTTP, until it is told to stop."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress

from sm_track_widgets._errors import UsageError
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.service import DEFAULT_ACCOUNT, DEFAULT_REGION
from sm_track_widgets.embedded.store_files import StoreError
from sm_track_widgets.serve.faults import KINDS, Faults, add_written
from sm_track_widgets.serve.server import Server

_NO_PROXY = ("NO_PROXY", "no_proxy")
_END_SECONDS = 10.0  # that the training jobs of a temporary store have to end


PROGRAM = "python -m sm_track_widgets.serve"


def main(words: Sequence[str] | None = None, *, prog: str = PROGRAM) -> int:
    """Serve; return the exit status."""
    arguments = list(sys.argv[1:] if words is None else words)
    command: list[str] = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, command = arguments[:at], arguments[at + 1 :]
    options = _parser(prog).parse_args(arguments)
    try:
        faults = _faults(options)
        with (
            _home(options) as home,
            Server(home, options.port, faults, _log if options.log else None) as server,
        ):
            return _run(server, command) if command else _wait(server, print_env=options.print_env)
    except (UsageError, StoreError, OSError) as error:
        print(f"sm_track_widgets.serve: {error}", file=sys.stderr)  # noqa: T201 - a command's answer
        return 2


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="SageMaker, S3, STS and CloudWatch Logs of the embedded service, over HTTP on 127.0.0.1.",
        usage="%(prog)s [options] [-- COMMAND ...]",
        epilog="With a COMMAND it is run with the variables set, and its exit status is returned.",
    )
    parser.add_argument("--path", help="folder of the store; default: a temporary one, deleted at the end")
    parser.add_argument("--port", type=int, default=0, help="default: any that is free")
    parser.add_argument("--region", default=DEFAULT_REGION, help="default: %(default)s")
    parser.add_argument("--account-id", default=DEFAULT_ACCOUNT, help="default: %(default)s")
    parser.add_argument("--latency", default="0", help="seconds that each call waits: 0.05, or 0.01-0.2")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[=P|=Nx][@OPERATIONS]",
        help=f"KIND is {', '.join(KINDS)}; P a probability, Nx a number of calls: drop-reply=3x@BatchPutMetrics",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random faults; default: %(default)s")
    parser.add_argument(
        "--print-env", action="store_true", help="print the variables to export, for a shell's eval"
    )
    parser.add_argument("--log", action="store_true", help="write a line per request to stderr")
    return parser


def _faults(options: argparse.Namespace) -> Faults:
    low, _, high = str(options.latency).partition("-")
    try:
        latency = (float(low), float(high)) if high else float(low)
    except ValueError:
        raise UsageError(f"Not a latency: {options.latency}.", "Write seconds: 0.05, or 0.01-0.2.") from None
    faults = Faults(latency, options.seed)
    for text in options.fault:
        add_written(faults, text)
    return faults


@contextmanager
def _home(options: argparse.Namespace) -> Generator[EmbeddedSageMaker, None, None]:
    """Open the store; a temporary one is deleted at the end, its training jobs stopped before."""
    if options.path:
        yield EmbeddedSageMaker(options.path, options.region, options.account_id)
        return
    with tempfile.TemporaryDirectory(prefix="sm-track-serve-", ignore_cleanup_errors=True) as folder:
        home = EmbeddedSageMaker(folder, options.region, options.account_id, stop_grace=_END_SECONDS / 2)
        try:
            yield home
        finally:
            _stop_jobs(home)


def _stop_jobs(home: EmbeddedSageMaker) -> None:
    deadline = time.monotonic() + _END_SECONDS
    for state in ("InProgress", "Stopping"):
        while (jobs := _jobs(home, state)) and time.monotonic() < deadline:
            for name in jobs if state == "InProgress" else ():
                with suppress(ServiceError):  # it ended by itself meanwhile
                    home.engine.call("sagemaker", "StopTrainingJob", {"TrainingJobName": name})
            time.sleep(0.05)


def _jobs(home: EmbeddedSageMaker, state: str) -> list[str]:
    found = home.engine.call("sagemaker", "ListTrainingJobs", {"StatusEquals": state, "MaxResults": 100})
    return [job["TrainingJobName"] for job in found["TrainingJobSummaries"]]


def _log(line: str) -> None:
    sys.stderr.write(line + "\n")


def _run(server: Server, command: Sequence[str]) -> int:
    """Run `command` against the server; return its exit status, 127 when there is no such command."""
    direct = {name: ",".join(filter(None, ["127.0.0.1", os.environ.get(name)])) for name in _NO_PROXY}
    try:
        environment = {**os.environ, **server.environment(), **direct}
        return subprocess.run(list(command), env=environment, check=False).returncode  # noqa: S603 - the user's own
    except FileNotFoundError:
        sys.stderr.write(f"sm_track_widgets.serve: no such command: {command[0]}\n")
        return 127


def _wait(server: Server, *, print_env: bool) -> int:
    """Serve until SIGINT or SIGTERM."""
    # Not an Event: a handler that sets one while this thread takes its lock would wait for itself.
    told, tell = os.pipe()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: os.write(tell, b"."))
    if print_env:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in server.environment().items()]
        lines += [f'export {name}="127.0.0.1${{{name}:+,${name}}}"' for name in _NO_PROXY]
        lines.append(f"export SM_TRACK_SERVE_PID={os.getpid()}")
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        # A shell's eval "$(... &)" waits until nobody can write to it any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        sys.stderr.write(f"Serving {server.home.path} at {server.endpoint}\nStop with Ctrl-C.\n")
    os.read(told, 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
