"""Random Search records of runs, and a table as plain rows, to compare tables with."""

from __future__ import annotations

import math
import random
from typing import Any

from sm_track_widgets.reading.table.table import Table

NAMES = ["lr", "LR", "a.b", "mixed", "sm_track.notes", "<b>", "x y"]
METRICS = ["loss", "val:auc", "x.max", "system/cpu"]
TEXTS = ["adam", "0.5", "", "ä", "<img>"]


def random_record(dice: random.Random, component: str) -> dict[str, Any]:
    """Return a record as it stands in Search's JSON: times are numbers."""
    created = 1_700_000_000 + dice.randrange(1000) + dice.choice([0, 0.25])
    record: dict[str, Any] = {
        "TrialComponentName": component,
        "DisplayName": component.upper() if dice.random() < 0.3 else component,
        "CreationTime": created,
        "LastModifiedTime": created + dice.randrange(100),
        "Parameters": {
            name: {"NumberValue": dice.choice([0.5, 1.0, -3.25])}
            if dice.random() < 0.6
            else {"StringValue": dice.choice(TEXTS)}
            for name in dice.sample(NAMES, dice.randrange(len(NAMES)))
        },
        "Metrics": [
            {
                "MetricName": name,
                **{part: dice.random() for part in ("Last", "Min", "Max", "Avg")},
                "Count": 3,
            }
            | ({"StdDev": 0.5, "TimeStamp": created + 1} if dice.random() < 0.7 else {})
            for name in dice.sample(METRICS, dice.randrange(4))
        ],
        "Tags": [
            {"Key": key, "Value": dice.choice(TEXTS)}
            for key in dice.sample(["team", "Team"], dice.randrange(3))
        ],
        "OutputArtifacts": {"model": {"Value": "s3://b/m", "MediaType": "a/b"}}
        if dice.random() < 0.4
        else {},
        "InputArtifacts": {"data": {"Value": "s3://b/d"}} if dice.random() < 0.4 else {},
        "Parents": [
            {"ExperimentName": "exp", "TrialName": dice.choice(["t1", "Default-Run-Group-exp"])}
            for _ in range(dice.choice([0, 1, 1, 1, 2]))
        ],
    }
    return record | _of_its_life(dice, created)


def _of_its_life(dice: random.Random, created: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if dice.random() < 0.8:
        status = {"PrimaryStatus": dice.choice(["Completed", "Failed", "InProgress"])}
        found = {"Status": status, "StartTime": created, "EndTime": created + 60}
    if dice.random() < 0.3:
        found["CreatedBy"] = {"UserProfileName": "ann"}
    return found


def plain(table: Table) -> dict[str, dict[tuple[str, str], Any]]:
    """Return component -> {(kind, name): value}, without missing cells."""
    found: dict[str, dict[tuple[str, str], Any]] = {component: {} for component in table.components}
    for kind, columns in table.numbers.items():
        for name, column in columns.items():
            for component, value in zip(table.components, column.tolist(), strict=True):
                if not math.isnan(value):
                    found[component]["n." + kind, name] = value
    for kind, columns in table.words.items():
        for name, words in columns.items():
            for component, value in zip(table.components, words.objects().tolist(), strict=True):
                if value is not None:
                    found[component]["w." + kind, name] = value
    return found
