"""Text, JSON and YAML that a run keeps: any Python value as plain data, without secrets."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, cast

from sm_track_widgets._errors import UsageError

Clean = Callable[[str, str], str]
"""Takes the secrets out of a text; its first argument is the key the text stands under."""
JSON_SUFFIXES, YAML_SUFFIXES = (".json",), (".yaml", ".yml")
_METHODS = {"DataFrame": ("to_dict",), "": ("isoformat", "tolist")}
"""By the name of a type (empty: all others) the methods that tell its value."""
CLEANED_TEXT = 1 << 20
"""Characters up to which a text is searched for secrets: that costs half a second for each million."""
_MARKUP = (".htm", ".html", ".js", ".svg")


def text_bytes(text: Any, suffix: str, clean: Clean) -> bytes:
    """Return a text as UTF-8, without the secrets in it.

    Programs and pages (HTML, SVG, JavaScript) and texts over 1,048,576 characters are kept as they are.

    Raises
    ------
    UsageError
        `text` is no text.
    """
    if not isinstance(text, str):
        raise UsageError(
            f"log_text takes text, not {type(text).__name__}.", "For a dict or a list: run.log_dict(...)"
        )
    if len(text) <= CLEANED_TEXT and suffix not in _MARKUP:
        text = clean("", text)
    return text.encode("utf-8", "replace")


def dict_bytes(value: Any, suffix: str, clean: Clean) -> bytes:
    """Return a dict or a list as JSON or YAML.

    What JSON does not know is written as what comes next to it: numpy's numbers and arrays, dates, paths, sets,
    data classes; anything else as its text. Where PyYAML is missing, YAML is written in the form of JSON, which it
    includes.

    Raises
    ------
    UsageError
        Another suffix, or a value that contains itself.
    """
    if suffix not in (*JSON_SUFFIXES, *YAML_SUFFIXES):
        raise UsageError(
            f"log_dict does not write {suffix or 'names without an extension'}.", "Use .json or .yaml."
        )
    try:
        plain = plain_data(value, clean)
        if suffix in YAML_SUFFIXES and (yaml := _yaml()) is not None:
            return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).encode("utf-8", "replace")
        return (json.dumps(plain, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    except RecursionError:
        raise UsageError(
            "This value contains itself, or is nested too deeply.", "Give a dict of plain values."
        ) from None


def plain_data(value: Any, clean: Clean, key: str = "") -> Any:
    """Return a copy of `value` made of dicts with text keys, lists, numbers, texts and None.

    Raises
    ------
    RecursionError
        It contains itself.
    """
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return clean(key, str(value))
    if value is None or isinstance(value, bool | int | float):
        return _scalar(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {_key(name): plain_data(item, clean, _key(name)) for name, item in items}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_data(item, clean, key) for item in _ordered(cast("Iterable[Any]", value))]
    return plain_data(_converted(value), clean, key)


def _scalar(value: float | None) -> float | None:
    """Return a number as Python's own type: YAML refuses numpy's, which are floats too."""
    if value is None or isinstance(value, bool):
        return value
    return int(value) if isinstance(value, int) else float(value)


def _key(name: Any) -> str:
    return str(name.value) if isinstance(name, Enum) else str(name)


def _ordered(items: Iterable[Any]) -> Iterable[Any]:
    return sorted(items, key=str) if isinstance(items, set | frozenset) else items


def _converted(value: Any) -> Any:
    """Return what is next to `value` in JSON; its text where nothing is."""
    kind = type(value).__name__
    try:
        if kind in {"Namespace", "SimpleNamespace"}:
            return dict(cast("dict[str, Any]", vars(value)))
        for method, arguments in (("isoformat", ()), ("to_dict", ("list",)), ("tolist", ())):
            if method in _METHODS.get(kind, _METHODS[""]) and callable(getattr(value, method, None)):
                return getattr(value, method)(*arguments)
        return value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)
    except Exception as error:  # noqa: BLE001 - a broken method of the user's object must not end his run
        return f"<{kind}: {type(error).__name__}>"


def _yaml() -> Any:
    try:
        import yaml
    except ImportError:
        return None
    return yaml
