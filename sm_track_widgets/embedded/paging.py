"""Pages of lists: opaque tokens that hold a position in the order, not a count, so that they survive inserts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import invalid
from sm_track_widgets.embedded.service import Service

DEFAULT_PAGE = 10  # [M]
_MARK = 12  # characters
ORDERS: Mapping[str, str] = {"CreationTime": "created", "Name": "key"}


def encode_token(scope: Any, position: Sequence[str | float | int | None]) -> str:
    """Return the token of a page that ends at `position` of the list described by `scope`.

    Parameters
    ----------
    scope
        What the list depends on (filters, order), JSON-serialisable or not: it is only compared, through its repr.
    position
        Sort keys of the page's last row, ending in something unique.
    """
    text = json.dumps(list(position), ensure_ascii=False)
    # Packed: a token may have 8,192 characters [M], and a page may end at a text of 2,500.
    packed = zlib.compress(f"{_mark(scope, text)}{text}".encode(), level=9)
    return base64.urlsafe_b64encode(packed).decode()


def decode_token(token: str | None, scope: Any) -> list[Any] | None:
    """Return the position in `token`, or None for the first page.

    Raises
    ------
    ServiceError
        ``ValidationException`` for a token that is not ours or belongs to another list.
    """
    if token is None:
        return None
    try:
        packed = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        text = zlib.decompress(packed).decode()
    except (binascii.Error, zlib.error, ValueError):
        text = ""
    mark, position = text[:_MARK], text[_MARK:]
    if not mark or mark != _mark(scope, position):
        raise invalid("Invalid NextToken: it is malformed or belongs to a request with other parameters.")
    return list[Any](json.loads(position))


def _mark(scope: Any, position: str) -> str:
    """Return what tells a token of ours from one of another list, or one that somebody changed."""
    return hashlib.sha256(f"{scope!r}{position}".encode()).hexdigest()[:_MARK]


def scope_of(operation: str, params: Params) -> list[Any]:
    """Return what makes the list of `operation`: all `params` but the page's own."""
    kept = sorted(
        (name, repr(value)) for name, value in params.items() if name not in {"NextToken", "MaxResults"}
    )
    return [operation, kept]


@dataclass(slots=True)
class Listing:
    """One List operation as SQL: what is read and what narrows it.

    `select` is the statement up to WHERE, `table` the one that the sort columns belong to, `orders` maps SortBy to its
    column, `unique` names the columns that settle a tie. A sort column must hold no NULL.
    """

    operation: str
    select: str
    table: str
    orders: Mapping[str, str] = field(default_factory=lambda: ORDERS)
    unique: tuple[str, ...] = ("id",)
    conditions: list[str] = field(default_factory=list[str])
    values: list[Any] = field(default_factory=list[Any])

    def only(self, condition: str, *values: Any) -> None:
        """Narrow the list."""
        self.conditions.append(condition)
        self.values.extend(values)

    def created_between(self, service: Service, params: Params) -> None:
        """Honour CreatedAfter and CreatedBefore; both exclude their own moment."""
        if (after := params.get("CreatedAfter")) is not None:
            self.only(f"{self.table}.created > ?", service.moment(after))
        if (before := params.get("CreatedBefore")) is not None:
            self.only(f"{self.table}.created < ?", service.moment(before))

    def page(self, service: Service, params: Params) -> tuple[list[sqlite3.Row], str | None]:
        """Return a page of rows and the next page's token, by SortBy, SortOrder, MaxResults and NextToken."""
        columns = [self.orders[params.get("SortBy") or "CreationTime"], *self.unique]
        sign, direction = (">", "ASC") if params.get("SortOrder") == "Ascending" else ("<", "DESC")
        size = params.get("MaxResults") or DEFAULT_PAGE
        scope = scope_of(self.operation, params)
        conditions, values = list(self.conditions), list(self.values)
        if (position := decode_token(params.get("NextToken"), scope)) is not None:
            names = ", ".join(f"{self.table}.{column}" for column in columns)
            conditions.append(f"({names}) {sign} ({', '.join('?' * len(columns))})")
            values.extend(position)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        order = ", ".join(f"{self.table}.{column} {direction}" for column in columns)
        rows = service.store.rows(f"{self.select}{where} ORDER BY {order} LIMIT ?", *values, size + 1)
        if len(rows) <= size:
            return rows, None
        last = rows[size - 1]
        return rows[:size], encode_token(scope, [last[column] for column in columns])
