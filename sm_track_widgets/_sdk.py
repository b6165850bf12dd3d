"""The one seam to the SageMaker Python SDK, 2.x and 3.x, whose modules have other names.

Importing this module imports nothing of the SDK, which costs seconds; its functions do, but for `version` and
`loaded_run_context`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import sys
from functools import cache
from typing import Any

from sm_track_widgets._errors import ConfigError

run_context_module_names = (
    "sagemaker.experiments._run_context",  # 2.x
    "sagemaker.core.experiments._run_context",  # 3.x
)
"""Modules in which the SDK keeps the run that is open in this process."""

_MODULES: dict[str, tuple[str, str]] = {
    "session": ("sagemaker.session", "sagemaker.core.helper.session_helper"),
    "run": ("sagemaker.experiments.run", "sagemaker.core.experiments.run"),
    "analytics": ("sagemaker.analytics", "sagemaker.core.analytics"),
    "images": ("sagemaker.image_uris", "sagemaker.core.image_uris"),
    "remote_function": ("sagemaker.remote_function", "sagemaker.core.remote_function"),
}
"""What is needed -> its module in 2.x, in 3.x."""

_THIRD = 3


@cache
def version() -> tuple[int, ...] | None:
    """Return the installed SDK's version, without importing it; None when it is not installed."""
    try:
        text = importlib.metadata.version("sagemaker")
    except importlib.metadata.PackageNotFoundError:
        return None
    return tuple(int(number) for number in re.findall(r"\d+", text.partition("+")[0])[:3])


def _module(name: str) -> Any:
    found = version()
    if found is None:
        raise ConfigError("The SageMaker Python SDK is not installed.", "Install it: %pip install sagemaker")
    return importlib.import_module(_MODULES[name][found[0] >= _THIRD])


def session(
    boto_session: Any,
    *,
    default_bucket: str | None = None,
    telemetry: bool = True,
    sagemaker_client: Any = None,
    sagemaker_metrics_client: Any = None,
) -> Any:
    """Return the SDK's ``Session`` on a boto3 session.

    Parameters
    ----------
    boto_session
        What all calls go through.
    default_bucket
        Name of the bucket that files go to; the SDK's own choice when None.
    telemetry
        False passes a configuration that opts out of the SDK's telemetry. The SDK then reads no configuration file of
        the user's: the embedded home must neither phone out nor read settings meant for AWS. On 3.x, logs of jobs are
        then shown from the latest session, too.
    sagemaker_client, sagemaker_metrics_client
        Clients to use in place of new ones.

    Raises
    ------
    ConfigError
        When the SDK is not installed.
    """
    keywords: dict[str, Any] = {"boto_session": boto_session, "default_bucket": default_bucket}
    if not telemetry:
        keywords["sagemaker_config"] = {
            "SchemaVersion": "1.0",
            "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
        }
    _show_logs_from(boto_session, offline=not telemetry)
    if sagemaker_client is not None:
        keywords["sagemaker_client"] = sagemaker_client
    if sagemaker_metrics_client is not None:
        keywords["sagemaker_metrics_client"] = sagemaker_metrics_client
    return _module("session").Session(**keywords)


def _show_logs_from(boto_session: Any, *, offline: bool) -> None:
    """Have SDK 3.x show the logs of jobs from `boto_session`; nothing on 2.x, which asks the session it was given.

    3.x makes one CloudWatch client for the whole process, from boto3's own configuration, whatever session its
    ModelTrainer has [S]: offline, ``train(logs=True)``, the default, would go to AWS. Sessions on AWS are left to the
    SDK, unless an offline one came before. A client that the SDK has already made stays.
    """
    found = version()
    if found is None or found[0] < _THIRD:
        return
    name = "sagemaker.core.utils.logs"
    logs = importlib.import_module(name) if offline else sys.modules.get(name)
    if logs is not None and (offline or logs.CloudWatchLogsClient.client is not None):
        logs.CloudWatchLogsClient.client = boto_session.client("logs")


def run_module() -> Any:
    """Return the SDK's module of ``Run``, ``load_run`` and ``list_runs``; imports the SDK.

    Raises
    ------
    ConfigError
        When the SDK is not installed.
    """
    return _module("run")


def loaded_run_context() -> Any | None:
    """Return the SDK's ``_RunContext`` if its module is already imported; never imports anything."""
    for name in run_context_module_names:
        module = sys.modules.get(name)
        if module is not None and hasattr(module, "_RunContext"):
            return module._RunContext  # noqa: SLF001 - the only place where the SDK says which run is open
    return None


def boto_session_of(run: Any) -> Any | None:
    """Return the boto3 session of the SDK's own ``Run``; None where it does not tell."""
    component = getattr(run, "_trial_component", None)
    return getattr(getattr(component, "sagemaker_session", None), "boto_session", None)


def experiment_analytics(experiment_name: str | None = None, session: Any = None, **keywords: Any) -> Any:
    """Return the SDK's ``ExperimentAnalytics`` of one experiment, or of a ``search_expression`` among `keywords`.

    Raises
    ------
    ConfigError
        When the SDK is not installed.
    """
    if experiment_name is not None:
        keywords["experiment_name"] = experiment_name
    return _module("analytics").ExperimentAnalytics(sagemaker_session=session, **keywords)


def image_uri(framework: str, version: str, region: str) -> str:
    """Return the address of SageMaker's inference image of a framework, by the SDK's own tables; calls nobody.

    Raises
    ------
    ConfigError
        When the SDK is not installed, or knows no such image.
    """
    images = _module("images")
    # It needs an instance type where there are images for CPU and GPU.
    asked: dict[str, Any] = {"version": version, "image_scope": "inference", "instance_type": "ml.m5.xlarge"}
    try:
        return str(images.retrieve(framework, region, **asked))
    except (ValueError, TypeError, KeyError, OSError) as error:
        reason = " ".join(str(error).split())[:300].rstrip(".")
        raise ConfigError(
            f"The SageMaker SDK knows no image of {framework} {version}: {reason}.", "Name one: --image URI"
        ) from error


def remote_executor(**keywords: Any) -> Any:
    """Return the SDK's ``RemoteExecutor``, which runs functions as training jobs; imports the SDK.

    Raises
    ------
    ConfigError
        When the SDK is not installed.
    """
    return _module("remote_function").RemoteExecutor(**keywords)


def is_remote_executor(executor: Any) -> bool:
    """Whether this is the SDK's ``RemoteExecutor``; never imports anything."""
    return any(
        kind.__name__ == "RemoteExecutor" and kind.__module__.startswith("sagemaker.")
        for kind in type(executor).__mro__
    )


def remote_ended(future: Any) -> bool:
    """Whether the job behind a future of ``RemoteExecutor`` has ended, one way or another; asks the service.

    Its own ``done()`` is never true for a job that was stopped, and once it has been, ``result()`` is None [S].
    """
    job = getattr(future, "_job", None)
    if job is None or future.cancelled():
        return bool(future.cancelled() or future.done())
    return job.describe()["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"}
