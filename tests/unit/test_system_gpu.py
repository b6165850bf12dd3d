"""GPUs through ``pynvml``: a small module of that name stands for the driver, since no card is here."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable

import pytest
import run_home

from sm_track_widgets.tracking.run import Run
from sm_track_widgets.tracking.system.gpu import Gpus

REAL = importlib.util.find_spec("pynvml") is not None
NVML = '''
"""Two cards, of which the second has no power sensor; the first holds a process of ours and one of others."""
import os
from types import SimpleNamespace as Of

class NVMLError(Exception):
    pass

def nvmlInit():
    if FAILS:
        raise NVMLError("Driver Not Loaded")

def nvmlDeviceGetCount():
    return 2

def nvmlDeviceGetHandleByIndex(index):
    return index

def nvmlDeviceGetUUID(card):
    return ("GPU-aaaa", b"GPU-bbbb")[card]

def nvmlDeviceGetUtilizationRates(card):
    return Of(gpu=87 + card, memory=1)

def nvmlDeviceGetMemoryInfo(card):
    return Of(total=16_000_000_000, free=0, used=4_000_000_000)

def nvmlDeviceGetPowerUsage(card):
    if card:
        raise NVMLError("Not Supported")
    return 250_500

def nvmlDeviceGetTemperature(card, sensor):
    return 61 if sensor == 0 else None

def nvmlDeviceGetComputeRunningProcesses(card):
    return [Of(pid=4711, usedGpuMemory=1_500_000_000), Of(pid=1, usedGpuMemory=None)]
'''
FIRST = {
    "gpu_0_percent": 87,
    "gpu_0_power_w": 250.5,
    "gpu_0_temperature_c": 61,
    "gpu_0_own_memory_mb": 1500,
    "gpu_0_memory_mb": 4000,
    "gpu_0_memory_percent": 25,
}


@pytest.fixture
def driver(tmp_path, monkeypatch) -> Callable[[str], None]:
    """Puts a pynvml with this source on the path."""

    def install(source: str) -> None:
        (tmp_path / "pynvml.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)

    monkeypatch.delitem(sys.modules, "pynvml", raising=False)
    yield install
    sys.modules.pop("pynvml", None)


def working() -> str:
    return NVML.replace("FAILS", "False")


def test_every_sensor_of_every_card(driver):
    driver(working())
    found = Gpus().read({4711})
    assert {name: value for name, value in found.items() if name.startswith("gpu_0")} == FIRST
    assert found["gpu_1_percent"] == 88
    assert "gpu_1_power_w" not in found


def test_memory_of_processes_that_are_not_ours_is_not_told_as_ours(driver):
    driver(working())
    assert "gpu_0_own_memory_mb" not in Gpus().read({1})  # its driver does not say how much
    assert "gpu_0_own_memory_mb" not in Gpus().read(set())


@pytest.mark.parametrize(
    ("visible", "cards"),
    [
        (None, {"0", "1"}),
        ("", set()),
        ("-1", set()),
        ("1", {"1"}),
        (" 1, 0", {"0", "1"}),
        ("GPU-b", {"1"}),
        ("GPU-aaaa,GPU-bbbb", {"0", "1"}),
        ("MIG-cccc", {"0", "1"}),
    ],
)
def test_only_the_cards_the_kernel_sees(driver, visible, cards):
    driver(working())
    assert {name.split("_")[1] for name in Gpus().read(set(), visible)} == cards


@pytest.mark.parametrize(
    "source",
    [
        NVML.replace("FAILS", "True"),
        "import no_such_driver_library",
        "raise OSError('libnvidia-ml.so: version mismatch')",
        "",
        "def nvmlInit(): pass",
        "def nvmlInit(): pass\ndef nvmlDeviceGetCount(): return 1",
    ],
)
def test_a_library_that_does_not_work_is_no_gpu(driver, source):
    driver(source)
    assert Gpus().read({1}) == {}


def test_without_the_library_there_is_no_gpu(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert Gpus().read({1}) == {}


@pytest.mark.skipif(REAL, reason="the process that reads the sensors finds the real pynvml first")
def test_gpus_are_among_a_run_s_system_metrics(driver, tmp_path, monkeypatch):
    driver(working())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with Run("e", "r", connection=run_home.embedded(tmp_path), log_system_metrics=10) as run:
        run_home.until(lambda: "system/gpu_0_percent" in run.live.names())
        assert run.live.last("system/gpu_0_percent") == (87, 0)
    assert not [name for name in run.live.names() if "gpu_1" in name]
    assert "pynvml" not in sys.modules  # nor in this process
