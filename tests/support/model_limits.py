"""Every constraint that botocore's models put on the parameters of an operation, each with a call that breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sm_track_widgets.embedded import wording
from sm_track_widgets.embedded.patterns import python_pattern
from sm_track_widgets.embedded.validate import service_model

Path = tuple[str | int, ...]
NUMBERS = {"integer", "long", "float", "double"}
_ARN = "arn:aws:sagemaker:us-east-1:000000000000:"
WORDS = (
    *("a", "abc", "0", "text/plain", "s3://bucket/key", "https://host/path", "2020-01-01", "1.0", "", "a-b"),
    *(
        "/path",
        "1K",
        "fs-01234567",
        "sha256:" + "0" * 64,
        "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:1",
    ),
    *("arn:aws:iam::000000000000:role/service-role/name", "arn:aws:lambda:us-east-1:000000000000:function:a"),
    *(
        _ARN + kind + "/a"
        for kind in ("experiment", "experiment-trial-component", "training-job", "training-plan")
    ),
    *(_ARN + kind + "/a" for kind in ("model-package", "model-package-group", "mlflow-app")),
    *(_ARN + "artifact/" + "0" * 32, _ARN + "hub-content/a/DataSet/a", _ARN + "hub-content/a/Model/a"),
)
STRANGE = ("a_b", "a b", "\N{CHECK MARK}", "-", "nonsense", "", " ", "a\nb", "\x00", "A", "\ue000")


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint at one place of one operation."""

    service: str
    operation: str
    path: Path  # names, and "[]", "{k}" or "{v}" below lists and maps
    shape: str
    kind: str  # "min", "max", "pattern", "enum" or "required"
    rule: str  # in AWS's words
    where: str  # as AWS spells the place: tags.1.member.key
    params: Mapping[str, Any]  # a call that breaks it

    @property
    def place(self) -> str:
        """The place as a reader would write it: ``Tags[].Key``."""
        return ".".join(str(step) for step in self.path).replace(".[]", "[]").replace(".{", "{")


def constraints(service: str, operation: str) -> list[Constraint]:
    """All constraints of an operation's parameters; each shape is visited once at each place."""
    shape = service_model(service).operation_model(operation).input_shape
    if shape is None:
        return []
    return list(_Walk(service, operation, shape).run())


class _Walk:
    def __init__(self, service: str, operation: str, shape: Any) -> None:
        self.service, self.operation, self.shape = service, operation, shape

    def run(self) -> Iterator[Constraint]:
        yield from self._visit(self.shape, (), ())

    def _visit(self, shape: Any, path: Path, above: tuple[str, ...]) -> Iterator[Constraint]:
        if shape.name in above:
            return
        for kind, rule, value in _violations(shape):
            yield self._made(shape.name, path, kind, rule, value)
        if shape.type_name == "structure":
            for name, member in shape.members.items():
                yield from self._visit(member, (*path, name), (*above, shape.name))
            for name in shape.required_members:
                yield self._made(shape.name, (*path, name), "required", wording.NOT_NULL, _ABSENT)
        elif shape.type_name == "list":
            yield from self._visit(shape.member, (*path, "[]"), (*above, shape.name))
        elif shape.type_name == "map":
            yield from self._visit(shape.key, (*path, "{k}"), (*above, shape.name))
            yield from self._visit(shape.value, (*path, "{v}"), (*above, shape.name))

    def _made(self, shape: str, path: Path, kind: str, rule: str, value: Any) -> Constraint:
        params = _put(self.shape, path, value)
        where = _where(self.shape, path)
        return Constraint(self.service, self.operation, path, shape, kind, rule, where, params)


_ABSENT = object()


