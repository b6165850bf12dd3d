"""The process that reads the sensors: one line of JSON in, one line of JSON out.

A question is ``{"key", "kernel", "folder", "visible"}``: whose counters (each `key` has its own look before), the
kernel's process id, the folder whose disk is meant, ``CUDA_VISIBLE_DEVICES``. The answer is ``{"levels", "rates"}``, or
``{"missing": true}`` without psutil. ``{"key", "forget": true}`` has no answer. The end of the input ends it, and so
does the end of its parent.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from typing import Any

from sm_track_widgets.tracking.system.machine import Machine

PARENT_LOOK = 2.0  # seconds between looks at whether the parent lives


def main() -> None:
    """Answer until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the cell
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    machines: dict[str, Machine] = {}
    for line in sys.stdin:
        question = json.loads(line)
        if question.get("forget"):
            machines.pop(question["key"], None)
            continue
        print(json.dumps(answer(question, machines)), flush=True)  # noqa: T201 - the answer


def answer(question: dict[str, Any], machines: dict[str, Machine]) -> dict[str, Any]:
    """Look at the machine; `machines` keeps what each key saw before."""
    key = question["key"]
    try:
        machine = machines.get(key)
        if machine is None:
            machine = machines[key] = Machine(question["kernel"])
        else:
            machine.look()
    except ImportError:
        return {"missing": True}
    return {"levels": machine.levels(question["folder"], question["visible"]), "rates": machine.rates()}


def _watch_parent(parent: int) -> None:
    """Notice a killed kernel whose forked children keep its end of the pipe open."""
    while sys.platform != "win32" and os.getppid() == parent:
        time.sleep(PARENT_LOOK)
    if sys.platform != "win32":
        os._exit(0)


if __name__ == "__main__":
    main()
