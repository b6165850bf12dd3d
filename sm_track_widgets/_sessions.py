"""Sessions: the embedded service on a folder, boto3's from the settings, and whose account the latter's is."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

from sm_track_widgets import config
from sm_track_widgets._errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    import boto3

    from sm_track_widgets._types import Clock
    from sm_track_widgets.embedded import EmbeddedSageMaker
    from sm_track_widgets.embedded.service import Rules

CURE_FOLDER = "Choose another: %sm_config --path DIR, or set SM_TRACK_HOME."
CURE_PROFILE = "Name another: %sm_config --profile NAME, or set AWS_PROFILE."


def open_embedded(settings: config.Settings, rules: Rules | None, clock: Clock | None) -> EmbeddedSageMaker:
    """Open the embedded service on the folder of `settings`; ConfigError when that cannot be used."""
    from sm_track_widgets.embedded import EmbeddedSageMaker
    from sm_track_widgets.embedded.service import DEFAULT_REGION
    from sm_track_widgets.embedded.store import StoreError

    try:
        return EmbeddedSageMaker(
            settings.path, region=settings.region or DEFAULT_REGION, rules=rules, clock=clock or time.time
        )
    except (StoreError, OSError) as error:
        raise ConfigError(f"The data folder cannot be used: {_reason(error)}.", CURE_FOLDER) from error


def engine_of(session: boto3.Session) -> Any | None:
    """Return the embedded engine that answers a session, also one that a user handed in; None for AWS."""
    wire = sys.modules.get("sm_track_widgets.embedded.wire")  # not loaded: it answers nobody
    found = None if wire is None else wire.engine_of(session.events)
    return found if hasattr(found, "service") else None


def mark_of(path: Path) -> str:
    """Return what tells a store from another one that took its place."""
    try:
        return f"{path} {path.stat().st_ino}"
    except OSError:
        return str(path)


def aws_session(settings: config.Settings) -> boto3.Session:
    """Make a boto3 session from `settings` and the environment, with the credentials there are now."""
    import boto3
    from botocore.exceptions import ProfileNotFound

    try:
        session = boto3.Session(profile_name=settings.profile, region_name=settings.region)
    except ProfileNotFound as error:
        raise ConfigError(f"{error}.", CURE_PROFILE) from error
    region = session.region_name or config.studio_region(os.environ)
    if region and region != session.region_name:
        session = boto3.Session(profile_name=settings.profile, region_name=region)
    return session


def endpoint() -> str:
    """Return the address set by AWS_ENDPOINT_URL, else nothing."""
    return os.environ.get("AWS_ENDPOINT_URL_SAGEMAKER") or os.environ.get("AWS_ENDPOINT_URL") or ""


def _reason(error: OSError) -> str:
    return " ".join(str(error).rstrip(".").split())


def account_of(sts: Any) -> str:
    """Ask STS for the account of a client's credentials, twelve digits."""
    return str(sts.get_caller_identity()["Account"])


def check_account(session: boto3.Session, region: str, account: str) -> None:
    """Refuse credentials of another account: what was logged for one must not be written to another.

    Raises
    ------
    ConfigError
        They belong to another account.
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        They are not taken, or STS cannot be reached.
    """
    from botocore.config import Config

    retries: Any = {"mode": "standard", "total_max_attempts": 2}
    found = account_of(
        session.client("sts", region_name=region, config=Config(retries=retries, connect_timeout=10))
    )
    if found != account:
        raise ConfigError(
            f"The credentials belong to account {found} now, and what waits here to {account}.",
            f"Sign in to {account} again.",
        )
