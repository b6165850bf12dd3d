"""The rules of experiments, trials, components and their tags in plain dictionaries: what the service must agree with.

Each operation takes boto3's parameters and returns what of the answer is compared, or raises `RefusedError` with
AWS's code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000:"
KINDS = {
    "Experiment": "experiment",
    "Trial": "experiment-trial",
    "TrialComponent": "experiment-trial-component",
}
MAPS = ("Parameters", "InputArtifacts", "OutputArtifacts")
Params = dict[str, Any]


class RefusedError(Exception):
    """The operation is refused with this code."""


@dataclass(slots=True)
class Thing:
    """An experiment, a trial or a component."""

    name: str
    born: int
    members: Params
    tags: dict[str, str]
    parent: str = ""  # of a trial: its experiment's key
    held: list[str] = field(default_factory=list)  # of a trial: its components' keys


class Model:
    """One account, with room for `trials` trials in an experiment and `components` components in a trial."""

    def __init__(self, trials: int, components: int) -> None:
        self.limits = {"Trial": trials, "TrialComponent": components}
        self.things: dict[str, dict[str, Thing]] = {kind: {} for kind in KINDS}
        self.clock = 0

    def call(self, operation: str, params: Params) -> Any:
        """Answer one operation."""
        for verb in ("Create", "Describe", "Update", "Delete"):
            kind = operation.removeprefix(verb)
            if kind != operation and kind in KINDS:
                return getattr(self, verb.lower())(kind, params)
        return getattr(self, operation)(params)

    # -- what all kinds share

    def find(self, kind: str, name: str) -> Thing:
        found = self.things[kind].get(name.lower())
        if found is None:
            raise RefusedError("ResourceNotFound")
        return found

    def arn(self, kind: str, thing: Thing) -> str:
        return f"{PREFIX}{KINDS[kind]}/{thing.name}"

    def create(self, kind: str, params: Params) -> Params:
        parent = self.find("Experiment", params["ExperimentName"]).name.lower() if kind == "Trial" else ""
        name = params[f"{kind}Name"]
        if name.lower() in self.things[kind]:
            raise RefusedError("ValidationException")
        siblings = [trial for trial in self.things["Trial"].values() if trial.parent == parent]
        if kind == "Trial" and len(siblings) >= self.limits["Trial"]:
            raise RefusedError("ResourceLimitExceeded")
        members = {"DisplayName": name, **_own(params)}
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
        if len(tags) < len(params.get("Tags", [])):
            raise RefusedError("ValidationException")
        self.clock += 1
        self.things[kind][name.lower()] = made = Thing(name, self.clock, members, tags, parent)
        return {f"{kind}Arn": self.arn(kind, made)}

    def describe(self, kind: str, params: Params) -> Params:
        thing = self.find(kind, params[f"{kind}Name"].removeprefix(PREFIX + KINDS[kind] + "/"))
        shown = {f"{kind}Name": thing.name, f"{kind}Arn": self.arn(kind, thing), **thing.members}
        if kind == "Trial":
            shown["ExperimentName"] = self.things["Experiment"][thing.parent].name
        if kind == "TrialComponent":
            shown = {**{name: {} for name in MAPS}, **shown}
        return shown

    def update(self, kind: str, params: Params) -> Params:
        thing = self.find(kind, params[f"{kind}Name"])
        given = _own(params)
        for member in MAPS:
            merged = {**thing.members.get(member, {}), **given.pop(member, {})}
            gone = given.pop(f"{member}ToRemove", [])
            if kind == "TrialComponent":
                thing.members[member] = {name: value for name, value in merged.items() if name not in gone}
        thing.members.update(given)
        return {f"{kind}Arn": self.arn(kind, thing)}

    def delete(self, kind: str, params: Params) -> Params:
        thing = self.find(kind, params[f"{kind}Name"])
        key = thing.name.lower()
        trials = self.things["Trial"].values()
        if thing.held or any(trial.parent == key and kind == "Experiment" for trial in trials):
            raise RefusedError("ValidationException")
        if kind == "TrialComponent" and any(key in trial.held for trial in trials):
            raise RefusedError("ValidationException")
        del self.things[kind][key]
        return {f"{kind}Arn": self.arn(kind, thing)}

    # -- links

    def AssociateTrialComponent(self, params: Params) -> Params:  # noqa: N802 - the API's names
        component = self.find("TrialComponent", params["TrialComponentName"])
        trial = self.find("Trial", params["TrialName"])
        if component.name.lower() not in trial.held:
            if len(trial.held) >= self.limits["TrialComponent"]:
                raise RefusedError("ResourceLimitExceeded")
            trial.held.append(component.name.lower())
        return {
            "TrialComponentArn": self.arn("TrialComponent", component),
            "TrialArn": self.arn("Trial", trial),
        }

    def DisassociateTrialComponent(self, params: Params) -> Params:  # noqa: N802
        component = self.find("TrialComponent", params["TrialComponentName"])
        trial = self.find("Trial", params["TrialName"])
        if component.name.lower() not in trial.held:
            raise RefusedError("ResourceNotFound")
        trial.held.remove(component.name.lower())
        return {
            "TrialComponentArn": self.arn("TrialComponent", component),
            "TrialArn": self.arn("Trial", trial),
        }

    # -- tags

    def tagged(self, arn: str) -> Thing:
        for kind, word in KINDS.items():
            key = arn.lower().removeprefix(PREFIX + word + "/")
            if key in self.things[kind] and key != arn.lower():
                return self.things[kind][key]
        raise RefusedError("ValidationException")

    def AddTags(self, params: Params) -> list[Params]:  # noqa: N802
        thing = self.tagged(params["ResourceArn"])
        if len({tag["Key"] for tag in params["Tags"]}) < len(params["Tags"]):
            raise RefusedError("ValidationException")
        thing.tags.update({tag["Key"]: tag["Value"] for tag in params["Tags"]})
        return self.ListTags(params)

    def DeleteTags(self, params: Params) -> None:  # noqa: N802
        thing = self.tagged(params["ResourceArn"])
        for key in params["TagKeys"]:
            thing.tags.pop(key, None)

    def ListTags(self, params: Params) -> list[Params]:  # noqa: N802
        tags = self.tagged(params["ResourceArn"]).tags
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    # -- lists and Search: names, in order

    def listed(self, kind: str, params: Params) -> list[str]:
        """The names that a List operation goes through, page by page."""
        found = list(self.things[kind].values())
        trials = self.things["Trial"]
        if "ExperimentName" in params:
            parent = self.find("Experiment", params["ExperimentName"]).name.lower()
            inside = {key for trial in trials.values() if trial.parent == parent for key in trial.held}
            found = [thing for thing in found if thing.parent == parent or thing.name.lower() in inside]
            if kind == "Trial":
                found = [thing for thing in found if thing.parent == parent]
        if "TrialName" in params:
            held = self.find("Trial", params["TrialName"]).held
            found = [thing for thing in found if thing.name.lower() in held]
        if "TrialComponentName" in params:
            key = self.find("TrialComponent", params["TrialComponentName"]).name.lower()
            found = [thing for thing in found if key in thing.held]
        by_name = params.get("SortBy") == "Name"
        found.sort(key=lambda thing: (thing.name.lower() if by_name else "", thing.born))
        return [thing.name for thing in (found if params.get("SortOrder") == "Ascending" else found[::-1])]

    def searched(self, holds: Callable[[Thing, list[Thing]], bool]) -> list[str]:
        """The components for which `holds` is true of them and of the trials they are in, oldest first."""
        trials = self.things["Trial"].values()
        found = sorted(self.things["TrialComponent"].values(), key=lambda thing: thing.born)
        return [
            thing.name
            for thing in found
            if holds(thing, [trial for trial in trials if thing.name.lower() in trial.held])
        ]


def _own(params: Params) -> Params:
    """What of `params` a description repeats."""
    names: Iterable[str] = (
        "DisplayName",
        "Description",
        "Status",
        *MAPS,
        *(f"{name}ToRemove" for name in MAPS),
    )
    return {name: params[name] for name in names if name in params}
