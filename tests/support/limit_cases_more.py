"""Further rows of docs/limits.md: tags, lists, metrics, Search, and what is planned or not offered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from limit_rows import ARN, NOW, OURS, SEEN, Call, World, limit

# -- tags --------------------------------------------------------------------------------------------------------

_TAGGING = ("AddTags", "CreateExperiment", "CreateTrial", "CreateTrialComponent", "CreateArtifact")


@limit(*_TAGGING, rule="a tag key once in a call", text="Duplicate tag key", source=SEEN.format(3608))
def _twice(world: World) -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    world.sagemaker.create_trial_component(TrialComponentName="x", Tags=tags)


@limit(
    *_TAGGING,
    rule="no tag key begins with `aws:`, in any case",
    text="Tag keys may not start with 'aws:': 'AWS:mine'.",
    source=OURS,
)
def _reserved(world: World) -> None:
    world.sagemaker.add_tags(ResourceArn=ARN + "experiment/e", Tags=[{"Key": "AWS:mine", "Value": ""}])


@limit(
    "AddTags",
    rule="50 tags in all, after merging",
    text=f"The number of tags on '{ARN}experiment/e' would be 51; the limit is 50.",
    source="[M] the number; that it holds for the sum, and the text [inf]",
)
def _fifty_one(world: World) -> None:
    for first in (0, 50):
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(first, first + 50)]
        world.sagemaker.add_tags(ResourceArn=ARN + "experiment/e", Tags=tags[: 50 if first == 0 else 1])


@limit(
    "AddTags",
    "ListTags",
    "DeleteTags",
    rule="the resource exists, in this region and account",
    text=f"Could not find experiment with ARN '{ARN}experiment/none'.",
    source=OURS,
)
def _nothing_there(world: World) -> Iterator[Call]:
    arn = ARN + "experiment/none"
    yield partial(world.sagemaker.add_tags, ResourceArn=arn, Tags=[])
    yield partial(world.sagemaker.list_tags, ResourceArn=arn)
    yield partial(world.sagemaker.delete_tags, ResourceArn=arn, TagKeys=["a"])


# -- lists -------------------------------------------------------------------------------------------------------


@limit(
    "ListTrialComponents",
    rule="at most one of ExperimentName, TrialName and SourceArn",
    text="Only one of ExperimentName, TrialName and SourceArn can be specified.",
    source="[M] the rule; the text [inf]",
)
def _two_filters(world: World) -> None:
    world.sagemaker.list_trial_components(ExperimentName="e", TrialName="t")


@limit(
    "every List",
    "Search",
    rule="a NextToken belongs to the request that it came from",
    text="Invalid NextToken: it is malformed or belongs to a request with other parameters.",
    source=OURS,
)
def _foreign_token(world: World) -> None:
    world.sagemaker.list_trial_components(NextToken="made-up")


# -- metrics: an entry in Errors for each point -------------------------------------------------------------------


def _put(world: World, component: str = "c", **point: object) -> object:
    datum = {"MetricName": "loss", "Timestamp": world.home.engine.service.clock(), "Value": 1.0, **point}
    return world.metrics.batch_put_metrics(TrialComponentName=component, MetricData=[datum])


@limit(
    "BatchPutMetrics",
    rule="the component exists",
    code="VALIDATION_ERROR",
    text="",
    source="moto",
)
def _no_component(world: World) -> object:
    return _put(world, "none")


@limit("BatchPutMetrics", rule="a value is finite", code="VALIDATION_ERROR", text="", source=OURS)
def _no_number(world: World) -> object:
    return _put(world, Value=float("inf"))


@limit("BatchPutMetrics", rule="a step is 2^63-1 at most", code="VALIDATION_ERROR", text="", source=OURS)
def _far_step(world: World) -> object:
    return _put(world, Step=2**63)


@limit(
    "BatchPutMetrics",
    rule="a point is 14 days old at most, and 2 hours ahead",
    code="VALIDATION_ERROR",
    text="",
    source="the SDK checks it; that the service does [inf]",
    switch="`metric_window=False` turns it off",
)
def _old_point(world: World) -> object:
    return _put(world, Timestamp=NOW - 30 * 24 * 3600)


# -- Search ------------------------------------------------------------------------------------------------------


def _find(world: World, *filters: dict[str, str], **more: object) -> None:
    resource = "ExperimentTrialComponent"
    world.sagemaker.search(Resource=resource, SearchExpression={"Filters": list(filters)}, **more)


@limit(
    "Search", rule="a property is one of the record's", text="Unknown property name: Nonsense", source="moto"
)
def _unknown_property(world: World) -> None:
    _find(world, {"Name": "Nonsense", "Operator": "Exists"})


@limit(
    "Search",
    rule="Contains once, but for names, display names, tags and artifacts",
    text="'CONTAINS' operator usage limit of 1 exceeded.",
    source="[M] the rule; the text as in moto",
)
def _contains_twice(world: World) -> None:
    _find(world, *({"Name": f"Parameters.{name}", "Operator": "Contains", "Value": "x"} for name in "ab"))


# -- what never happens by itself ---------------------------------------------------------------------------------


@limit(
    "UpdateExperiment",
    "UpdateTrial",
    "UpdateTrialComponent",
    "UpdateArtifact",
    rule="changes are made one after the other: there is no conflict but a planned one",
    code="ConflictException",
    text="There was a conflict when you attempted to modify a SageMaker entity.",
    source="[M] the code; the text from its documentation",
    switch="`EmbeddedSageMaker.fail_next`",
)
def _conflict(world: World) -> None:
    world.home.fail_next("UpdateTrialComponent", "ConflictException")
    world.sagemaker.update_trial_component(TrialComponentName="c")


@limit(
    "every operation",
    rule="nothing is throttled but by plan",
    code="ThrottlingException",
    text="Rate exceeded",
    source="sagemaker-experiments#100",
    switch="`EmbeddedSageMaker.fail_next`",
)
def _throttled(world: World) -> None:
    world.home.fail_next("AssociateTrialComponent", "ThrottlingException")
    world.sagemaker.associate_trial_component(TrialName="t", TrialComponentName="c")


@limit(
    "what is not offered",
    rule="refused, and never sent",
    code="UnsupportedOperation",
    text="sagemaker.ListEndpoints is not offered by the embedded SageMaker service. "
    "Connect to AWS with: %sm_config --backend aws",
    source="ours",
)
def _not_offered(world: World) -> None:
    world.sagemaker.list_endpoints()


@limit(
    "every operation",
    rule="a store that cannot be read or written",
    code="InternalFailure",
    text="cannot use ...",
    source="ours",
)
def _broken_store(world: World) -> None:
    world.home.engine.service.store.connection().execute("DROP TABLE trial_components")
    world.sagemaker.list_trials(TrialComponentName="c")
