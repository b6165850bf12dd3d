"""The text of a cell that does what a run did."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import NotFoundError
from sm_track_widgets.reading.run_facts import stored_facts
from sm_track_widgets.tracking.capture.free_names import names_read
from sm_track_widgets.tracking.redact import MARK

if TYPE_CHECKING:
    from sm_track_widgets._types import Scalar
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.run_facts import RunFacts

PLAIN = frozenset({"int", "float", "str", "bool", "NoneType", "list", "tuple", "dict", "set"})
"""Types whose values are set again."""


def cell_of(connection: Connection, name: str, experiment: str | None = None) -> str:
    """Return a cell that runs a run's code again, with the values it had.

    Names that the cell read and that were plain values then, or parameters of the run, are set before its body; the
    others are named in a comment, since they are as this kernel has them.

    Parameters
    ----------
    connection
        Where the run is.
    name, experiment
        The run, as in `run_details`.

    Raises
    ------
    NotFoundError
        There is no such run, or its code was not kept.
    """
    facts = stored_facts(connection, name, experiment)
    source = facts.capture.get("source")
    if source is None:
        raise NotFoundError(
            f"The code of run {facts.name!r} was not kept.",
            "Cells of %%sm_run are, unless --no-capture is given.",
        )
    return written(facts, str(source))


def written(facts: RunFacts, source: str) -> str:
    """Return `source` with the values that it read set before its body."""
    head, body = _head(source)
    values, others = _values(facts, body)
    lines = [f"# {_about(facts)}"]
    lines += [f"{name} = {value!r}" for name, value in sorted(values.items())]
    if others:
        lines.append(f"# as they are in this kernel: {', '.join(others)}")
    if facts.capture.get("source_cut"):
        lines.append("# the code was too long: its end was not kept")
    return "\n".join([*head, *lines, body])


def _head(source: str) -> tuple[list[str], str]:
    """Return the magic lines that have to stay the first ones (``%%time`` above ``%%sm_run``), and the rest."""
    head: list[str] = []
    rest = source.lstrip("\n")
    while rest.startswith("%%"):
        first, _, rest = rest.partition("\n")
        head.append(first)
    return (head, rest) if head else ([], source)


def _about(facts: RunFacts) -> str:
    parameters = ", ".join(f"{name}={_whole(value)!r}" for name, value in facts.parameters.items())
    told = f"Again what run {facts.name!r} did ({facts.status})"
    return " ".join(f"{told}: {parameters}".split()) if parameters else f"{told}."


def _values(facts: RunFacts, body: str) -> tuple[dict[str, Any], list[str]]:
    """Return what the names are set to that the code read, and the names that cannot be set."""
    values: dict[str, Any] = {}
    others: list[str] = []
    for told in (facts.capture.get("inputs") or {}).get("names") or []:
        if told.get("kind") != "value":
            continue
        name, (known, value) = str(told["name"]), _plain(told)
        if known:
            values[name] = value
        else:
            others.append(name)
    # A sweep sets its parameters itself, and what the run says it used is nearer than what a text gives back.
    for name in {*names_read(body), *values, *others} & facts.parameters.keys():
        stored = facts.parameters[name]
        if name not in values or values[name] != stored:
            values[name] = _whole(stored)
    return values, [name for name in others if name not in values]


def _whole(value: Scalar) -> Scalar:
    """Return a number without a fraction as an int: the service keeps a depth of 3 as 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(told: dict[str, Any]) -> tuple[bool, Any]:
    """Return whether a value's text gives it back whole, and the value: no object, nothing cut, no secret."""
    text = str(told.get("value", ""))
    if told.get("type") not in PLAIN or any(
        mark in text for mark in ("\N{HORIZONTAL ELLIPSIS}", "...", MARK)
    ):
        return False, None
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):  # nan is none, and neither is what was cut
        return False, None
    return type(value).__name__ == told["type"], value
