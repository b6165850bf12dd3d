"""`LiveRun`: the live card of a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import traitlets

from sm_track_widgets._errors import TrackError
from sm_track_widgets.charts.static_card import card_html, card_text
from sm_track_widgets.widgets.base import SmWidget, reject_unknown
from sm_track_widgets.widgets.job_rows import stop_job, watch_of
from sm_track_widgets.widgets.live_state import card_state
from sm_track_widgets.widgets.pump import PUMP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.tracking.run import Run


class LiveRun(SmWidget):
    """State, time, metrics with their best and what is in the way of a run, live while it is open.

    Parameters
    ----------
    run
        A run of this process, open or closed.
    metrics
        Metrics to show first, with larger lines; names, or patterns such as ``val*``.
    key
        Names a static form that is displayed by someone else; default: the widget displays its own.

    Raises
    ------
    UsageError
        For an argument it does not have.
    """

    view = "LiveRun"

    # -- internal traits -----------------------------------------------------------------------------------------
    _state = traitlets.Dict().tag(sync=True)
    _sparks = traitlets.Bytes(b"").tag(sync=True)

    def __init__(
        self, run: Run, *, metrics: str | Sequence[str] = (), key: str | None = None, **unknown: Any
    ) -> None:
        reject_unknown(type(self), unknown)
        self._run = run
        self._wanted = [metrics] if isinstance(metrics, str) else list(metrics)
        self._seen: tuple[Any, ...] = ()
        state, sparks = card_state(run, time.time(), self._wanted)
        super().__init__(key=key, _state=state, _sparks=sparks)
        if run.ended is None:
            PUMP.add(self)

    @property
    def run(self) -> Run:
        """The run shown."""
        return self._run

    def tick(self, now: float) -> bool:
        """Push the card when it has changed; False when the run has ended and no file of it is on its way."""
        run = self._run
        over = run.ended is not None
        progress = run.progress()
        seen = (
            over,
            run.status,
            run.live.version,
            run.files,
            len(run.parameters),
            progress.error,
            progress.refused,
            progress.uploading,
            progress.upload_done,
            run.workload.look(run),
            str(watch_of(run).rows) if run.started_jobs else "",
        )
        if seen != self._seen:
            self._seen = seen
            state, sparks = card_state(run, now, self._wanted)
            self.push(_state=state, _sparks=sparks)
        if over:
            self.update_static()
        return not over or bool(progress.uploading) or not watch_of(run).over

    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer the view's ``stop`` of a job, confirmed there."""
        del buffers
        if content.get("type") != "stop":
            return
        name, error = str(content.get("name") or ""), ""
        try:
            stop_job(self._run.connection, str(content.get("kind")), name)
        except TrackError as problem:
            error = str(problem)
        self.send({"type": "stopped", "name": name, "error": error})

    def finish(self) -> None:
        """Push the final state at once."""
        PUMP.remove(self)
        self._seen = ()
        self.tick(time.time())

    def static_html(self) -> str:
        """Return the card as it is now, as HTML."""
        return card_html(self._static_state())

    def static_text(self) -> str:
        """Return the card as it is now, as text."""
        return card_text(self._static_state())

    def _static_state(self) -> dict[str, Any]:
        return {
            **card_state(self._run, time.time(), self._wanted)[0],
            "waiting": self._run.progress().waiting,
        }

    def __repr__(self) -> str:
        return f"<LiveRun {self._run.name!r}: {self._run.status}>"
