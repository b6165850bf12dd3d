"""A server for one embedded home, and clients that talk to it."""

from __future__ import annotations

import importlib
import secrets
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve.dispatch import Dispatcher
from sm_track_widgets.serve.faults import Faults
from sm_track_widgets.serve.routing import service_model
from sm_track_widgets.serve.sockets import ADDRESS, Listener, Log

if TYPE_CHECKING:
    from types import TracebackType

    import boto3

_POLL_SECONDS = 0.05  # how long stopping waits for the accepting thread at most


class Server:
    """Serves an `EmbeddedSageMaker` over HTTP; a context manager.

    Parameters
    ----------
    home
        The home; it can be used directly meanwhile, and other servers and processes may serve the same folder.
    port
        0 takes any that is free.
    faults
        What goes wrong; may be changed while the server runs.
    log
        Called with one line per request, from several threads.

    Attributes
    ----------
    home : EmbeddedSageMaker
    faults : Faults

    Raises
    ------
    OSError
        When the port is taken.

    Examples
    --------
    >>> import tempfile
    >>> from sm_track_widgets.embedded import EmbeddedSageMaker
    >>> with Server(EmbeddedSageMaker(tempfile.mkdtemp())) as server:
    ...     client = server.boto_session().client("sagemaker")
    ...     _ = server.faults.add("throttle", "CreateExperiment", times=1)
    ...     client.create_experiment(ExperimentName="demo")["ExperimentArn"]
    ...     server.calls["CreateExperiment"]  # boto3 has tried again
    'arn:aws:sagemaker:us-east-1:000000000000:experiment/demo'
    2
    """

    def __init__(
        self, home: EmbeddedSageMaker, port: int = 0, faults: Faults | None = None, log: Log | None = None
    ) -> None:
        self.home = home
        self.faults = faults or Faults()
        self._stopping = threading.Event()
        self._token = secrets.token_urlsafe(24)
        self._dispatcher = Dispatcher(home, self._token, self.faults, self._stopping)
        self._listener = Listener(port, self._dispatcher, log)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self._listener.server_address[1])

    @property
    def endpoint(self) -> str:
        """The address that clients are given, for every service. Whoever knows it can use the home: it is a secret."""
        return f"http://{ADDRESS}:{self.port}/{self._token}"

    @property
    def calls(self) -> Counter[str]:
        """Calls so far, by operation; those that met a fault too."""
        return self._dispatcher.calls

    def start(self) -> Server:
        """Answer from now on, in threads of this process; return itself."""
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(_POLL_SECONDS,), name="sm-track-serve", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Let calls in progress end within 5 s, close all connections; no thread is left."""
        if self._thread is not None:
            self._stopping.set()
            self._listener.shutdown()
            self._listener.close_all()
            self._thread.join()
            self._thread = None
        self._listener.server_close()

    def __enter__(self) -> Server:  # noqa: PYI034 - Self is Python 3.11's
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def boto_session(self) -> boto3.Session:
        """Return a new boto3 session all clients of which talk to this server.

        That holds for clients that are given another ``endpoint_url`` too: the SageMaker SDK names a regional address
        of STS. Nothing of the machine's AWS settings or proxies is read.
        """
        from sm_track_widgets.serve.session import ServedSession

        return ServedSession(self.endpoint, self.home.region)

    def sagemaker_session(self) -> Any:
        """Return a SageMaker SDK ``Session`` on this server, telemetry off, the default bucket in place.

        Raises
        ------
        ConfigError
            When the SageMaker SDK is not installed.
        """
        # By name: the layers above import this package, not the other way round.
        seam = importlib.import_module("sm_track_widgets._sdk")
        bucket = self.home.engine.service.default_bucket
        return seam.session(self.boto_session(), default_bucket=bucket, telemetry=False)

    def environment(self) -> dict[str, str]:
        """Return the variables that send a process's AWS calls here: endpoints, region, credentials that are nobody's.

        AWS_ENDPOINT_URL alone would do; a setting for one service goes before it, so those offered are named too.
        """
        from sm_track_widgets.embedded.engine import OPERATIONS

        names = [str(service_model(service).service_id).upper().replace(" ", "_") for service in OPERATIONS]
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            **{f"AWS_ENDPOINT_URL_{name}": self.endpoint for name in names},
            "AWS_ACCESS_KEY_ID": "embedded",
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_REGION": self.home.region,
            "AWS_DEFAULT_REGION": self.home.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
