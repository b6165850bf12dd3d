"""MLflow's client: imported late, its telemetry off for our calls, its errors in one line."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from sm_track_widgets import _aws
from sm_track_widgets._errors import ConfigError, TrackError, UsageError
from sm_track_widgets._failures import RefusedError

Answer = TypeVar("Answer")

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""Set while we call it, whatever the user has set."""
OWN_ADDRESS = "MLFLOW_TRACKING_URI"
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1"}
"""Set while we call it where the user has not: by itself it tries for two minutes to reach a server that is gone."""
NOT_INSTALLED = "Install it: %pip install 'sm-track-widgets[mlflow]'"
PLUGIN = "Install it: %pip install sagemaker-mlflow"
UNREACHABLE = (
    "ConnectionError", "NewConnectionError", "Max retries exceeded", "Connection refused",
    "RemoteDisconnected", "Connection aborted", "timed out", "ConnectTimeout", "NameResolutionError",
)  # fmt: skip
BUSY = frozenset({"REQUEST_LIMIT_EXCEEDED", "TEMPORARILY_UNAVAILABLE", "RESOURCE_CONFLICT"})
DENIED = frozenset({"PERMISSION_DENIED", "UNAUTHENTICATED"})
_environment = threading.RLock()


class BusyError(OSError):
    """The server cannot answer now: a further try may go well."""


@dataclass(frozen=True, slots=True)
class Mlflow:
    """A tracking server.

    Attributes
    ----------
    uri
        Its address as MLflow takes it.
    client
        An ``MlflowClient``.
    """

    uri: str
    client: Any

    @property
    def title(self) -> str:
        """In words, for messages; without a password."""
        head, at, tail = self.uri.rpartition("@")
        scheme = head.partition("://")[0]
        return f"MLflow at {f'{scheme}://...@{tail}' if at and '://' in head else self.uri}"

    @property
    def is_local(self) -> bool:
        """Whether it is a file or database of this machine, with one writer."""
        return not self.uri.startswith(("http://", "https://", "arn:", "databricks"))

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the client.

        Raises
        ------
        RefusedError
            The server will never take it.
        BusyError
            It cannot now.
        ConfigError
            It does not answer, or not to us.
        """
        return self.guarded(lambda: getattr(self.client, name)(*args, **kwargs))

    def guarded(self, work: Callable[[], Answer]) -> Answer:
        """Do something with the client, its errors turned into ours as `call` does."""
        try:
            return work()
        except TrackError:
            raise
        except Exception as error:
            told = self._told(error)
            if told is None:
                raise
            raise told from error

    def _told(self, error: Exception) -> Exception | None:
        code = str(getattr(error, "error_code", ""))
        text = " ".join(str(error).split())
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if "MlflowException" not in kinds and "RequestException" not in kinds:
            return None
        if any(word in text for word in UNREACHABLE):
            return ConfigError(
                f"{self.title} does not answer.", "Start it, or check its address; then try again."
            )
        if code in DENIED:
            return ConfigError(
                f"{self.title} refuses: {text[:200]}", "Check the credentials that MLflow uses."
            )
        if code in BUSY or "database is locked" in text or "Too Many Requests" in text:
            return BusyError(text[:300])
        if "MlflowException" in kinds:
            return RefusedError(code or "MlflowException", text[:500])
        return ConfigError(f"{self.title}: {text[:300]}", "Check its address and the network.")


@contextmanager
def opened(uri: str) -> Generator[Mlflow, None, None]:
    """Give the client of a tracking server; while it is in use MLflow sends no telemetry.

    Parameters
    ----------
    uri
        What MLflow takes: http(s), a database, a folder, the ARN of a SageMaker tracking server or app.

    Raises
    ------
    ConfigError
        MLflow or its plugin for SageMaker is not installed, or it does not answer.
    UsageError
        It takes no such address.
    """
    if uri.startswith("arn:") and find_spec("sagemaker_mlflow") is None:
        raise ConfigError("MLflow needs the plugin sagemaker-mlflow for an ARN.", PLUGIN)
    with _quiet():
        try:
            module: Any = import_module("mlflow")
        except ImportError as error:
            raise ConfigError("MLflow's client is not installed.", NOT_INSTALLED) from error
        if not uri.startswith("arn:"):
            yield _answering(module, uri)
            return
        # The plugin signs for the address that MLflow has as its own, whatever the client was made for.
        module.set_tracking_uri(uri)
        try:
            yield _answering(module, uri)
        finally:
            module.set_tracking_uri(None)  # what was set before stands in the environment, which comes back


def _answering(module: Any, uri: str) -> Mlflow:
    server = Mlflow(uri, None)
    try:
        server = Mlflow(uri, module.MlflowClient(tracking_uri=uri))
        server.call("search_experiments", max_results=1)
    except TrackError:
        raise
    except RefusedError as error:
        raise ConfigError(f"{server.title} cannot be used: {error.reason}", "Check its address.") from error
    except Exception as error:
        explained = _aws.explain(error, f"use {server.title}")
        if explained is not None:
            raise explained from error
        text = " ".join(str(error).split())[:300]
        raise UsageError(f"MLflow cannot use {uri!r}: {text}", "See MLflow's tracking URIs.") from error
    return server


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Set MLflow's switches, and put back what stood there."""
    with _environment:
        wanted = {**{name: text for name, text in PATIENCE.items() if name not in os.environ}, **QUIET}
        before = {name: os.environ.get(name) for name in (*wanted, OWN_ADDRESS)}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, text in before.items():
                if text is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = text
