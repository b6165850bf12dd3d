"""How AWS words a parameter that breaks a constraint, and a value of the wrong type.

Seen of SageMaker: "2 validation errors detected: Value 'x' at 'modelName' failed to satisfy constraint: Member must
have length less than or equal to 63; Value ..." (sagemaker-ml-workflow-with-apache-airflow#3), "Map value must satisfy
constraint: [Member ..., Member ...]" (amazon-sagemaker-pytorch-detectron2#10). Seen of other services that answer from
the same kind of model: "Value '[ccc]' at 'subjectAlternativeNames' failed to satisfy constraint: Member must satisfy
constraint: [Member ..., Member ...]" (ACM), "Value '{a=b}' at ..." for maps (Lambda), and the texts of
SerializationException (DynamoDB).
"""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from typing import Any

from sm_track_widgets.embedded.faults import ServiceError

Trail = tuple[Any, ...]
"""Where a value sits, as a linked list ``(parent, segment)``: it is spelled out only when something is wrong."""

NOT_NULL = "Member must not be null"
_JAVA = {"list": "java.util.List", "map": "java.util.Map", "structure": "java.util.Map"}


def spell(trail: Trail) -> str:
    """Return a trail as AWS spells it: ``tags.1.member.key``."""
    segments: list[str] = []
    while trail:
        trail, segment = trail
        segments.append(str(segment))
    return ".".join(reversed(segments))


def broken(value: Any, trail: Trail, constraint: str) -> str:
    """Return one broken constraint in AWS's words."""
    return f"Value '{shown(value)}' at '{spell(trail)}' failed to satisfy constraint: {constraint}"


def missing(trail: Trail) -> str:
    """Return a required member that is not there in AWS's words."""
    return f"Value null at '{spell(trail)}' failed to satisfy constraint: {NOT_NULL}"


def shown(value: Any) -> str:
    """Return a value as Java prints it: ``{a=b}``, ``[a, b]``, ``true``; a long map or list is cut, for one line."""
    if isinstance(value, Mapping):
        return _cut("{" + ", ".join(f"{name}={shown(item)}" for name, item in value.items()) + "}")
    if isinstance(value, (list, tuple)):
        return _cut("[" + ", ".join(shown(item) for item in value) + "]")
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _cut(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[:limit]}..."


def lengths(metadata: Mapping[str, Any]) -> tuple[int, int | None, str, str]:
    """Return the least and greatest length of a shape, with the texts for what is shorter and longer."""
    low, high = metadata.get("min", 0), metadata.get("max")
    return (
        low,
        high,
        f"Member must have length greater than or equal to {low}",
        f"Member must have length less than or equal to {high}",
    )


def rules(shape: Any) -> str:
    """Return all constraints of a shape in one text, as AWS lists them for the members of a list or a map."""
    metadata = shape.metadata
    measure = "length" if shape.type_name in {"string", "list", "map"} else "value"
    parts: list[str] = []
    if "max" in metadata:
        parts.append(f"Member must have {measure} less than or equal to {metadata['max']}")
    if "min" in metadata:
        parts.append(f"Member must have {measure} greater than or equal to {metadata['min']}")
    if "pattern" in metadata:
        parts.append(pattern_rule(metadata["pattern"]))
    if "enum" in metadata:
        parts.append(enum_rule(metadata["enum"]))
    return ", ".join(parts)


def pattern_rule(pattern: str) -> str:
    """Return the text of a pattern that is not satisfied."""
    return f"Member must satisfy regular expression pattern: {pattern}"


def enum_rule(values: list[str]) -> str:
    """Return the text of an enumeration that is not satisfied."""
    return f"Member must satisfy enum value set: [{', '.join(values)}]"


def wrong_type(value: Any, wanted: str) -> ServiceError:
    """``SerializationException`` for a value where a `wanted` belongs: "String", "Integer", "list", "structure" ...

    boto3 refuses such values itself; other clients may send them.
    """
    if isinstance(value, Mapping):
        text = "Start of structure or map found where not expected"
    elif isinstance(value, (list, tuple)):
        text = f"Unrecognized collection type class {_JAVA.get(wanted, f'java.lang.{wanted}')}"
    elif wanted in _JAVA:
        text = "Unexpected field type"
    else:
        text = f"{_token(value)} cannot be converted to {wanted}"
    return ServiceError("SerializationException", text)


def _token(value: Any) -> str:
    if isinstance(value, bool):
        return f"{str(value).upper()}_VALUE"
    if isinstance(value, int):
        return "NUMBER_VALUE"
    return "DECIMAL_VALUE" if isinstance(value, (float, decimal.Decimal)) else "STRING_VALUE"
