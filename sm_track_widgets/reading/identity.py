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


def parent(record: Record, experiment: str | None = None) -> tuple[str, str]:
    """Return the first of a record's `parents`; empty texts when it belongs to none."""
    return next(iter(parents(record, experiment)), ("", ""))


def parents(record: Record, experiment: str | None = None) -> list[tuple[str, str]]:
    """Return experiment and trial of each parent, those of `experiment`, in any case, first."""
    found = [(one.get("ExperimentName", ""), one.get("TrialName", "")) for one in record.get("Parents") or ()]
    return sorted(found, key=lambda one: not _is(one[0], experiment)) if len(found) > 1 else found


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
    return apart(
        [
            [asked_name(record) or name for record, name in zip(records, names, strict=True)],
            names,
            [f"{of}/{name}" for of, name in zip(experiments, names, strict=True)],
            [record["TrialComponentName"] for record in records],
        ]
    )


def apart(choices: Sequence[Sequence[str]]) -> list[str]:
    """Return the first choice of each row; rows that would share it get their next one, as long as they do."""
    shown = list(choices[0])
    for better in choices[1:]:
        counts = Counter(shown)
        if len(counts) == len(shown):
            break
        shown = [better[place] if counts[name] > 1 else name for place, name in enumerate(shown)]
    return shown


def asked_name(record: Record) -> str:
    """Return the name as it was asked for, where the service could not take it; else nothing."""
    return (record.get("Parameters") or {}).get(NAME_PARAMETER, {}).get("StringValue", "")


def author(created_by: Mapping[str, Any]) -> str:
    """Who made a run: the Studio user, else the last part of the role or user that signed the call [M]."""
    signer: str = (created_by.get("IamIdentity") or {}).get("Arn", "")
    return created_by.get("UserProfileName") or signer.rpartition("/")[2]


def _is(name: str, wanted: str | None) -> bool:
    return wanted is None or name.lower() == wanted.lower()
