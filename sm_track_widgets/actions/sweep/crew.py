"""Who runs the points: this process, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sm_track_widgets.actions.sweep.one_point import run_point

if TYPE_CHECKING:
    from sm_track_widgets.actions.sweep.calling import Body
    from sm_track_widgets.actions.sweep.one_point import Around, Setting
    from sm_track_widgets.actions.sweep.points import Outcome, Point
    from sm_track_widgets.actions.sweep.study import Link
    from sm_track_widgets.connection import Connection

Ended = list[tuple["Point", "Outcome"]]


class Crew(Protocol):
    """Runs points, perhaps several at a time."""

    def free(self) -> bool:
        """Whether another point can be started."""
        ...

    def busy(self) -> bool:
        """Whether a point is under way, or has ended and was not taken."""
        ...

    def start(self, point: Point, link: Link | None) -> None:
        """Start a point."""
        ...

    def wait(self) -> Ended:
        """Wait until a point has ended, and return those that have."""
        ...

    def stop(self) -> Ended:
        """Stop the points that are under way, and return them: the sweep was interrupted."""
        ...

    def close(self) -> None:
        """Leave no process behind."""
        ...


class KernelCrew:
    """Runs points here, one after the other, with the user's own objects."""

    def __init__(self, setting: Setting, body: Body, connection: Connection, around: Around) -> None:
        self._setting, self._body, self._connection, self._around = setting, body, connection, around
        self._ended: Ended = []

    def free(self) -> bool:
        """Whether nothing waits to be taken."""
        return not self._ended

    def busy(self) -> bool:
        """Whether a point has ended that was not taken."""
        return bool(self._ended)

    def start(self, point: Point, link: Link | None) -> None:
        """Run a point to its end."""
        outcome = run_point(
            self._setting, point, self._body, self._connection, link=link, around=self._around
        )
        self._ended.append((point, outcome))

    def wait(self) -> Ended:
        """Return the point that has ended."""
        ended, self._ended = self._ended, []
        return ended

    def stop(self) -> Ended:
        """Return what was not taken: an interrupt has ended the point itself."""
        return self.wait()

    def close(self) -> None:
        """Nothing is left behind."""
