"""What a run remembers of its cell: source, what it read, output, how it ended, from which commit, on which machine.

Kept as one JSON document, the artifact ``sm_track.capture``. Everything in it is redacted before it is written.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.config import STUDIO_METADATA
from sm_track_widgets.tracking.capture.environment import environment, packages, python_facts
from sm_track_widgets.tracking.capture.git import git_state
from sm_track_widgets.tracking.capture.inputs import describe_inputs
from sm_track_widgets.tracking.capture.output import Tail, Tee, collapse
from sm_track_widgets.tracking.ending import message_of
from sm_track_widgets.tracking.redact import Redactor

VERSION = 2
GAPS_KEPT = 1_000
"""Steps listed per metric; the number of gaps is kept besides."""
WAIT_FOR_GIT = 1.0
"""Seconds that the end of a run waits for git; asked at its start, it has long answered."""
SOURCE_BYTES = 256 * 1024
TRACEBACK_BYTES = 16 * 1024
_CALLERS = ("IPython.", "ipykernel.", "sm_track_widgets.magics.")
"""Modules that call a cell; their frames say nothing about it."""


class Capture:
    """Collects what goes into ``sm_track.capture``.

    Parameters
    ----------
    redactor
        Cleans every text.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._source: str | None = None
        self._tail: Tail | None = None
        self._told: tuple[int, Params] | None = None
        self._tees: list[Tee] = []
        self._error: BaseException | None = None
        self._inputs: Params | None = None
        self._environment: Path | None = None
        self._git: _Behind | None = None
        self._cell: Params = {}

    @property
    def wanted(self) -> bool:
        """Whether anything was asked to be captured."""
        parts = (self._source, self._tail, self._inputs, self._environment, self._git)
        return any(part is not None for part in parts)

    def source(self, text: str) -> None:
        """Keep the source of the cell."""
        self._source = text

    def cell(self, cell_id: str, notebook: str) -> None:
        """Keep which cell of which notebook it is; empty texts where nobody knows."""
        told = {"id": cell_id, "notebook": self._redactor.clean(notebook)}
        self._cell = {name: value for name, value in told.items() if value}

    def inputs(self, code: str, namespace: Mapping[str, Any]) -> None:
        """Keep what `code` reads of `namespace`, as it is now."""
        self._inputs = describe_inputs(code, namespace, self._redactor)

    def environment(self, metadata_file: Path = STUDIO_METADATA) -> None:
        """Keep packages and facts about the machine; they are looked up when the run ends, and all is imported."""
        self._environment = metadata_file

    def git(self, folder: Path) -> None:
        """Keep the state of the working tree around `folder` as it is now; asked beside the body."""
        self._git = _Behind(lambda: git_state(folder, self._redactor))

    def start_output(self) -> None:
        """Copy what is written to stdout and stderr from now on; a second call changes nothing."""
        if self._tail is not None:
            return
        self._tail = Tail()
        streams = [sys.stdout] if sys.stdout is sys.stderr else [sys.stdout, sys.stderr]
        self._tees = [Tee(stream, self._tail) for stream in streams]
        for tee in self._tees:
            tee.start()

    def stop_output(self) -> None:
        """Leave the streams as they were."""
        for tee in reversed(self._tees):
            tee.stop()
        self._tees = []

    def error(self, error: BaseException | None) -> None:
        """Keep the exception that ended the run."""
        self._error = error

    def tail(self, lines: int = 20) -> str:
        """Return the last lines of the output, redacted; empty when none is captured."""
        if self._tail is None:
            return ""
        return self._redactor.clean("\n".join(collapse(self._tail.text()).rstrip("\n").split("\n")[-lines:]))

    def document(
        self, *, started: float, ended: float, gaps: dict[str, list[int | None]], wait: float = WAIT_FOR_GIT
    ) -> Params:
        """Return the JSON document.

        Parameters
        ----------
        started, ended
            In seconds since the epoch.
        gaps
            For each metric the steps at which it was no number.
        wait
            Longest wait for git, in seconds.

        Returns
        -------
        dict
            ``version, started, ended, duration_s, python, implementation, platform``, and of what was asked for:
            ``source`` (``source_cut``), ``cell`` (``id``, ``notebook``), ``inputs``, ``output`` (``output_cut``),
            ``exception``, ``packages``, ``environment``, ``git`` (empty where there is no working tree), ``gaps``.
        """
        document: Params = {
            "version": VERSION,
            "started": started,
            "ended": ended,
            "duration_s": round(max(ended - started, 0.0), 6),
            **python_facts(),
        }
        for part in (self._source_part, self._output_part, self._error_part, self._environment_part):
            document.update(part())
        if self._inputs is not None:
            document["inputs"] = self._inputs
        if self._git is not None:
            document["git"] = self._git.result(wait) or {}
        if gaps:
            document["gaps"] = {
                name: {"count": len(steps), "steps": steps[:GAPS_KEPT]} for name, steps in gaps.items()
            }
        return document

    def _source_part(self) -> Params:
        if self._source is None:
            return {}
        clean = self._redactor.clean(self._source)
        data = clean.encode("utf-8", "replace")
        cell = {"cell": self._cell} if self._cell else {}
        if len(data) <= SOURCE_BYTES:
            return {"source": clean, **cell}
        return {**cell, "source": data[:SOURCE_BYTES].decode("utf-8", "ignore"), "source_cut": True}

    def _output_part(self) -> Params:
        if self._tail is None:
            return {}
        added = self._tail.added
        if self._told is None or self._told[0] != added:
            text = self._tail.text()
            if self._tail.dropped:
                text = f"[{self._tail.lost:,} bytes before this line were not kept]\n{text}"
            # 40 ms for the full 64 KB, and an open run is looked at once a second.
            self._told = added, {"output": self._redactor.clean(text), "output_cut": self._tail.dropped}
        return dict(self._told[1])

    def _error_part(self) -> Params:
        if self._error is None or not self.wanted:
            return {}
        told: Params = {
            "type": type(self._error).__name__,
            "message": self._redactor.clean(message_of(self._error)),
        }
        frames = _frames(self._error) if self._source is not None or self._tail is not None else ""
        if frames:
            told["traceback"] = self._redactor.clean(frames)
        return {"exception": told}

    def _environment_part(self) -> Params:
        if self._environment is None:
            return {}
        return {"packages": packages(), "environment": environment(metadata_file=self._environment)}


class _Behind:
    """Does something beside the caller, whose own work is not held up."""

    def __init__(self, call: Callable[[], Params | None]) -> None:
        self._call = call
        self._found: Params | None = None
        self._thread = threading.Thread(target=self._run, name="sm-track-capture", daemon=True)
        self._thread.start()

    def result(self, wait: float) -> Params | None:
        """Return what was found; None where there is nothing, or not yet."""
        self._thread.join(wait)
        return self._found

    def _run(self) -> None:
        try:
            self._found = self._call()
        except Exception:  # noqa: BLE001 - what cannot be found out is left out; the run has other things to do
            self._found = None


def _frames(error: BaseException) -> str:
    """Return where an exception was raised, without the frames that called the cell; at most 16 KiB."""
    trace = error.__traceback__
    while trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).startswith(_CALLERS):
        trace = trace.tb_next
    try:
        text = "".join(traceback.format_list(traceback.extract_tb(trace, limit=-30)))
    except Exception:  # noqa: BLE001 - a source that cannot be read any more
        return ""
    return text.encode("utf-8", "replace")[-TRACEBACK_BYTES:].decode("utf-8", "ignore")
