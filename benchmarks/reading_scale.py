"""Reading 1,000 to 100,000 runs into a frame: ours beside the SDK, MLflow and trackio.

    make bench-reading        environments, figures, the tables of docs/benchmarks.md; about 10 minutes
    .venv/sdk2/bin/python benchmarks/reading_scale.py [--sizes 1000] [--latencies 0,0.05] [--rounds 1] [--only ours]

Each tool runs in an environment of its own and every measurement in a fresh process (``benchmarks/readers``), all of
them in turn in each round; the median of the rounds is shown. The SDK and ours read from the same server, a process of
its own, which answers each call so many seconds late. Each size is filled once; runs that were changed are put back.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from readers.report import Case, Figures, Found, Shown, goals, report, write

ROOT = Path(__file__).parents[1]
READERS = Path(__file__).parent / "readers"
PATIENCE = 600.0
ONCE = 40.0
"""A measurement that took so many seconds in the first round is not repeated."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """Who reads: with which Python, which script, and from what. `most` runs at most."""

    key: str
    title: str
    python: str
    script: str
    source: str  # "service", "files", or "server": its own
    most: int = 100_000
    again: int = 1_000  # up to so many runs it is asked to read again, since that costs the same

    def tasks(self, size: int, *, last: bool) -> tuple[str, ...]:
        """Return what is measured; `last`: with the latency that the second table is about."""
        if self.key == "ours":
            return ("again", "restart", "few")
        return (("again" if size <= self.again else "first"), "few") if last else ("first",)


TOOLS = (
    Tool(key="ours", title="ours", python="sdk2", script="ours.py", source="service"),
    Tool(
        key="sdk",
        title="SageMaker SDK",
        python="sdk2",
        script="sdk.py",
        source="service",
        most=10_000,
        again=10_000,
    ),
    Tool(
        key="mlflow-server",
        title="MLflow server",
        python="bench-mlflow",
        script="mlflow_reader.py",
        source="server",
        most=10_000,
    ),
    Tool(
        key="mlflow", title="MLflow SQLite", python="bench-mlflow", script="mlflow_reader.py", source="files"
    ),
    Tool(key="trackio", title="trackio", python="bench-trackio", script="trackio_reader.py", source="files"),
)


class Service:
    """The process that serves the account of one size."""

    def __init__(self, folder: Path, size: int) -> None:
        command = [_python("sdk2"), str(READERS / "served.py"), str(folder), str(size)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = self._line()
        self.environment: dict[str, str] = told.pop("environment")
        self.first: Figures = told

    def ask(self, words: str) -> Figures:
        """Say a line, and return what is answered."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(f"{words}\n")
        stdin.flush()
        return self._line()

    def stop(self) -> None:
        """Let the process end."""
        self._process.communicate(timeout=PATIENCE)

    def _line(self) -> Any:
        stdout: IO[str] | None = self._process.stdout
        line = stdout.readline() if stdout is not None else ""
        if not line:
            raise SystemExit("The service's process has ended.")
        return json.loads(line)


