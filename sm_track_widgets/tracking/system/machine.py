"""What a kernel and the processes it started use of their machine, read with psutil in a process beside it.

A sensor that a system does not have, or does not let this user read, gives no value; nothing here raises for it. MB are
10^6 bytes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sm_track_widgets.tracking.system.gpu import MB, Gpus

CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where a container's memory limit stands, of control groups 2 and 1; Studio's kernels live in containers."""
_LOOPBACK = ("lo", "Loopback")


@dataclass(frozen=True, slots=True)
class Use:
    """One process: CPU seconds, bytes of resident memory, bytes read and written; None where it is not told."""

    cpu: float | None
    memory: float | None
    read: float | None
    written: float | None


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything that only counts up; `at` in seconds of a monotonic clock."""

    at: float
    tree: dict[tuple[int, float], Use]
    machine: tuple[float, float] | None
    network: tuple[float, float] | None


class Machine:
    """The kernel's process tree and its machine; rates are of the time since the look before.

    Parameters
    ----------
    pid
        The kernel, root of the tree; of its children the process that reads is left out.
    clock
        A monotonic clock, in seconds.

    Raises
    ------
    ImportError
        psutil is not installed.
    """

    def __init__(self, pid: int, clock: Callable[[], float] = time.monotonic) -> None:
        import psutil

        self._psutil: Any = psutil
        self._clock = clock
        self._root: Any = psutil.Process(pid)
        self._gpus = Gpus()
        self._memory = min(float(psutil.virtual_memory().total), _container_memory())
        self._before: Look | None = None
        self._now = self._look()

    def look(self) -> None:
        """Read all counters."""
        self._before, self._now = self._now, self._look()

    def levels(self, folder: str, visible: str | None = None) -> dict[str, float]:
        """Return what the last look saw that needs no time to pass: memory, disk, GPUs.

        Memory is the sum over the tree, pages shared by several processes counted in each.

        Parameters
        ----------
        folder
            Whose file system is looked at.
        visible
            ``CUDA_VISIBLE_DEVICES`` of the kernel; None: not set.
        """
        found: dict[str, float] = {}
        used = _sum(use.memory for use in self._now.tree.values())
        if used is not None:
            found |= {"memory_mb": used / MB, "memory_percent": 100 * used / self._memory}
        for name, read in (
            ("machine_memory_percent", lambda: self._psutil.virtual_memory().percent),
            ("disk_percent", lambda: self._psutil.disk_usage(folder).percent),
        ):
            value = _value(read)
            if value is not None:
                found[name] = float(value)
        return found | self._gpus.read({pid for pid, _ in self._now.tree}, visible)

    def rates(self) -> dict[str, float]:
        """Return what happened between the last two looks, per second; empty before the second.

        CPU of the tree in percent of one core, of the machine in percent of all. What a process did between the last
        look at it and its end is not seen.
        """
        before, now = self._before, self._now
        if before is None or now.at <= before.at:
            return {}
        seconds = now.at - before.at
        found = {
            "cpu_percent": _scaled(_gain(before, now, "cpu"), 100 / seconds),
            "disk_read_mb_s": _scaled(_gain(before, now, "read"), 1 / MB / seconds),
            "disk_write_mb_s": _scaled(_gain(before, now, "written"), 1 / MB / seconds),
        }
        if before.network and now.network:
            for name, old, new in zip(("in", "out"), before.network, now.network, strict=True):
                found[f"network_{name}_mb_s"] = max(0.0, new - old) / MB / seconds
        if before.machine and now.machine and now.machine[1] > before.machine[1]:
            busy, passed = (new - old for old, new in zip(before.machine, now.machine, strict=True))
            found["machine_cpu_percent"] = min(100.0, max(0.0, 100 * busy / passed))
        return {name: value for name, value in found.items() if value is not None}

    def _look(self) -> Look:
        return Look(
            self._clock(),
            self._tree(),
            _value(lambda: _busy(self._psutil.cpu_times())),
            _value(lambda: _traffic(self._psutil.net_io_counters(pernic=True))),
        )

    def _tree(self) -> dict[tuple[int, float], Use]:
        processes: list[Any] = [self._root, *(_value(lambda: self._root.children(recursive=True)) or ())]
        return {
            (process.pid, _value(process.create_time) or 0.0): _use(process)
            for process in processes
            if process.pid != os.getpid() or process.pid == self._root.pid
        }


def _use(process: Any) -> Use:
    """Read one process, which may end meanwhile."""
    cpu = _value(process.cpu_times)
    memory = _value(process.memory_info)
    io = _value(lambda: process.io_counters())  # noqa: PLW0108 - macOS has no such method, which _value forgives
    return Use(
        None if cpu is None else cpu.user + cpu.system,
        None if memory is None else float(memory.rss),
        None if io is None else float(io.read_bytes),
        None if io is None else float(io.write_bytes),
    )


def _gain(before: Look, now: Look, name: str) -> float | None:
    """Sum what the processes of `now` have used since `before`; those that are new there began at nothing."""
    nothing = Use(0.0, 0.0, 0.0, 0.0)
    gains: list[float | None] = []
    for key, use in now.tree.items():
        old, new = getattr(before.tree.get(key, nothing), name), getattr(use, name)
        gains.append(None if old is None or new is None else max(0.0, new - old))
    return _sum(gains)


def _busy(times: Any) -> tuple[float, float]:
    """Return seconds of all cores that did work, and that passed."""
    passed = (
        sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    )  # both in user, nice
    return passed - times.idle - getattr(times, "iowait", 0.0), passed


def _traffic(cards: Any) -> tuple[float, float] | None:
    """Return bytes received and sent by all network cards but the loopback; None where there is no card."""
    real = [card for name, card in cards.items() if not name.startswith(_LOOPBACK)]
    if not real:
        return None
    return float(sum(card.bytes_recv for card in real)), float(sum(card.bytes_sent for card in real))


def _container_memory(files: tuple[str, ...] = CGROUP_LIMITS) -> float:
    """Return the container's memory limit in bytes; infinity where there is none."""
    limits = [_value(lambda path=path: float(Path(path).read_text("ascii"))) for path in files]
    return min((limit for limit in limits if limit), default=float("inf"))


def _sum(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _value(read: Callable[[], Any]) -> Any:
    """Return what a sensor says; None where it is missing, forbidden, or of a process that has ended."""
    try:
        return read()
    except Exception:  # noqa: BLE001 - psutil's own errors, OSError, AttributeError, NotImplementedError
        return None
