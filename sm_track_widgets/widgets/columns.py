"""A frame of runs as the table reads it: raw column buffers and a JSON header that describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sm_track_widgets._names import is_system, lower_is_better
from sm_track_widgets.charts import natural
from sm_track_widgets.charts.palette import PALETTE
from sm_track_widgets.reading.frames import NOTES_COLUMN
from sm_track_widgets.reading.query.of_column import fields_of_frame
from sm_track_widgets.reading.query.written import written_field
from sm_track_widgets.reading.table.of_frame import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ALIGNMENT = 8
MARKED = 1000
"""Runs that get a colour for being listed; in longer tables a dot is no help to find a run."""
NAME_COLUMNS = ("run", "DisplayName", "TrialComponentName")
"""Columns that can name a run: ours first, then those of ExperimentAnalytics."""
FIRST = ("status", "experiment", "group", "started", "duration_s")
PARAMETERS, METRICS = 6, 4
STATISTICS = ("last", "min", "max", "avg", "std", "count")


@dataclass(frozen=True, slots=True)
class ColumnData:
    """One column as the page has it.

    Attributes
    ----------
    kind
        ``number``, ``time`` (seconds since the epoch), ``duration`` (seconds), ``text``, ``status`` or ``run``.
    numbers
        f64, NaN for missing; None for texts.
    codes, texts
        Of texts: the place of each row's text in `texts`, -1 for missing ones.
    """

    kind: str
    numbers: np.ndarray[Any, np.dtype[np.float64]] | None = None
    codes: np.ndarray[Any, Any] = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    texts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.codes if self.numbers is None else self.numbers)


@dataclass(frozen=True, slots=True)
class Gone:
    """A column that was there once: what is filtered by stays known when the runs that had it are gone.

    Attributes
    ----------
    field
        As it is written in a query.
    kind
        As in `ColumnData`.
    """

    field: str
    kind: str

    def data(self, rows: int) -> ColumnData:
        """Return it without a value in any of so many rows."""
        if self.kind in {"number", "time", "duration"}:
            return ColumnData(self.kind, np.full(rows, np.nan))
        return ColumnData(self.kind, None, np.full(rows, -1, dtype="<i4"), [])


def encode(frame: pd.DataFrame, gone: Mapping[str, Gone] | None = None) -> tuple[dict[str, Any], bytes]:
    """Encode a frame.

    Parameters
    ----------
    frame
        One row per run. ``attrs["components"]`` names each run's trial component, by which it gets its colour.
    gone
        Columns that the frame has no more and that are told all the same, without a value in any row.

    Returns
    -------
    tuple
        Header ``{"rows", "columns", "runs", "colours"}`` and the bytes: numbers, times (seconds since the epoch)
        and durations as f64 with NaN for missing, texts as i32 codes into a dictionary with -1 for missing. Each
        column starts at a multiple of 8 bytes.
    """
    runs = run_names(frame)
    columns: list[dict[str, Any]] = [
        {"name": "run", "label": "run", "group": "run", "field": "name", "kind": "run", "length": len(frame)}
    ]
    parts: list[bytes] = []
    offset = 0
    for name, said, column in _columns(frame, gone or {}):
        header, data = _wire(column)
        padded = data + b"\0" * (-len(data) % ALIGNMENT)
        told = {"name": name, **_words(name), "field": said}
        columns.append({**told, **header, "offset": offset, "length": len(frame)})
        parts.append(padded)
        offset += len(padded)
    header = {"rows": len(frame), "columns": columns, "runs": runs, "colours": _colours(frame, runs)}
    return header, b"".join(parts)


def _columns(frame: pd.DataFrame, gone: Mapping[str, Gone]) -> Iterator[tuple[str, str, ColumnData]]:
    """Yield name, field and values of each column but the one that names the runs."""
    named = name_column(frame)
    for name, meant in fields_of_frame(frame).items():
        if name != named:
            yield name, written_field(meant), column_data(name, frame[name])
    for name, one in gone.items():
        yield name, one.field, one.data(len(frame))


def name_column(frame: pd.DataFrame) -> str | None:
    """Return the column that names the runs; None when there is none."""
    return next((name for name in NAME_COLUMNS if name in frame.columns), None)


def run_names(frame: pd.DataFrame) -> list[str]:
    """Return a name for each row that no other row has: what is selected is told by name."""
    column = name_column(frame)
    return told_apart([str(name) for name in (frame.index if column is None else frame[column])])


def told_apart(names: list[str]) -> list[str]:
    """Return names of which none is there twice: ``"a", "a"`` become ``"a", "a (2)"``."""
    taken = set(names)
    if len(taken) == len(names):
        return names
    seen: dict[str, int] = {}
    unique: list[str] = []
    for name in names:
        count = seen[name] = seen.get(name, 0) + 1
        other = name
        while count > 1 and (other := f"{name} ({seen[name]})") in taken:
            seen[name] += 1
        taken.add(other)
        unique.append(other)
    return unique


def plain_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns are texts and told apart: those of CSV files and of joins often are not."""
    names = [
        ".".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns.tolist()
    ]
    wanted = told_apart(names)
    if wanted == frame.columns.tolist():
        return frame
    named = frame.copy(deep=False)
    named.columns = pd.Index(wanted)
    return named


