"""Functions and methods of a library replaced by wrappers, and put back as the identical objects."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import wrapt

from sm_track_widgets.tracking.autolog.calls import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Handler = Callable[[Call, Any], Any]
    """Gets the call to the original, and the instance whose method it is; returns what the original returns."""


class _BoundWrapper(wrapt.BoundFunctionWrapper):  # pyright: ignore[reportMissingTypeArgument] - wrapt 1 takes none
    """A wrapped method of an instance; pickles as the method does, so that it can be sent to a worker process."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        parent: Any = self._self_parent
        owner = parent._self_holder if self._self_instance is None else self._self_instance  # noqa: SLF001 - wrapt's names
        return getattr, (owner, self.__name__)


class Wrapper(wrapt.FunctionWrapper):  # pyright: ignore[reportMissingTypeArgument] - wrapt 1 takes none
    """A wrapped function; pickles by its name, and is the original where that name is not wrapped."""

    __bound_function_wrapper__ = _BoundWrapper
    _self_holder: Any

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__qualname__


class _Patch(NamedTuple):
    owner: Any
    name: str
    original: Any
    wrapper: Wrapper


class Patches:
    """What one library's attributes were before, and what they are now."""

    def __init__(self) -> None:
        self._made: list[_Patch] = []

    def method(self, owner: type, name: str, handler: Handler) -> None:
        """Wrap what the class itself defines under `name`; nothing happens where it defines nothing, or it is done."""
        original = vars(owner).get(name)
        if original is not None and type(original) is not Wrapper:
            self._put(owner, name, original, _wrapper(owner, original, handler))

    def methods(self, module: str, base: str, name: str, handler: Handler) -> None:
        """Wrap `name` on the class `base` of a module, when that is loaded, and on its subclasses there."""
        held = vars(sys.modules[module]) if module in sys.modules else {}
        root = held.get(base)
        for kind in list(held.values()):
            if isinstance(kind, type) and isinstance(root, type) and issubclass(kind, root):
                self.method(kind, name, handler)

    def function(self, modules: tuple[str, ...], name: str, handler: Handler) -> None:
        """Wrap one function in all the loaded `modules` that hold it, and in the notebook's own names.

        ``from library import function`` in an earlier cell has put the original among those.
        """
        loaded = [module for known in modules if (module := sys.modules.get(known)) is not None]
        original = next((found for module in loaded if (found := vars(module).get(name)) is not None), None)
        if original is None:
            return
        if type(original) is Wrapper:
            original, wrapper = original.__wrapped__, original
        else:
            wrapper = _wrapper(loaded[0], original, handler)
        for module in loaded:
            if vars(module).get(name) is original:
                self._put(module, name, original, wrapper)
        for held in _names_of(original):
            self._put(sys.modules["__main__"], held, original, wrapper)

    def restore(self) -> None:
        """Put every original back, except where somebody else has wrapped ours meanwhile."""
        while self._made:
            owner, name, original, wrapper = self._made.pop()
            if vars(owner).get(name) is wrapper:
                setattr(owner, name, original)
            for held in _names_of(wrapper):
                setattr(sys.modules["__main__"], held, original)

    def _put(self, owner: Any, name: str, original: Any, wrapper: Wrapper) -> None:
        setattr(owner, name, wrapper)
        self._made.append(_Patch(owner, name, original, wrapper))


def _wrapper(owner: Any, original: Any, handler: Handler) -> Wrapper:
    def handle(
        wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        return handler(Call(wrapped, args, kwargs), instance)

    made = Wrapper(original, handle)
    made._self_holder = owner  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - wrapt keeps names of this form itself
    return made


def _names_of(value: Any) -> list[str]:
    """Return the names in the notebook's namespace that stand for `value` itself."""
    names: Mapping[str, Any] = vars(sys.modules["__main__"])
    return [name for name, held in list(names.items()) if held is value]
