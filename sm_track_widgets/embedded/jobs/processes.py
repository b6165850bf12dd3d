"""Processes of a job: what they inherit, how they end with their runner, and how a script is stopped."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

FOLDER_VARIABLE = "SM_TRACK_JOB_FOLDER"
"""Names the job's working folder in the environment of the script and of all that it starts."""
MACHINE_VARIABLE = "SM_TRACK_JOB_MACHINE"
"""Holds, as JSON, the environment that the script's runner has."""
_PR_SET_PDEATHSIG = 1
_SIGNAL_EXIT = 128
KILL: int = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has only the latter
_DROPPED = ("AWS_", "SM_", "SAGEMAKER_", "TRAINING_JOB_", "BOTO_", "JPY_", "IPY_", "KERNEL_", "JUPYTER")


def runner_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without what names AWS accounts, other jobs or a kernel: none of it exists inside a job.

    In a script that starts a job itself: what was around the script's own job.
    """
    if MACHINE_VARIABLE in environ:
        return json.loads(environ[MACHINE_VARIABLE])
    kept = {name: value for name, value in environ.items() if not name.upper().startswith(_DROPPED)}
    if kept.get("MPLBACKEND", "").startswith("module://"):  # a kernel's, which needs the kernel
        del kept["MPLBACKEND"]
    return kept


def start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    """Start a script in a process group of its own that ends when this process does; with its output and errors.

    Call from the main thread: on Linux the script ends with the thread that started it.
    """
    process = subprocess.Popen(  # noqa: S603  # running the user's command is the purpose
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509  # this process has no thread yet that could hold a lock
    )
    assert process.stdout is not None
    assert process.stderr is not None
    return process, process.stdout, process.stderr


def _end_with(parent: int) -> Callable[[], None] | None:
    """Return what has the child killed as soon as `parent` is gone; None where the system has no such thing."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        library.prctl(_PR_SET_PDEATHSIG, KILL)
        if os.getppid() != parent:  # it died before this line
            os._exit(1)

    return prepare


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to a script and to what it started."""
    if not hasattr(os, "killpg"):
        process.terminate()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def exit_code(returncode: int) -> int:
    """Return the exit code as a container reports it: 128 + signal for a script that was killed."""
    return returncode if returncode >= 0 else _SIGNAL_EXIT - returncode


def kill_left_over(folder: Path) -> None:
    """Kill processes of a job that outlived its runner: those whose environment names the job's folder.

    Only Linux tells the environment of other processes; there only what a dead script started can be left.
    """
    wanted = f"{FOLDER_VARIABLE}={folder.absolute()}".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if wanted in entry.read_bytes().split(b"\0"):
                os.kill(int(entry.parent.name), KILL)
