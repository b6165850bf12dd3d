"""Prices of instances, from a file of the user's: no price list is part of this package or of the SDK."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from sm_track_widgets._errors import UsageError

EXAMPLE = 'For example a CSV file with the line ml.m5.large,0.115 or {"ml.m5.large": 0.115} as JSON.'
HOUR = 3600.0
_known: dict[tuple[str, float, int], dict[str, float]] = {}


def read(path: str | Path) -> dict[str, float]:
    """Read prices: instance type -> price of an hour, in any currency.

    Parameters
    ----------
    path
        ``.json``: an object of numbers. Anything else: CSV of two columns, with or without a head.

    Raises
    ------
    UsageError
        It cannot be read, or holds no prices; the text names the line.
    """
    file = Path(path).expanduser()
    try:
        look = file.stat()
        key = (str(file), look.st_mtime, look.st_size)
        if key not in _known:
            text = file.read_text(encoding="utf-8-sig")
            _known[key] = _of_json(text, file) if file.suffix.lower() == ".json" else _of_csv(text, file)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"The prices in {str(file)!r} cannot be read: {reason}.", EXAMPLE) from None
    return dict(_known[key])


def known(path: str | None) -> dict[str, float]:
    """Return the prices of a file that was named in the settings; none where there is no such file any more."""
    if not path:
        return {}
    try:
        return read(path)
    except UsageError:
        return {}


def cost(prices: Mapping[str, float], billed: Iterable[tuple[str, float]]) -> float | None:
    """Return what instances cost.

    Parameters
    ----------
    prices
        Of an hour, by instance type.
    billed
        Instance types with the seconds that are billed for them.

    Returns
    -------
    float or None
        None where one of them has no price: a sum without it would be too low.
    """
    total, any_ = 0.0, False
    for instance, seconds in billed:
        price = prices.get(instance)
        if price is None:
            return None
        any_ = True
        total += price * seconds / HOUR
    return total if any_ else None


def _of_json(text: str, file: Path) -> dict[str, float]:
    try:
        held: Any = json.loads(text)
    except ValueError as error:
        raise UsageError(f"The prices in {str(file)!r} are no JSON: {error}.", EXAMPLE) from None
    if not isinstance(held, dict):
        raise UsageError(f"The prices in {str(file)!r} are no object.", EXAMPLE)
    found = cast("dict[str, Any]", held)
    return _checked({str(name): value for name, value in found.items()}, file)


def _of_csv(text: str, file: Path) -> dict[str, float]:
    found: dict[str, Any] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if len(cells) < 2:  # noqa: PLR2004 - type and price
            raise UsageError(f"Line {number} of {str(file)!r} has no price.", EXAMPLE)
        if number == 1 and not _is_price(cells[1]):
            continue  # a head
        found[cells[0]] = cells[1]
    return _checked(found, file)


def _checked(found: Mapping[str, Any], file: Path) -> dict[str, float]:
    if not found:
        raise UsageError(f"There are no prices in {str(file)!r}.", EXAMPLE)
    for name, value in found.items():
        if isinstance(value, bool) or not _is_price(value):
            raise UsageError(f"The price of {name!r} in {str(file)!r} is no number: {value!r:.40}.", EXAMPLE)
    return {name: float(value) for name, value in found.items()}


def _is_price(value: Any) -> bool:
    try:
        return math.isfinite(float(value)) and float(value) >= 0
    except (TypeError, ValueError):
        return False
