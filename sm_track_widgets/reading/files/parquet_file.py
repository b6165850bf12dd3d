"""Parquet, whose columns have one type each: of numbers and texts together two are made."""

from __future__ import annotations

import logging
from typing import IO, TYPE_CHECKING, Any

from sm_track_widgets.reading.files.cells import columns, is_missing, is_number, is_time, moments, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

logger = logging.getLogger("sm_track_widgets")
NUMBERS = ":number"
"""Ending of the second column of a parameter that is a number in some runs and a text in others."""
NOTE = b"sm_track"
"""Key of the field's metadata that tells of it."""
_EXACT = 2**53


def write_parquet(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write `frame`; says in one line which columns were made two."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays: list[Any] = []
    fields: list[Any] = []
    taken = {name for name, _ in columns(frame)}
    mixed: list[str] = []
    for name, column in columns(frame):
        second = f"{name}{NUMBERS}"
        while second in taken:
            second += NUMBERS
        made = list(_arrays(column))
        notes = [f"numbers among them are also in {second!r}", f"the numbers of {name!r}"]
        mixed += [name] if len(made) > 1 else []
        for title, array, note in zip((name, second), made, notes, strict=False):
            arrays.append(array)
            metadata = {NOTE: note.encode("utf-8")} if len(made) > 1 else None
            fields.append(pa.field(title, array.type, metadata=metadata))
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), file)
    if mixed:
        logger.warning(
            "Numbers and texts in one column are written as text, and the numbers again as NAME%s: %s.",
            NUMBERS,
            ", ".join(map(repr, mixed)),
        )


def _arrays(column: Any) -> Iterator[Any]:
    """Yield a column of pyarrow's; of numbers and texts two: all as text, and the numbers."""
    import pyarrow as pa

    if is_time(column):
        yield pa.array(moments(column), type=pa.timestamp("us", tz="UTC"), from_pandas=True)
        return
    if is_number(column):
        yield pa.array(column, from_pandas=True)
        return
    values = [None if is_missing(value) else value for value in column.tolist()]
    if any(isinstance(value, list) for value in values):
        lists = [value and [text_of(one) for one in value] for value in values]
        yield pa.array(lists, type=pa.list_(pa.string()))
        return
    numbers = [float(value) if isinstance(value, int | float) else None for value in values]
    count = sum(number is not None for number in numbers)
    if count and count == sum(value is not None for value in values):
        yield pa.array(numbers, type=pa.float64())
        return
    yield pa.array([None if value is None else _text(value) for value in values], type=pa.string())
    if count:
        yield pa.array(numbers, type=pa.float64())


def _text(value: Any) -> str:
    """Return a value as text; a whole number without its ``.0``, as it was logged most likely."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return str(int(value))
    return text_of(value)