def comparable(column: Any) -> Any:
    """Return what a column is sorted by, as in the page: texts by their natural order, empty ones as missing."""
    data = column_data("", column)
    if data.numbers is not None:
        return column
    places = np.array([*natural.ranks(data.texts), np.nan])  # code -1, a missing text, is the last
    return pd.Series(places[data.codes], index=column.index)


def default_columns(frame: pd.DataFrame) -> list[str]:
    """Choose what a table shows at first: state, times, parameters that differ, last values of metrics, notes."""
    names = [str(name) for name in frame.columns]
    fixed = [
        name
        for name in FIRST
        if name in names and (name not in {"experiment", "group"} or _differs(frame[name]))
    ]
    parameters = [name for name in names if name.startswith("params.")]
    differing = [name for name in parameters if _differs(frame[name])]
    metrics = [
        name
        for name in names
        if name.startswith("metrics.")
        and name.endswith(".last")
        and not is_system(name.removeprefix("metrics."))
    ]
    notes = [name for name in (NOTES_COLUMN,) if name in names]
    chosen = [*fixed, *(differing or parameters)[:PARAMETERS], *metrics[:METRICS], *notes]
    others = [name for name in names if name != name_column(frame)][: PARAMETERS + METRICS]
    return chosen or others


def _differs(column: Any) -> bool:
    """Whether there is more than one value, a missing one counted; a quick look, since tables are wide and long."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        missing = np.isnan(values)
        return bool(missing.any() and not missing.all()) or bool(
            (values[~missing] != values[~missing][:1]).any()
        )
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # lists, as the SDK's frames have them
        codes, values = pd.factorize(column.astype(str))
    return len(values) + bool((codes < 0).any()) > 1


def column_data(name: str, column: Any) -> ColumnData:
    """Return a column of a frame as numbers or as codes of texts."""
    held = kind_of(column.dtype)
    if held == "time":
        return ColumnData("time", _seconds(column))
    if held == "number":
        values = column.to_numpy(dtype=np.float64, na_value=np.nan).astype("<f8")
        return ColumnData("duration" if name == "duration_s" else "number", values)
    codes, texts = _codes(column)
    kind = "status" if name == "status" else "run" if name in NAME_COLUMNS else "text"
    return ColumnData(kind, None, codes.astype("<i4"), texts)


def _wire(data: ColumnData) -> tuple[dict[str, Any], bytes]:
    if data.numbers is not None:
        return {"kind": data.kind, "dtype": "f64"}, data.numbers.tobytes()
    kind = "text" if data.kind == "run" else data.kind
    return {"kind": kind, "dtype": "i32", "values": data.texts}, data.codes.tobytes()


def _seconds(column: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    times = pd.to_datetime(column, utc=True)
    seconds = (times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    return seconds.to_numpy(dtype=np.float64, na_value=np.nan).astype("<f8")


def _codes(column: Any) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Return the number of each text in order of appearance, -1 for missing and empty ones; and the texts."""
    missing = column.isna().to_numpy(dtype=bool)
    texts = pd.Series(column.to_numpy(dtype=object)).map(str)
    missing = missing | (texts == "").to_numpy(dtype=bool)  # pandas may give a read-only array
    codes, values = pd.factorize(texts.mask(pd.Series(missing)))
    return codes, [str(value) for value in values]


def _words(name: str) -> dict[str, str]:
    """Return the heading a column is listed under, what its header says, and which end of it is good."""
    group, _, rest = name.partition(".")
    if group not in {"params", "metrics", "tags"} or not rest:
        return {"group": "run", "label": "duration" if name == "duration_s" else name}
    if group != "metrics":
        return {"group": group, "label": rest}
    metric, _, statistic = rest.rpartition(".")
    if statistic not in STATISTICS:
        return {"group": group, "label": rest}
    label = metric if statistic == "last" else f"{metric} {statistic}"
    if statistic in {"std", "count"}:
        return {"group": group, "label": label}
    return {"group": group, "label": label, "best": "min" if lower_is_better(metric) else "max"}


def _colours(frame: pd.DataFrame, runs: Sequence[str]) -> list[int]:
    """Return the palette's colour of each run; -1 for runs far down that no chart has shown."""
    components = frame.attrs.get("components", {})
    found: list[int] = []
    for place, run in enumerate(runs):
        component = components.get(run)
        if component is None:
            found.append(-1)
        elif place < MARKED:
            found.append(PALETTE.mark(component).colour)
        else:
            mark = PALETTE.known(component)
            found.append(-1 if mark is None else mark.colour)
    return found
