"""Parcels to a target: several at a time, each in steps that can be done again, parents before their children."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sm_track_widgets._aws import LIMITS
from sm_track_widgets._crew import Crew
from sm_track_widgets._errors import TrackError
from sm_track_widgets._failures import RefusedError, judge
from sm_track_widgets.actions.move.parcel import FINAL, Parcel, parents_first

TOGETHER = 48
"""Runs that are opened before the first of them is filled: parents are then known to their children."""
Step = Callable[[], "Iterable[Step] | None"]
"""One thing to do, which can be done again where it failed; it may name what is to be done next."""
Done = TypeVar("Done")
OnProgress = Callable[[int, int], object]


class Trip:
    """One run on its way into one target.

    Attributes
    ----------
    parcel
        The run.
    place
        What it is called at the target; empty until it is opened.
    parent
        What its parent is called there; empty for none.
    there, again
        Whether it was there before, and whole; or in part.
    remarks
        What could not be taken along.
    """

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self.place, self.parent = "", ""
        self.there = self.again = False
        self.remarks: list[str] = []
        self._steps: deque[Step] = deque()

    def then(self, *steps: Step) -> None:
        """Have these done after all the others."""
        self._steps.extend(steps)

    def advance(self) -> bool:
        """Do the next step; return whether there are more. A step that fails is the next one still."""
        if self._steps:
            more = self._steps[0]()
            self._steps.popleft()
            self._steps.extendleft(reversed(list(more or ())))
        return bool(self._steps)


class Target(Protocol):
    """Where runs go to."""

    @property
    def title(self) -> str:
        """In words, for messages."""
        ...

    @property
    def width(self) -> int:
        """Calls at a time, at most."""
        ...

    @property
    def in_order(self) -> bool:
        """Whether runs are opened one after the other, so that they are listed in the order of the source."""
        ...

    def held(self, parcels: Sequence[Parcel]) -> dict[str, tuple[str, bool]]:
        """Return, by key, what of the parcels' experiments is there: as what, and whether all of it is."""
        ...

    def foresee(self, parcels: Sequence[Parcel]) -> list[str]:
        """Return what will be other than at the source, one line each."""
        ...

    def open(self, parcel: Parcel, place: str) -> Trip:
        """Make the run, or find it where an earlier try has made it; `place` where that is known."""
        ...

    def fill(self, trip: Trip) -> None:
        """Say what has to be done next: `Trip.then`."""
        ...

    def explain(self, error: Exception) -> TrackError | None:
        """Return what an error means that ends everything, in one line; None for a defect."""
        ...


@dataclass(slots=True)
class Carried:
    """What has become of parcels.

    Attributes
    ----------
    moved, there
        By title, what they are called at the target: moved now, and there before.
    failed
        Why it was not done, by title.
    remarks
        What could not be taken along, one line each.
    points, files
        How many have been moved.
    stopped
        What ended everything before all was done; empty for nothing.
    """

    moved: dict[str, str] = field(default_factory=dict[str, str])
    there: dict[str, str] = field(default_factory=dict[str, str])
    failed: dict[str, str] = field(default_factory=dict[str, str])
    remarks: list[str] = field(default_factory=list[str])
    points: int = 0
    files: int = 0
    stopped: TrackError | None = None

    def note(self, what: dict[str, str], one: Parcel, text: str) -> None:
        """Note something of a run, by its title; with its key where another one has that too."""
        what[one.title if one.title not in what else f"{one.title} ({one.key})"] = text


def carry(
    parcels: Sequence[Parcel], target: Target, held: dict[str, tuple[str, bool]], progress: OnProgress
) -> Carried:
    """Bring the parcels to the target that are not there yet.

    A run that the target refuses is named in the answer, and the others go on. What lets nothing go on (no server, no
    credentials) ends it, and the answer says so; a second call goes on with the rest.
    """
    carried = Carried()
    ordered = parents_first(parcels)
    places = {key: place for key, (place, _) in held.items()}
    todo: list[Parcel] = []
    for one in ordered:
        known = next((held[key] for key in one.keys if key in held), None)
        if known is not None and known[1]:
            carried.note(carried.there, one, known[0])
        else:
            todo.append(one)
    total, done = len(todo), 0
    progress(0, total)
    try:
        for at in range(0, total, TOGETHER):
            trips = _opened(todo[at : at + TOGETHER], target, places, carried)

            def tell(count: int, before: int = done) -> None:
                progress(before + count, total)

            _fill(trips, target, carried, tell)
            done += len(todo[at : at + TOGETHER])
            progress(done, total)
    except Exception as error:
        carried.stopped = error if isinstance(error, TrackError) else target.explain(error)
        if carried.stopped is None:
            raise
    return carried


def _opened(
    parcels: Sequence[Parcel], target: Target, places: dict[str, str], carried: Carried
) -> list[Trip]:
    trips: list[Trip] = []
    for one in Crew(_prepared, most=8).run(parcels, _nothing):
        raise one.error

    def call(one: Parcel) -> Trip | str:
        known = next((places[key] for key in one.keys if key in places), "")
        return _settled(lambda: target.open(one, known))

    def take(one: Parcel, trip: Trip | str) -> Iterable[Parcel]:
        if isinstance(trip, str):
            carried.note(carried.failed, one, trip)
            return ()
        places.update(dict.fromkeys(one.keys, trip.place))
        if trip.there:
            carried.note(carried.there, one, trip.place)
        else:
            trips.append(trip)
        return ()

    width = 1 if target.in_order else target.width
    for one in Crew(call, start=min(4, width), most=width).run(parcels, take):
        carried.note(carried.failed, one.job, one.reason)
    for trip in trips:
        trip.parent = places.get(trip.parcel.parent, "")
    return trips


def _prepared(one: Parcel) -> None:
    one.prepare()


def _nothing(_: Parcel, __: None) -> Iterable[Parcel]:
    return ()


def _fill(trips: Sequence[Trip], target: Target, carried: Carried, tell: Callable[[int], object]) -> None:
    done = 0

    def call(trip: Trip) -> bool | str:
        return _settled(trip.advance)

    def take(trip: Trip, more: bool | str) -> Iterable[Trip]:  # noqa: FBT001 - the crew's form
        nonlocal done
        if more is True:
            return (trip,)
        done += 1
        tell(done)
        if isinstance(more, str):
            carried.note(carried.failed, trip.parcel, more)
        else:
            carried.note(carried.moved, trip.parcel, trip.place)
            carried.points += trip.parcel.points
            carried.files += trip.parcel.files
        carried.remarks += [f"{trip.parcel.title}: {text}" for text in (*trip.parcel.remarks, *trip.remarks)]
        return ()

    for trip in trips:
        target.fill(trip)
    given_up = Crew(call, start=min(4, target.width), most=target.width).run(trips, take)
    for one in given_up:
        carried.note(carried.failed, one.job.parcel, one.reason)


def _settled(call: Callable[[], Done]) -> Done | str:
    """Do it; return why it was refused, where that is a matter of this run alone."""
    try:
        return call()
    except TrackError:
        raise
    except Exception as error:
        verdict = judge(error)
        answered = isinstance(error, RefusedError) or isinstance(getattr(error, "response", None), dict)
        alone = verdict.meaning == "refused" and verdict.code not in LIMITS
        if not alone or not (answered or type(error).__name__ == "ParamValidationError"):
            raise  # to be tried again, or the end of everything, or a defect of ours
        return verdict.text


def unfinished(parcels: Iterable[Parcel]) -> list[Parcel]:
    """Return the runs that are still written to, or whose kernel died without a word."""
    return [one for one in parcels if one.status not in FINAL]
