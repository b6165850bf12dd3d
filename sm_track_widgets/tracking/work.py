"""How far the work of a run is: told by `Run.progress`, or read off the outermost tqdm bar, which is never patched."""

from __future__ import annotations

import math
import sys
import time
import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.registry import open_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sm_track_widgets.tracking.run import Run

STEP = "step"
LABEL = 24
"""Characters of a bar's description that are shown."""
JUST_NOW = 2.0
"""Seconds before a run's end in which the bar of a loop that failed is gone; its traceback is written meanwhile."""
UNSEEN = 0.2
"""Seconds that a bar's number is behind: tqdm moves it ten times a second."""


@dataclass(frozen=True, slots=True)
class Work:
    """Where the work is.

    Attributes
    ----------
    done, total
        In whatever unit; `total` is None where it is not known.
    at
        When that was reported, seconds since the epoch.
    first, began
        The first report, and when it came: how fast it goes is counted from there.
    label
        What is counted.
    rough
        Whether it may be a little more: a bar as it was last seen.
    """

    done: float
    total: float | None
    at: float
    first: float
    began: float
    label: str = STEP
    rough: bool = False

    @property
    def over(self) -> bool:
        """Whether all of it is done."""
        return self.total is not None and self.done >= self.total


class Workload:
    """The work of one run; `tell` is called by the training loop, `look` four times a second by whoever shows it."""

    def __init__(self) -> None:
        self._told: tuple[float, float | None, float] | None = None
        self._start: tuple[float, float] = (0.0, 0.0)
        self._before: weakref.WeakSet[Any] = weakref.WeakSet(_bars())
        self._bar: weakref.ref[Any] | None = None
        self._seen: Work | None = None
        self._last: Work | None = None
        self._gone: float | None = None
        self._left: Work | None = None

    def tell(self, done: Any, total: Any = None) -> None:
        """Take a report; costs a microsecond and no system call.

        Raises
        ------
        UsageError
            For what is no number from 0.
        """
        if type(done) is not int or done < 0:
            done = _number("done", done)
        told = self._told
        if total is None:
            total = None if told is None else told[1]
        elif type(total) is not int or total < 0:
            total = _number("total", total)
        now = time.time()
        if told is None or done < told[0] or total != told[1]:
            self._start = (done, now)
        self._told = (done, total, now)

    def look(self, run: Run) -> Work | None:
        """Return where the work is, of a closed run where it was left; None where nobody tells, or the bar is gone."""
        return self._left if run.ended is not None else self._now(run)

    def _now(self, run: Run) -> Work | None:
        told = self._told
        if told is not None:
            return Work(*told, *self._start)
        bar = self._outermost(run)
        self._seen = None if bar is None else self._of(bar)
        self._last = self._seen or self._last
        return self._seen

    def end(self, run: Run) -> None:
        """Keep where the work is left, also by a bar that an error has just closed."""
        self._left = self._now(run)
        if self._left is None and self._told is None:
            bar = None if self._bar is None else self._bar()
            self._left = self._vanished() if bar is None else self._of(bar)

    def _vanished(self) -> Work | None:
        """Return where a bar was last seen that an error took with its loop, unless it may have been at its end."""
        last, gone = self._last, self._gone
        if last is None or last.total is None or gone is None or time.time() - gone > JUST_NOW:
            return None
        rate = (last.done - last.first) / (last.at - last.began) if last.at > last.began else 0.0
        reached = last.done + rate * (gone - last.at + UNSEEN)
        return None if reached >= last.total else replace(last, rough=True)

    def _note_gone(self, _: object) -> None:
        self._gone = time.time()

    def _outermost(self, run: Run) -> Any:
        """Return the bar that began first of those that this run's own code has opened."""
        found = [bar for bar in _bars() if bar not in self._before]
        others = open_runs()
        if found and len(others) > 1:
            # A bar does not know its thread; of runs inside each other, the innermost has those that began within it.
            if any(one.opener != run.opener for one in others):
                return None
            inner = others[others.index(run) + 1 :] if run in others else []
            found = [bar for bar in found if not any(one.workload.has(bar) for one in inner)]
        return min(found, key=_order, default=None)

    def has(self, bar: Any) -> bool:
        """Whether `bar` began after this run."""
        return bar not in self._before

    def _of(self, bar: Any) -> Work | None:
        """Return what `bar` shows; None for one that another library has made unlike tqdm's own."""
        try:
            done, total = _number("n", bar.n), None if bar.total is None else _number("total", bar.total)
            label = str(bar.desc or "").strip().rstrip(":").strip()[:LABEL] or STEP
        except (AttributeError, TypeError, UsageError):
            return None
        now, before = time.time(), self._seen
        if before is None or self._bar is None or self._bar() is not bar or done < before.done:
            self._bar, self._gone = weakref.ref(bar, self._note_gone), None
            return Work(done, total, now, done, now, label)
        at = before.at if done == before.done else now
        return Work(done, total, at, before.first, before.began, label)


def _bars() -> list[Any]:
    """Return the tqdm bars that are open in this process; none where tqdm was never imported."""
    module = sys.modules.get("tqdm.std")
    known: Iterable[Any] = getattr(getattr(module, "tqdm", None), "_instances", None) or ()
    try:
        return list(known)
    except RuntimeError:  # one was opened while we looked; the next look finds it
        return []


def _order(bar: Any) -> tuple[float, int]:
    return float(getattr(bar, "start_t", 0.0) or 0.0), abs(int(getattr(bar, "pos", 0) or 0))


def _number(name: str, value: Any) -> float:
    """Return a count as int or float.

    Raises
    ------
    UsageError
        It is none.
    """
    try:
        number = cast("float", value.item() if hasattr(value, "item") else value)
        fine = not isinstance(number, bool | str) and math.isfinite(number) and number >= 0
    except (TypeError, ValueError, OverflowError, RuntimeError):
        fine, number = False, 0
    if not fine:
        told = repr(value) if len(repr(value)) < LABEL else type(value).__name__
        raise UsageError(
            f"progress: {name} is a number from 0, not {told}.", "For example: run.progress(12, 200)"
        )
    return number if isinstance(number, int) else float(number)
