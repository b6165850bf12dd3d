"""What a row of docs/limits.md is: what is refused, how, and the call that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from sm_track_widgets.embedded import EmbeddedSageMaker, Rules

ARN = "arn:aws:sagemaker:us-east-1:000000000000:"
NOW = 1_760_000_000
MODEL = "[M]"  # the service model says so
SEEN = "sagemaker-python-sdk#{}"
OURS = "[inf]"


class World:
    """A fresh home and its clients, which check nothing themselves: what is refused here, the service refuses."""

    def __init__(self, home: EmbeddedSageMaker, clients: Mapping[str, Any]) -> None:
        self.home = home
        self.sagemaker, self.metrics = clients["sagemaker"], clients["sagemaker-metrics"]

    def fill(self) -> World:
        """An experiment e with a trial t in it that holds a component c; u is a component in no trial."""
        self.sagemaker.create_experiment(ExperimentName="e")
        self.sagemaker.create_trial(ExperimentName="e", TrialName="t")
        for name in ("c", "u"):
            self.sagemaker.create_trial_component(TrialComponentName=name)
        self.sagemaker.associate_trial_component(TrialName="t", TrialComponentName="c")
        return self


def unchecked(session: boto3.Session) -> dict[str, Any]:
    """Clients that send what they are given."""
    config = Config(parameter_validation=False)
    return {name: session.client(name, config=config) for name in ("sagemaker", "sagemaker-metrics")}


Call = Callable[[], Any]
Provoke = Callable[[World], Any]
"""Makes the call, or yields calls to be made."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: what is refused, how, and the call that shows it; or the calls, where they are of several operations."""

    operations: tuple[str, ...]
    rule: str
    code: str
    text: str  # "..." stands for any text
    source: str
    provoke: Provoke
    switch: str = ""
    rules: Rules = field(default_factory=Rules)


SERVICE: list[Limit] = []


def limit(
    *operations: str, rule: str, code: str = "ValidationException", text: str, source: str, **more: Any
) -> Callable[[Provoke], Provoke]:
    """Add the decorated call as a row."""

    def add(provoke: Provoke) -> Provoke:
        SERVICE.append(Limit(operations, rule, code, text, source, provoke, **more))
        return provoke

    return add
