"""Trial components through boto3: maps that merge, sizes, deletion, metric summaries."""

from __future__ import annotations

import math
from datetime import datetime, timezone

import pytest
from botocore.exceptions import ClientError
from embedded_home import CheckedHome, pages, refused

from sm_track_widgets.embedded import Rules

ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/"


@pytest.mark.shows("CreateTrialComponent", "takes status, times, parameters, artifacts and metadata")
@pytest.mark.shows("DescribeTrialComponent", "by name in any case or by ARN; gives back what was set")
def test_create_and_describe(sagemaker):
    started = datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=timezone.utc)
    made = sagemaker.create_trial_component(
        TrialComponentName="Exp-Run",
        Status={"PrimaryStatus": "InProgress", "Message": "warming up"},
        StartTime=started,
        Parameters={
            "lr": {"NumberValue": 0.05},
            "opt": {"StringValue": "adam"},
            "empty": {"StringValue": ""},
        },
        InputArtifacts={"data": {"MediaType": "text/csv", "Value": "s3://b/k"}},
        OutputArtifacts={"model": {"Value": "s3://b/m"}},
        MetadataProperties={"CommitId": "abc"},
    )
    assert made["TrialComponentArn"] == ARN + "Exp-Run"
    for name in ("exp-run", ARN + "exp-run", ARN + "Exp-Run"):
        found = sagemaker.describe_trial_component(TrialComponentName=name)
        assert found["TrialComponentName"] == found["DisplayName"] == "Exp-Run"
    assert found["Status"] == {"PrimaryStatus": "InProgress", "Message": "warming up"}
    assert found["StartTime"] == started
    assert "EndTime" not in found
    assert found["Parameters"] == {
        "lr": {"NumberValue": 0.05},
        "opt": {"StringValue": "adam"},
        "empty": {"StringValue": ""},
    }
    assert found["InputArtifacts"] == {"data": {"MediaType": "text/csv", "Value": "s3://b/k"}}
    assert found["OutputArtifacts"] == {"model": {"Value": "s3://b/m"}}
    assert found["MetadataProperties"] == {"CommitId": "abc"}
    assert found["Metrics"] == []
    assert not {"Source", "Sources", "Tags", "Parents", "RunName"} & set(found)


@pytest.mark.shows("DescribeTrialComponent", "maps are there, if empty; a status only if one was set")
def test_a_bare_one_has_empty_maps(sagemaker):
    sagemaker.create_trial_component(TrialComponentName="c")
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["Parameters"] == found["InputArtifacts"] == found["OutputArtifacts"] == {}
    assert "Status" not in found


@pytest.mark.shows("CreateTrialComponent", "names are unique whatever their case")
def test_names_are_unique(sagemaker):
    sagemaker.create_trial_component(TrialComponentName="c")
    with refused("ValidationException", "already exists"):
        sagemaker.create_trial_component(TrialComponentName="C")


@pytest.mark.shows(
    "DescribeTrialComponent", "a missing name, ARN or an ARN of another region is ResourceNotFound"
)
@pytest.mark.parametrize("name", ["none", ARN + "none", ARN.replace("us-east-1", "eu-west-1") + "c"])
def test_a_missing_one_is_not_found(sagemaker, name):
    sagemaker.create_trial_component(TrialComponentName="c")
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_trial_component(TrialComponentName=name)


@pytest.mark.shows("UpdateTrialComponent", "maps merge by key, then the ToRemove lists apply")
def test_update_merges_maps_and_removes_last(sagemaker):
    sagemaker.create_trial_component(
        TrialComponentName="c",
        Parameters={"a": {"NumberValue": 1}, "b": {"NumberValue": 2}},
        OutputArtifacts={"x": {"Value": "1"}, "y": {"Value": "2"}},
        InputArtifacts={"i": {"Value": "1"}},
    )
    sagemaker.update_trial_component(
        TrialComponentName="C",
        Parameters={"b": {"StringValue": "two"}, "c": {"NumberValue": 3}, "d": {"NumberValue": 4}},
        ParametersToRemove=["a", "d", "unknown"],
        OutputArtifacts={"y": {"Value": "3", "MediaType": "text/plain"}, "z": {"Value": "4"}},
        OutputArtifactsToRemove=["x", "z"],
        InputArtifactsToRemove=["i"],
    )
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["Parameters"] == {"b": {"StringValue": "two"}, "c": {"NumberValue": 3.0}}
    assert found["OutputArtifacts"] == {"y": {"Value": "3", "MediaType": "text/plain"}}
    assert found["InputArtifacts"] == {}


