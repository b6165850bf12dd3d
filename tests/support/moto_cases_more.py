"""Further rows of docs/moto.md: Search, metrics, jobs."""

from __future__ import annotations

from typing import Any

from moto_cases import Clients, differs, fill


def _names(clients: Clients, **params: Any) -> list[str]:
    found = clients["sagemaker"].search(Resource="ExperimentTrialComponent", **params)["Results"]
    return [result["TrialComponent"]["TrialComponentName"] for result in found]


def _filter(name: str, operator: str, value: str) -> dict[str, Any]:
    return {"SearchExpression": {"Filters": [{"Name": name, "Operator": operator, "Value": value}]}}


@differs(
    "Search",
    moto="Parents.ExperimentName, by which the SDK's ExperimentAnalytics asks, is an unknown property",
    ours="found",
    source="SDK",
    on_moto="ValidationException",
    here=["c"],
)
def parents(clients: Clients) -> Any:
    fill(clients["sagemaker"])
    return _names(clients, **_filter("Parents.ExperimentName", "Equals", "e"))


@differs(
    "Search",
    moto="parameters, metrics, artifacts and times cannot be asked for",
    ours="every property of the record can",
    source="[M]",
    on_moto="ValidationException",
    here=["c"],
)
def parameters(clients: Clients) -> Any:
    parameter = {"lr": {"NumberValue": 0.1}}
    clients["sagemaker"].create_trial_component(TrialComponentName="c", Parameters=parameter)
    return _names(clients, **_filter("Parameters.lr", "LessThan", "0.5"))


@differs(
    "Search",
    moto="SortBy, SortOrder, MaxResults and NextToken are not looked at",
    ours="sorted, in pages",
    source="[M]",
    on_moto=["b", "a"],
    here=["a"],
)
def pages(clients: Clients) -> Any:
    for name in "ba":
        clients["sagemaker"].create_trial_component(TrialComponentName=name)
    return _names(clients, SortBy="TrialComponentName", SortOrder="Ascending", MaxResults=1)


@differs(
    "Search",
    moto="NestedFilters, SubExpressions, Or and VisibilityConditions are not looked at: everything is found",
    ours="they are obeyed",
    source="[M]",
    on_moto=["a", "b"],
    here=["b"],
)
def sub_expressions(clients: Clients) -> Any:
    for name in "ab":
        clients["sagemaker"].create_trial_component(TrialComponentName=name)
    inner = _filter("TrialComponentName", "Equals", "b")["SearchExpression"]
    return _names(clients, SearchExpression={"SubExpressions": [inner]})


def _put(clients: Clients, **more: Any) -> Any:
    # The time is one that both clocks of the tests have just passed.
    datum = {"MetricName": "loss", "Timestamp": 1_760_000_000, "Value": 1.0, **more}
    return clients["sagemaker-metrics"].batch_put_metrics(TrialComponentName="c", MetricData=[datum])[
        "Errors"
    ]


@differs(
    "BatchPutMetrics",
    moto="a point without Step breaks moto itself (KeyError)",
    ours="a Step may be left out",
    source="[M]",
    on_moto="KeyError",
    here=[],
)
def no_step(clients: Clients) -> Any:
    clients["sagemaker"].create_trial_component(TrialComponentName="c")
    return _put(clients)


@differs(
    "BatchPutMetrics",
    moto="a second point of a step replaces the first",
    ours="both are kept and counted",
    source="SDK",
    on_moto=[1],
    here=[2],
)
def same_step(clients: Clients) -> Any:
    clients["sagemaker"].create_trial_component(TrialComponentName="c")
    for _ in range(2):
        _put(clients, Step=0)
    found = clients["sagemaker"].describe_trial_component(TrialComponentName="c")
    return [metric["Count"] for metric in found["Metrics"]]


@differs(
    "BatchGetMetrics",
    moto="not implemented",
    ours="offered",
    source="[M]",
    on_moto="404",
    here=["Complete"],
)
def get_metrics(clients: Clients) -> Any:
    arn = clients["sagemaker"].create_trial_component(TrialComponentName="c")["TrialComponentArn"]
    query = {"MetricName": "loss", "ResourceArn": arn, "MetricStat": "Last"}
    query |= {"Period": "IterationNumber", "XAxisType": "IterationNumber"}
    results = clients["sagemaker-metrics"].batch_get_metrics(MetricQueries=[query])["MetricQueryResults"]
    return [result["Status"] for result in results]


@differs(
    "CreateTrainingJob",
    moto="a job is Completed at once; nothing ran, and its model.tar.gz is not there",
    ours="a script-mode job runs; what cannot run here is refused, with the way out",
    source="ours",
    on_moto="Completed",
    here="ValidationException",
)
def job(clients: Clients) -> Any:
    clients["sagemaker"].create_training_job(
        TrainingJobName="j",
        AlgorithmSpecification={"TrainingImage": "my-own-image:1", "TrainingInputMode": "File"},
        RoleArn="arn:aws:iam::000000000000:role/service-role/name",
        OutputDataConfig={"S3OutputPath": "s3://bucket/out"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )
    return clients["sagemaker"].describe_training_job(TrainingJobName="j")["TrainingJobStatus"]
