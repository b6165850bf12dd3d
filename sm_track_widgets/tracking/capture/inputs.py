"""Which names a cell reads that were there before it: its inputs, as a reviewer wants to see them.

Nothing of the user's is called: no ``__repr__``, no property, no lazy object. What can be said of a value comes from
its type and, for the plain types and the arrays and frames listed in `short_text`, from the value itself.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.capture.free_names import names_read
from sm_track_widgets.tracking.capture.short_text import shape_of, short_text, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sm_track_widgets._types import Params
    from sm_track_widgets.tracking.redact import Redactor

INPUTS_KEPT = 100
"""Names described; further ones are only counted."""
SHOWN_LENGTH = 200
OWN_FUNCTIONS_FOLLOWED = 200
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType)


def describe_inputs(code: str, namespace: Mapping[str, Any], redactor: Redactor) -> Params:
    """Describe what `code` reads of `namespace`.

    Parameters
    ----------
    code
        Python; what does not parse reads nothing.
    namespace
        As it is before the code runs.
    redactor
        Cleans what is said of values.

    Returns
    -------
    dict
        ``names``: for each value ``name, kind, type``, and where they are known ``value, shape, dtype, columns, via``;
        ``modules``: ``name, module, version``; ``more``: how many names were left out. Functions and classes of
        libraries are left out: the packages say which they were. ``via`` names the user's own function through which
        the name is read.
    """
    direct = [name for name in names_read(code) if name in namespace]
    found: dict[str, str] = dict.fromkeys(direct, "")
    for name in direct:
        for read, function in _through(name, namespace):
            found.setdefault(read, function)
    modules: list[Params] = []
    names: list[Params] = []
    for name, via in found.items():
        value = namespace[name]
        # By type: isinstance asks an object of another class for its __class__.
        if issubclass(type(value), types.ModuleType):
            modules.append(_module(name, value))
        elif not name.startswith("_") and (told := _told(name, value, redactor)) is not None:
            names.append({**told, "via": via} if via else told)
    kept: Params = {"names": names[:INPUTS_KEPT], "modules": modules}
    if len(names) > INPUTS_KEPT:
        kept["more"] = len(names) - INPUTS_KEPT
    return kept


def _through(name: str, namespace: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield the names that a function of the notebook reads, and those of the functions it calls."""
    waiting, seen = [name], set[str]()
    while waiting and len(seen) < OWN_FUNCTIONS_FOLLOWED:
        one = waiting.pop()
        function = namespace.get(one)
        if one in seen or type(function) is not types.FunctionType or function.__globals__ is not namespace:
            continue
        seen.add(one)
        for read in _globals_of(function.__code__):
            if read in namespace:
                yield read, one
                waiting.append(read)


def _globals_of(code: types.CodeType) -> list[str]:
    import dis

    found = [str(step.argval) for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"]
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            found += _globals_of(part)
    return list(dict.fromkeys(found))


def _module(name: str, module: types.ModuleType) -> Params:
    held: dict[str, Any] = object.__getattribute__(module, "__dict__")
    version = held.get("__version__")
    told: Params = {"name": name, "module": str(held.get("__name__", name))}
    return {**told, "version": version} if type(version) is str else told


def _told(name: str, value: Any, redactor: Redactor) -> Params | None:
    """Return what is kept of one value; None for what comes from a library."""
    kind = _kind(type(value))
    if kind != "value":
        if getattr(value, "__module__", None) != "__main__":
            return None
        return {"name": name, "kind": kind, "type": type_name(value)}
    told: Params = {"name": name, "kind": kind, "type": type_name(value)}
    told.update(shape_of(value))
    if "columns" in told:
        told["columns"] = [redactor.clean(column) for column in told["columns"]]
    text = short_text(value)
    if text is not None:
        clean = redactor.parameter(name, text)
        told["value"] = clean if len(clean) <= SHOWN_LENGTH else clean[: SHOWN_LENGTH - 1] + "…"
    return told


def _kind(kind: type) -> str:
    if issubclass(kind, type):
        return "class"
    return "function" if issubclass(kind, _FUNCTIONS) else "value"
