"""What a run offers to say how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from sm_track_widgets.tracking.recorder import Recorder
from sm_track_widgets.tracking.work import Workload

if TYPE_CHECKING:
    from sm_track_widgets.tracking.outbox.progress import Progress


class WorkLog(Recorder):
    """The part of `Run` that knows how far its work is, and its delivery; see there for the attributes."""

    def _begin_work(self) -> None:
        self.workload = Workload()

    @overload
    def progress(self) -> Progress: ...

    @overload
    def progress(self, done: float, total: float | None = None) -> None: ...

    def progress(self, done: float | None = None, total: float | None = None) -> Progress | None:
        """Say how far the work is, for the bar and the time left of the card; or ask how far the delivery is.

        Costs about a microsecond, whatever is shown. Where it is never called, the outermost tqdm bar of the run's code
        tells, or a parameter such as ``epochs`` with the steps logged. Nothing of it is stored.

        Parameters
        ----------
        done
            How much is done, in whatever unit. None: return how much of what was logged has reached the service.
        total
            How much there is to do; default: as told before.

        Returns
        -------
        Progress or None
            Without arguments, the delivery.

        Raises
        ------
        UsageError
            For what is no number from 0, or when the run is closed.
        """
        if done is None:
            return self._outbox.progress(self._writer)
        if self.ended is not None:
            self._require_open()
        self.workload.tell(done, total)
        return None
