"""System metrics: what a run uses of its machine, sampled beside it by one thread for all runs of the process.

Metrics are named ``system/...``, see ``docs/system-metrics.md``; their step is the number of the sample. The sensors
are read in a process of their own (`sensors`), so that a sample costs the loop what logging its values costs.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import SYSTEM_PREFIX
from sm_track_widgets.tracking.system.sensors import Sensors, SensorsGoneError

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run

EVERY = 10.0
"""Seconds between two samples, where nobody says."""
LEAST_EVERY = 0.1
FIRST_RATES = 0.25
"""Seconds after the first sample at which its rates are known; the levels are there at once."""
LAST_WINDOW = 0.5
"""Seconds a closing run must have gone on after its last sample to be given one more."""
GIVE_UP = 3.0
"""Seconds that closing a run waits for its last sample: a driver may hang."""


def sample_system(run: Run, every: float = EVERY) -> None:
    """Log what `run` uses of its machine every `every` seconds, from now until it closes.

    The first sample is taken at once, one more when the run closes. A second call changes the period. Sensors that
    are missing are left out.

    Raises
    ------
    UsageError
        The run is closed, or the period is no number from 0.1.
    """
    seconds = period(every)
    if seconds is not None and _sampler.add(run, seconds):
        run.at_close(lambda: _sampler.remove(run))


def period(asked: object) -> float | None:
    """Return seconds between two samples: True is 10, None and False are none at all.

    Raises
    ------
    UsageError
        No number, or less than 0.1.
    """
    if asked is None or asked is False:
        return None
    if asked is True:
        return EVERY
    try:
        seconds = float(asked)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - any number
    except (TypeError, ValueError):
        seconds = math.nan
    if not LEAST_EVERY <= seconds < math.inf:
        raise UsageError(
            f"System metrics cannot be logged every {asked!r} seconds.", "Give a number from 0.1, such as 10"
        )
    return seconds


class Watch:
    """The sampling of one run.

    Parameters
    ----------
    run
        An open run.
    every
        Seconds between two samples.
    sensors
        What to ask.

    Attributes
    ----------
    ending, over
        Whether the run is closing, so that the next sample is the last; whether there are no more.
    """

    def __init__(self, run: Run, every: float, sensors: Sensors) -> None:
        self.run, self.every = run, every
        self.ending = self.over = False
        self.done = threading.Event()
        self.due = time.monotonic()
        self._sensors = sensors
        self._key = f"{id(self):x}"
        self._looked = 0.0
        self._rates_pending = False
        # A run that is continued has samples already: go on where its time says they would be by now.
        self._step = int((time.time() - run.started) // every) if run.continued else -1

    def wait(self) -> float:
        """Seconds until the next sample is due."""
        return 0.0 if self.ending else self.due - time.monotonic()

    def look(self) -> None:
        """Take the sample that is due and say when the next one is; never raises."""
        last = self.ending
        if not last or time.monotonic() - self._looked >= min(LAST_WINDOW, self.every / 2):
            self._guarded()
        if last or self.over:
            self._sensors.forget(self._key)
            self.over = True
            self.done.set()

    def _guarded(self) -> None:
        try:
            self._sample()
        except Exception as trouble:  # noqa: BLE001 - the run has closed, or there are no sensors
            self.over = True
            if self.run.ended is None:
                why = trouble if isinstance(trouble, SensorsGoneError) else repr(trouble)
                self.run._warn(f"System metrics are not logged: {why}")  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def _sample(self) -> None:
        first, begun = self._looked == 0.0, time.monotonic()
        reading = self._sensors.read(self._key)
        self._looked = time.monotonic()
        if self._rates_pending:
            self._rates_pending = False
            self._log(reading.rates)
            self.due = begun + max(self.every - FIRST_RATES, self.every / 2)
            return
        self._step += 1
        self._log({**reading.levels, **reading.rates})
        self._rates_pending = first
        # After a sleep of the machine the missed samples are not made up for.
        self.due = begun + min(FIRST_RATES, self.every / 2) if first else max(self.due + self.every, begun)

    def _log(self, values: Mapping[str, float]) -> None:
        now = time.time()
        for name, value in values.items():
            self.run.log_metric(SYSTEM_PREFIX + name, value, timestamp=now, step=self._step)


class Sampler:
    """One daemon thread that samples all runs; it and the sensors live while there is one."""

    def __init__(self) -> None:
        self._sensors = Sensors()
        self._watches: list[Watch] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, run: Run, every: float) -> bool:
        """Sample `run`; False when it was sampled already, and now is with the new period."""
        with self._changed:
            known = next((watch for watch in self._watches if watch.run is run), None)
            if known is not None:
                known.every = every
                known.due = min(known.due, time.monotonic() + every)
            else:
                self._watches.append(Watch(run, every, self._sensors))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="sm-track-system", daemon=True)
                self._thread.start()
            self._changed.notify()
        return known is None

    def remove(self, run: Run) -> None:
        """Sample `run` no more; its last sample is logged when this returns."""
        with self._changed:
            ended = [watch for watch in self._watches if watch.run is run]
            for watch in ended:
                watch.ending = True
            self._changed.notify()
        for watch in ended:
            watch.done.wait(GIVE_UP)

    def _work(self) -> None:
        while (watch := self._next()) is not None:
            watch.look()

    def _next(self) -> Watch | None:
        """Wait for the next sample that is due; None when there is no run left."""
        with self._changed:
            while self._watches:
                self._watches = [watch for watch in self._watches if not watch.over]
                first = min(self._watches, key=Watch.wait, default=None)
                if first is not None and first.wait() <= 0:
                    return first
                if first is not None:
                    self._changed.wait(first.wait())
            self._thread = None
            spent, self._sensors = self._sensors, Sensors()
        spent.close()
        return None


def _start_afresh() -> None:
    """In a forked child: the thread is not there, and a lock may be held by it for ever."""
    global _sampler  # noqa: PLW0603 - one sampler for each process
    _sampler = Sampler()


_sampler = Sampler()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)