def _violations(shape: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (kind, rule, a value that breaks it), where possible a value that breaks nothing else."""
    metadata = shape.metadata
    if shape.type_name in NUMBERS:
        if "min" in metadata:
            yield (
                "min",
                f"Member must have value greater than or equal to {metadata['min']}",
                metadata["min"] - 1,
            )
        if "max" in metadata:
            yield (
                "max",
                f"Member must have value less than or equal to {metadata['max']}",
                metadata["max"] + 1,
            )
        return
    low, high, too_short, too_long = wording.lengths(metadata)
    if low and low > 0:
        yield "min", too_short, _sized(shape, low - 1)
    if high is not None:
        yield "max", too_long, _sized(shape, high + 1)
    pattern = metadata.get("pattern")
    if pattern and (strange := _strange(pattern, low, high)) is not None:
        yield "pattern", wording.pattern_rule(pattern), strange
    if "enum" in metadata:
        yield "enum", wording.enum_rule(metadata["enum"]), "nonsense"


def _sized(shape: Any, size: int) -> Any:
    """A value of `size` characters or entries."""
    if shape.type_name == "list":
        return [valid(shape.member)] * size
    if shape.type_name == "map":
        return {f"k{number}": valid(shape.value) for number in range(size)}
    pattern = shape.metadata.get("pattern")
    matches = python_pattern(pattern).fullmatch if pattern else str.isascii
    tries = [
        "a" * size,
        "a" + "-" * (size - 2) + "a",
        *((word + "a" * size)[:size] for word in WORDS if word),
        *((word + "-" * size)[: size - 1] + "a" for word in WORDS if word),
    ]
    return next((text for text in tries if len(text) == size and matches(text)), tries[0])


def _strange(pattern: str, low: int, high: int | None) -> str | None:
    """A text that breaks `pattern` only; None for a pattern that takes everything."""
    matches = python_pattern(pattern).fullmatch
    broken = [text for text in STRANGE if not matches(text)]
    fitting = [text for text in broken if low <= len(text) <= (high if high is not None else len(text))]
    return next(iter(fitting or broken), None)


def valid(shape: Any, above: tuple[str, ...] = ()) -> Any:
    """The smallest value of `shape` that breaks nothing."""
    kind, metadata = shape.type_name, shape.metadata
    if kind == "structure":
        return {name: valid(shape.members[name], (*above, shape.name)) for name in shape.required_members}
    if kind == "list":
        return [valid(shape.member, above)] * max(metadata.get("min", 0), 1)
    if kind == "map":
        return {valid(shape.key, above): valid(shape.value, above)}
    if kind == "string":
        return _text(metadata)
    return {"boolean": True, "timestamp": 1_760_000_000, "blob": b""}.get(kind, metadata.get("min", 1))


def _text(metadata: Mapping[str, Any]) -> str:
    if "enum" in metadata:
        return str(metadata["enum"][0])
    low, high = metadata.get("min", 0), metadata.get("max")
    matches = python_pattern(metadata["pattern"]).fullmatch if "pattern" in metadata else str.isascii
    words = [*WORDS, *(word + "a" * low for word in WORDS)]
    fitting = [word for word in words if low <= len(word) <= (high or len(word)) and matches(word)]
    assert fitting, f"no word for {metadata}"
    return fitting[0]


def _put(shape: Any, path: Path, value: Any) -> Any:
    """A valid value of `shape` with `value` at `path`."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if step == "[]":
        return [_put(shape.member, rest, value)]
    if step == "{k}":
        return {value: valid(shape.value)}
    if step == "{v}":
        return {valid(shape.key): _put(shape.value, rest, value)}
    made = {**valid(shape), step: _put(shape.members[str(step)], rest, value)}
    return {name: item for name, item in made.items() if item is not _ABSENT}


def _where(shape: Any, path: Path) -> str:
    """Spell a path as AWS does: a list or a map of plain values is named whole."""
    segments: list[str] = []
    for number, step in enumerate(path):
        if step in {"[]", "{k}", "{v}"}:
            inner = {"[]": "member", "{k}": "key", "{v}": "value"}[str(step)]
            key = None if step == "[]" else valid(shape.key)
            shape = getattr(shape, inner)
            if shape.type_name not in {"structure", "list", "map"}:
                break
            segments += ["1" if step == "[]" else str(key), "member"]
        else:
            segments.append(str(step)[:1].lower() + str(step)[1:])
            shape = shape.members[str(step)]
        assert number < len(path)
    return ".".join(segments)
