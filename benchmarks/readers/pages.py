"""Pages of all the runs, answered from memory: AWS's machines are not those that read.

The embedded service makes a page of 100 runs in some milliseconds of CPU, of which this machine has little: who asks
for pages side by side would wait for that, and not for what is measured. So the records are made by the service once,
and pages of the whole experiment, or of a part of its time, are put together from them. All other questions, and all
while a run is not as it was, are the service's own to answer.
"""

from __future__ import annotations

import json
import uuid
from bisect import bisect_left
from typing import Any

from data import EXPERIMENT

from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.service import seconds
from sm_track_widgets.embedded.wire import perform
from sm_track_widgets.serve.dispatch import Dispatcher
from sm_track_widgets.serve.encode import answer_of
from sm_track_widgets.serve.http1 import Answer, Request
from sm_track_widgets.serve.routing import Route, by_target

PAGE = 100
"""Runs of a page that is asked for without a size: the most the service gives, for who asks for none."""
WHOLE = ({"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": EXPERIMENT},)
HEAD = {"Content-Type": "application/x-amz-json-1.1"}
ORDERS = (None, "CreationTime", "LastModifiedTime")  # the same one for these runs


class Pages:
    """Records as they stand in an answer, the oldest first, and when they were created."""

    def __init__(self, engine: Engine) -> None:
        self.records: list[bytes] = []
        self.created: list[float] = []
        token: str | None = None
        while token is not None or not self.records:
            page = json.loads(engine_page(engine, token, ascending=True))
            self._keep(page["Results"])
            token = page.get("NextToken")
        self._check(engine)

    def _keep(self, results: list[dict[str, Any]]) -> None:
        for result in results:
            self.records.append(json.dumps(result, separators=(",", ":")).encode())
            self.created.append(result["TrialComponent"]["CreationTime"])

    def _check(self, engine: Engine) -> None:
        """See that the first pages are what the service would answer."""
        for ascending in (True, False):
            theirs = json.loads(engine_page(engine, None, ascending=ascending))
            ours = json.loads(self.page(question(None, ascending=ascending)) or b"")
            if any(ours[name] != theirs[name] for name in ("Results", "TotalHits")):
                raise SystemExit("The pages from memory are not those of the service.")

    def page(self, asked: dict[str, Any]) -> bytes | None:
        """Return the body of an answer; None for what is not a part of the whole."""
        span = self._span(asked)
        if span is None:
            return None
        low, high = span
        size, at = int(asked["MaxResults"]), int(asked.get("NextToken") or 0)
        if asked.get("SortOrder") == "Ascending":
            chosen = self.records[low + at : min(low + at + size, high)]
        else:
            chosen = self.records[max(high - at - size, low) : high - at][::-1]
        following = "" if at + size >= high - low else f',"NextToken":"{at + size}"'
        told = f'],"TotalHits":{{"Value":{high - low},"Relation":"EqualTo"}}{following}}}'
        return b'{"Results":[' + b",".join(chosen) + told.encode()

    def _span(self, asked: dict[str, Any]) -> tuple[int, int] | None:
        """Return from which record to which is meant."""
        expression = asked.get("SearchExpression") or {}
        if set(expression) != {"Filters"} or asked.get("SortBy") not in ORDERS:
            return None
        low, high = 0, len(self.records)
        rest = [one for one in expression["Filters"] if one not in WHOLE]
        if len(rest) == len(expression["Filters"]):
            return None
        for one in rest:
            if one["Name"] != "CreationTime":
                return None
            place = bisect_left(self.created, seconds(one["Value"]))
            if one["Operator"] == "GreaterThanOrEqualTo":
                low = max(low, place)
            elif one["Operator"] == "LessThan":
                high = min(high, place)
            else:
                return None
        return low, max(low, high)


def question(token: str | None, *, ascending: bool = False) -> dict[str, Any]:
    """Return the parameters of a page of the whole experiment."""
    asked: dict[str, Any] = {
        "Resource": "ExperimentTrialComponent",
        "MaxResults": PAGE,
        "SortBy": "CreationTime",
        "SortOrder": "Ascending" if ascending else "Descending",
        "SearchExpression": {"Filters": list(WHOLE)},
    }
    return asked if token is None else {**asked, "NextToken": token}


def engine_page(engine: Engine, token: str | None, *, ascending: bool = False) -> bytes:
    """Return the body of the service's own answer."""
    route = _route()
    return answer_of(route, perform(engine, route.model, question(token, ascending=ascending))).content


def from_memory(dispatcher: Dispatcher, pages: Pages) -> Changed:
    """Have a server answer from `pages` as long as no run is other than it was."""
    changed = Changed()
    theirs = dispatcher._engine_answer

    def answer(route: Route, request: Request, body: Any) -> Answer:
        asked = json.loads(body.message() or b"{}")
        if route.operation == "Search":
            asked.setdefault("MaxResults", PAGE)
            found = None if changed.names else pages.page(asked)
            if found is not None:
                return Answer(200, {**HEAD, "x-amzn-RequestId": str(uuid.uuid4())}, found)
        if route.operation == "UpdateTrialComponent":
            changed.names.append(asked["TrialComponentName"])
        return theirs(route, request, _Told(json.dumps(asked).encode()))

    dispatcher._engine_answer = answer  # type: ignore[method-assign]
    return changed


class Changed:
    """Trial components that are not as they were."""

    def __init__(self) -> None:
        self.names: list[str] = []


class _Told:
    """A body that has been read."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def message(self) -> bytes:
        return self._content


def _route() -> Route:
    head = {"x-amz-target": "SageMaker.Search", "content-type": "application/x-amz-json-1.1"}
    return by_target(Request("POST", "/", "", head, keep_alive=True))
