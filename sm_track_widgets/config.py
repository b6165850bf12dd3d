"""How it is decided where runs go: %sm_config, environment, settings file, SageMaker Studio, defaults."""

from __future__ import annotations

import configparser
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from sm_track_widgets import _prices
from sm_track_widgets._errors import ConfigError, UsageError, did_you_mean
from sm_track_widgets._types import Home

APP = "sm-track-widgets"
SECTION = "sm_track"
STUDIO_METADATA = Path("/opt/ml/metadata/resource-metadata.json")
"""Present inside Studio apps and notebook instances; read by the SDK and Studio's own scripts [S]."""

PROCESSING_JOB = Path("/opt/ml/config/processingjobconfig.json")
"""Present in the container of a processing job; training and transform jobs have an environment variable [S]."""
_JOB_VARIABLES = ("TRAINING_JOB_ARN", "TRANSFORM_JOB_ARN")

KEYS = ("backend", "path", "experiment", "region", "profile", "bucket", "redact", "theme", "prices")
ENVIRONMENT = {
    "backend": "SM_TRACK_BACKEND",
    "path": "SM_TRACK_HOME",
    "experiment": "SM_TRACK_EXPERIMENT",
    "region": "SM_TRACK_REGION",
}
CONFIG_VARIABLE = "SM_TRACK_CONFIG"
CHOICES = {"backend": ("embedded", "aws"), "theme": ("auto", "light", "dark")}