@pytest.mark.shows(
    "UpdateTrialComponent", "what is not given stays; a status without message clears the message"
)
def test_update_leaves_what_is_not_given(sagemaker):
    ended = datetime(2026, 1, 1, tzinfo=timezone.utc)
    sagemaker.create_trial_component(
        TrialComponentName="c", DisplayName="Shown", Status={"PrimaryStatus": "Failed", "Message": "why"}
    )
    sagemaker.update_trial_component(TrialComponentName="c", EndTime=ended)
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["DisplayName"] == "Shown"
    assert found["Status"] == {"PrimaryStatus": "Failed", "Message": "why"}
    assert found["EndTime"] == ended
    assert found["LastModifiedTime"] > found["CreationTime"]
    sagemaker.update_trial_component(TrialComponentName="c", Status={"PrimaryStatus": "Completed"})
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["Status"] == {"PrimaryStatus": "Completed"}
    assert found["EndTime"] == ended


@pytest.mark.shows("CreateTrialComponent", "300 parameters, 60 artifacts each way")
@pytest.mark.shows(
    "UpdateTrialComponent", "300 parameters and 60 artifacts each way hold for the merged maps"
)
@pytest.mark.parametrize(
    ("member", "value", "limit"),
    [
        ("Parameters", {"NumberValue": 1.0}, 300),
        ("InputArtifacts", {"Value": "v"}, 60),
        ("OutputArtifacts", {"Value": "v"}, 60),
    ],
)
def test_sizes_hold_for_one_call_and_for_the_sum(sagemaker, member, value, limit):
    def entries(first, count):
        return {f"k{number}": value for number in range(first, first + count)}

    with refused("ValidationException", f"less than or equal to {limit}"):
        sagemaker.create_trial_component(TrialComponentName="c", **{member: entries(0, limit + 1)})
    sagemaker.create_trial_component(TrialComponentName="c", **{member: entries(0, limit - 1)})
    sagemaker.update_trial_component(TrialComponentName="c", **{member: entries(limit - 1, 1)})
    with refused("ValidationException", str(limit)):
        sagemaker.update_trial_component(TrialComponentName="c", **{member: entries(limit, 1)})
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found[member].keys() == entries(0, limit).keys()
    sagemaker.update_trial_component(
        TrialComponentName="c", **{member: entries(limit, 1), f"{member}ToRemove": ["k0"]}
    )


@pytest.mark.shows(
    "CreateTrialComponent",
    "a parameter has exactly one of StringValue and NumberValue; else nothing is stored",
)
@pytest.mark.parametrize("value", [{}, {"StringValue": "a", "NumberValue": 1.0}])
def test_a_parameter_is_a_text_or_a_number(sagemaker, value):
    with refused("ValidationException", "exactly one"):
        sagemaker.create_trial_component(TrialComponentName="c", Parameters={"a": value})
    with refused("ResourceNotFound"):
        sagemaker.describe_trial_component(TrialComponentName="c")


@pytest.mark.shows("CreateTrialComponent", "NaN and infinity are no NumberValue")
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_must_be_a_json_number(sagemaker, number):
    with refused("SerializationException"):
        sagemaker.create_trial_component(TrialComponentName="c", Parameters={"a": {"NumberValue": number}})


