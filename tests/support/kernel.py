"""A real IPython kernel for tests: run cells as a notebook does, look at what came out."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]


@dataclass
class Cell:
    """One executed cell: the reply's status, and its outputs with display updates applied."""

    status: str = ""
    ename: str = ""
    evalue: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    reply: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What was written to stdout and stderr."""
        return "".join(out["text"] for out in self.outputs if out["kind"] == "stream")

    @property
    def errors(self) -> list[str]:
        """Names of the error outputs."""
        return [out["ename"] for out in self.outputs if out["kind"] == "error"]

    @property
    def result(self) -> str | None:
        """Text of the value that the cell shows."""
        return next(
            (out["data"]["text/plain"] for out in self.outputs if out["kind"] == "execute_result"), None
        )

    @property
    def html(self) -> str:
        """All text/html of the cell."""
        return "\n".join(out["data"].get("text/html", "") for out in self.outputs if "data" in out)

    @property
    def plain(self) -> str:
        """All text/plain of the cell's displays."""
        return "\n".join(out["data"].get("text/plain", "") for out in self.outputs if "data" in out)

    @property
    def traceback(self) -> list[str]:
        """Lines of the tracebacks."""
        return [line for out in self.outputs if out["kind"] == "error" for line in out["traceback"]]


class Kernel:
    """Started at once; `stop` it.

    Parameters
    ----------
    home
        A fresh folder: the kernel's home, settings and data folder.
    environ
        Further environment variables.
    """

    def __init__(self, home: Path, **environ: str) -> None:
        self.home = home
        self.data = home / "data"
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        env = {
            **os.environ,
            "HOME": str(home),
            "SM_TRACK_HOME": str(self.data),
            "SM_TRACK_CONFIG": str(home / "settings.ini"),
            "IPYTHONDIR": str(home / "ipython"),
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            **environ,
        }
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env=env)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self._seen: list[dict[str, Any]] = []

    def stop(self) -> None:
        """Shut the kernel down and wait for its end."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)

    def send(self, code: str, *, cell_id: str = "", **options: Any) -> str:
        """Send a cell without waiting; return its message id. JupyterLab gives the mark of the cell besides."""
        if not cell_id:
            return self.client.execute(code, allow_stdin=False, **options)
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
        }
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell_id})
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(self, code: str, timeout: float = 60, **options: Any) -> Cell:
        """Run a cell to its end."""
        return self.collect(self.send(code, **options), timeout)

    def collect(self, message_id: str, timeout: float = 60) -> Cell:
        """Gather the outputs of a cell that was sent until the kernel is idle again."""
        cell, deadline, displays = Cell(), time.monotonic() + timeout, {}
        while True:
            message = self._seen.pop(0) if self._seen else self._next(deadline)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            cell.messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
            _take(cell, displays, message)
        reply = self.client.get_shell_msg(timeout=max(0.1, deadline - time.monotonic()))
        while reply["parent_header"].get("msg_id") != message_id:
            reply = self.client.get_shell_msg(timeout=max(0.1, deadline - time.monotonic()))
        content = reply["content"]
        cell.reply, cell.status = content, content["status"]
        cell.ename, cell.evalue = content.get("ename", ""), content.get("evalue", "")
        return cell

    def value(self, expression: str) -> str:
        """Evaluate an expression and return its repr."""
        cell = self.run(f"({expression})", store_history=False)
        assert cell.status == "ok", cell.traceback
        return cell.result or "None"

    def _next(self, deadline: float) -> dict[str, Any]:
        return self.client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))

    def wait_idle(self, message_id: str, timeout: float = 60) -> None:
        """Wait until a cell that was sent is over, whether or not it is ever answered."""
        self._seen.clear()
        deadline = time.monotonic() + timeout
        while True:
            message = self._next(deadline)
            ours = message["parent_header"].get("msg_id") == message_id
            if ours and message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return

    def wait_for_output(self, message_id: str, needle: str, timeout: float = 30) -> None:
        """Wait until a cell that was sent has written `needle`."""
        deadline = time.monotonic() + timeout
        while True:
            message = self._next(deadline)
            self._seen.append(message)
            ours = message["parent_header"].get("msg_id") == message_id
            if ours and message["msg_type"] == "stream" and needle in message["content"]["text"]:
                return


def _take(cell: Cell, displays: dict[str, dict[str, Any]], message: dict[str, Any]) -> None:
    kind, content = message["msg_type"], message["content"]
    if kind == "stream":
        if cell.outputs and cell.outputs[-1]["kind"] == "stream":
            cell.outputs[-1]["text"] += content["text"]
        else:
            cell.outputs.append({"kind": kind, "text": content["text"]})
    elif kind in ("display_data", "execute_result"):
        cell.outputs.append({"kind": kind, "data": content["data"]})
        displays[content.get("transient", {}).get("display_id", "")] = cell.outputs[-1]
    elif kind == "update_display_data":
        displays[content["transient"]["display_id"]]["data"] = content["data"]
    elif kind == "error":
        cell.outputs.append({"kind": kind, **content})
