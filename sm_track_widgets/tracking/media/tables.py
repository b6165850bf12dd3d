"""Tables: whatever has rows and columns as a CSV, JSON or Parquet file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

CURE = "Give a DataFrame, a dict of columns, or a list of rows."
SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".parquet")


def frame(data: Any) -> pd.DataFrame:
    """Return a table as a DataFrame; an index that holds something becomes columns in front.

    Parameters
    ----------
    data
        A DataFrame (pandas; others that have ``to_pandas``), a Series, a dict of columns (of single values: one
        row), a list of rows (dicts or lists), an array of one or two dimensions.

    Raises
    ------
    UsageError
        It is no table.
    """
    import pandas as pd

    if callable(getattr(data, "to_pandas", None)):
        data = data.to_pandas()
    elif hasattr(data, "data") and type(data).__name__ == "Styler":
        data = data.data
    if isinstance(data, pd.Series):
        data = data.to_frame()
    if isinstance(data, pd.DataFrame):
        return _flat(data)
    if isinstance(data, Mapping) and not any(_is_column(column) for column in cast("Any", data).values()):
        data = [dict(cast("Mapping[Any, Any]", data))]
    if (
        isinstance(data, str | bytes)
        or data is None
        or not (hasattr(data, "__len__") or hasattr(data, "__iter__"))
    ):
        raise UsageError(f"{type(data).__name__} is no table.", CURE)
    try:
        return pd.DataFrame(data if hasattr(data, "__len__") else list(data))
    except Exception as error:
        raise UsageError(f"This is no table: {' '.join(str(error).split())}.", CURE) from error


def writer(table: pd.DataFrame, suffix: str) -> Callable[[Path], None]:
    """Return what writes `table` to a path, in the form that `suffix` says.

    JSON has MLflow's form, ``{"columns": [...], "data": [[...], ...]}``, JSON lines one object a row. Times are
    ISO 8601.

    Raises
    ------
    UsageError
        Another suffix, or Parquet without pyarrow or fastparquet.
    """
    if suffix in {".csv", ".tsv"}:
        return lambda path: table.to_csv(path, index=False, sep="\t" if suffix == ".tsv" else ",")
    if suffix == ".json":
        return lambda path: _json(table, path, orient="split", index=False)
    if suffix == ".jsonl":
        return lambda path: _json(table, path, orient="records", lines=True)
    if suffix != ".parquet":
        raise UsageError(
            f"log_table does not write {suffix or 'names without an extension'}.",
            "Use .csv, .json or .parquet.",
        )
    _require_parquet()
    return lambda path: _parquet(table, path)


def _is_column(value: Any) -> bool:
    return not isinstance(value, str | bytes | Mapping) and (
        hasattr(value, "__len__") or hasattr(value, "__iter__")
    )


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    plain = isinstance(table.index, pd.RangeIndex) and table.index.name is None
    if not plain:
        try:
            table = table.reset_index()
        except ValueError:  # a column has the index's name already
            table = table.reset_index(drop=True)
    if isinstance(table.columns, pd.MultiIndex):
        table = table.set_axis(
            ["_".join(str(part) for part in column if part != "") for column in table.columns], axis=1
        )
    return table


def _json(table: pd.DataFrame, path: Path, **form: Any) -> None:
    named = _unique(table)
    named.to_json(path, date_format="iso", date_unit="us", default_handler=str, force_ascii=False, **form)


def _unique(table: pd.DataFrame) -> pd.DataFrame:
    """Name each column once, with text: JSON and Parquet know no others."""
    names: list[str] = []
    for column in table.columns:
        name, number = str(column), 1
        while name in names:
            number += 1
            name = f"{column}-{number}"
        names.append(name)
    return table.set_axis(names, axis=1)


def _require_parquet() -> None:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None and find_spec("fastparquet") is None:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed.", "Use .csv or .json, or: pip install pyarrow"
        )


def _parquet(table: pd.DataFrame, path: Path) -> None:
    table = _unique(table)
    try:
        table.to_parquet(path, index=False)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - a column of mixed types; as text it is at least kept
        mixed = {
            name: table[name].map(str, na_action="ignore")
            for name in table.columns
            if table[name].dtype == object
        }
        table.assign(**mixed).to_parquet(path, index=False)
