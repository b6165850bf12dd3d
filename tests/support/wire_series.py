"""Series as the page reads them."""

from __future__ import annotations

from typing import Any

import numpy as np


def decode(header: dict[str, Any], data: bytes) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    """Read the wire as the page does."""
    found = {}
    for one in header["series"]:
        names = ["step", "time", "low"] + ([] if one["exact"] else ["high"])
        values = np.frombuffer(data, "<f8", len(names) * one["n"], one["offset"]).reshape(
            len(names), one["n"]
        )
        arrays = dict(zip(names, values, strict=True))
        found[one["run"], one["metric"]] = {"high": arrays["low"], **arrays}
    return found
