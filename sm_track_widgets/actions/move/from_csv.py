"""A CSV file with one row for each run, as parcels: of ours, of MLflow's page, of W&B, and others by a mapping."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._names import slug
from sm_track_widgets._types import Series
from sm_track_widgets.actions.move.fitting import Fitting
from sm_track_widgets.actions.move.parcel import Contents, Parcel

if TYPE_CHECKING:
    from sm_track_widgets._types import Scalar, Status

KNOWN: dict[str, tuple[str, ...]] = {
    "name": ("run", "name", "run name", "run_name"),
    "experiment": ("experiment", "project"),
    "group": ("group",),
    "status": ("status", "state"),
    "message": ("message",),
    "started": ("started", "start time", "start_time", "created", "created_at"),
    "ended": ("ended", "end time", "end_time"),
    "duration": ("duration_s", "duration", "runtime"),
    "notes": ("notes", "description"),
    "user": ("created_by", "user"),
    "id": ("run id", "run_id", "id"),
}
"""What of a run a column may be -> how files of ours, MLflow and W&B call it, in lower case."""
PREFIXES = {
    "params.": "params",
    "config.": "params",
    "metrics.": "metrics",
    "summary.": "metrics",
    "tags.": "tags",
}
STATISTICS = (".min", ".max", ".avg", ".std", ".count")
"""Of a metric in our files; the last value is what becomes a point."""
STATUSES: dict[str, Status] = {
    "completed": "Completed", "finished": "Completed", "success": "Completed", "succeeded": "Completed",
    "failed": "Failed", "crashed": "Failed", "error": "Failed",
    "stopped": "Stopped", "killed": "Stopped", "running": "Stopped", "inprogress": "Stopped",
}  # fmt: skip
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
UNITS = {"ms": 0.001, "s": 1.0, "sec": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
NAMED = 5


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which columns are what, besides those whose names say it.

    Attributes
    ----------
    params, metrics, tags
        Names of columns.
    columns
        What of a run, a key of `KNOWN`, -> name of the column.
    """

    params: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class _Columns:
    """Places of columns: what of a run -> place; kind -> name and place."""

    facts: dict[str, int] = field(default_factory=dict[str, int])
    kinds: dict[str, dict[str, int]] = field(
        default_factory=lambda: {"params": {}, "metrics": {}, "tags": {}}
    )
    guessed: list[str] = field(default_factory=list[str])


def read_csv(
    path: str, mapping: ColumnMapping, experiment: str | None = None, into: str | None = None
) -> tuple[list[Parcel], list[str]]:
    """Read the rows of a file.

    Parameters
    ----------
    path
        The file, UTF-8, with a header.
    mapping
        Which columns are what.
    experiment
        Only rows of this one.
    into
        Experiment for all of them here.

    Returns
    -------
    list of Parcel
        One for each row that is not empty, in their order.
    list of str
        What was taken for what without being told.

    Raises
    ------
    NotFoundError
        No such file, or no row of the experiment.
    UsageError
        It is no CSV file with a header, or has no such column.
    """
    file = Path(path).expanduser()
    header, rows = _table(file)
    columns = _columns(header, mapping)
    default = into or slug(file.stem)
    found = [
        _Row(columns, row, number).parcel(into or "", default)
        for number, row in enumerate(rows, 2)
        if any(cell.strip() for cell in row)
    ]
    if experiment is not None:
        every = list(dict.fromkeys(one.experiment for one in found))
        found = [
            one for one in found if experiment.lower() in {one.experiment, one.experiment_display.lower()}
        ]
        if not found and into is None:
            raise NotFoundError(
                f"{file.name} has no experiment {experiment!r}.", did_you_mean(experiment, every)
            )
    notes: list[str] = []
    if columns.guessed:
        named = ", ".join(columns.guessed[:NAMED])
        more = f" and {len(columns.guessed) - NAMED} more" if len(columns.guessed) > NAMED else ""
        notes.append(
            f"Taken as parameters: {named}{more}. Name the metrics among them with metrics= (--metrics)."
        )
    return found, notes


