"""The cells of a frame of ours, as files take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator


def columns(frame: pd.DataFrame) -> Iterator[tuple[str, Any]]:
    """Yield names and columns."""
    for place, name in enumerate(frame.columns):
        yield text_of(name), frame.iloc[:, place]


def text_of(value: object) -> str:
    """Return a text as UTF-8 can hold it: without halves of surrogate pairs."""
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def is_missing(value: Any) -> bool:
    """Whether a cell is empty: None, NaN, NA."""
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def is_time(column: Any) -> bool:
    """Whether a column holds times."""
    return pd.api.types.is_datetime64_any_dtype(column.dtype)


def is_number(column: Any) -> bool:
    """Whether a column holds nothing but numbers."""
    return pd.api.types.is_numeric_dtype(column.dtype)


def moments(column: Any) -> Any:
    """Return times as numpy has them, UTC, to the microsecond."""
    utc = column if column.dt.tz is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
    return utc.to_numpy("datetime64[us]")


def iso(column: Any) -> list[str | None]:
    """Return times as ISO 8601 writes them; None for missing ones."""
    values = moments(column)
    texts = np.datetime_as_string(values, unit="us")
    return [None if unknown else f"{text}Z" for text, unknown in zip(texts, np.isnat(values), strict=True)]
