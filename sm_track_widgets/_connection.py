"""The one object everything goes through: a boto3 session to AWS or to the embedded service."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws, _clients, _points, _sessions, config
from sm_track_widgets._errors import ConfigError
from sm_track_widgets._types import Clock, Home, JournalMark, Outline, Piece, Point, Refusal, Series

if TYPE_CHECKING:
    import boto3

    from sm_track_widgets.embedded import EmbeddedSageMaker
    from sm_track_widgets.embedded.service import Rules

CURE_REGION = "Name one: %sm_config --region us-east-1, or set AWS_DEFAULT_REGION."
HASTY = 3
"""Tries of a call that a cell waits for: up to about three seconds of pauses between them."""


class Connection:
    """Where runs are written to and read from. Made by `connection.connect` and `connection.current`.

    Parameters
    ----------
    settings
        As decided by `config.resolve`.
    session
        The boto3 session to use for the home ``"aws"``; None makes one from the settings.
    rules, clock
        For the embedded service: switches, and seconds since the epoch.

    Attributes
    ----------
    home : {"embedded", "aws"}
    why : str
        One sentence: how this home was chosen.
    region : str
    endpoint : str
        The address set by AWS_ENDPOINT_URL, else empty.
    settings : Settings
    calls : Counter
        API calls made, by operation name.
    throttled : Counter
        How many of them the service refused as too many; further tries count too.
    attempts : int
        How often botocore tries a call by itself; for clients that are made from then on.
    rebuildable : bool
        False when another process could not make the same connection from `describe`.

    Raises
    ------
    ConfigError
        When the data folder, the region or the profile cannot be used.
    """

    def __init__(
        self,
        settings: config.Settings,
        session: boto3.Session | None = None,
        *,
        rules: Rules | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self.home: Home = settings.backend
        self.why = settings.why
        self.calls: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()
        self.embedded: EmbeddedSageMaker | None = None
        self.endpoint = ""
        self.attempts = 8
        self._lock = threading.RLock()
        self._account: str | None = None
        self._sdk_session: Any = None
        if self.home == "embedded":
            self.rebuildable = clock is None
            self.embedded = _sessions.open_embedded(settings, rules, clock)
            self._session = self.embedded.boto_session()
            self.region = self.embedded.engine.service.region
            self._account = self.embedded.engine.service.account_id
        else:
            self.rebuildable = session is None
            self._session = session or _sessions.aws_session(settings)
            self.region = str(settings.region or self._session.region_name or "")
            if not self.region:
                raise ConfigError("No AWS region is set.", CURE_REGION)
            if session is None:
                self.endpoint = _sessions.endpoint()
            _aws.repair_wording(self._session.events)
        own = session is None  # nothing but what a user asked for stays on his session
        if own:
            _aws.count_calls(self._session.events, self.calls)
        self._clients = _clients.Clients(
            self._session, self.region, self.calls, self.throttled, counting=not own
        )

    @property
    def account_id(self) -> str:
        """The AWS account, twelve digits; asked of STS once.

        Raises
        ------
        ConfigError, ServiceRefusedError
            Without usable credentials.
        """
        if self._account is None:
            try:
                self._account = _sessions.account_of(self._clients.get("sts", 2))
            except Exception as error:
                raise _aws.explain(error, "find out the AWS account") or error from error
        return self._account

    @property
    def bucket(self) -> str:
        """Bucket of files and artifacts: the one configured, else ``sagemaker-<region>-<account>``."""
        return self.settings.bucket or f"sagemaker-{self.region}-{self.account_id}"

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Home, account, region and endpoint: a journal is replayed only where all four are its own."""
        return (self.home, self.account_id, self.region, self.endpoint)

    @property
    def known_identity(self) -> tuple[str, str, str, str]:
        """`identity`, its account empty where that could not be found out yet; asks nobody."""
        return (self.home, self._account or "", self.region, self.endpoint)

    def service_time(self, answer: Mapping[str, Any]) -> float | None:
        """Return the service's clock when it gave an answer, seconds since the epoch; None where it does not tell."""
        engine = _sessions.engine_of(self._session)
        return _aws.date_of(answer) if engine is None else engine.service.clock()

    @property
    def store_mark(self) -> str:
        """What tells the embedded store from another one in its place; empty on AWS."""
        engine = _sessions.engine_of(self._session)
        return "" if engine is None else _sessions.mark_of(engine.service.store.path)

    def renew_credentials(self) -> None:
        """Read the credentials again, which may be others since; only where the session can be made again.

        Raises
        ------
        ConfigError
            They belong to another account than this connection.
        """
        if self.home == "embedded" or not self.rebuildable:
            return
        fresh = _sessions.aws_session(self.settings)
        if self._account is not None:
            _sessions.check_account(fresh, self.region, self._account)
        _aws.repair_wording(fresh.events)
        _aws.count_calls(fresh.events, self.calls)
        with self._lock:
            self._session = fresh
            self._clients.renew(fresh)

    def boto_session(self) -> boto3.Session:
        """Return the boto3 session; in the embedded home nothing made from it reaches the network."""
        return self._session

    def client(self, service: str, *, patient: bool = True) -> Any:
        """Return the boto3 client of `service`; made once, usable from any thread.

        Parameters
        ----------
        patient
            False: for calls that a cell waits for; where the service throttles or cannot be reached, they give up after
            a few seconds.
        """
        patient = patient or self.home == "embedded"
        return self._clients.get(service, self.attempts if patient else min(self.attempts, HASTY))

    def single(self, service: str) -> Any:
        """Return the client of `service` that tries a call once: for callers that see to further tries themselves."""
        return self._clients.get(service, _clients.SINGLE)

    def sagemaker_session(self) -> Any:
        """Return a ``Session`` of the SageMaker SDK that is installed (2.x or 3.x) on this connection."""
        with self._lock:
            if self._sdk_session is None:
                from sm_track_widgets import _sdk

                # Offline also means that the SDK sends no telemetry.
                self._sdk_session = _sdk.session(
                    self._session,
                    default_bucket=self.bucket if self.embedded else self.settings.bucket,
                    telemetry=self.embedded is None,
                )
            return self._sdk_session

    def put_points(
        self, component: str, points: Sequence[Point], mark: JournalMark | None = None
    ) -> list[Refusal]:
        """Write points of one component, in order.

        Parameters
        ----------
        component
            Name of the trial component.
        points
            Any number.
        mark
            Embedded: committed in one transaction with the points. AWS: ignored.

        Returns
        -------
        list of Refusal
            Points that were not taken, with the reason.
        """
        if self.embedded is not None:
            from sm_track_widgets.embedded import metrics

            return metrics.append_points(self.embedded.engine.service, component, points, mark)
        return _points.put_points(self.single("sagemaker-metrics"), component, points)

    def delivered(self, journal: str) -> int | None:
        """Return up to which byte of `journal` points are committed; None when the home does not know."""
        if self.embedded is None:
            return None
        from sm_track_widgets.embedded import metrics

        return metrics.journal_offset(self.embedded.engine.service, journal)

    def read_series(
        self,
        wanted: Sequence[tuple[str, str]],
        start: Sequence[int | None] | None = None,
        axis: _points.Axis = "auto",
        *,
        expected: Sequence[int] | None = None,
    ) -> list[Series]:
        """Read the points of (component, metric) pairs; one `Series` for each pair, in their order.

        Parameters
        ----------
        wanted, start, axis, expected
            As of `_points.read_series`. The embedded home gives every point with its step and time.

        Raises
        ------
        ConfigError
            When the embedded store cannot be read.
        """
        if self.embedded is not None:
            from sm_track_widgets.embedded import metrics

            with _readable():
                found = metrics.read_points(self.embedded.engine.service, wanted)
            starts = [None] * len(found) if start is None else start
            return [_points.part_of(one, begin, axis) for one, begin in zip(found, starts, strict=True)]
        return _points.read_series(
            self.single("sagemaker-metrics"), self.component_arn(""), wanted, start, axis, expected=expected
        )

    def component_arn(self, component: str) -> str:
        """Return the ARN of a trial component of this account and region [M]."""
        account = f"arn:{self._partition()}:sagemaker:{self.region}:{self.account_id}"
        return f"{account}:experiment-trial-component/{component}"

    def read_outlines(self, wanted: Sequence[tuple[str, str]]) -> list[Outline | None]:
        """Read (component, metric) pairs as far as pictures need them, in their order.

        None where there is no outline: on AWS, and where there are no points.

        Raises
        ------
        ConfigError
            When the embedded store cannot be read.
        """
        if self.embedded is None:
            return [None] * len(wanted)
        from sm_track_widgets.embedded import metrics

        with _readable():
            return metrics.read_outlines(self.embedded.engine.service, wanted)

    def read_part(self, component: str, metric: str, first: int, stop: int) -> tuple[int, list[Piece]]:
        """Read the points of a series that has an outline, from number `first` to before `stop`.

        Returns
        -------
        tuple
            The number of the first point of the pieces, and pieces that hold what was asked for and perhaps more.

        Raises
        ------
        ConfigError
            When the embedded store cannot be read.
        """
        if self.embedded is None:
            return 0, []
        from sm_track_widgets.embedded import metrics

        with _readable():
            return metrics.read_part(self.embedded.engine.service, component, metric, first, stop)

    def describe(self) -> dict[str, str]:
        """Describe this connection for another process, as text values; `rebuild` takes it. Holds no secret."""
        settings = self.settings
        described = {
            "home": self.home,
            "path": str(settings.path),
            "region": self.region,
            "profile": settings.profile or "",
            "bucket": settings.bucket or "",
            "account_id": self._account or "",
            "endpoint": self.endpoint,
        }
        if self.embedded is not None:
            described["rules"] = json.dumps(dataclasses.asdict(self.embedded.engine.service.rules))
        return described

    @classmethod
    def rebuild(cls, description: Mapping[str, str]) -> Connection:
        """Make the same connection in another process; it is not installed as the current one."""
        overrides = {
            "backend": description["home"],
            "path": description["path"],
            "region": description["region"],
            "profile": description.get("profile") or None,
            "bucket": description.get("bucket") or None,
        }
        rules = None
        if description.get("rules"):
            from sm_track_widgets.embedded.service import Rules

            rules = Rules(**json.loads(description["rules"]))
        made = cls(config.resolve(overrides), rules=rules)
        made._account = made._account or description.get("account_id") or None
        return made

    def close(self) -> None:
        """Close the embedded store's connection of this thread; the object stays usable."""
        if self.embedded is not None:
            self.embedded.close()

    def _partition(self) -> str:
        return self._session.get_partition_for_region(self.region)


@contextmanager
def _readable() -> Generator[None, None, None]:
    """Say in one line that the store cannot be read."""
    from sm_track_widgets.embedded.store import StoreError

    try:
        yield
    except StoreError as error:
        raise ConfigError(f"Cannot read metrics: {error}.") from error
