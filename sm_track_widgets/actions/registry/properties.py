"""A run as CustomerMetadataProperties of its model package: texts within the service's limits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sm_track_widgets._types import Scalar
    from sm_track_widgets.reading.run_facts import RunFacts

MOST = 50
MAX_KEY, MAX_VALUE = 128, 256
"""Entries and characters of CustomerMetadataProperties [M]."""
PARAMETER = "param."
"""What a parameter's key begins with."""
NAMED = 4
_SIGNS = frozenset("_.:/=+-@")


def properties(facts: RunFacts, model: str, more: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return the customer metadata of a run's model, and one line for each thing that was changed or left out.

    Parameters
    ----------
    facts
        The run.
    model
        Address of the model as the run has it.
    more
        What the user adds; it comes before the parameters when there is no room for all.
    """
    git: dict[str, Any] = facts.capture.get("git") or {}
    own: dict[str, Any] = {
        "run": facts.name,
        "experiment": facts.experiment,
        "run_component": facts.component,
        "artifact": model,
        "git_commit": git.get("commit"),
        "git_branch": git.get("branch"),
    }
    wanted = {name: value for name, value in {**own, **more}.items() if value is not None and _shown(value)}
    parameters = {f"{PARAMETER}{name}": _shown(value) for name, value in sorted(facts.parameters.items())}
    kept: dict[str, str] = {}
    cut: list[str] = []
    left: list[str] = []
    for name, value in {**wanted, **parameters}.items():
        key, text = allowed(name, MAX_KEY), allowed(_shown(value), MAX_VALUE)
        if key in kept or len(kept) == MOST or not key or not text:
            left.append(name)
            continue
        kept[key] = text
        if (key, text) != (name, _shown(value)):
            cut.append(name)
    return kept, _told(cut, left)


def allowed(text: str, most: int) -> str:
    r"""Return `text` with what the service's pattern does not know as ``_``, cut to `most` characters.

    The pattern is ``[\p{L}\p{Z}\p{N}_.:/=+-@]`` [M].
    """
    kept = "".join(sign if sign in _SIGNS or unicodedata.category(sign)[0] in "LZN" else "_" for sign in text)
    return kept[:most]


def number_or_text(text: str) -> Scalar:
    """Return what a parameter's text stands for: a number where it is one."""
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    try:
        return float(text) if re.match(r"[+-]?[\d.]", text) else text
    except ValueError:
        return text


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - exact
    return str(value)


def _told(cut: list[str], left: list[str]) -> list[str]:
    remarks: list[str] = []
    if cut:
        remarks.append(f"Cut, or with _ for signs that customer metadata does not take: {_some(cut)}.")
    if left:
        remarks.append(f"Left out of the customer metadata, which holds {MOST} entries: {_some(left)}.")
    return remarks


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"
