"""Which run a Search record is: its experiment and group, its own name, the name it is shown under."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import NAME_PARAMETER, RUN_TAG, RUN_TAG_VALUE, default_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Record = dict[str, Any]
"""A ``TrialComponent`` as Search returns it [M]."""
JOB_ENDINGS = ("-aws-training-job", "-aws-processing-job", "-aws-transform-job")
"""The component SageMaker makes for a job is `<job>-aws-<kind>-job` (sagemaker-python-sdk#4523)."""


def is_job(record: Record) -> bool:
    """Whether SageMaker made this component for a job, beside the run that started the job."""
    return record["TrialComponentName"].endswith(JOB_ENDINGS) and tags(record).get(RUN_TAG) != RUN_TAG_VALUE


def tags(record: Record) -> Mapping[str, str]:
    """Tags of a record, key to value."""
    return {tag["Key"]: tag["Value"] for tag in record.get("Tags") or ()}


def parent(record: Record, experiment: str | None = None, group: str | None = None) -> tuple[str, str]:
    """Experiment and trial a record belongs to; empty texts when it belongs to none.

    A component may be in several trials: the first one that is in `experiment` and is `group` counts, without
    regard to case, else the first.
    """
    parents = [
        (one.get("ExperimentName", ""), one.get("TrialName", "")) for one in record.get("Parents") or ()
    ]
    for one in parents:
        if _is(one[0], experiment) and _is(one[1], group):
            return one
    return parents[0] if parents else ("", "")


def belongs(record: Record, experiment: str | None, group: str | None) -> bool:
    """Whether a record is in `experiment` and, through the same parent, in `group`; None is any."""
    if experiment is None and group is None:
        return True
    found = parent(record, experiment, group)
    return _is(found[0], experiment) and _is(found[1], group)


def group_name(experiment: str, trial: str) -> str:
    """Name of a group as people gave it: empty for the trial that holds the runs of no named group."""
    return "" if trial.lower() == default_group(experiment).lower() else trial


def run_name(record: Record, experiment: str) -> str:
    """Name the run was opened with: RunName, or the component's name without its experiment's.

    The service lower-cases component names; DisplayName gives the spelling back where it says the same.
    """
    component: str = record["TrialComponentName"]
    prefix = f"{experiment}-".lower()
    named: str = record.get("RunName") or component
    if named.lower() == component.lower() and experiment and named.lower().startswith(prefix):
        named = named[len(prefix) :]
    shown: str = record.get("DisplayName") or ""
    return shown if shown.lower() == named.lower() else named


def shown_names(records: Sequence[Record], experiments: Sequence[str]) -> list[str]:
    """Return a name for each record that no other of them has.

    The name as asked (`sm_track.name`) comes first; records that would share it show the name they were
    opened with, then that with the experiment before it, then their component.
    """
    names = [run_name(record, of) for record, of in zip(records, experiments, strict=True)]
    candidates = [
        [_asked(record) or name, name, f"{of}/{name}", record["TrialComponentName"]]
        for record, of, name in zip(records, experiments, names, strict=True)
    ]
    shown = [choice[0] for choice in candidates]
    for better in range(1, len(candidates[0]) if candidates else 0):
        counts = Counter(shown)
        if len(counts) == len(shown):
            break
        shown = [candidates[place][better] if counts[name] > 1 else name for place, name in enumerate(shown)]
    return shown


def _asked(record: Record) -> str:
    return (record.get("Parameters") or {}).get(NAME_PARAMETER, {}).get("StringValue", "")


def _is(name: str, wanted: str | None) -> bool:
    return wanted is None or name.lower() == wanted.lower()
