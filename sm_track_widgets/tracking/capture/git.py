"""Which commit a run was made from, and what was changed since: asked of the git executable, once, off the loop."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sm_track_widgets._types import Params
    from sm_track_widgets.tracking.redact import Redactor

DIFF_BYTES = 64 * 1024
FILES_NAMED = 200
STATUS_BYTES = 1 << 20
URL_BYTES = 4096
SECONDS = 3.0
"""Longest time that all questions take together."""
_HARMLESS = (
    "--no-pager",
    "--no-optional-locks",  # nothing is written, not even the index's refreshed times
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false"),
)
# Notebooks are named but not compared: the cell's source is kept anyway, and their outputs would fill the diff.
_DIFF = ("diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv", "--submodule=short")
_PATHS = ("--", ":(top)", ":(top,exclude)*.ipynb")
_NAMED_USER = re.compile(r"(?<=://)[^/@\s]*@")


def git_state(
    folder: Path, redactor: Redactor, *, environ: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Params | None:
    """Ask git about the working tree that holds `folder`.

    No hook, pager, file-system monitor, external diff or prompt is started; nothing is written.

    Parameters
    ----------
    folder
        Any folder of the working tree.
    redactor
        Cleans the diff.
    environ
        Environment of git; default: this process's.
    seconds
        Longest time for everything.

    Returns
    -------
    dict or None
        ``commit`` (empty before the first), ``branch`` (empty when detached), ``remote`` without credentials,
        ``dirty``, ``changed`` and ``untracked`` (names), ``diff`` against the commit, ``diff_cut``. Notebooks are
        named, their changes are not in the diff. None where there is no git or no working tree, or git does not answer
        in time.
    """
    executable = shutil.which("git")
    if executable is None:
        return None
    git = _Git(
        executable, folder, dict(os.environ if environ is None else environ), time.monotonic() + seconds
    )
    # Asked at the same time: a short cell waits for the answers.
    questions = [
        git.asked(
            "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", limit=STATUS_BYTES
        ),
        git.asked("config", "--get", "remote.origin.url", limit=URL_BYTES),
        git.asked(*_DIFF, *_PATHS, limit=DIFF_BYTES + 1),
    ]
    status, remote, diff = (answer() for answer in questions)
    if status is None:
        return None
    state = _status(status)
    state["remote"] = redactor.clean(_NAMED_USER.sub("", (remote or "").strip()))
    text, cut = _cut(diff or "")
    state["diff"], state["diff_cut"] = redactor.clean(text), cut or (diff is None and state["commit"] != "")
    return state


class _Git:
    """Runs git with a deadline for all of its answers.

    Parameters
    ----------
    executable, folder, environ
        What is run, where, with what.
    deadline
        On the monotonic clock.
    """

    def __init__(self, executable: str, folder: Path, environ: dict[str, str], deadline: float) -> None:
        self._command = [executable, *_HARMLESS]
        self._folder = folder
        self._deadline = deadline
        ours = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": "cat", "LC_ALL": "C"}
        # These would take the question to another repository, or start a program.
        others = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_TRACE"}
        self._environ = {name: value for name, value in environ.items() if name not in others} | ours

    def asked(self, *arguments: str, limit: int) -> Callable[[], str | None]:
        """Ask, and return what gives the answer: at most `limit` bytes, None where git fails or is too slow."""
        try:
            # A session of its own: an interrupt of the cell goes to the kernel's whole process group.
            process = subprocess.Popen(  # noqa: S603 - git, found on the path, with arguments of ours
                [*self._command, *arguments],
                cwd=self._folder,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return lambda: None
        return lambda: _answer(process, limit, self._deadline - time.monotonic())


def _answer(process: subprocess.Popen[bytes], limit: int, seconds: float) -> str | None:
    late = threading.Timer(max(seconds, 0.0), _end, (process,))
    late.daemon = True
    late.start()
    with process:
        assert process.stdout is not None
        data = process.stdout.read(limit)
        whole = len(data) < limit
        if not whole:
            _end(process)
        code = process.wait()
    late.cancel()
    return None if whole and code else data.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and what it has started, such as a filter that hangs: they are a session of their own."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()


def _status(text: str) -> Params:
    """Read ``git status --porcelain=v2 --branch -z``."""
    state: Params = {"commit": "", "branch": "", "remote": "", "dirty": False}
    changed: list[str] = []
    untracked: list[str] = []
    parts = iter(text.split("\0"))
    for part in parts:
        kind = part[:2]
        if part.startswith("# branch.oid "):
            state["commit"] = part[13:].replace("(initial)", "")
        elif part.startswith("# branch.head "):
            state["branch"] = part[14:].replace("(detached)", "")
        elif kind == "1 ":
            changed.append(part.split(" ", 8)[-1])
        elif kind == "2 ":
            changed.append(part.split(" ", 9)[-1])
            next(parts, None)  # the name before
        elif kind == "u ":
            changed.append(part.split(" ", 10)[-1])
        elif kind == "? ":
            untracked.append(part[2:])
    state["dirty"] = bool(changed)
    state["changed"], state["untracked"] = changed[:FILES_NAMED], untracked[:FILES_NAMED]
    state["files_cut"] = max(len(changed), len(untracked)) > FILES_NAMED
    return state


def _cut(diff: str) -> tuple[str, bool]:
    """Return whole lines of at most 64 KiB, and whether that is less than all."""
    data = diff.encode("utf-8", "replace")
    if len(data) <= DIFF_BYTES:
        return diff, False
    return data[:DIFF_BYTES].decode("utf-8", "ignore").rpartition("\n")[0] + "\n", True
