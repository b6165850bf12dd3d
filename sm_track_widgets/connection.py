"""Where runs go in this process: the connection in use, and how it is chosen anew."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING, Any

from sm_track_widgets import config
from sm_track_widgets._connection import Connection

if TYPE_CHECKING:
    from pathlib import Path

    import boto3

    from sm_track_widgets._types import Clock, Home
    from sm_track_widgets.embedded.service import Rules

__all__ = ["Connection", "active", "connect", "current", "reconnect", "reset", "reset_settings", "use"]


def connect(
    backend: Home | None = None,
    *,
    path: str | Path | None = None,
    region: str | None = None,
    profile: str | None = None,
    session: boto3.Session | None = None,
    bucket: str | None = None,
    rules: Rules | None = None,
    clock: Clock | None = None,
) -> Connection:
    """Choose where runs go from now on in this process.

    Parameters
    ----------
    backend
        ``"embedded"``: a folder on this machine. ``"aws"``: SageMaker. Default: as `config.resolve` decides; a
        `session` means AWS.
    path
        Folder of the embedded store and of the journals.
    region, profile
        As boto3 takes them.
    session
        A boto3 session of your own to use for AWS.
    bucket
        Bucket of files and artifacts; default ``sagemaker-<region>-<account>``.
    rules, clock
        For the embedded service.

    Returns
    -------
    Connection
        Also what `current` returns from now on.

    Raises
    ------
    ConfigError, UsageError
        In one line, with the cure.
    """
    asked = {"path": path, "region": region, "profile": profile, "bucket": bucket}
    overrides: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    overrides["backend"] = backend or ("aws" if session is not None else None)
    made = Connection(config.resolve(overrides), session, rules=rules, clock=clock)
    _install(made)
    return made


def current() -> Connection:
    """Return the connection in use; made from the settings at first use.

    Raises
    ------
    ConfigError, UsageError
        In one line, with the cure.
    """
    with _current_lock:
        if _holder:
            return _holder[0]
        made = Connection(config.resolve())
        _holder[:] = [made]
        return made


def reconnect() -> Connection:
    """Make the connection anew from the settings as they are now; the old one stays where that fails."""
    made = Connection(config.resolve())
    _install(made)
    return made


def use(made: Connection) -> None:
    """Have `made` be what `current` returns from now on."""
    _install(made)


def active() -> Connection | None:
    """Return the connection in use if there is one yet; never makes one."""
    return _holder[0] if _holder else None


def reset() -> None:
    """Forget the current connection: the next use makes one from the settings as they are then."""
    with _current_lock:
        _holder.clear()


def reset_settings(settings: config.Settings) -> None:
    """Give the connection in use settings that do not change where runs go: experiment, redaction, theme, prices."""
    with _current_lock:
        for held in _holder:
            held.settings = dataclasses.replace(
                held.settings,
                experiment=settings.experiment,
                redact=settings.redact,
                theme=settings.theme,
                prices=settings.prices,
                origin=settings.origin,
            )


_holder: list[Connection] = []
_current_lock = threading.RLock()


def _install(made: Connection) -> None:
    with _current_lock:
        _holder[:] = [made]
