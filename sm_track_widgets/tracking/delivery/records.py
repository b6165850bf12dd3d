"""Everything that is not a point: parameters, tags, artifacts, files, lineage and the final status, as boto3 calls.

Each of them may be replayed: a merge of the same values, a tag set again, an object of the same content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from sm_track_widgets._failures import RefusedError
from sm_track_widgets._names import MAX_TAGS
from sm_track_widgets._types import Params
from sm_track_widgets.tracking.delivery.context import DeliveryContext
from sm_track_widgets.tracking.delivery.files import FileCalls
from sm_track_widgets.tracking.journal.format import Record


class Item(NamedTuple):
    """One entry of a merged call, and the record to blame when it alone is refused."""

    kind: str
    name: str
    value: Any
    record: Record


class RecordCalls:
    """Delivers records of one run in their order; neighbours that can share a call do."""

    def __init__(self, context: DeliveryContext) -> None:
        self._context = context
        self._arn = ""
        self._files = FileCalls(context, self.arn)

    def deliver(self, records: Sequence[Record]) -> None:
        """Deliver `records`, none of them a point; those the service refuses are set aside.

        Raises
        ------
        BlockedError, StoppedError
            Nothing is lost: all of them may be delivered again.
        """
        updates: list[Item] = []
        tags: list[Item] = []
        for record in records:
            if record.kind in {"params", "artifact", "close"}:
                self._flush(self._put_tags, tags)
                updates += _items(record)
            elif record.kind == "tags":
                self._flush(self._update, updates)
                tags += _items(record)
            else:
                self._flush(self._put_tags, tags)
                self._flush(self._update, updates)
                self._single(record)
        self._flush(self._put_tags, tags)
        self._flush(self._update, updates)

    def stop_run(self, message: str, ended: float) -> None:
        """Mark the run Stopped if it is still in progress; for a kernel that ended without closing it."""
        try:
            found = self._call("describe_trial_component", TrialComponentName=self._context.component)
            if found.get("Status", {}).get("PrimaryStatus", "InProgress") != "InProgress":
                return
            status = {"PrimaryStatus": "Stopped", "Message": message}
            self._call(
                "update_trial_component",
                TrialComponentName=self._context.component,
                Status=status,
                EndTime=_stamp(ended),
            )
        except RefusedError as error:
            payload = {"status": "Stopped", "message": message, "ended": ended}
            self._context.set_aside("close", payload, error.code, error.reason)

    def know_arn(self, arn: str) -> None:
        """Learn the ARN of the run's component, and spare the call that asks for it."""
        self._arn = arn or self._arn

    def arn(self) -> str:
        """ARN of the run's component; asked once."""
        if not self._arn:
            found = self._call("describe_trial_component", TrialComponentName=self._context.component)
            self._arn = str(found["TrialComponentArn"])
        return self._arn

    def _flush(self, send: Callable[[Sequence[Item]], None], items: list[Item]) -> None:
        taken = list(items)
        items.clear()
        if taken:
            self._divide(send, taken)

    def _divide(self, send: Callable[[Sequence[Item]], None], items: Sequence[Item]) -> None:
        """Send; when the call is refused, find the entries that are to blame by halving."""
        try:
            send(items)
        except RefusedError as error:
            if len(items) == 1:
                item = items[0]
                payload = item.record.payload if item.kind == "close" else {item.name: item.value}
                self._context.set_aside(
                    item.record.kind, payload, error.code, error.reason, offset=item.record.start
                )
                return
            middle = len(items) // 2
            self._divide(send, items[:middle])
            self._divide(send, items[middle:])

    def _update(self, items: Sequence[Item]) -> None:
        call: Params = {"TrialComponentName": self._context.component}
        for item in items:
            if item.kind == "close":
                call["Status"] = {"PrimaryStatus": item.value["status"]}
                if item.value.get("message"):
                    call["Status"]["Message"] = item.value["message"]
                if item.value.get("ended") is not None:
                    call["EndTime"] = _stamp(item.value["ended"])
            else:
                call.setdefault(item.kind, {})[item.name] = item.value
        _take_out(call)
        self._call("update_trial_component", **call)
        if "Status" in call:
            self._context.state.closed = True

    def _put_tags(self, items: Sequence[Item]) -> None:
        tags = {item.name: item.value for item in items}
        pairs = [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
        gone = [key for key, value in tags.items() if value is None]
        for start in range(0, len(pairs), MAX_TAGS):
            self._call("add_tags", ResourceArn=self.arn(), Tags=pairs[start : start + MAX_TAGS])
        if gone:
            self._call("delete_tags", ResourceArn=self.arn(), TagKeys=gone)

    def _single(self, record: Record) -> None:
        send = {"file": self._files.file, "lineage": self._files.lineage}.get(record.kind)
        if send is None:
            what = f"this version does not know {record.kind!r} records"
            self._context.refuse(record, RefusedError("UnknownRecord", what))
            return
        try:
            send(record.payload)
        except RefusedError as error:
            self._context.refuse(record, error)
        except (KeyError, TypeError, ValueError) as error:
            self._context.refuse(record, RefusedError("BadRecord", f"{type(error).__name__}: {error}"))

    def _call(self, operation: str, **parameters: Any) -> Params:
        client = self._context.connection.client("sagemaker")  # not kept: credentials may be renewed
        return self._context.attempt(lambda: getattr(client, operation)(**parameters))


def _items(record: Record) -> list[Item]:
    """Split a record into the entries of the call that carries it."""
    payload: Params = record.payload
    if record.kind == "close":
        return [Item("close", "", payload, record)]
    if record.kind == "artifact":
        kind = "InputArtifacts" if payload["direction"] == "input" else "OutputArtifacts"
        value = {"Value": payload["value"]}
        if payload.get("media_type"):
            value["MediaType"] = payload["media_type"]
        return [Item(kind, payload["name"], value, record)]
    if record.kind == "tags":
        return [Item("Tags", key, value, record) for key, value in payload["set"].items()]
    return [Item("Parameters", name, _parameter(value), record) for name, value in payload["set"].items()]


def _take_out(call: Params) -> None:
    """Name the parameters without a value in ParametersToRemove; of those set and removed the last counted."""
    given: Params = call.get("Parameters", {})
    gone = [name for name, value in given.items() if value is None]
    if gone:
        call["ParametersToRemove"] = gone
        call["Parameters"] = {name: value for name, value in given.items() if value is not None}


def _parameter(value: Any) -> Params | None:
    if value is None:
        return None
    if isinstance(value, str):
        return {"StringValue": value}
    return {"NumberValue": float(value)}


def _stamp(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=timezone.utc)