class Bench:
    """Measures the cases of one size, in a folder."""

    def __init__(self, folder: Path, size: int, found: Found) -> None:
        self._folder, self._size, self._found = folder / str(size), size, found
        self._folder.mkdir(parents=True, exist_ok=True)
        self.pages: Figures = {}  # what a page costs the service

    def run(self, tools: Iterable[Tool], latencies: list[float], rounds: int) -> None:
        """Measure every tool in each round."""
        chosen = [tool for tool in tools if self._size <= tool.most]
        with ExitStack() as stack:
            self._fill(chosen)
            service = Service(self._folder / "account", self._size)
            stack.callback(service.stop)
            self.pages = dict(service.first)
            own = {one.key: stack.enter_context(self._own(one)) for one in chosen if one.source == "server"}
            for number in range(rounds):
                for latency in latencies:
                    for tool in chosen:
                        if tool.source != "service" and latency != latencies[-1]:
                            continue  # it makes two calls at most, whatever is read
                        _say(f"{self._size:,} runs, round {number + 1}, {latency * 1e3:.0f} ms: {tool.title}")
                        self._measure(tool, latency, service, own, last=latency == latencies[-1])

    def _fill(self, tools: list[Tool]) -> None:
        for tool in tools:
            folder = self._folder / tool.python
            if not folder.exists():
                _say(f"{self._size:,} runs: filling for {tool.title}")
                folder.mkdir()
                self._reader(tool, "fill", dict(os.environ))

    def _measure(
        self, tool: Tool, latency: float, service: Service, own: dict[str, str], *, last: bool
    ) -> None:
        service.ask(f"latency {latency}")
        home = self._folder / "home"
        environment = {**os.environ, "SM_TRACK_HOME": str(home), "SM_TRACK_BACKEND": "aws"}
        if tool.source == "service":
            environment |= service.environment
        elif tool.source == "server":
            environment |= {"BENCH_SERVER": own[tool.key], "BENCH_LATENCY": str(latency)}
        for task in tool.tasks(self._size, last=last):
            case = Case(tool.key, self._size, None if tool.source == "files" else latency, task)
            if self._found.took(case) > ONCE:
                continue
            if task != "restart":
                shutil.rmtree(home, ignore_errors=True)
            before = service.ask("stats")
            figures = self._reader(tool, task, environment)
            if tool.key == "sdk" and task != "few":  # nothing but pages
                self._note_pages(before, service.ask("stats"))
            service.ask("restore")
            figures["start_s"] = figures["imports_s"] + figures["ready_s"]
            self._found.add(case, figures)

    def _note_pages(self, before: Figures, after: Figures) -> None:
        calls = after["calls"] - before["calls"]
        if calls:
            spent = (after["cpu_s"] - before["cpu_s"]) / calls
            self.pages["page_cpu_ms"] = spent * 1e3

    def _reader(self, tool: Tool, task: str, environment: dict[str, str]) -> Figures:
        folder = self._folder / tool.python
        command = [_python(tool.python), str(READERS / tool.script), task, str(folder), str(self._size)]
        begin = time.perf_counter()
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if done.returncode:
            raise SystemExit(f"{tool.title}, {task}:\n{done.stderr[-2000:]}")
        return {**json.loads(done.stdout.splitlines()[-1]), "wall_s": time.perf_counter() - begin}

    @contextmanager
    def _own(self, tool: Tool) -> Generator[str, None, None]:
        """Run MLflow's own server on its store; give its address."""
        store = self._folder / tool.python / "mlflow.db"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["--backend-store-uri", f"sqlite:///{store}", "--port", str(port), "--workers", "1"]
        command = [_python(tool.python), "-m", "mlflow", "server", "--host", "127.0.0.1", *options]
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
        with (self._folder / "mlflow-server.log").open("wb") as log:
            server = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, cwd=store.parent, start_new_session=True
            )
        try:
            _await(f"http://127.0.0.1:{port}/health", server)
            address = f"http://127.0.0.1:{port}"
            self._reader(
                tool, "few", {**os.environ, "BENCH_SERVER": address}
            )  # its first answer takes seconds
            yield address
        finally:
            os.killpg(server.pid, 15)
            server.wait(PATIENCE)


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        if _answers(address):
            return
        time.sleep(0.1)
    raise SystemExit(f"MLflow's server does not answer at {address}.")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def _python(environment: str) -> str:
    python = ROOT / ".venv" / environment / "bin" / "python"
    if not python.exists():
        raise SystemExit(f"There is no {python}: make bench-reading makes it.")
    return str(python)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print the tables, and write them where asked."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sizes", default="1000,10000,100000", help="runs (default %(default)s)")
    options.add_argument("--latencies", default="0,0.02,0.05", help="seconds (default %(default)s)")
    options.add_argument("--rounds", type=int, default=2, help="default %(default)s")
    options.add_argument("--only", default="", help=f"of {', '.join(tool.key for tool in TOOLS)}")
    options.add_argument("--keep", type=Path, help="a folder for what is filled, to be used again")
    options.add_argument("--write", type=Path, help="a file with the tables between their markers")
    asked = options.parse_args()
    if hasattr(os, "sched_setaffinity"):  # what is served stands for other machines: one CPU is enough
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    tools = [one for one in TOOLS if not asked.only or one.key in asked.only.split(",")]
    sizes, latencies = (
        [int(one) for one in asked.sizes.split(",")],
        sorted(map(float, asked.latencies.split(","))),
    )
    found, pages = Found(), {}
    with tempfile.TemporaryDirectory(prefix="sm-track-bench-", ignore_cleanup_errors=True) as folder:
        for size in sizes:
            bench = Bench(asked.keep or Path(folder), size, found)
            bench.run(tools, latencies, asked.rounds)
            pages = bench.pages or pages
    shown = Shown({one.key: one.title for one in tools}, sizes, latencies, asked.rounds, pages)
    text = report(found, shown)
    print(text)
    print("\n".join(["", "Ours against its goals:", *goals(found, shown)]))
    if asked.write:
        write(asked.write, text)


if __name__ == "__main__":
    main()
