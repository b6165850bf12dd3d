"""What NVIDIA's management library tells about the GPUs, where ``pynvml`` (nvidia-ml-py) is installed and works.

Nothing here raises: without the module, the driver or a card there are no values, and a card that lacks a sensor gives
the others. Only cards that ``CUDA_VISIBLE_DEVICES`` leaves visible are read, numbered as the library numbers them (by
PCI bus).
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Collection
from typing import Any

MB = 1e6
_TEMPERATURE_OF_CHIP = 0  # NVML_TEMPERATURE_GPU


class Gpus:
    """The GPUs of this machine."""

    def __init__(self) -> None:
        self._nvml: Any = _working_library()
        self._cards = [] if self._nvml is None else _cards(self._nvml)

    def read(self, pids: Collection[int], visible: str | None = None) -> dict[str, float]:
        """Return the sensors of each visible card: percent of its time and memory, MB, watts, degrees Celsius.

        Parameters
        ----------
        pids
            The processes whose memory is ``gpu_<n>_own_memory_mb``.
        visible
            ``CUDA_VISIBLE_DEVICES`` of the kernel; None: not set.
        """
        return {
            f"gpu_{number}_{name}": value
            for number, card in enumerate(self._cards)
            if self._is_visible(number, card, visible)
            for name, value in _sensors(self._nvml, card, pids).items()
        }

    def _is_visible(self, number: int, card: Any, named: str | None) -> bool:
        if named is None:
            return True
        chosen = [part.strip() for part in named.split(",") if part.strip()]
        if all(part.lstrip("-").isdigit() for part in chosen):
            return str(number) in chosen
        mine = _text(_value(lambda: self._nvml.nvmlDeviceGetUUID(card)))
        # Of a MIG slice CUDA_VISIBLE_DEVICES does not name the card that holds it: better all than none.
        return any(part.startswith("MIG-") or mine.startswith(part) for part in chosen)


def _working_library() -> Any:
    """Import pynvml and start it; None where either fails, whatever with."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the older package of this name warns that it is the older one
            nvml: Any = importlib.import_module("pynvml")
        nvml.nvmlInit()
    except Exception:  # noqa: BLE001 - no module, no driver, a driver of another version
        return None
    return nvml


def _cards(nvml: Any) -> list[Any]:
    count = _value(lambda: int(nvml.nvmlDeviceGetCount())) or 0
    return [_value(lambda at=at: nvml.nvmlDeviceGetHandleByIndex(at)) for at in range(count)]


def _sensors(nvml: Any, card: Any, pids: Collection[int]) -> dict[str, float]:
    if card is None:
        return {}
    found: dict[str, float | None] = {
        "percent": _number(lambda: nvml.nvmlDeviceGetUtilizationRates(card).gpu),
        "power_w": _number(lambda: nvml.nvmlDeviceGetPowerUsage(card) / 1e3),
        "temperature_c": _number(lambda: nvml.nvmlDeviceGetTemperature(card, _TEMPERATURE_OF_CHIP)),
        "own_memory_mb": _number(lambda: _own_bytes(nvml, card, pids) / MB),
    }
    memory = _value(lambda: nvml.nvmlDeviceGetMemoryInfo(card))
    if memory is not None:
        found["memory_mb"] = _number(lambda: memory.used / MB)
        found["memory_percent"] = _number(lambda: 100 * memory.used / memory.total)
    return {name: value for name, value in found.items() if value is not None}


def _own_bytes(nvml: Any, card: Any, pids: Collection[int]) -> float:
    """Sum the memory of our processes; raises where the driver does not say (in containers it may not know them)."""
    used = [one.usedGpuMemory for one in nvml.nvmlDeviceGetComputeRunningProcesses(card) if one.pid in pids]
    if not used:
        raise LookupError  # nothing of ours, or other numbers than in this container: no value says less that is wrong
    return sum(float(size) for size in used)


def _value(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Exception:  # noqa: BLE001 - NVMLError, and AttributeError of older libraries
        return None


def _number(read: Callable[[], Any]) -> float | None:
    value = _value(read)
    return None if value is None else float(value)


def _text(value: Any) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value or "")
