"""Checks of parameters from botocore's own shapes, in AWS's wording.

boto3 checks types, required members and minimum lengths before it sends; the service checks those again and also
maximum lengths, patterns, enumerations and sizes. One checker is compiled per operation and kept.

Wording: "2 validation errors detected: Value 'x' at 'modelName' failed to satisfy constraint: Member must have length
less than or equal to 63; Value ..." (sagemaker-ml-workflow-with-apache-airflow#3), "Map value must satisfy constraint:
[Member ..., Member ...]" (amazon-sagemaker-pytorch-detectron2#10).
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.loaders
import botocore.model

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid

Trail = tuple[Any, ...]
"""Where a value sits, as a linked list ``(parent, segment)``: it is spelled out only when something is wrong."""
Check = Callable[[Any, Trail, list[str]], None]

_LINE_BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
# Java's classes. Exact where \p{L}, \p{N} and "_" are allowed together, as they are in every model that is offered.
_UNICODE_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": "\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}

_checkers: dict[tuple[str, str, bool], Check] = {}


def validate(service: str, operation: str, params: Params, *, multiline: bool = True) -> None:
    """Check `params` of one operation.

    Parameters
    ----------
    service, operation
        As boto3 names them: ``sagemaker``, ``CreateTrial``.
    params
        Native Python values.
    multiline
        Whether the pattern ``.*`` lets line breaks pass [inf].

    Raises
    ------
    ServiceError
        ``ValidationException`` naming every violated constraint, ``SerializationException`` for a wrong type.
    """
    check = _checkers.get((service, operation, multiline))
    if check is None:
        check = learn(_model(service).operation_model(operation), multiline=multiline)
    problems: list[str] = []
    check(params, (), problems)
    if problems:
        noun = "validation error" if len(problems) == 1 else "validation errors"
        raise invalid(f"{len(problems)} {noun} detected: {'; '.join(problems)}")


def learn(model: botocore.model.OperationModel, *, multiline: bool = True) -> Check:
    """Compile and keep the checker of one operation, from a model that is already loaded."""
    check: Check = _accept
    if model.input_shape is not None:
        check = _Compiler(multiline=multiline).compile(model.input_shape)
    _checkers[str(model.service_model.service_name), str(model.name), multiline] = check
    return check


def is_known(service: str, operation: str, *, multiline: bool = True) -> bool:
    """Whether the checker of an operation is already compiled."""
    return (service, operation, multiline) in _checkers


@cache
def _model(service: str) -> botocore.model.ServiceModel:
    loader = botocore.loaders.Loader()
    return botocore.model.ServiceModel(loader.load_service_model(service, "service-2"), service)


def _accept(_value: Any, _trail: Trail, _problems: list[str]) -> None:
    """Check nothing."""


def _spell(trail: Trail) -> str:
    segments: list[str] = []
    while trail:
        trail, segment = trail
        segments.append(str(segment))
    return ".".join(reversed(segments))


def _report(value: Any, trail: Trail, constraint: str) -> str:
    return f"Value '{value}' at '{_spell(trail)}' failed to satisfy constraint: {constraint}"


def _wrong_type(value: Any, trail: Trail, wanted: str) -> ServiceError:
    found = type(value).__name__
    return ServiceError(
        "SerializationException", f"{found} value at '{_spell(trail)}' can not be converted to {wanted}"
    )


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


def python_pattern(pattern: str) -> re.Pattern[str]:
    r"""Translate a pattern of the service model, which is Java's, to Python's.

    Java matches the whole value, and its ``\w`` and ``\d`` know ASCII only.
    """
    flags = re.DOTALL
    translated = pattern
    for java, python in _UNICODE_CLASSES.items():
        translated = translated.replace(java, python)
    if translated == pattern:
        flags |= re.ASCII
    return re.compile(translated, flags)


class _Compiler:
    """Turns shapes into checkers; a recursive shape (Search's expression) refers to itself through `made`."""

    def __init__(self, *, multiline: bool) -> None:
        self.multiline = multiline
        self.made: dict[str, Check | None] = {}

    def compile(self, shape: Any) -> Check:
        if shape.name in self.made:
            return self.made[shape.name] or self._later(shape.name)
        self.made[shape.name] = None
        build = getattr(self, f"_{shape.type_name}", None)
        check: Check = _accept if build is None else build(shape)
        self.made[shape.name] = check
        return check

    def _later(self, name: str) -> Check:
        """Refer to a checker that is still being made."""

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            (self.made[name] or _accept)(value, trail, problems)

        return check

    def _structure(self, shape: Any) -> Check:
        required = tuple(shape.required_members)
        members = tuple(
            (name, _lower_first(name), self.compile(member)) for name, member in shape.members.items()
        )
        checked = {name: (segment, check) for name, segment, check in members}

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, Mapping):
                raise _wrong_type(value, trail, "structure")
            problems.extend(
                f"Value null at '{_spell((trail, _lower_first(name)))}' failed to satisfy constraint: "
                "Member must not be null"
                for name in required
                if name not in value
            )
            for name, given in value.items():
                if name in checked:
                    segment, inner = checked[name]
                    inner(given, (trail, segment), problems)

        return check

    def _list(self, shape: Any) -> Check:
        inner = self.compile(shape.member)
        sizes = _sizes(shape.metadata)

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, (list, tuple)):
                raise _wrong_type(value, trail, "list")
            problems.extend(_report(_brief(value), trail, text) for text in sizes(len(value)))
            for number, item in enumerate(value, start=1):
                inner(item, ((trail, number), "member"), problems)

        return check

    def _map(self, shape: Any) -> Check:
        sizes = _sizes(shape.metadata)
        key_rules, value_rules = _texts(shape.key), _texts(shape.value)
        check_key, check_value = self.compile(shape.key), self.compile(shape.value)
        nested = shape.value.type_name == "structure"

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, Mapping):
                raise _wrong_type(value, trail, "map")
            problems.extend(_report(_brief(value), trail, text) for text in sizes(len(value)))
            broken_keys: list[str] = []
            broken_values: list[str] = []
            for name, item in value.items():
                check_key(name, trail, broken_keys)
                check_value(item, ((trail, name), "member"), problems if nested else broken_values)
            if broken_keys:
                problems.append(
                    _report(_brief(value), trail, f"Map keys must satisfy constraint: [{key_rules}]")
                )
            if broken_values:
                problems.append(
                    _report(_brief(value), trail, f"Map value must satisfy constraint: [{value_rules}]")
                )

        return check

    def _string(self, shape: Any) -> Check:
        sizes = _sizes(shape.metadata)
        pattern: str | None = shape.metadata.get("pattern")
        matches = None if pattern in {None, ".*"} else python_pattern(str(pattern)).fullmatch
        one_line = not self.multiline and pattern is not None and _is_any(pattern)
        allowed = frozenset(shape.enum)
        rules = f"Member must satisfy regular expression pattern: {pattern}"
        choices = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, str):
                raise _wrong_type(value, trail, "String")
            if not value.isascii():
                _check_encodable(value, trail)
            problems.extend(_report(value, trail, text) for text in sizes(len(value)))
            if (matches is not None and not matches(value)) or (one_line and _LINE_BREAKS.search(value)):
                problems.append(_report(value, trail, rules))
            if allowed and value not in allowed:
                problems.append(_report(value, trail, choices))

        return check

    def _integer(self, shape: Any) -> Check:
        low, high = shape.metadata.get("min"), shape.metadata.get("max")

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if isinstance(value, bool) or not isinstance(value, int):
                raise _wrong_type(value, trail, "Integer")
            if low is not None and value < low:
                problems.append(
                    _report(value, trail, f"Member must have value greater than or equal to {low}")
                )
            if high is not None and value > high:
                problems.append(_report(value, trail, f"Member must have value less than or equal to {high}"))

        return check

    _long = _integer

    def _double(self, _shape: Any) -> Check:
        def check(value: Any, trail: Trail, _problems: list[str]) -> None:
            if not isinstance(value, (int, float, decimal.Decimal)):
                raise _wrong_type(value, trail, "Double")

        return check

    _float = _double

    def _boolean(self, _shape: Any) -> Check:
        def check(value: Any, trail: Trail, _problems: list[str]) -> None:
            if not isinstance(value, bool):
                raise _wrong_type(value, trail, "Boolean")

        return check


