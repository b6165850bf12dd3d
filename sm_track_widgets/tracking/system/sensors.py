"""The kernel's end of the process that reads the sensors.

Reading them is hundreds of small system calls, and each gives the interpreter lock away: beside a busy pure-Python loop
one look took more than a second in a thread, and its rates were wrong by half. In a process it takes a few
milliseconds, and the kernel neither loads psutil nor the GPU's library.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from sm_track_widgets.tracking.outbox.courier import sender_environment

MODULE = "sm_track_widgets.tracking.system.sensor_process"
PATHS = "SM_TRACK_SENDER_PATHS"
BOOT = f"""
import os, runpy, sys
sys.path += [path for path in os.environ.pop("{PATHS}").split(os.pathsep) if path not in sys.path]
runpy.run_module("{MODULE}", run_name="__main__", alter_sys=True)
"""
MOST_STARTS = 3
PATIENCE = 1.0
"""Seconds that the process has to end, before it is killed."""


class SensorsGoneError(Exception):
    """There are no sensors to be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Values by name without ``system/``: levels, and rates since the look before (empty at the first)."""

    levels: dict[str, float]
    rates: dict[str, float]


class Sensors:
    """Asks the sensor process, which is started when it is needed; for the use of one thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._starts = 0

    def read(self, key: str) -> Reading:
        """Look at the machine now.

        Parameters
        ----------
        key
            Rates are of the time since the last look with the same key.

        Raises
        ------
        SensorsGoneError
            psutil is missing, or the process ended three times.
        """
        question = {
            "key": key,
            "kernel": os.getpid(),
            "folder": _folder(),
            "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
        }
        found = self._answer(question)
        if "missing" in found:
            raise SensorsGoneError("psutil is not installed. Install it: %pip install psutil")
        return Reading(found["levels"], found["rates"])

    def forget(self, key: str) -> None:
        """Look with this key no more."""
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError, ValueError):
                _tell(process, {"key": key, "forget": True})

    def close(self) -> None:
        """End the process, for good."""
        self._starts = MOST_STARTS
        self._drop()

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        while True:
            process = self._running()
            try:
                return _asked(process, question)
            except (OSError, ValueError):  # it was killed, perhaps in the middle of its answer
                self._drop()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            if self._starts == MOST_STARTS:
                raise SensorsGoneError(f"the process that reads them ended {MOST_STARTS} times.")
            self._starts += 1
            self._process = _started()
        return self._process

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # a driver that hangs
            process.kill()
            process.wait()


def _started() -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(  # noqa: S603  # this Python, a module of ours
            [sys.executable, "-c", BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=sender_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise SensorsGoneError(f"the process that reads them cannot be started: {error}") from error


def _asked(process: subprocess.Popen[str], question: dict[str, Any]) -> dict[str, Any]:
    _tell(process, question)
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def _tell(process: subprocess.Popen[str], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()


def _folder() -> str:
    """Return the working directory, which may have been removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - a text for JSON
    except OSError:
        return os.sep
