"""What a run shows below its cell: a live widget while it runs, a static card that stays in the saved notebook.

The two are separate outputs. The widget hides the static card while it is mounted; at the end its output is emptied,
so that a saved notebook holds the static card alone.
"""

from __future__ import annotations

import logging
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from IPython.display import display

from sm_track_widgets.charts.static_card import card_html, card_text
from sm_track_widgets.widgets.live_state import card_state, upload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets.tracking.outbox.progress import Progress
    from sm_track_widgets.tracking.run import Run

_logger = logging.getLogger("sm_track_widgets")
TELL_EVERY = 1.0
EMPTY = {"text/html": "", "text/plain": ""}


class Card:
    """The card of `run`.

    Parameters
    ----------
    shell
        IPython; without a kernel behind it the card is text.
    run
        An open run.
    wanted
        Metrics to show first.
    """

    def __init__(self, shell: InteractiveShell, run: Run, wanted: Sequence[str] = ()) -> None:
        self.run = run
        self._wanted = wanted
        self._rich = getattr(shell, "kernel", None) is not None
        self._key = uuid.uuid4().hex
        self._widget: Any = None
        self._parts: dict[str, Any] = {}
        self._told = 0.0

    def show(self) -> None:
        """Display the card of the open run."""
        if not self._rich:
            print(f"Run {self.run.name} in experiment {self.run.experiment_name}")  # noqa: T201
            return
        self._parts["static"] = display(self._bundle(), raw=True, display_id=f"sm-static-{self._key}")
        self._widget = _live_run(self.run, self._key, self._wanted)
        if self._widget is not None:
            self._parts["live"] = display(self._widget, display_id=f"sm-live-{self._key}")

    def waiting(self, progress: Progress) -> None:
        """Show how far a large file is, while the end of the run waits for it; the live widget does so by itself."""
        sending = upload(progress)
        now = time.monotonic()
        if self._widget is not None or sending is None or now - self._told < TELL_EVERY:
            return
        self._told = now
        if not self._rich:
            print(f"Run {self.run.name}: {sending['text']}")  # noqa: T201
            return
        with suppress(Exception):  # the run must close
            self._update("static", self._bundle())

    def finish(self) -> None:
        """Show the final state, and leave the static card alone."""
        if not self._rich:
            print(card_text(self._state()))  # noqa: T201
            return
        try:
            if self._widget is not None:
                self._widget.finish()
            self._update("static", self._bundle())
            self._update("live", EMPTY)
        except Exception as trouble:  # noqa: BLE001 - the run is closed; its card must not fail the cell
            print(f"The card of run {self.run.name!r} could not be drawn: {trouble!r}")  # noqa: T201

    def _update(self, part: str, bundle: dict[str, str]) -> None:
        handle = self._parts.get(part)
        if handle is not None:
            handle.update(bundle, raw=True)

    def _bundle(self) -> dict[str, str]:
        state = self._state()
        html = f'<div class="sm-static-{self._key}">{card_html(state)}</div>'
        return {"text/html": html, "text/plain": card_text(state)}

    def _state(self) -> dict[str, Any]:
        state, _ = card_state(self.run, time.time(), self._wanted)
        return {**state, "waiting": self.run.progress().waiting}


def _live_run(run: Run, key: str, wanted: Sequence[str]) -> Any:
    """Return the live widget; None where there is none to be had, and then the static card does alone."""
    try:
        from sm_track_widgets.widgets.live_run import LiveRun

        return LiveRun(run, metrics=wanted, key=key)
    except Exception as trouble:  # noqa: BLE001 - a card that cannot be drawn must not stop the body
        _logger.info("no live card: %r", trouble)
        return None