@pytest.mark.shows("DescribeTrialComponent", "numbers come back as doubles")
@pytest.mark.parametrize("number", [0, -1, 2**80, 1e308, 5e-324, 0.1 + 0.2])
def test_numbers_come_back_as_doubles(sagemaker, number):
    sagemaker.create_trial_component(TrialComponentName="c", Parameters={"a": {"NumberValue": number}})
    found = sagemaker.describe_trial_component(TrialComponentName="c")["Parameters"]["a"]["NumberValue"]
    assert type(found) is float
    assert found == float(number)


@pytest.mark.shows("CreateTrialComponent", "whether a boolean is a number is a switch")
@pytest.mark.parametrize("taken", [True, False])
def test_booleans_as_numbers_are_a_switch(tmp_path, taken):
    home = CheckedHome(tmp_path, rules=Rules(boolean_numbers=taken))
    client = home.boto_session().client("sagemaker")
    if taken:
        client.create_trial_component(TrialComponentName="c", Parameters={"a": {"NumberValue": True}})
        found = client.describe_trial_component(TrialComponentName="c")
        assert found["Parameters"] == {"a": {"NumberValue": 1.0}}
    else:
        with refused("SerializationException"):
            client.create_trial_component(TrialComponentName="c", Parameters={"a": {"NumberValue": True}})
    home.close()


@pytest.mark.shows("CreateTrialComponent", "whether times keep their fraction is a switch")
@pytest.mark.parametrize("whole", [True, False])
def test_fractions_of_seconds_are_a_switch(tmp_path, whole):
    home = CheckedHome(tmp_path, rules=Rules(whole_seconds=whole))
    client = home.boto_session().client("sagemaker")
    client.create_trial_component(TrialComponentName="c", StartTime=1_700_000_000.5)
    found = client.describe_trial_component(TrialComponentName="c")["StartTime"].timestamp()
    assert found == (1_700_000_000.0 if whole else 1_700_000_000.5)
    home.close()


@pytest.mark.shows("DeleteTrialComponent", "refused while it is in a trial, in AWS's words")
@pytest.mark.shows("DeleteTrialComponent", "takes its parameters, points and tags along")
def test_delete_needs_disassociation_and_takes_everything_along(sagemaker, metrics, home):
    sagemaker.create_experiment(ExperimentName="e")
    sagemaker.create_trial(TrialName="t", ExperimentName="e")
    sagemaker.create_trial_component(
        TrialComponentName="c", Parameters={"a": {"NumberValue": 1}}, Tags=[{"Key": "k", "Value": "v"}]
    )
    sagemaker.associate_trial_component(TrialName="t", TrialComponentName="c")
    point = {"MetricName": "loss", "Timestamp": home.engine.service.clock(), "Value": 1.0}
    metrics.batch_put_metrics(TrialComponentName="c", MetricData=[point])
    message = f"TrialComponent '{ARN}c' is linked to 1 or more trials and cannot be deleted."
    with pytest.raises(ClientError) as caught:
        sagemaker.delete_trial_component(TrialComponentName="c")
    assert caught.value.response["Error"] == {"Code": "ValidationException", "Message": message}
    sagemaker.disassociate_trial_component(TrialName="t", TrialComponentName="c")
    sagemaker.delete_trial_component(TrialComponentName="c")
    store = home.engine.service.store
    for table in ("components", "component_parameters", "series", "chunks", "tags"):
        assert store.rows(f"SELECT * FROM {table}") == [], table


