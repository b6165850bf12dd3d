"""The boto3 clients of a connection."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets import _aws, _raw

if TYPE_CHECKING:
    import boto3

SINGLE = 1
"""Tries of a call whose caller sees to further ones."""
KEPT_RAW = ("sagemaker.Search", "sagemaker-metrics.BatchGetMetrics")


class Clients:
    """Clients by service and by how often they try a call; each made once, usable from any thread.

    Parameters
    ----------
    session
        What they are made from; may be exchanged.
    region
        Of the clients.
    calls, throttled
        Counted there by operation name, for each client where `counting`: its session's handlers are then not ours.
    """

    def __init__(
        self,
        session: boto3.Session,
        region: str,
        calls: Counter[str],
        throttled: Counter[str],
        *,
        counting: bool,
    ) -> None:
        self._session, self._region = session, region
        self._calls, self._throttled, self._counting = calls, throttled, counting
        self._lock = threading.RLock()
        self._made: dict[tuple[str, int], Any] = {}

    def renew(self, session: boto3.Session) -> None:
        """Make clients from another session from now on."""
        with self._lock:
            self._session = session
            self._made.clear()

    def get(self, service: str, attempts: int) -> Any:
        """Return the client of `service` that tries a call so often.

        One that tries once keeps the JSON of what `_raw.body_of` reads.
        """
        with self._lock:
            if (service, attempts) not in self._made:
                self._made[service, attempts] = self._make(service, attempts)
            return self._made[service, attempts]

    def _make(self, service: str, attempts: int) -> Any:
        from botocore.config import Config

        # One try for BatchPutMetrics: botocore re-sends after a dropped reply and doubles points.
        retries: Any = {"mode": "standard", "total_max_attempts": attempts}
        made = self._session.client(
            cast("Any", service),
            region_name=self._region,
            config=Config(retries=retries, max_pool_connections=24, connect_timeout=10),
        )
        if self._counting:
            _aws.count_calls(made.meta.events, self._calls)
        _aws.count_throttled(made.meta.events, self._throttled)
        if attempts == SINGLE:
            for operation in KEPT_RAW:
                _raw.keep_raw(made.meta.events, operation)
        return made
