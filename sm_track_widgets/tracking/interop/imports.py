"""Being told when somebody else's module has been imported, without importing it ourselves."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class ImportWatch:
    """Calls `told` right after one of the modules called `names` has been executed, while it is started.

    A finder on ``sys.meta_path``: it finds these modules as usual, with a loader that reports, and no others.
    """

    def __init__(self, names: Sequence[str], told: Callable[[], object]) -> None:
        self._names = frozenset(names)
        self._told = told

    def start(self) -> None:
        """Look at imports from now on; a second time changes nothing."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Look no more; twice is harmless."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the usual spec, with a loader that reports; None for every other module."""
        if fullname not in self._names:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            execute: Callable[[ModuleType], None] = loader.exec_module

            def exec_module(module: ModuleType) -> None:
                del loader.exec_module  # the loader stays reachable as module.__loader__: leave it as it was
                execute(module)
                if self in sys.meta_path:
                    self._told()

            loader.exec_module = exec_module
        return spec
