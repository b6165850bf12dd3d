"""A random world of runs for tests of the query language, under each reading of what is not known of Search."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sm_track_widgets.embedded import EmbeddedSageMaker, Rules

Record = dict[str, Any]
START = 1_760_000_000
NOW = START + 14 * 86_400.0
RUNS = 70
RULES = [
    Rules(search_ignores_case=any_case, not_equals_matches_absent=absent)
    for any_case, absent in itertools.product((False, True), (False, True))
]
TEXTS = [
    "adam",
    "Adam",
    "sgd",
    "4",
    "0.001",
    "4.0",
    "06",
    "a,b",
    "7",
    "",
    " x ",
    "50%",
    "a_b",
    "größe",
    "ß",
    "<b>&",
]
TEXTS += ["it's", 'say "x"', "back\\slash", "日本", "2026-1", "1e-3", "nan"]
NUMBERS = [-1.0, 0.0, 0.001, 0.1, 0.25, 1.0, 4.0, 4.5, 6.0, 7.0, 1000.0, 1e9]
PARAMS = [
    "lr",
    "LR",
    "opt",
    "a.b",
    "my param",
    "öl",
    "Öl",
    "x.value",
    "<i>",
    "1st",
    "-n",
    'qu"o`te',
    "max",
    "日本",
]
METRICS = ["loss", "Loss", "val:acc", "x.max", "val loss", "max"]
TAGS = ["team", "Team", "x:y", "owner", "a.b"]
ARTIFACTS = ["model", "Model", "data.value", "m.gz"]
ASKED = ["lr0.05 (b)", "tmp run", "Größe 1", "tmp-7"]
NOTES = ["see ticket 7", "good, keep", "see\\nticket 7", "\\\\nu good", "\\", "\\n", "a\\b", "a\\\\\\\\n"]
"""As they are kept: a break is backslash and n."""
STATUSES = ["Completed", "Failed", "InProgress", "Stopping", "Stopped"]
GROUPS = {"e1": ["Default-Run-Group-e1", "g1", "G2"], "E2": ["g3", "default-run-group-e2"]}


class Dice(random.Random):
    """A random generator with two short words."""

    def likely(self, share: float) -> bool:
        return self.random() < share

    def some(self, pool: list[Any], most: int) -> list[Any]:
        return self.sample(pool, self.randrange(min(most, len(pool)) + 1))


def build(path: Path, seed: int, *, odd: bool = True) -> EmbeddedSageMaker:
    """Fill a home; unless `odd`, no two names of a run's parameters, metrics, tags or artifacts differ in case only."""
    dice = Dice(seed)
    ticks = itertools.count()
    home = EmbeddedSageMaker(path, clock=lambda: START + next(ticks) * 367.25)
    for experiment, groups in GROUPS.items():
        call(home, "CreateExperiment", ExperimentName=experiment)
        for group in groups:
            call(home, "CreateTrial", ExperimentName=experiment, TrialName=group)
    trials = [group for groups in GROUPS.values() for group in groups]
    for number in range(RUNS):
        name = _name(dice, number)
        call(home, "CreateTrialComponent", TrialComponentName=name, **_members(dice, name, odd=odd))
        for trial in _parents(dice, name, trials):
            call(home, "AssociateTrialComponent", TrialName=trial, TrialComponentName=name)
        if name.islower():
            _add_points(home, dice, name, odd=odd)
    return home


def reread(path: Path, rules: Rules) -> EmbeddedSageMaker:
    """The same home under other rules."""
    return EmbeddedSageMaker(path, rules=rules, clock=lambda: NOW)


def call(home: EmbeddedSageMaker, operation: str, service: str = "sagemaker", **params: Any) -> Record:
    return home.engine.call(service, operation, params)


