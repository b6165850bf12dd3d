"""Processes that log at full rate until somebody kills them: forked, warm, from one Python started for it.

``python loop_nursery.py FOLDER`` reads lines from its input, each the JSON of `Life`, and answers each with the process
id of a child that opens the run and logs. How far a child is stands in the file named by ``board``: see `Board`.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

EXPERIMENT = "kills"
LOSS, SPARSE = "loss", "sparse"
EVERY, LOOK_EVERY = 7, 20_000


@dataclass(frozen=True)
class Life:
    """One process: the run's name, the file of its `Board`, and where its senders kill themselves, if anywhere."""

    run: str
    board: str
    dies_at: str = ""


class Board:
    """What a logging process has done, in memory that outlives it: eight-byte words.

    ``points``: `log_metric` calls that have returned, plus one; ``parameter``: the last one whose call had returned;
    ``sender``: process id; ``senders``: how many there have been.
    """

    WORDS = ("points", "parameter", "sender", "senders")

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8 * len(self.WORDS)))
        with path.open("r+b") as file:
            self.words = memoryview(mmap.mmap(file.fileno(), 0)).cast("Q")

    def __getattr__(self, name: str) -> int:
        return self.words[self.WORDS.index(name)]


class Nursery:
    """Starts logging processes in `folder`, and ends them all with its ``with`` block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Nursery:  # noqa: PYI034 - Self is Python 3.11's
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=20)

    def start(self, life: Life) -> int:
        """Let a process live; return its id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(life)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def value(number: int) -> float:
    """The value of the point with this number."""
    return number * 0.5 + 0.25


def main(folder: Path) -> None:
    """Fork a child for each line; the system takes the dead away."""
    import boto3  # noqa: F401  # so that the children need not

    from sm_track_widgets.connection import connect  # noqa: F401
    from sm_track_widgets.tracking.run import Run  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children: list[int] = []
    for line in sys.stdin:
        life = Life(**json.loads(line))
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            try:
                log_for_ever(folder, life)
            finally:
                os._exit(3)
        children.append(child)
        print(child, flush=True)


def log_for_ever(folder: Path, life: Life) -> None:
    """Body of a child."""
    from sm_track_widgets.connection import connect
    from sm_track_widgets.tracking.outbox import courier
    from sm_track_widgets.tracking.run import Run

    if life.dies_at:
        hook = f"\nimport dying_sender; dying_sender.install({life.dies_at!r})\nrunpy"
        courier.BOOT = courier.BOOT.replace("\nrunpy", hook)
    board = Board(Path(life.board))
    _note_senders(courier.ProcessCourier, board)
    run = Run(EXPERIMENT, life.run, connection=connect("embedded", path=folder))
    log: Any = run.log_metric
    words, number = board.words, 0
    while True:
        log(LOSS, value(number), step=number)
        words[0] = number + 1
        if number % EVERY == 0:
            log(SPARSE, value(number))
        if number % LOOK_EVERY == 0:
            run.log_parameter("last", number)
            words[1] = number
            run.progress()  # as the live card does: it restarts a sender that is gone
        number += 1


def _note_senders(courier: Any, board: Board) -> None:
    start = courier._start

    def noted(self: Any) -> None:
        start(self)
        board.words[2] = self.pid or 0
        board.words[3] += 1

    courier._start = noted


if __name__ == "__main__":
    main(Path(sys.argv[1]))
