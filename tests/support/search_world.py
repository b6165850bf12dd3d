"""The small world that tests of Search ask about, and short forms of the questions."""

from __future__ import annotations

from datetime import datetime, timezone

TC = "ExperimentTrialComponent"
ACCOUNT = "arn:aws:sagemaker:us-east-1:000000000000"
JOB = f"{ACCOUNT}:training-job/My-Job"
DAY = 86400
START = 1_700_000_000


def moment(day):
    return datetime.fromtimestamp(START + day * DAY, tz=timezone.utc)


COMPONENTS = {
    "a": {
        "DisplayName": "Alpha",
        "Status": {"PrimaryStatus": "Completed", "Message": "all, well"},
        "StartTime": moment(0),
        "EndTime": moment(1),
        "Parameters": {
            "lr": {"NumberValue": 0.1},
            "depth": {"NumberValue": 4},
            "opt": {"StringValue": "adam"},
            "model.layer.0": {"StringValue": "dense"},
            "mixed": {"NumberValue": 7},
        },
        "InputArtifacts": {"data": {"Value": "s3://bucket/train.csv", "MediaType": "text/csv"}},
        "OutputArtifacts": {"model.tar.gz": {"Value": "s3://bucket/a/model.tar.gz"}},
        "MetadataProperties": {"CommitId": "abc", "Repository": "git"},
        "Tags": [
            {"Key": "team", "Value": "red"},
            {"Key": "sagemaker:trial-component-source", "Value": "run"},
        ],
    },
    "b": {
        "DisplayName": "Beta",
        "Status": {"PrimaryStatus": "Failed", "Message": "OOM"},
        "StartTime": moment(2),
        "Parameters": {
            "lr": {"NumberValue": 0.01},
            "depth": {"NumberValue": 8},
            "opt": {"StringValue": "sgd"},
            "mixed": {"StringValue": "7"},
        },
        "OutputArtifacts": {"model.tar.gz": {"Value": "s3://other/b/model.tar.gz"}},
        "Tags": [{"Key": "team", "Value": "blue"}],
    },
    "c": {
        "Status": {"PrimaryStatus": "InProgress"},
        "StartTime": moment(4),
        "Parameters": {"LR": {"NumberValue": 0.5}, "opt": {"StringValue": "Adam"}},
        "Tags": [{"Key": "Team", "Value": "red"}, {"Key": "archived", "Value": "yes"}],
    },
    "d": {},
}

SERIES = {
    ("a", "loss"): [3.0, 1.0, 2.0],
    ("a", "val:acc.top1"): [0.5, 0.9],
    ("a", "val.max"): [5.0],
    ("b", "loss"): [4.0, 4.0],
    ("c", "Loss"): [0.5],
}


def build(clients):
    """Fill a home: experiments churn (groups g1, g2) and fraud (group f), components a, b, c, d."""
    _build_places(clients["sagemaker"])
    _build_components(clients["sagemaker"])
    _build_series(clients["sagemaker-metrics"])
    _set_sources_and_times(clients.switch.target.service.store)


def _build_places(sagemaker):
    for experiment, trials in (("churn", ["g1", "g2"]), ("fraud", ["f"])):
        sagemaker.create_experiment(
            ExperimentName=experiment,
            DisplayName=f"{experiment}-shown",
            Description=f"about {experiment}",
            Tags=[{"Key": "cost", "Value": experiment}],
        )
        for trial in trials:
            sagemaker.create_trial(
                ExperimentName=experiment,
                TrialName=trial,
                MetadataProperties={"CommitId": f"commit-{trial}"},
                Tags=[{"Key": "kind", "Value": "group"}],
            )


def _build_components(sagemaker):
    for name, members in COMPONENTS.items():
        sagemaker.create_trial_component(TrialComponentName=name, **members)
    for trial, name in (("g1", "a"), ("g2", "a"), ("g2", "b"), ("f", "c")):
        sagemaker.associate_trial_component(TrialName=trial, TrialComponentName=name)


def _build_series(metrics):
    for (name, metric), values in SERIES.items():
        data = [
            {"MetricName": metric, "Value": v, "Step": i, "Timestamp": 1_760_000_000 + i}
            for i, v in enumerate(values)
        ]
        assert metrics.batch_put_metrics(TrialComponentName=name, MetricData=data)["Errors"] == []


def _set_sources_and_times(store):
    with store.atomic() as connection:
        connection.execute(
            "UPDATE components SET source_arn = ?, source_type = 'SageMakerTrainingJob' WHERE key = 'b'",
            (JOB,),
        )
        for number, name in enumerate("abcd"):
            stamp = START + number * DAY + 0.5
            connection.execute(
                "UPDATE components SET created = ?, modified = ? WHERE key = ?", (stamp, stamp, name)
            )


def f(name, operator=None, value=None):
    made = {"Name": name}
    if operator is not None:
        made["Operator"] = operator
    if value is not None:
        made["Value"] = value
    return made


def names(answer, member="TrialComponent", key="TrialComponentName"):
    return [record[member][key] for record in answer["Results"]]


def find(client, *filters, **more):
    expression = {"Filters": list(filters)} if filters else None
    given = {"SearchExpression": expression} if expression else {}
    return "".join(
        names(client.search(Resource=TC, SortBy="TrialComponentName", SortOrder="Ascending", **given, **more))
    )


def ask(client, expression):
    answer = client.search(
        Resource=TC, SearchExpression=expression, SortBy="TrialComponentName", SortOrder="Ascending"
    )
    return "".join(names(answer))


def label(entry):
    return f"{entry['Name']} {entry.get('Operator', '')} {entry.get('Value', '')}"
