"""Checks of parameters from botocore's own shapes, in AWS's wording.

boto3 checks types, required members and minimum lengths before it sends; the service checks those again and also
maximum lengths, patterns, enumerations, sizes and unions. Members that the model does not know are ignored, as a
service that speaks JSON does. One checker is compiled per operation and kept.
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
from sm_track_widgets.embedded.patterns import python_pattern
from sm_track_widgets.embedded.service import seconds
from sm_track_widgets.embedded.wording import (
    Trail,
    broken,
    enum_rule,
    lengths,
    missing,
    pattern_rule,
    rules,
    spell,
    wrong_type,
)

Check = Callable[[Any, Trail, list[str]], None]

_LINE_BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
_FIRST_MOMENT, _END_OF_TIME = (
    -62_135_596_800.0,
    253_402_300_800.0,
)  # the years 1 to 9999, which datetime knows
_SCALARS = {"string", "integer", "long", "double", "float", "boolean", "timestamp", "blob"}

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
        check = learn(service_model(service).operation_model(operation), multiline=multiline)
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
def service_model(service: str) -> botocore.model.ServiceModel:
    """Return botocore's model of `service`, loaded once."""
    loader = botocore.loaders.Loader()
    return botocore.model.ServiceModel(loader.load_service_model(service, "service-2"), service)


def _accept(_value: Any, _trail: Trail, _problems: list[str]) -> None:
    """Check nothing."""


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


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
        checked = {name: (_lower_first(name), self.compile(member)) for name, member in shape.members.items()}
        union = bool(shape.is_tagged_union)

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, Mapping):
                raise wrong_type(value, "structure")
            problems.extend(missing((trail, _lower_first(name))) for name in required if name not in value)
            if union and len(value) != 1:
                # boto3 refuses it itself; the text is [inf].
                problems.append(broken(value, trail, "Member must have exactly one of its members set"))
            for name, given in value.items():
                if name in checked:
                    segment, inner = checked[name]
                    inner(given, (trail, segment), problems)

        return check

    def _list(self, shape: Any) -> Check:
        inner = self.compile(shape.member)
        sizes = _sizes(shape.metadata)
        together = shape.member.type_name in _SCALARS
        member_rules = f"Member must satisfy constraint: [{rules(shape.member)}]"

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, (list, tuple)):
                raise wrong_type(value, "list")
            sizes(value, trail, problems)
            found: list[str] = []
            for number, item in enumerate(value, start=1):
                place = ((trail, number), "member")
                if item is None:
                    problems.append(missing(place))
                else:
                    inner(item, place, found if together else problems)
            if found:
                problems.append(broken(value, trail, member_rules))

        return check

    def _map(self, shape: Any) -> Check:
        sizes = _sizes(shape.metadata)
        check_key, check_value = self.compile(shape.key), self.compile(shape.value)
        key_rules = f"Map keys must satisfy constraint: [{rules(shape.key)}]"
        value_rules = f"Map value must satisfy constraint: [{rules(shape.value)}]"
        together = shape.value.type_name in _SCALARS

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, Mapping):
                raise wrong_type(value, "map")
            sizes(value, trail, problems)
            broken_keys: list[str] = []
            broken_values: list[str] = []
            for name, item in value.items():
                check_key(name, trail, broken_keys)
                place = ((trail, name), "member")
                if item is None:
                    problems.append(missing(place))
                else:
                    check_value(item, place, broken_values if together else problems)
            if broken_keys:
                problems.append(broken(value, trail, key_rules))
            if broken_values:
                problems.append(broken(value, trail, value_rules))

        return check

    def _string(self, shape: Any) -> Check:
        sizes = _sizes(shape.metadata)
        pattern: str | None = shape.metadata.get("pattern")
        matches = None
        if pattern is not None and pattern != ".*":
            matches = python_pattern(pattern, multiline=self.multiline).fullmatch
        one_line = pattern in {".*", ".+"} and not self.multiline
        allowed = frozenset(shape.enum)

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, str):
                raise wrong_type(value, "String")
            if not value.isascii():
                _check_encodable(value, trail)
            sizes(value, trail, problems)
            if (matches is not None and not matches(value)) or (one_line and _LINE_BREAKS.search(value)):
                problems.append(broken(value, trail, pattern_rule(str(pattern))))
            if allowed and value not in allowed:
                problems.append(broken(value, trail, enum_rule(shape.enum)))

        return check

    def _number(self, shape: Any, kind: str, types: tuple[type, ...]) -> Check:
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        # A JSON boolean is refused for an Integer; for a Double it is a rule of the operation (boolean_numbers).
        booleans = float in types

        def check(value: Any, trail: Trail, problems: list[str]) -> None:
            if not isinstance(value, types) or (isinstance(value, bool) and not booleans):
                raise wrong_type(value, kind)
            if low is not None and value < low:
                problems.append(
                    broken(value, trail, f"Member must have value greater than or equal to {low}")
                )
            if high is not None and value > high:
                problems.append(broken(value, trail, f"Member must have value less than or equal to {high}"))

        return check

    def _integer(self, shape: Any) -> Check:
        return self._number(shape, "Integer", (int,))

    def _long(self, shape: Any) -> Check:
        return self._number(shape, "Long", (int,))

    def _double(self, shape: Any) -> Check:
        return self._number(shape, "Double", (int, float, decimal.Decimal))

    def _float(self, shape: Any) -> Check:
        return self._number(shape, "Float", (int, float, decimal.Decimal))

    def _boolean(self, _shape: Any) -> Check:
        def check(value: Any, _trail: Trail, _problems: list[str]) -> None:
            if not isinstance(value, bool):
                raise wrong_type(value, "Boolean")

        return check

    def _timestamp(self, _shape: Any) -> Check:
        def check(value: Any, _trail: Trail, _problems: list[str]) -> None:
            try:
                moment = float(value)  # 20 times faster than botocore's reader, and what the SDK sends
            except (TypeError, ValueError):
                moment = _readable(value)
            if not _FIRST_MOMENT <= moment < _END_OF_TIME:
                raise wrong_type(value, "Date")

        return check


def _readable(moment: Any) -> float:
    """Return the seconds of a datetime or a text; refuse what botocore can not read as a time."""
    try:
        return seconds(moment)
    except (TypeError, ValueError, OverflowError, AttributeError, RuntimeError):
        raise wrong_type(moment, "Date") from None


def _sizes(metadata: Mapping[str, Any]) -> Check:
    low, high, too_short, too_long = lengths(metadata)

    def check(value: Any, trail: Trail, problems: list[str]) -> None:
        length = len(value)
        if length < low:
            problems.append(broken(value, trail, too_short))
        elif high is not None and length > high:
            problems.append(broken(value, trail, too_long))

    return check


def _check_encodable(value: str, trail: Trail) -> None:
    """Refuse half a surrogate pair: it is not text in any encoding that could carry it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ServiceError("SerializationException", f"Invalid Unicode at '{spell(trail)}'") from None