Theme = Literal["auto", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds now, and where each value comes from.

    Attributes
    ----------
    backend
        ``"embedded"`` or ``"aws"``.
    path
        Folder of the embedded store and of all journals (``path/"journals"``), whichever home is used.
    experiment
        Experiment of runs that name none.
    region, profile, bucket
        For AWS; None leaves the choice to boto3 and to the SDK's default bucket.
    redact
        Regular expressions of further secrets to take out of captured source and output.
    theme
        Colours of the widgets; ``"auto"`` follows JupyterLab.
    prices
        File with the price of an hour of each instance type; None: no costs are shown.
    why
        One sentence: why this backend.
    origin
        Name of a field -> ``"argument"``, ``"%sm_config"``, ``"environment"``, ``"config file"``,
        ``"SageMaker Studio"``, ``"SageMaker job"`` or ``"default"``.
    """

    backend: Home
    path: Path
    experiment: str | None
    region: str | None
    profile: str | None
    bucket: str | None
    redact: tuple[str, ...]
    theme: Theme
    why: str
    origin: Mapping[str, str] = field(default_factory=dict[str, str])
    prices: str | None = None


_session: dict[str, Any] = {}


def session_overrides() -> dict[str, Any]:
    """Return a copy of what ``%sm_config`` has set in this session."""
    return dict(_session)


def set_overrides(**values: Any) -> None:
    """Set values for this session; a value of None takes one back.

    Raises
    ------
    UsageError
        For an unknown name or a value that cannot be used.
    """
    for name, value in values.items():
        _check(name, value)
    for name, value in values.items():
        if value is None:
            _session.pop(name, None)
        else:
            _session[name] = value


def clear_overrides() -> None:
    """Take back everything that ``%sm_config`` has set in this session."""
    _session.clear()


def resolve(
    overrides: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    config_file: Path | None = None,
    metadata_file: Path = STUDIO_METADATA,
    processing_file: Path = PROCESSING_JOB,
) -> Settings:
    """Decide every setting; the first source that names one wins.

    Order: `overrides`, ``%sm_config``, ``SM_TRACK_*`` of `environ`, the settings file, SageMaker Studio
    or a SageMaker job (AWS), defaults (embedded). Credentials in the home folder never choose AWS.

    Raises
    ------
    UsageError
        For an unknown name or a value that cannot be used, with the place where it stands.
    """
    environ = os.environ if environ is None else environ
    found: dict[str, Any] = {}
    origin: dict[str, str] = {}
    inside = _inside(environ, metadata_file, processing_file)
    for source, values in _sources(overrides or {}, environ, config_file, inside):
        for name, value in values.items():
            if value is None or name in found:
                continue
            _check(name, value, source)
            found[name], origin[name] = value, source
    backend = cast("Home", found["backend"])
    return Settings(
        backend=backend,
        path=Path(os.path.expandvars(str(found["path"]))).expanduser().absolute(),
        experiment=found.get("experiment"),
        region=found.get("region"),
        profile=found.get("profile"),
        bucket=found.get("bucket"),
        redact=_patterns(found["redact"]),
        theme=cast("Theme", found["theme"]),
        prices=None if found.get("prices") is None else str(found["prices"]),
        why=_why(backend, origin["backend"]),
        origin={name: origin.get(name, "default") for name in KEYS},
    )


def studio_region(environ: Mapping[str, str], metadata_file: Path = STUDIO_METADATA) -> str | None:
    """Region of this Studio app: AWS_REGION, REGION_NAME, then the metadata file. None outside Studio."""
    named = environ.get("AWS_REGION") or environ.get("REGION_NAME")
    if named:
        return named
    metadata = _metadata(metadata_file)
    zone = cast("dict[str, Any]", metadata.get("AdditionalMetadata") or {}).get("DataZoneDomainRegion")
    arn = str(metadata.get("ResourceArn") or "").split(":")
    return zone or (arn[3] if len(arn) > 3 else None) or None  # noqa: PLR2004 - arn:partition:service:region


def job_arn(environ: Mapping[str, str], processing_file: Path = PROCESSING_JOB) -> str | None:
    """ARN of the training, processing or transform job that this process runs in; None outside of jobs."""
    named = next((environ[name] for name in _JOB_VARIABLES if environ.get(name)), None)
    return named or str(_metadata(processing_file).get("ProcessingJobArn") or "") or None


def config_path(config_file: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Where the settings file is: the argument, SM_TRACK_CONFIG, or the user's configuration folder."""
    if config_file is not None:
        return config_file
    named = (os.environ if environ is None else environ).get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "settings.ini"


def save(values: Mapping[str, Any], config_file: Path | None = None) -> Path:
    """Write `values` into the settings file, beside what it holds; a value of None is removed.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError
        When it cannot be written.
    """
    path = config_path(config_file)
    parser = _parser(path)
    if not parser.has_section(SECTION):
        parser.add_section(SECTION)
    for name, value in values.items():
        _check(name, value)
        if value is None:
            parser.remove_option(SECTION, name)
        else:
            parser.set(SECTION, name, "\n".join(_patterns(value)) if name == "redact" else str(value))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            parser.write(file)
    except OSError as error:
        raise ConfigError(
            f"The settings file {path} cannot be written: {error.strerror or error}.",
            f"Name another in {CONFIG_VARIABLE}.",
        ) from error
    return path


def _sources(
    overrides: Mapping[str, Any], environ: Mapping[str, str], config_file: Path | None, inside: str | None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "argument", overrides
    yield "%sm_config", dict(_session)
    yield "environment", {name: environ.get(variable) or None for name, variable in ENVIRONMENT.items()}
    parser = _parser(config_path(config_file, environ))
    yield "config file", dict(parser.items(SECTION)) if parser.has_section(SECTION) else {}
    if inside:
        yield inside, {"backend": "aws"}
    import platformdirs

    folder = platformdirs.user_data_dir(APP, appauthor=False)
    yield "default", {"backend": "embedded", "path": folder, "redact": (), "theme": "auto"}


def _inside(environ: Mapping[str, str], metadata_file: Path, processing_file: Path) -> str | None:
    """Name the part of AWS that this process runs in; None anywhere else."""
    if _metadata(metadata_file):
        return "SageMaker Studio"
    return "SageMaker job" if job_arn(environ, processing_file) else None


def _parser(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        message = f"The settings file {path} cannot be read: {reason}."
        raise ConfigError(message, "Mend or remove it.") from error
    return parser


def _metadata(metadata_file: Path) -> dict[str, Any]:
    try:
        read = json.loads(metadata_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", read) if isinstance(read, dict) else {}


def _patterns(value: Any) -> tuple[str, ...]:
    lines = value.splitlines() if isinstance(value, str) else list(value)
    return tuple(line for line in (str(line).strip() for line in lines) if line)


def _check(name: str, value: Any, source: str = "") -> None:
    where = {"environment": f" ({ENVIRONMENT.get(name)})", "config file": " (settings file)"}.get(source, "")
    if name not in KEYS:
        raise UsageError(f"There is no setting {name!r}{where}.", did_you_mean(name, KEYS))
    if value is None:
        return
    if name in CHOICES and value not in CHOICES[name]:
        raise UsageError(f"{name} is {' or '.join(map(repr, CHOICES[name]))}, not {value!r}{where}.")
    if name == "prices" and source not in {"environment", "config file"}:
        _prices.read(value)
    if name == "redact":
        for pattern in _patterns(value):
            _check_pattern(pattern, where)


def _check_pattern(pattern: str, where: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        message = f"redact: {pattern!r} is not a regular expression: {error}{where}."
        raise UsageError(message) from error


def _why(backend: Home, source: str) -> str:
    chosen = {
        "argument": "asked for by connect()",
        "%sm_config": "set with %sm_config",
        "environment": f"set by {ENVIRONMENT['backend']}",
        "config file": "set in the settings file",
        "SageMaker Studio": "this notebook runs in SageMaker Studio",
        "SageMaker job": "this is a SageMaker job",
        "default": "nothing asked for AWS and this is not SageMaker Studio",
    }
    return f"{backend}: {chosen[source]}"