def _is_any(pattern: str) -> bool:
    return pattern in {".*", ".+"}


def _sizes(metadata: Mapping[str, Any]) -> Callable[[int], list[str]]:
    low, high = metadata.get("min", 0), metadata.get("max")
    too_small = [f"Member must have length greater than or equal to {low}"]
    too_large = [f"Member must have length less than or equal to {high}"]
    fine: list[str] = []

    def sizes(length: int) -> list[str]:
        if length < low:
            return too_small
        return too_large if high is not None and length > high else fine

    return sizes


def _texts(shape: Any) -> str:
    """Spell all constraints of a map's key or value shape, as AWS lists them together."""
    metadata = shape.metadata
    parts: list[str] = []
    if "max" in metadata:
        parts.append(f"Member must have length less than or equal to {metadata['max']}")
    if "min" in metadata:
        parts.append(f"Member must have length greater than or equal to {metadata['min']}")
    if "pattern" in metadata:
        parts.append(f"Member must satisfy regular expression pattern: {metadata['pattern']}")
    return ", ".join(parts)


def _brief(value: Any, limit: int = 200) -> str:
    text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}..."


def _check_encodable(value: str, trail: Trail) -> None:
    """Refuse half a surrogate pair: it is not text in any encoding that could carry it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ServiceError("SerializationException", f"Invalid Unicode at '{_spell(trail)}'") from None
