"""The run of one cell: opened with its options, captured, shown on a card, closed as the body ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws, connection
from sm_track_widgets.magics.base import quiet

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets.magics.card import Card
    from sm_track_widgets.tracking.opening import Resume
    from sm_track_widgets.tracking.run import Run


@dataclass(frozen=True, slots=True)
class Request:
    """What ``%%sm_run`` asks for, expanded. `source` is the cell as typed; `bind` the variable for the run."""

    name: str | None = None
    experiment: str | None = None
    group: str | None = None
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    notes: str | None = None
    bind: str = "run"
    resume: Resume | None = None
    quiet: bool = False
    capture: bool = True
    source: str = ""


class CellRun:
    """A run that lives as long as a cell.

    Parameters
    ----------
    shell
        IPython.
    request
        What was asked for.
    """

    def __init__(self, shell: InteractiveShell, request: Request) -> None:
        self.shell = shell
        self.request = request
        self.run: Run | None = None
        self._card: Card | None = None

    def open(self) -> None:
        """Open the run and show its card.

        Raises
        ------
        TrackError
            In one line; then nothing is open.
        """
        from sm_track_widgets.magics.card import Card

        request = self.request
        if request.quiet:
            with quiet:
                run = self._opened()
            run.on_warning = _unsaid
        else:
            run = self._opened()
        self.run = run
        run.__enter__()
        if request.capture:
            run.capture(request.source or None, output=True)
        if not request.quiet:
            self._card = Card(self.shell, run)
            self._card.show()

    def finish(self, error: BaseException | None) -> None:
        """Close the run as the body ended and bring its card to the final state; never raises."""
        if self.run is None:
            return
        try:
            self.run.finish(error)
        except (Exception, KeyboardInterrupt) as trouble:  # noqa: BLE001 - the body's error must stay the only one
            told = _aws.explain(trouble, "close the run") if isinstance(trouble, Exception) else None
            print(f"While the run was closed: {told or repr(trouble)}")  # noqa: T201
        self.run.__exit__(None, None, None)
        if self._card is not None:
            self._card.finish()

    def _opened(self) -> Run:
        from sm_track_widgets.tracking.run import Run, open_runs

        request, home = self.request, connection.current()
        before = open_runs()
        try:
            return Run(
                request.experiment,
                request.name,
                tags=request.tags or None,
                group=request.group,
                params=request.params or None,
                notes=request.notes,
                resume=request.resume,
                connection=home,
            )
        except KeyboardInterrupt as interrupt:
            # It may come when the run is open and not yet in our hands.
            for run in open_runs():
                if run not in before:
                    run.finish(interrupt)
            raise
        except Exception as error:
            told = _aws.explain(error, "open the run")
            if told is not None:
                raise told from error
            raise


def _unsaid(_: str) -> None:
    """Take a remark that nobody asked to see; it stays in ``run.warnings``."""
