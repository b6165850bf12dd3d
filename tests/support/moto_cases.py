"""Where moto is not right: the rows of docs/moto.md, each with calls that the two answer differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

Clients = Mapping[str, Any]
ARN = "arn:aws:sagemaker:us-east-1:{}:"


@dataclass(frozen=True, slots=True)
class Difference:
    """One row: what each answers, in words, and what the calls give on each."""

    operations: str
    moto: str
    ours: str
    source: str
    on_moto: Any
    here: Any
    run: Callable[[Clients], Any]


DIFFERENCES: list[Difference] = []


def differs(
    operations: str, *, moto: str, ours: str, source: str, on_moto: Any, here: Any
) -> Callable[[Callable[[Clients], Any]], Callable[[Clients], Any]]:
    """Add the decorated calls as a row."""

    def add(run: Callable[[Clients], Any]) -> Callable[[Clients], Any]:
        DIFFERENCES.append(Difference(operations, moto, ours, source, on_moto, here, run))
        return run

    return add


def outcome(call: Callable[[], Any]) -> Any:
    """What a call gives: its answer, AWS's code when it is refused, the exception's name when it breaks."""
    try:
        return call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    except Exception as error:
        return type(error).__name__


def account(clients: Clients) -> str:
    return clients["sts"].get_caller_identity()["Account"]


def fill(client: Any) -> None:
    """Experiment e, its trial t, in it the component c."""
    client.create_experiment(ExperimentName="e")
    client.create_trial(ExperimentName="e", TrialName="t")
    client.create_trial_component(TrialComponentName="c")
    client.associate_trial_component(TrialName="t", TrialComponentName="c")


@differs(
    "CreateExperiment, CreateTrial, CreateTrialComponent",
    moto="a second one of the same name replaces the first",
    ours="refused: names are unique",
    source="[M], sagemaker-python-sdk#6256",
    on_moto="made again",
    here="ValidationException",
)
def duplicate(clients: Clients) -> Any:
    clients["sagemaker"].create_experiment(ExperimentName="e")
    clients["sagemaker"].create_experiment(ExperimentName="e")
    return "made again"


@differs(
    "every operation with a name",
    moto="names differ by case",
    ours="names are one whatever their case",
    source="[M] for uniqueness",
    on_moto=2,
    here="ValidationException",
)
def case(clients: Clients) -> Any:
    clients["sagemaker"].create_experiment(ExperimentName="e")
    clients["sagemaker"].create_experiment(ExperimentName="E")
    return len(clients["sagemaker"].list_experiments()["ExperimentSummaries"])


@differs(
    "every operation",
    moto="patterns, lengths and enumerations of the model are not looked at",
    ours="each is a ValidationException",
    source="[M]",
    on_moto="made",
    here="ValidationException",
)
def pattern(clients: Clients) -> Any:
    clients["sagemaker"].create_experiment(ExperimentName="under_score" + "x" * 200)
    return "made"


@differs(
    "CreateExperiment",
    moto="DisplayName, Description and Tags are dropped",
    ours="they are kept",
    source="[M]",
    on_moto=(None, None, []),
    here=("Shown", "why", [{"Key": "k", "Value": "v"}]),
)
def dropped(clients: Clients) -> Any:
    client = clients["sagemaker"]
    arn = client.create_experiment(
        ExperimentName="e", DisplayName="Shown", Description="why", Tags=[{"Key": "k", "Value": "v"}]
    )["ExperimentArn"]
    found = client.describe_experiment(ExperimentName="e")
    return found.get("DisplayName"), found.get("Description"), client.list_tags(ResourceArn=arn)["Tags"]


@differs(
    "DescribeExperiment",
    moto="a missing experiment breaks moto itself (KeyError)",
    ours="ResourceNotFound",
    source="[M]",
    on_moto="KeyError",
    here="ResourceNotFound",
)
def missing_experiment(clients: Clients) -> Any:
    return clients["sagemaker"].describe_experiment(ExperimentName="none")


@differs(
    "DescribeTrial, DescribeTrialComponent, DeleteTrial, DeleteTrialComponent, UpdateTrialComponent",
    moto="a missing one is a ValidationException",
    ours="ResourceNotFound",
    source="[M]",
    on_moto="ValidationException",
    here="ResourceNotFound",
)
def missing_trial(clients: Clients) -> Any:
    return clients["sagemaker"].describe_trial(TrialName="none")


@differs(
    "CreateTrial",
    moto="the experiment need not exist",
    ours="ResourceNotFound",
    source="[M]",
    on_moto="made",
    here="ResourceNotFound",
)
def orphan(clients: Clients) -> Any:
    clients["sagemaker"].create_trial(TrialName="t", ExperimentName="none")
    return "made"


@differs(
    "DeleteExperiment, DeleteTrial, DeleteTrialComponent",
    moto="what is in use is deleted",
    ours="refused: children first, links first",
    source="[M], sagemaker-python-sdk#1515",
    on_moto="deleted",
    here="ValidationException",
)
def in_use(clients: Clients) -> Any:
    fill(clients["sagemaker"])
    clients["sagemaker"].delete_trial_component(TrialComponentName="c")
    return "deleted"


@differs(
    "DisassociateTrialComponent",
    moto="what is not associated is disassociated all the same",
    ours="ResourceNotFound",
    source="[M] for the code",
    on_moto="done",
    here="ResourceNotFound",
)
def loose(clients: Clients) -> Any:
    clients["sagemaker"].disassociate_trial_component(TrialName="none", TrialComponentName="none")
    return "done"


@differs(
    "AssociateTrialComponent",
    moto="a component is in the trial it was associated with last",
    ours="a component may be in many trials",
    source="[M]",
    on_moto=[[], ["c"]],
    here=[["c"], ["c"]],
)
def many_trials(clients: Clients) -> Any:
    client = clients["sagemaker"]
    fill(client)
    client.create_trial(ExperimentName="e", TrialName="u")
    client.associate_trial_component(TrialName="u", TrialComponentName="c")
    found = [client.list_trial_components(TrialName=name)["TrialComponentSummaries"] for name in ("t", "u")]
    return [[entry["TrialComponentName"] for entry in page] for page in found]


@differs(
    "UpdateTrialComponent",
    moto="Parameters, InputArtifacts and OutputArtifacts replace what was there",
    ours="they are merged, key by key",
    source="the SDK's test_save",
    on_moto=["b"],
    here=["a", "b"],
)
def merged(clients: Clients) -> Any:
    client = clients["sagemaker"]
    client.create_trial_component(TrialComponentName="c", Parameters={"a": {"NumberValue": 1}})
    client.update_trial_component(TrialComponentName="c", Parameters={"b": {"NumberValue": 2}})
    return sorted(client.describe_trial_component(TrialComponentName="c")["Parameters"])


@differs(
    "UpdateTrialComponent",
    moto="removing what is not there breaks moto itself (KeyError)",
    ours="it is no error",
    source="[inf]",
    on_moto="KeyError",
    here="done",
)
def removed(clients: Clients) -> Any:
    clients["sagemaker"].create_trial_component(TrialComponentName="c", Parameters={"a": {"NumberValue": 1}})
    clients["sagemaker"].update_trial_component(TrialComponentName="c", ParametersToRemove=["b"])
    return "done"


@differs(
    "CreateTrialComponent",
    moto="Tags are dropped",
    ours="they are kept: the SDK finds its runs by one",
    source="SDK",
    on_moto=[],
    here=[{"Key": "sagemaker:trial-component-source", "Value": "run"}],
)
def run_tag(clients: Clients) -> Any:
    tags = [{"Key": "sagemaker:trial-component-source", "Value": "run"}]
    arn = clients["sagemaker"].create_trial_component(TrialComponentName="c", Tags=tags)["TrialComponentArn"]
    return clients["sagemaker"].list_tags(ResourceArn=arn)["Tags"]


@differs(
    "DescribeTrialComponent",
    moto="an ARN is not found",
    ours="a name or an ARN",
    source="[M]",
    on_moto="ValidationException",
    here="c",
)
def by_arn(clients: Clients) -> Any:
    arn = clients["sagemaker"].create_trial_component(TrialComponentName="c")["TrialComponentArn"]
    return clients["sagemaker"].describe_trial_component(TrialComponentName=arn)["TrialComponentName"]


@differs(
    "UpdateExperiment, UpdateTrial, lineage, DeleteModelPackage, StopTrainingJob and others",
    moto="not implemented",
    ours="offered: operations.md has the list",
    source="[M]",
    on_moto="NotImplementedError",
    here="done",
)
def not_implemented(clients: Clients) -> Any:
    clients["sagemaker"].create_experiment(ExperimentName="e")
    clients["sagemaker"].update_experiment(ExperimentName="e", Description="new")
    return "done"


@differs(
    "List operations",
    moto="oldest first, SortBy and SortOrder are not looked at",
    ours="newest first unless asked otherwise",
    source="[M]",
    on_moto=["a", "b"],
    here=["b", "a"],
)
def order(clients: Clients) -> Any:
    for name in "ab":
        clients["sagemaker"].create_experiment(ExperimentName=name)
    found = clients["sagemaker"].list_experiments(SortBy="Name", SortOrder="Descending")[
        "ExperimentSummaries"
    ]
    return [entry["ExperimentName"] for entry in found]


@differs(
    "AddTags",
    moto="a key that is there already is there twice",
    ours="it is set anew",
    source="[M]",
    on_moto=["1", "2"],
    here=["2"],
)
def tag_again(clients: Clients) -> Any:
    arn = clients["sagemaker"].create_experiment(ExperimentName="e")["ExperimentArn"]
    for value in "12":
        clients["sagemaker"].add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": value}])
    return [tag["Value"] for tag in clients["sagemaker"].list_tags(ResourceArn=arn)["Tags"]]


@differs(
    "AddTags, ListTags, DeleteTags",
    moto="a resource that is not there breaks moto itself (AttributeError)",
    ours="ValidationException",
    source="[inf]",
    on_moto="AttributeError",
    here="ValidationException",
)
def tag_nothing(clients: Clients) -> Any:
    return clients["sagemaker"].list_tags(ResourceArn=ARN.format(account(clients)) + "experiment/none")
