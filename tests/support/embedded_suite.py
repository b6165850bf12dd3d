"""The tests and fixtures of `tests/embedded`, for another folder to run with other clients."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "embedded"


def take(name: str, into: dict[str, Any], *, but: Collection[str] = ()) -> None:
    """Put what a module of `tests/embedded` defines into a namespace, `but` for tests that cannot hold there."""
    spec = importlib.util.spec_from_file_location(f"taken_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    into.update(
        {key: value for key, value in vars(module).items() if not key.startswith("__") and key not in but}
    )
