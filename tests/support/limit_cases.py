"""Rows of docs/limits.md about experiments, trials and components, each with a call that is answered so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from limit_rows import ARN, OURS, SEEN, Call, World, limit

from sm_track_widgets.embedded import Rules

# -- names -------------------------------------------------------------------------------------------------------

_UNIQUE = "names are unique in an account and region, whatever their case"
_TWO_WORDINGS = "{0} names must be unique within an AWS account and region. {0} with name (X) already exists."
_TWO_SOURCES = "sagemaker-python-sdk#6256, deep-learning-containers#155"


@limit(
    "CreateExperiment",
    rule=_UNIQUE,
    text=_TWO_WORDINGS.format("Experiment").replace("X", "E"),
    source=_TWO_SOURCES,
)
def _same_experiment(world: World) -> None:
    world.sagemaker.create_experiment(ExperimentName="E")


@limit("CreateTrial", rule=_UNIQUE, text=_TWO_WORDINGS.format("Trial").replace("X", "T"), source=_TWO_SOURCES)
def _same_trial(world: World) -> None:
    world.sagemaker.create_trial(TrialName="T", ExperimentName="e")


@limit(
    "CreateTrialComponent",
    rule=_UNIQUE,
    text=_TWO_WORDINGS.format("TrialComponent").replace("X", "C"),
    source=_TWO_SOURCES,
)
def _same_component(world: World) -> None:
    world.sagemaker.create_trial_component(TrialComponentName="C")


_MISSING_EXPERIMENT = (
    "CreateTrial",
    "DescribeExperiment",
    "UpdateExperiment",
    "DeleteExperiment",
    "ListTrials",
)
_MISSING_TRIAL = ("DescribeTrial", "UpdateTrial", "DeleteTrial", "ListTrialComponents")
_MISSING_COMPONENT = ("DescribeTrialComponent", "UpdateTrialComponent", "DeleteTrialComponent", "ListTrials")
_LINKS = ("AssociateTrialComponent", "DisassociateTrialComponent")


@limit(
    *_MISSING_EXPERIMENT,
    "ListTrialComponents",
    rule="the experiment exists",
    code="ResourceNotFound",
    text=f"Experiment '{ARN}experiment/none' does not exist.",
    source="[M] the code; the text [inf], as of trials",
)
def _no_experiment(world: World) -> Iterator[Call]:
    client, name = world.sagemaker, {"ExperimentName": "none"}
    yield lambda: client.create_trial(TrialName="x", **name)
    for call in (client.describe_experiment, client.update_experiment, client.delete_experiment):
        yield partial(call, **name)
    for call in (client.list_trials, client.list_trial_components):
        yield partial(call, **name)


@limit(
    *_MISSING_TRIAL,
    *_LINKS,
    rule="the trial exists",
    code="ResourceNotFound",
    text=f"Trial '{ARN}experiment-trial/none' does not exist.",
    source="[M] the code; the text as in moto",
)
def _no_trial(world: World) -> Iterator[Call]:
    client, name = world.sagemaker, {"TrialName": "none"}
    for call in (
        client.describe_trial,
        client.update_trial,
        client.delete_trial,
        client.list_trial_components,
    ):
        yield partial(call, **name)
    for call in (client.associate_trial_component, client.disassociate_trial_component):
        yield partial(call, TrialComponentName="c", **name)


@limit(
    *_MISSING_COMPONENT,
    *_LINKS,
    rule="the component exists",
    code="ResourceNotFound",
    text=f"TrialComponent '{ARN}experiment-trial-component/none' does not exist.",
    source="[M] the code; the text [inf], as of trials",
)
def _no_component(world: World) -> Iterator[Call]:
    client, name = world.sagemaker, {"TrialComponentName": "none"}
    yield partial(client.list_trials, **name)
    for call in (
        client.describe_trial_component,
        client.update_trial_component,
        client.delete_trial_component,
    ):
        yield partial(call, **name)
    for call in (client.associate_trial_component, client.disassociate_trial_component):
        yield partial(call, TrialName="t", **name)


@limit(
    "DescribeTrialComponent",
    rule="an ARN of another region or account names nothing here",
    code="ResourceNotFound",
    text="TrialComponent 'arn:aws:sagemaker:eu-west-1:000000000000:experiment-trial-component/c' does not exist.",
    source=OURS,
)
def _elsewhere(world: World) -> None:
    arn = ARN.replace("us-east-1", "eu-west-1") + "experiment-trial-component/c"
    world.sagemaker.describe_trial_component(TrialComponentName=arn)


@limit(
    "DescribeExperiment",
    "UpdateExperiment",
    "DeleteExperiment",
    rule="whether a name in another case finds the resource; likewise for trials and components",
    code="ResourceNotFound",
    text=f"Experiment '{ARN}experiment/E' does not exist.",
    source=OURS,
    switch="names_any_case=False",
    rules=Rules(names_any_case=False),
)
def _other_case(world: World) -> Iterator[Call]:
    client = world.sagemaker
    for call in (client.describe_experiment, client.update_experiment, client.delete_experiment):
        yield partial(call, ExperimentName="E")


# -- parents and children ----------------------------------------------------------------------------------------


@limit(
    "DeleteTrialComponent",
    rule="a component that is in a trial stays",
    text=f"TrialComponent '{ARN}experiment-trial-component/c' is linked to 1 or more trials and cannot be deleted.",
    source=SEEN.format(1515),
)
def _linked_component(world: World) -> None:
    world.sagemaker.delete_trial_component(TrialComponentName="c")


@limit(
    "DeleteTrial",
    rule="a trial that holds components stays",
    text=f"Trial '{ARN}experiment-trial/t' is linked to 1 or more trial components and cannot be deleted.",
    source="[M] the rule; the text [inf], as of components",
)
def _full_trial(world: World) -> None:
    world.sagemaker.delete_trial(TrialName="t")


@limit(
    "DeleteExperiment",
    rule="an experiment that holds trials stays",
    text=f"Experiment '{ARN}experiment/e' is linked to 1 or more trials and cannot be deleted.",
    source="[M] the rule; the text [inf], as of components",
)
def _full_experiment(world: World) -> None:
    world.sagemaker.delete_experiment(ExperimentName="e")


@limit(
    "DisassociateTrialComponent",
    rule="only what is associated",
    code="ResourceNotFound",
    text=f"Association of TrialComponent '{ARN}experiment-trial-component/u' does not exist.",
    source="[M] the code; the text [inf]",
)
def _not_associated(world: World) -> None:
    world.sagemaker.disassociate_trial_component(TrialName="t", TrialComponentName="u")


@limit(
    "AssociateTrialComponent",
    rule="whether a pair may be associated again",
    text="Trial 't' and 'c' are already associated.",
    source=OURS,
    switch="associate_again=False",
    rules=Rules(associate_again=False),
)
def _again(world: World) -> None:
    world.sagemaker.associate_trial_component(TrialName="t", TrialComponentName="c")


@limit(
    "CreateTrial",
    rule="300 trials in an experiment, or as many as `max_trials_per_experiment`",
    code="ResourceLimitExceeded",
    text="The account-level service limit 'Total number of trials allowed in a single experiment, excluding those "
    "automatically created by SageMaker' is 1 Trials, with current utilization of 1 Trials and a request delta of 1 "
    "Trials. Please contact AWS support to request an increase for this limit.",
    source="amazon-sagemaker-examples#3396",
    switch='quotas="aws"',
    rules=Rules(quotas="aws", max_trials_per_experiment=1),
)
def _many_trials(world: World) -> None:
    world.sagemaker.create_trial(TrialName="t2", ExperimentName="e")


@limit(
    "AssociateTrialComponent",
    rule="50 components in a trial, or as many as `max_components_per_trial`",
    code="ResourceLimitExceeded",
    text="The account-level service limit 'Total number of trial components allowed in a single trial, excluding those "
    "automatically created by SageMaker' is 1 Trial Components, with current utilization of 1 Trial Components and a "
    "request delta of 1 Trial Components. Please contact AWS support to request an increase for this limit.",
    source="[M] the code; the text [inf], as of trials",
    switch='quotas="aws"',
    rules=Rules(quotas="aws", max_components_per_trial=1),
)
def _many_components(world: World) -> None:
    world.sagemaker.associate_trial_component(TrialName="t", TrialComponentName="u")


# -- values ------------------------------------------------------------------------------------------------------

_VALUES = ("CreateTrialComponent", "UpdateTrialComponent")


@limit(
    *_VALUES,
    rule="a parameter has exactly one of StringValue and NumberValue",
    text="Parameter 'p' must have exactly one of StringValue and NumberValue.",
    source="[M] the rule; the text [inf]",
)
def _two_values(world: World) -> None:
    both = {"p": {"StringValue": "a", "NumberValue": 1.0}}
    world.sagemaker.update_trial_component(TrialComponentName="c", Parameters=both)


@limit(
    *_VALUES,
    rule="a number is one that JSON knows: finite",
    code="SerializationException",
    text="NumberValue of parameter 'p' is not a JSON number",
    source=OURS,
)
def _not_finite(world: World) -> None:
    params = {"p": {"NumberValue": float("nan")}}
    world.sagemaker.update_trial_component(TrialComponentName="c", Parameters=params)


@limit(
    *_VALUES,
    rule="whether a boolean is a number",
    code="SerializationException",
    text="TRUE_VALUE cannot be converted to Double",
    source=OURS,
    switch="boolean_numbers=False",
    rules=Rules(boolean_numbers=False),
)
def _boolean(world: World) -> None:
    params = {"p": {"NumberValue": True}}
    world.sagemaker.update_trial_component(TrialComponentName="c", Parameters=params)


@limit(
    "UpdateTrialComponent",
    rule="300 parameters in all, after merging",
    text="TrialComponent would have 301 parameters; the limit is 300.",
    source="[M] the number; that it holds for the sum, and the text [inf]",
)
def _merged(world: World) -> None:
    first = {f"p{number}": {"NumberValue": number} for number in range(300)}
    world.sagemaker.update_trial_component(TrialComponentName="c", Parameters=first)
    world.sagemaker.update_trial_component(
        TrialComponentName="c", Parameters={"one more": {"NumberValue": 1}}
    )


@limit(
    "UpdateTrialComponent",
    rule="60 artifacts in all, each way, after merging",
    text="TrialComponent would have 61 outputs; the limit is 60.",
    source="[M] the number; that it holds for the sum, and the text [inf]",
)
def _merged_artifacts(world: World) -> None:
    first = {f"a{number}": {"Value": "v"} for number in range(60)}
    world.sagemaker.update_trial_component(TrialComponentName="c", OutputArtifacts=first)
    world.sagemaker.update_trial_component(TrialComponentName="c", OutputArtifacts={"z": {"Value": "v"}})


@limit(
    "every operation",
    rule="whether texts of the pattern `.*` may hold line breaks",
    text="1 validation error detected: Value 'two\nlines' at 'description' failed to satisfy constraint: "
    "Member must satisfy regular expression pattern: .*",
    source=OURS,
    switch="multiline_text=False",
    rules=Rules(multiline_text=False),
)
def _line_break(world: World) -> None:
    world.sagemaker.update_experiment(ExperimentName="e", Description="two\nlines")


@limit(
    "every operation",
    rule="a value has the type that the model says; boto3 sees to it before it sends",
    code="SerializationException",
    text="NUMBER_VALUE cannot be converted to String",
    source="the text as in DynamoDB",
)
def _wrong_type(world: World) -> None:
    world.sagemaker.describe_experiment(ExperimentName=7)


@limit(
    "every operation",
    rule="a list stands where the model says",
    code="SerializationException",
    text="Unexpected field type",
    source="the text as in DynamoDB",
)
def _no_list(world: World) -> None:
    world.sagemaker.delete_tags(ResourceArn=ARN + "experiment/e", TagKeys="red")


@limit(
    "every operation",
    rule="texts are Unicode; half a surrogate pair is none",
    code="SerializationException",
    text="Invalid Unicode at 'description'",
    source=OURS,
)
def _surrogate(world: World) -> None:
    world.sagemaker.update_experiment(ExperimentName="e", Description="\ud800")


@limit(
    "every operation",
    rule="all broken constraints are named in one text",
    text="2 validation errors detected: Value 'a_b' at 'experimentName' failed to satisfy constraint: Member must "
    "satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}; Value 'Up' at 'sortOrder' failed to "
    "satisfy constraint: Member must satisfy enum value set: [Ascending, Descending]",
    source="sagemaker-ml-workflow-with-apache-airflow#3",
)
def _two_at_once(world: World) -> None:
    world.sagemaker.list_trials(ExperimentName="a_b", SortOrder="Up")
