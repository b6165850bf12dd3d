"""Faults on demand: latency, throttling, server errors, requests and replies that get lost."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.embedded.engine import OPERATIONS
from sm_track_widgets.embedded.faults import ServiceError

Kind = Literal[
    "throttle", "error", "unavailable", "drop-request", "drop-reply", "denied", "expired", "unknown-key"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_WRITTEN = re.compile(
    r"(?P<kind>[a-z-]+)(=(?:(?P<times>\d+)x|(?P<probability>[\d.]+)))?(@(?P<operations>[\w,]+))?"
)


@dataclass(slots=True)
class _Rule:
    kind: Kind
    operations: frozenset[str]
    probability: float
    left: int | None
    access_key: str


class Faults:
    """What goes wrong in a `Server`; may be changed while it runs, from any thread.

    Parameters
    ----------
    latency
        Seconds that each call waits before it is looked at: a number, or the bounds of a uniform distribution.
    seed
        Of the random numbers. The same calls in the same order meet the same faults.

    Attributes
    ----------
    latency : float or tuple of two floats
    happened : Counter
        Faults so far, by kind.

    Examples
    --------
    >>> faults = Faults(latency=0.02, seed=1)
    >>> _ = faults.add("throttle", probability=0.1)
    >>> _ = faults.add("drop-reply", "BatchPutMetrics", times=2)
    >>> [faults.pick("BatchPutMetrics") for _ in range(3)]
    ['drop-reply', 'drop-reply', None]
    """

    def __init__(self, latency: float | tuple[float, float] = 0.0, seed: int = 0) -> None:
        self.latency = latency
        self.happened: Counter[str] = Counter()
        self._rules: list[_Rule] = []
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._lock = threading.Lock()

    def add(
        self,
        kind: Kind,
        operations: str | Iterable[str] = (),
        *,
        probability: float = 1.0,
        times: int | None = None,
        access_key: str = "",
    ) -> Faults:
        """Let calls fail from now on.

        Parameters
        ----------
        kind
            ``"throttle"``: refused as too many (ThrottlingException; SlowDown from S3). ``"error"``: 500.
            ``"unavailable"``: 503. ``"drop-request"``: the connection is closed before anything is done.
            ``"drop-reply"``: all is done, then the connection is closed without an answer; only this one changes
            anything in the store. ``"denied"``: no permission. ``"expired"``, ``"unknown-key"``: the credentials are
            not taken.
        operations
            One or several operations; none means all.
        probability
            Of each call.
        times
            How many calls fail in all; None means that it does not end.
        access_key
            Only calls that are signed with this access key id; empty means all.

        Returns
        -------
        Faults
            Itself.

        Raises
        ------
        UsageError
            For an unknown kind or operation, or a probability outside 0 to 1.
        """
        chosen = frozenset([operations] if isinstance(operations, str) else operations)
        _check(kind, chosen, probability)
        with self._lock:
            self._rules.append(_Rule(kind, chosen, probability, times, access_key))
        return self

    def clear(self) -> None:
        """Let everything succeed again, at once."""
        with self._lock:
            self._rules.clear()
            self.latency = 0.0

    def pick(self, operation: str, access_key: str = "") -> Kind | None:
        """Decide what happens to one call; of several faults that would strike, the one that was added last."""
        with self._lock:
            for rule in reversed(self._rules):
                if self._strikes(rule, operation, access_key):
                    self.happened[rule.kind] += 1
                    return rule.kind
        return None

    def delay(self) -> float:
        """Return the seconds that the next call waits."""
        latency = self.latency
        if isinstance(latency, tuple):
            with self._lock:
                return self._random.uniform(*latency)
        return latency

    def _strikes(self, rule: _Rule, operation: str, access_key: str) -> bool:
        if rule.left == 0 or (rule.operations and operation not in rule.operations):
            return False
        if rule.access_key and rule.access_key != access_key:
            return False
        if rule.probability < 1 and self._random.random() >= rule.probability:
            return False
        if rule.left is not None:
            rule.left -= 1
        return True


def add_written(faults: Faults, text: str) -> None:
    """Add a fault as the command line writes it: ``KIND``, ``KIND=0.1``, ``KIND=3x``, ``KIND=3x@Search,CreateTrial``.

    Raises
    ------
    UsageError
        In one line, with the cure.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise UsageError(f"Not a fault: {text}.", "Write throttle=0.1, or drop-reply=3x@BatchPutMetrics.")
    operations = found["operations"].split(",") if found["operations"] else ()
    times = int(found["times"]) if found["times"] else None
    try:
        probability = float(found["probability"] or 1.0)
    except ValueError:
        probability = -1.0
    faults.add(found["kind"], operations, probability=probability, times=times)  # type: ignore[arg-type]  # checked there


# By protocol: S3 speaks rest-xml, STS and IAM query; all others as the JSON services do [D].
_NOT_LET_IN: dict[str, tuple[dict[str, tuple[str, int]], str]] = {
    "denied": (
        {
            "json": ("AccessDeniedException", 400),
            "rest-xml": ("AccessDenied", 403),
            "query": ("AccessDenied", 403),
        },
        "User is not authorized to perform this action",
    ),
    "expired": (
        {
            "json": ("ExpiredTokenException", 400),
            "rest-xml": ("ExpiredToken", 400),
            "query": ("ExpiredToken", 403),
        },
        "The security token included in the request is expired",
    ),
    "unknown-key": (
        {
            "json": ("UnrecognizedClientException", 400),
            "rest-xml": ("InvalidAccessKeyId", 403),
            "query": ("InvalidClientTokenId", 403),
        },
        "The security token included in the request is invalid.",
    ),
}


def refusal(kind: Kind, protocol: str) -> ServiceError:
    """Return the error that a fault answers with, as services of `protocol` word it [D]."""
    if kind == "throttle":
        if protocol == "rest-xml":
            return ServiceError("SlowDown", "Please reduce your request rate.", 503)
        return ServiceError("Throttling" if protocol == "query" else "ThrottlingException", "Rate exceeded")
    if kind == "unavailable":
        return ServiceError("ServiceUnavailable", "Service is unable to handle request.", 503)
    if kind in _NOT_LET_IN:
        codes, message = _NOT_LET_IN[kind]
        code, status = codes.get(protocol, codes["json"])
        return ServiceError(code, message, status)
    code = "InternalError" if protocol == "rest-xml" else "InternalFailure"
    return ServiceError(code, "We encountered an internal error. Please try again.", 500)


def _check(kind: str, operations: frozenset[str], probability: float) -> None:
    if kind not in KINDS:
        raise UsageError(f"There is no fault {kind!r}.", f"Choose one of {', '.join(KINDS)}.")
    known = {name for offered in OPERATIONS.values() for name in offered}
    for name in operations - known:
        cure = did_you_mean(name, known) or "Name an operation such as BatchPutMetrics."
        raise UsageError(f"The embedded service has no operation {name!r}.", cure)
    if not 0 <= probability <= 1:
        raise UsageError("A probability is a number from 0 to 1.", "Write throttle=0.1.")
