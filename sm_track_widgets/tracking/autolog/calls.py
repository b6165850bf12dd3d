"""The arguments of a call that is being wrapped: read, and given one more callback."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Call(NamedTuple):
    """A call that the user makes: the original function (bound), and what he gives it."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __call__(self) -> Any:
        """Make the call."""
        return self.function(*self.args, **self.kwargs)

    def given(self, *, defaults: bool = False) -> dict[str, Any]:
        """Return the arguments by name.

        By the order of the parameters and not by their kinds: XGBoost takes by position, with a warning, what its
        signature wants by name.
        """
        parameters = inspect.signature(self.function).parameters
        found = {**dict(zip(parameters, self.args, strict=False)), **self.kwargs}
        if not defaults:
            return found
        preset = {name: one.default for name, one in parameters.items() if one.default is not one.empty}
        return {**preset, **found}

    def with_callbacks(self, change: Callable[[Iterable[Any]], list[Any]]) -> Call:
        """Return the call with its argument ``callbacks`` changed, wherever the user has put it."""
        position = list(inspect.signature(self.function).parameters).index("callbacks")
        if position < len(self.args):
            before, held, after = self.args[:position], self.args[position], self.args[position + 1 :]
            return Call(self.function, (*before, change(held or ()), *after), self.kwargs)
        changed = {**self.kwargs, "callbacks": change(self.kwargs.get("callbacks") or ())}
        return Call(self.function, self.args, changed)
