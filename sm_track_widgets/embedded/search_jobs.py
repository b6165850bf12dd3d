"""Search over training jobs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.jobs.record import KIND, told
from sm_track_widgets.embedded.records import tags_of
from sm_track_widgets.embedded.search_properties import Property, Resource, Rows, Sql, text
from sm_track_widgets.embedded.search_shapes import map_members, shape_resource
from sm_track_widgets.embedded.service import Service
from sm_track_widgets.embedded.validate import service_model

_METRICS = "json_each(item.record, '$.FinalMetricDataList') AS metric"
_NAME = "json_extract(metric.value, '$.MetricName')"


def _metric(service: Service, rest: str) -> Property:
    """Resolve ``Metrics.NAME``, the last value of a metric; NAME may hold dots and colons.

    The developer guide sorts jobs so: ``"SortBy": "Metrics.train:binary_classification_accuracy"`` [D].
    """
    del service
    where = Sql(f"{_NAME} = ? COLLATE NOCASE", (rest,)) if rest else Sql("TRUE")
    rows = Rows(_METRICS, "item.id", where, order=Sql(f"{_NAME} = ? DESC", (rest,)))
    return (
        Property("number", Sql("json_extract(metric.value, '$.Value')"), rows)
        if rest
        else Property("group", rows=rows)
    )


def _records(service: Service, ids: Sequence[int]) -> list[Params]:
    """Return jobs in the shape of Search's ``TrainingJob``, in the order of `ids`; unknown ids are left out."""
    sql = "SELECT id, key, record FROM training_jobs WHERE id IN (SELECT value FROM json_each(?))"
    rows = {row["id"]: row for row in service.store.rows(sql, json.dumps(list(ids)))}
    arns = {number: service.arn(KIND, row["key"]) for number, row in rows.items()}
    tags = tags_of(service, arns.values())
    shape: Any = service_model("sagemaker").shape_for("TrainingJob")
    found: list[Params] = []
    for number in ids:
        if number in rows:
            record = told(json.loads(rows[number]["record"]))
            kept = {name: value for name, value in record.items() if name in shape.members}
            found.append({**kept, "Tags": tags.get(arns[number], [])})
    return found


RESOURCES: Mapping[str, Resource] = {
    "TrainingJob": shape_resource(
        KIND,
        "TrainingJob",
        "training_jobs",
        columns={"trainingjobstatus": text("item.status")},
        families={
            "metrics": _metric,
            # A decimal is compared as an integer with an integer [M].
            "hyperparameters": map_members("HyperParameters", whole=True),
        },
        repeatable=frozenset({"trainingjobname", "tags"}),
    )
}
RECORDS: Mapping[str, Callable[[Service, Sequence[int]], list[Params]]] = {"TrainingJob": _records}
