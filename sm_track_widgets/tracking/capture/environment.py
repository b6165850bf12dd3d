"""Where a run ran: Python's packages, the machine, and what SageMaker tells of it. No call to any service."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets.config import STUDIO_METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sm_track_widgets._types import Params

DMI = Path("/sys/devices/virtual/dmi/id")
GPUS = Path("/proc/driver/nvidia/gpus")
NOTEBOOK_INSTANCE = Path("/etc/opt/ml/sagemaker-notebook-instance-version.txt")
"""Present on notebook instances [S]."""
_METADATA = {
    "DomainId": "domain",
    "SpaceName": "space",
    "UserProfileName": "user_profile",
    "AppType": "app_type",
    "ResourceName": "resource",
}
"""Keys of the metadata file [S] -> ours."""
_METADATA_MORE = {"DataZoneDomainId": "unified_domain", "DataZoneProjectId": "project"}
_INSTALLED = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info")
_named: dict[str, tuple[str, ...]] = {}
"""Folder of a distribution -> the modules it installs; they do not change."""


def environment(
    *,
    metadata_file: Path = STUDIO_METADATA,
    environ: Mapping[str, str] | None = None,
    dmi: Path = DMI,
    gpus: Path = GPUS,
) -> Params:
    """Return facts about the machine: ``cpus, memory_bytes, gpus, instance_type`` and ``studio``.

    What is unknown is left out. ``studio`` has ``domain, space, user_profile, app_type, resource, image,
    unified_domain, project``. No other variable of the environment is looked at.
    """
    environ = os.environ if environ is None else environ
    facts: Params = {"cpus": _cpus(), "memory_bytes": _memory(), "gpus": _gpus(gpus)}
    facts["instance_type"] = environ.get("SM_CURRENT_INSTANCE_TYPE") or _instance_type(dmi)
    facts["studio"] = _studio(metadata_file, environ)
    return {name: value for name, value in facts.items() if value}


def packages(paths: Iterable[str] | None = None, modules: Iterable[str] | None = None) -> list[str]:
    """Return the installed distributions that are imported, as sorted ``name==version``.

    Read from the names of the ``*.dist-info`` folders; a distribution whose modules are named otherwise is asked for
    its list of files, once in a process. `importlib.metadata.packages_distributions` says the same in half a second.

    Parameters
    ----------
    paths
        Folders to look into; default: ``sys.path``.
    modules
        Names of top-level modules; default: those imported.
    """
    imported = {name.partition(".")[0] for name in (list(sys.modules) if modules is None else modules)}
    wanted = {name for name in imported if not name.startswith("_") and name not in sys.stdlib_module_names}
    found: dict[str, str] = {}
    for folder in dict.fromkeys(sys.path if paths is None else paths):
        for name, version, info in _installed(Path(folder or ".")):
            plain = name.replace("-", "_").lower()
            if plain in found:
                continue
            if plain in {module.lower() for module in wanted} or not wanted.isdisjoint(_modules_of(info)):
                found[plain] = f"{name.replace('_', '-')}=={version}"
    return [found[name] for name in sorted(found)]


def _installed(folder: Path) -> Iterable[tuple[str, str, Path]]:
    try:
        names = sorted(one.name for one in folder.iterdir())
    except OSError:
        return
    for name in names:
        match = _INSTALLED.fullmatch(name)
        if match is not None:
            yield match["name"], match["version"], folder / name


def _modules_of(info: Path) -> tuple[str, ...]:
    key = str(info)
    if key not in _named:
        _named[key] = _read_modules(info)
    return _named[key]


def _read_modules(info: Path) -> tuple[str, ...]:
    for name in ("top_level.txt", "RECORD"):
        try:
            text = (info / name).read_text("utf-8", "replace")
        except OSError:
            continue
        if name == "top_level.txt":
            return tuple(text.split())
        tops = {line.partition("/")[0].partition(",")[0] for line in text.splitlines()}
        return tuple(top.partition(".")[0] for top in tops if not top.endswith(("-info", "..")))
    return ()


def _studio(metadata_file: Path, environ: Mapping[str, str]) -> Params:
    try:
        read: Any = json.loads(metadata_file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(read, dict):
        return {}
    metadata = cast("dict[str, Any]", read)
    more: Any = metadata.get("AdditionalMetadata")
    facts: Params = {ours: metadata.get(theirs) for theirs, ours in _METADATA.items()}
    if isinstance(more, dict):
        facts.update({ours: cast("Params", more).get(theirs) for theirs, ours in _METADATA_MORE.items()})
    image, version = environ.get("SAGEMAKER_INTERNAL_IMAGE_URI"), environ.get("IMAGE_VERSION")
    facts["image"] = f"{image}:{version}" if image and version else image or version
    return {name: str(value) for name, value in facts.items() if value}


def _instance_type(dmi: Path) -> str:
    """Return the EC2 instance type that the machine's firmware names; empty elsewhere."""
    if _line(dmi / "sys_vendor") != "Amazon EC2":
        return ""
    return _line(dmi / "product_name")


def _gpus(folder: Path) -> list[str]:
    found: list[str] = []
    try:
        cards = sorted(folder.iterdir())
    except OSError:
        return found
    for card in cards:
        model = re.search(r"^Model:\s*(.+)$", _read(card / "information"), re.MULTILINE)
        found.append(model[1].strip() if model else "NVIDIA GPU")
    return found


def _cpus() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # macOS
        return os.cpu_count() or 0


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _line(path: Path) -> str:
    return _read(path).strip()


def python_facts() -> Params:
    """Return version, implementation and platform of this Python."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
    }