def search(home: EmbeddedSageMaker, expression: Record | None = None) -> list[Record]:
    """All records that Search finds, in the order of their creation."""
    more = {} if expression is None else {"SearchExpression": expression}
    asked = {"Resource": "ExperimentTrialComponent", "SortBy": "CreationTime", "SortOrder": "Ascending"}
    answer = call(home, "Search", **asked, MaxResults=100, **more)
    assert "NextToken" not in answer
    return [result["TrialComponent"] for result in answer["Results"]]


def _parents(dice: Dice, name: str, trials: list[str]) -> list[str]:
    own = next((groups for of, groups in GROUPS.items() if name.lower().startswith(f"{of.lower()}-")), [])
    first = dice.sample(own, 1) if own and dice.likely(0.6) else []
    return list(dict.fromkeys([*first, *dice.some(trials, 2)]))


def _name(dice: Dice, number: int) -> str:
    shape = dice.choice(["e1-run{}", "e1-tmp-{}", "e2-tmp-{}", "E1-Run{}", "E2-tmp{}", "other{}", "e1-e1-{}"])
    return shape.format(number)


def _members(dice: Dice, name: str, *, odd: bool) -> Record:
    made = _facts(dice, name)
    made["Parameters"] = {key: _value(dice) for key in _names(dice, PARAMS, 8, odd=odd)}
    if dice.likely(0.4):
        made["Parameters"]["sm_track.name"] = {"StringValue": dice.choice(ASKED)}
    if dice.likely(0.3):
        made["Parameters"]["sm_track.notes"] = {"StringValue": dice.choice(NOTES)}
    for member in ("InputArtifacts", "OutputArtifacts"):
        keys = _names(dice, ARTIFACTS, 2, odd=odd)
        made[member] = {key: {"Value": dice.choice(["s3://b/x", "s3://b/Y", "7", ""])} for key in keys}
    tags = {key: dice.choice(["red", "Red", "7", "", "a:b c"]) for key in _names(dice, TAGS, 3, odd=odd)}
    if dice.likely(0.3):
        tags["sagemaker:trial-component-source"] = "run"
    if dice.likely(0.2):
        tags["sm_track:parent"] = dice.choice(["e1-run1", "e1-tmp-3"])
    made["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return made


def _facts(dice: Dice, name: str) -> Record:
    made: Record = {}
    if dice.likely(0.6):
        own = name.partition("-")[2]
        made["DisplayName"] = dice.choice([own.upper() or "X", own.title() or "Y", "Tmp-7", "Run1"])
    if dice.likely(0.85):
        made["Status"] = {"PrimaryStatus": dice.choice(STATUSES)}
    if dice.likely(0.5):
        message = dice.choice(["", "out of memory", "Fine", "7", "a,b"])
        made["Status"] = {**made.get("Status", {}), "Message": message}
    for member, after in (("StartTime", 0), ("EndTime", 400)):
        if dice.likely(0.7):
            at = START + after + dice.randrange(5) * 43_200 + dice.choice([0, 0.5, 0.125])
            made[member] = datetime.fromtimestamp(at, tz=timezone.utc)
    return made


def _value(dice: Dice) -> Record:
    if dice.likely(0.5):
        return {"NumberValue": dice.choice(NUMBERS)}
    return {"StringValue": dice.choice(TEXTS)}


def _names(dice: Dice, pool: list[str], most: int, *, odd: bool) -> list[str]:
    found = dice.some(pool, most)
    return found if odd else list({name.lower(): name for name in found}.values())


def _add_points(home: EmbeddedSageMaker, dice: Dice, name: str, *, odd: bool) -> None:
    points: Iterator[Record] = (
        {"MetricName": metric, "Value": dice.choice(NUMBERS), "Timestamp": START + at, "Step": at}
        for metric in _names(dice, METRICS, 4, odd=odd)
        for at in range(dice.choice([1, 2, 3]))
    )
    while data := list(itertools.islice(points, 10)):
        put = {"TrialComponentName": name, "MetricData": data}
        assert call(home, "BatchPutMetrics", "sagemaker-metrics", **put)["Errors"] == []
