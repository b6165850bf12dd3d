"""A table as one file: a header and a few matrices, in NumPy's own format, whose parts carry checksums."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from sm_track_widgets.reading.table.table import Table
from sm_track_widgets.reading.table.words import Words

HEADER, CODES = "header", "codes"


class BrokenFileError(Exception):
    """The file is not what `packed` made."""


def packed(table: Table) -> bytes:
    """Return the table as bytes; `unpacked` takes them."""
    import orjson

    kinds = {kind: list(columns) for kind, columns in table.numbers.items() if columns}
    matrices = {
        f"n.{kind}": np.stack([table.numbers[kind][name] for name in names]) for kind, names in kinds.items()
    }
    compact = [
        (kind, name, words.compact())
        for kind, columns in table.words.items()
        for name, words in columns.items()
    ]
    header = {
        "components": table.components,
        "numbers": kinds,
        "words": [[kind, name, words.values] for kind, name, words in compact],
    }
    codes = [words.codes for _, _, words in compact]
    parts: dict[str, Any] = {
        HEADER: np.frombuffer(orjson.dumps(header), dtype=np.uint8),
        CODES: np.stack(codes) if codes else np.empty((0, len(table)), dtype=np.int32),
        **matrices,
    }
    file = io.BytesIO()
    np.savez(file, **parts)
    return file.getvalue()


def unpacked(data: bytes) -> Table:
    """Return the table that `packed` was given.

    Raises
    ------
    BrokenFileError
        When it cannot be read.
    """
    import orjson

    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as parts:
            header: dict[str, Any] = orjson.loads(parts[HEADER].tobytes())
            rows = len(header["components"])
            numbers = {
                kind: dict(zip(names, _rows(parts[f"n.{kind}"], len(names), rows), strict=True))
                for kind, names in header["numbers"].items()
            }
            codes = _rows(parts[CODES], len(header["words"]), rows)
    except Exception as error:
        raise BrokenFileError(str(error)) from error
    words: dict[str, dict[str, Words]] = {}
    for (kind, name, values), column in zip(header["words"], codes, strict=True):
        words.setdefault(kind, {})[name] = Words(column, values)
    return Table(header["components"], numbers, words)


def _rows(matrix: Any, columns: int, rows: int) -> Any:
    if matrix.shape != (columns, rows):
        raise BrokenFileError(f"a matrix of {matrix.shape} where ({columns}, {rows}) was written")
    return matrix
