"""First rows of a table and the gist of a JSON document, out of the bytes of a file."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

Rows = list[list[Any]]
ROWS, COLUMNS, CELL = 10, 12, 300
"""Rows and columns that a preview shows, and characters of a cell."""
_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d{0,14})(?:\.\d*)?(?:[eE][-+]?\d{1,3})?")
"""Text of a CSV file that is shown as a number: not ``007``, which is a name."""
MODEL, GRAPHS = "sm_track_model", ("ConfusionMatrix", "ROCCurve", "PrecisionRecallCurve")


@dataclass(frozen=True, slots=True)
class Table:
    """The beginning of a table; `total` rows in all, None where that is not known."""

    header: list[str]
    rows: Rows
    total: int | None = None
    columns: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document is, in one line, and names with values."""

    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)


def csv_table(text: str, *, whole: bool, tabs: bool = False) -> Table | None:
    """Return the beginning of a CSV file; None when it has no columns."""
    lines = csv.reader(io.StringIO(text), delimiter="\t" if tabs else ",")
    header = next(lines, [])
    if not header:
        return None
    rows = list(islice(lines, ROWS))
    total = len(rows) + sum(1 for _ in lines) if whole else None
    return table(header, [[_cell(cell) for cell in row] for row in rows], total)


def json_lines_table(text: str, *, whole: bool) -> Table | None:
    """Return the beginning of a file with one JSON object a line; None when it is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not whole:
        lines = lines[:-1]  # it may have been cut
    rows = [json.loads(line) for line in lines[:ROWS]]
    return _records(rows, len(lines) if whole else None)


def parquet_table(data: bytes) -> Table | None:
    """Return the beginning of a Parquet file; None without pyarrow, or when the file is none or not whole."""
    try:
        from pyarrow import parquet  # pyright: ignore  # noqa: PGH003 - an optional library without types
    except ImportError:
        return None
    file: Any = cast("Any", parquet).ParquetFile(io.BytesIO(data))
    header = [str(name) for name in file.schema_arrow.names][:COLUMNS]
    batch: Any = next(file.iter_batches(batch_size=ROWS, columns=header), None)
    columns = [batch.column(place).to_pylist() for place in range(len(header))] if batch is not None else []
    rows = [list(row) for row in zip(*columns, strict=True)]
    return table([str(name) for name in file.schema_arrow.names], rows, int(file.metadata.num_rows))


def document(found: Any) -> Table | Facts | None:
    """Return what a JSON document is: a table, a chart, a model; None when it is nothing of these."""
    if isinstance(found, list):
        return _records(cast("list[Any]", found), len(cast("list[Any]", found)))
    return _object(cast("dict[str, Any]", found)) if isinstance(found, dict) else None


def _object(told: dict[str, Any]) -> Table | Facts | None:
    if (
        set(told) >= {"columns", "data"}
        and isinstance(told["data"], list)
        and isinstance(told["columns"], list)
    ):
        rows = cast("list[Any]", told["data"])
        if all(isinstance(row, list) for row in rows[:ROWS]):
            return table([str(name) for name in cast("list[Any]", told["columns"])], rows[:ROWS], len(rows))
    if MODEL in told:
        return _model(told)
    if "vega" in str(told.get("$schema", "")):
        return _vega(told)
    if isinstance(told.get("data"), list) and isinstance(told.get("layout"), dict):
        return _plotly(told)
    return _graph(told) if told.get("type") in GRAPHS else None


def table(header: list[str], rows: Rows, total: int | None) -> Table:
    """Cut a table to what a preview shows; every row gets as many cells as the header has."""
    width = min(len(header), COLUMNS)
    cut = [[_short(cell) for cell in [*row, *[None] * width][:width]] for row in rows[:ROWS]]
    return Table([str(name)[:CELL] for name in header[:width]], cut, total, len(header))


def _records(rows: list[Any], total: int | None) -> Table | None:
    if not rows or not all(isinstance(row, dict) for row in rows[:ROWS]):
        return None
    first = cast("list[dict[str, Any]]", rows[:ROWS])
    header = list(dict.fromkeys(str(name) for row in first for name in row))
    return table(header, [[row.get(name) for name in header] for row in first], total)


def _short(cell: Any) -> Any:
    if cell is None or isinstance(cell, bool | int | float):
        return cell if not isinstance(cell, int) or abs(cell) < 1 << 63 else str(cell)[:CELL]
    return (cell if isinstance(cell, str) else str(cell))[:CELL]


def _cell(text: str) -> Any:
    return float(text) if _NUMBER.fullmatch(text) else text or None


def _model(told: Mapping[str, Any]) -> Facts:
    library = " ".join(str(told.get(key) or "") for key in ("library", "version")).strip()
    numbers = {str(key): str(value) for key, value in _dict(told.get("facts")).items()}
    facts = [
        ("class", str(told.get("class") or "")),
        ("library", library),
        ("Python", str(told.get("python") or "")),
        ("format", str(told.get("format") or "")),
        *numbers.items(),
        *((str(key), str(value)) for key, value in _dict(told.get("metadata")).items()),
        ("load", str(told.get("load") or "")),
        ("summary", str(told.get("summary") or "")),
    ]
    return Facts(
        f"Model in {told.get('file') or 'a file beside this one'}", [pair for pair in facts if pair[1]]
    )


def _vega(told: Mapping[str, Any]) -> Facts:
    views = [
        _dict(view) for key in ("layer", "hconcat", "vconcat", "concat") for view in _list(told.get(key))
    ]
    facts: list[tuple[str, str]] = []
    for view in [_dict(told), *views][:6]:
        mark = view.get("mark")
        kind = _dict(mark).get("type") if isinstance(mark, dict) else mark
        channels = [(str(name), _dict(one)) for name, one in _dict(view.get("encoding")).items()]
        fields = [f"{name}: {one.get('field') or one.get('aggregate')}" for name, one in channels]
        if kind:
            facts.append((str(kind), ", ".join(name for name in fields if not name.endswith("None"))))
    return Facts(
        _titled("Altair chart", told.get("title")), [*facts, ("draw it", "alt.Chart.from_json(text)")]
    )


def _plotly(told: Mapping[str, Any]) -> Facts:
    traces = [_dict(trace) for trace in _list(told["data"])]
    facts = [(str(trace.get("type") or "scatter"), str(trace.get("name") or "")) for trace in traces[:ROWS]]
    title = _dict(told["layout"]).get("title")
    text = _dict(title).get("text") if isinstance(title, dict) else title
    more = [("and", f"{len(traces) - ROWS} more")] if len(traces) > ROWS else []
    return Facts(_titled("Plotly figure", text), [*facts, *more, ("draw it", "plotly.io.from_json(text)")])


def _graph(told: Mapping[str, Any]) -> Table | Facts:
    if told["type"] == "ConfusionMatrix":
        matrix = [
            cast("list[Any]", row) for row in _list(told.get("confusionMatrix")) if isinstance(row, list)
        ]
        header = ["true \\ predicted", *(str(place) for place in range(len(matrix)))]
        return table(header, [[str(place), *row] for place, row in enumerate(matrix)], len(matrix))
    names = {"areaUnderCurve": "area under the curve", "averagePrecisionScore": "average precision"}
    facts = [(name, f"{float(told[key]):.4g}") for key, name in names.items() if _is_number(told.get(key))]
    kind = "ROC curve" if told["type"] == "ROCCurve" else "Precision-recall curve"
    return Facts(_titled(kind, told.get("title")), facts)


def _titled(kind: str, title: Any) -> str:
    text = " ".join(str(part) for part in title) if isinstance(title, list) else title  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return f"{kind}: {text}" if isinstance(text, str) and text else kind


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _dict(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