def _table(file: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = list(csv.reader(opened))
    except FileNotFoundError:
        raise NotFoundError(
            f"There is no file {str(file)!r}.", f"The current folder is {str(Path.cwd())!r}."
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"{str(file)!r} cannot be read as CSV: {error}.", "It has to be UTF-8 text."
        ) from None
    if not lines or len(set(lines[0])) < len(lines[0]) or not any(lines[0]):
        raise UsageError(
            f"{file.name} has no header whose names differ.", "The first line names the columns."
        )
    width = len(lines[0])
    return [_plain(cell) for cell in lines[0]], [[*row, *[""] * (width - len(row))] for row in lines[1:]]


def _columns(header: Sequence[str], mapping: ColumnMapping) -> _Columns:
    found = _Columns()
    places = {name: place for place, name in enumerate(header)}
    for what, name in mapping.columns.items():
        if what not in KNOWN:
            raise UsageError(
                f"A run has no {what!r}.", did_you_mean(what, KNOWN) or f"It has: {', '.join(KNOWN)}."
            )
        found.facts[what] = _place(places, name)
    told = {"params": mapping.params, "metrics": mapping.metrics, "tags": mapping.tags}
    for kind, names in told.items():
        for name in names:
            found.kinds[kind][name] = _place(places, name)
    taken = {*found.facts.values(), *(place for kind in found.kinds.values() for place in kind.values())}
    for name, place in places.items():
        if place not in taken and name:
            _guess(found, name, place)
    return found


def _place(places: Mapping[str, int], name: str) -> int:
    if name not in places:
        hint = did_you_mean(name, places) or f"There are: {', '.join(list(places)[:NAMED])}."
        raise UsageError(f"The file has no column {name!r}.", hint)
    return places[name]


def _guess(found: _Columns, name: str, place: int) -> None:
    for prefix, kind in PREFIXES.items():
        if name.startswith(prefix):
            rest = name[len(prefix) :]
            if kind == "metrics" and rest.endswith(STATISTICS):
                return  # a single point has no statistics of its own
            found.kinds[kind].setdefault(rest.removesuffix(".last") if kind == "metrics" else rest, place)
            return
    for what, names in KNOWN.items():
        if name.lower() in names and what not in found.facts:
            found.facts[what] = place
            return
    if name.lower() in {"source type", "source name", "source version"}:
        found.kinds["tags"][f"mlflow.{name.lower().replace(' ', '.')}"] = place
        return
    found.kinds["params"][name] = place
    found.guessed.append(name)


class _Row:
    """One row."""

    def __init__(self, columns: _Columns, cells: Sequence[str], number: int) -> None:
        self._columns, self._number = columns, number
        self._cells = [_plain(cell) for cell in cells]
        self._fitting = Fitting()

    def parcel(self, into: str, default: str) -> Parcel:
        fact = self._fact
        experiment = slug(into or fact("experiment") or default)
        name = fact("name") or fact("id") or f"row-{self._number}"
        started, ended = self._times()
        user = fact("user")
        tags = {**self._of("tags"), **({"mlflow.user": user} if user and fact("id") else {})}
        status = fact("status").replace(" ", "").lower()
        digest = hashlib.sha256("\0".join([experiment, *self._cells]).encode()).hexdigest()[:40]
        values = self._metrics()
        when = next((one for one in (ended, started) if one is not None), None)
        parcel = Parcel(
            key=f"csv/{digest}",
            experiment=experiment.lower(),
            experiment_display=experiment,
            group=slug(fact("group"), 120) if fact("group") else "",
            run=slug(name).lower(),
            run_display=slug(name),
            name=name,
            status=STATUSES.get(status, "Completed"),
            message=fact("message")
            or ("was running when the file was written" if status == "running" else ""),
            started=started,
            ended=ended,
            created_by=user,
            parameters=self._fitting.parameters(
                {key: _value(text) for key, text in self._of("params").items()}
            ),
            tags=self._fitting.tags(tags),
            notes=self._fitting.notes(fact("notes")),
            points=len(values),
            remarks=self._fitting.remarks,
        )
        parcel.base = parcel.group
        rest = [file] if (file := self._fitting.rest()) is not None else []
        parcel.load_series = _points(values, when)
        parcel.load = lambda: Contents(parcel.load_series(), list(rest))
        return parcel

    def _times(self) -> tuple[float | None, float | None]:
        started, ended = _moment(self._fact("started")), _moment(self._fact("ended"))
        lasted = _seconds(self._fact("duration"))
        if ended is None and started is not None and lasted is not None:
            ended = started + lasted
        return started, ended

    def _fact(self, what: str) -> str:
        place = self._columns.facts.get(what)
        return "" if place is None else self._cells[place].strip()

    def _of(self, kind: str) -> dict[str, str]:
        held = {name: self._cells[place] for name, place in self._columns.kinds[kind].items()}
        return {name: text for name, text in held.items() if text.strip()}

    def _metrics(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, text in self._of("metrics").items():
            value = _value(text.strip())
            if isinstance(value, float):
                found[self._fitting.metric(name)] = value
            elif text.strip().lower() not in {"nan", "inf", "-inf", "none", "null"}:
                self._fitting.remark(
                    f"Metric {name!r} is {text[:40]!r}, which is no number; it was left out."
                )
        return found


def _points(values: Mapping[str, float], when: float | None) -> Callable[[], list[Series]]:
    def read() -> list[Series]:
        moment = datetime.now(tz=timezone.utc).timestamp() if when is None else when
        return [
            Series("", name, array("q", [-1]), array("d", [moment]), array("d", [value]))
            for name, value in values.items()
        ]

    return read


def _plain(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from executing it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _value(text: str) -> Scalar:
    if NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _moment(text: str) -> float | None:
    """Return seconds since the epoch of ISO 8601 (UTC where it says nothing), or of a number of (milli)seconds."""
    if not text:
        return None
    if NUMBER.fullmatch(text):
        number = float(text)
        return number / 1000 if number > 1e11 else number  # noqa: PLR2004 - no number of seconds for 3,000 years
    try:
        found = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.strip()))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


def _seconds(text: str) -> float | None:
    """Return a duration: seconds, ``1.5min``, or ``0:02:10``."""
    if NUMBER.fullmatch(text):
        return float(text)
    found = re.fullmatch(r"([\d.]+)\s*([a-z]+)", text)
    if found and found[2] in UNITS:
        return float(found[1]) * UNITS[found[2]]
    parts = text.split(":")
    if len(parts) == 3 and all(NUMBER.fullmatch(part) for part in parts):  # noqa: PLR2004 - h:mm:ss
        hours, minutes, seconds = map(float, parts)
        return timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    return None