@pytest.mark.shows("ListTrialComponents", "of an experiment, a trial or a source, at most one of them")
@pytest.mark.shows("ListTrialComponents", "by name or time, in pages")
def test_list_filters(sagemaker, home):
    for name in ("e1", "e2"):
        sagemaker.create_experiment(ExperimentName=name)
    for name, parent in (("t1", "e1"), ("t2", "e1"), ("t3", "e2")):
        sagemaker.create_trial(TrialName=name, ExperimentName=parent)
    links = {"c1": ["t1", "t2"], "c2": ["t2"], "c3": ["t3"], "c4": []}
    for name, trials in links.items():
        sagemaker.create_trial_component(TrialComponentName=name)
        for trial in trials:
            sagemaker.associate_trial_component(TrialName=trial, TrialComponentName=name)
    source = "arn:aws:sagemaker:us-east-1:000000000000:training-job/Job"
    home.engine.service.store.connection().execute(
        "UPDATE components SET source_arn = ?, source_type = 'SageMakerTrainingJob' WHERE key = 'c2'",
        (source,),
    )

    def names(**filters):
        found = pages(sagemaker, "list_trial_components", "TrialComponentSummaries", 2, **filters)
        return [entry["TrialComponentName"] for entry in found]

    assert names(SortBy="Name", SortOrder="Ascending") == ["c1", "c2", "c3", "c4"]
    assert names(ExperimentName="E1", SortBy="Name", SortOrder="Ascending") == ["c1", "c2"]
    assert names(TrialName="t2") == ["c2", "c1"]
    assert names(SourceArn=source.lower()) == ["c2"]
    summary = sagemaker.list_trial_components(SourceArn=source)["TrialComponentSummaries"][0]
    assert summary["TrialComponentSource"] == {"SourceArn": source, "SourceType": "SageMakerTrainingJob"}
    found = sagemaker.describe_trial_component(TrialComponentName="c2")
    assert found["Sources"] == [found["Source"]]
    with refused("ValidationException", "Only one of"):
        sagemaker.list_trial_components(ExperimentName="e1", TrialName="t1")
    for missing in ({"ExperimentName": "none"}, {"TrialName": "none"}):
        with refused("ResourceNotFound"):
            sagemaker.list_trial_components(**missing)


@pytest.mark.shows("DescribeTrialComponent", "each metric has Min, Max, Avg, StdDev, Last and Count")
def test_metric_summaries(sagemaker, metrics, home):
    sagemaker.create_trial_component(TrialComponentName="c")
    now = home.engine.service.clock()
    for name, values in {"loss": [3.0, 1.0, 2.0], "acc": [0.5]}.items():
        data = [
            {"MetricName": name, "Timestamp": now + step, "Step": step, "Value": value}
            for step, value in enumerate(values)
        ]
        assert metrics.batch_put_metrics(TrialComponentName="c", MetricData=data)["Errors"] == []
    loss, acc = sagemaker.describe_trial_component(TrialComponentName="c")["Metrics"]
    assert (loss["MetricName"], acc["MetricName"]) == ("loss", "acc")
    assert (loss["Min"], loss["Max"], loss["Last"], loss["Count"], loss["Avg"]) == (1.0, 3.0, 2.0, 3, 2.0)
    assert loss["StdDev"] == pytest.approx(math.sqrt(2 / 3))
    assert (acc["Count"], acc["StdDev"]) == (1, 0.0)
    assert loss["SourceArn"] == ARN + "c"


@pytest.mark.shows("DescribeTrialComponent", "an answer may be changed without harm")
def test_an_answer_is_the_callers_own(sagemaker):
    sagemaker.create_trial_component(TrialComponentName="c", Parameters={"a": {"NumberValue": 1}})
    sagemaker.describe_trial_component(TrialComponentName="c")["Parameters"]["a"]["NumberValue"] = 9
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["Parameters"]["a"]["NumberValue"] == 1.0


@pytest.mark.shows(
    "DescribeTrialComponent", "costs a dozen statements at most, however many components there are"
)
def test_describe_costs_the_same_whatever_there_is(home, sagemaker):
    for number in range(200):
        sagemaker.create_trial_component(
            TrialComponentName=f"c{number}", Parameters={f"p{n}": {"NumberValue": n} for n in range(20)}
        )
    statements: list[str] = []
    home.engine.service.store.connection().set_trace_callback(statements.append)
    sagemaker.describe_trial_component(TrialComponentName="c7")
    assert len(statements) <= 12
    home.engine.service.store.connection().set_trace_callback(None)
