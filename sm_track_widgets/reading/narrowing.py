"""A query on a frame that somebody has already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import NotFoundError
from sm_track_widgets.reading import query as language
from sm_track_widgets.reading.table.of_frame import table_of_frame

if TYPE_CHECKING:
    import pandas as pd


def matching(frame: pd.DataFrame, text: str | None) -> pd.DataFrame:
    """Keep the rows for which a query holds; see `sm_track_widgets.runs`.

    Raises
    ------
    UsageError
        For a query that cannot be read; `QueryError` points at the place.
    NotFoundError
        When it finds nothing and names what no row has.
    """
    if not text or not text.strip():
        return frame
    query = language.parse(text)
    table = table_of_frame(frame, columns=any(one.kind == "column" for one in query.mentions))
    found = language.matches(query, table)
    if not found.any() and len(table) and (unknown := language.unknown(query, table)):
        raise NotFoundError(language.explain_unknown(unknown))
    kept: Any = frame
    narrowed: pd.DataFrame = kept[found].reset_index(drop=True)
    narrowed.attrs = frame.attrs
    return narrowed
