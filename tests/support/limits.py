"""All rows of docs/limits.md: the service's own rules, then what the models say of every parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator

import limit_cases  # noqa: F401  # adds its rows
import limit_cases_more  # noqa: F401  # adds its rows
import limit_cases_registry  # noqa: F401  # adds its rows
from limit_rows import MODEL, SERVICE, Limit, World
from model_limits import Constraint, constraints

from sm_track_widgets.embedded import experiments, lineage, metrics, search, tags, trial_components, trials
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.validate import validate

_TABLES = (experiments, trials, trial_components, tags, search, lineage)
FAMILY = [("sagemaker", name) for table in _TABLES for name in table.OPERATIONS] + [
    ("sagemaker-metrics", name) for name in metrics.OPERATIONS
]
"""The operations whose every parameter has its rows; those of jobs and of the registry are tested, not listed."""
METHODS = {"sagemaker-metrics": "metrics", "sagemaker": "sagemaker"}


def rows() -> list[Limit]:
    """Every row, in the order of the page."""
    return [*SERVICE, *_model_rows()]


def call(world: World, constraint: Constraint) -> object:
    """Break a constraint of a model."""
    client = getattr(world, METHODS[constraint.service])
    return client._make_api_call(
        constraint.operation, dict(constraint.params)
    )  # boto3's own door, by the API's name


def matches(text: str, found: str) -> bool:
    """Whether an answer is the text of a row, whose dots stand for anything."""
    return re.fullmatch(".*".join(map(re.escape, text.split("..."))), found, re.DOTALL) is not None


def answer(constraint: Constraint) -> str:
    """The text that breaking a constraint is answered with."""
    try:
        validate(constraint.service, constraint.operation, dict(constraint.params))
    except ServiceError as error:
        return error.message
    return "it is accepted"


def _model_rows() -> Iterator[Limit]:
    """One row for each rule of each shape, whatever the number of places where the shape stands."""
    found: dict[tuple[str, str, str], list[Constraint]] = {}
    for service, operation in FAMILY:
        for constraint in constraints(service, operation):
            what = constraint.place if constraint.kind == "required" else constraint.shape
            found.setdefault((what, constraint.kind, constraint.rule), []).append(constraint)
    for same in found.values():
        yield _row(same)


def _row(same: list[Constraint]) -> Limit:
    first = same[0]
    operations = dict.fromkeys(constraint.operation for constraint in same)
    places = list(dict.fromkeys(f"`{constraint.place}`" for constraint in same))
    shown = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
    return Limit(
        tuple(operations),
        f"{shown}: {_rule(first)}",
        "ValidationException",
        _text(first),
        f"{MODEL} {first.shape}",
        lambda world: call(world, first),
    )


def _rule(constraint: Constraint) -> str:
    """The rule in a reader's words."""
    words = constraint.rule.removeprefix("Member must ")
    if constraint.kind == "required":
        return "is required"
    if constraint.kind in {"pattern", "enum"}:
        return f"{'one of' if constraint.kind == 'enum' else 'matches'} `{words.partition(': ')[2]}`"
    bound = words.rpartition(" ")[2]
    measure = " long" if words.startswith("have length") else ""
    return f"at {'least' if constraint.kind == 'min' else 'most'} {bound}{measure}"


def _text(constraint: Constraint) -> str:
    """The answer, with dots for the value and for what else the value breaks."""
    found = answer(constraint)
    head = "1 validation error detected: "
    if not found.startswith(head):
        return f"... at '{constraint.where}' failed to satisfy constraint: {constraint.rule}..."
    start = found.index("Value ")
    end = found.index(f" at '{constraint.where}' failed")
    value = "null" if constraint.kind == "required" else "'...'"
    return f"{found[:start]}Value {value}{found[end:]}"
