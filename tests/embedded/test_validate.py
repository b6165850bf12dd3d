"""The generic checks and AWS's wording of them."""

from __future__ import annotations

import time

import botocore.session
import pytest
from embedded_home import CheckedHome, refused

from sm_track_widgets.embedded import Rules
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.validate import python_pattern, validate

# Older models spell it with a leading "^".
PATTERN = (
    botocore.session.get_session()
    .get_service_model("sagemaker")
    .shape_for("ExperimentEntityName")
    .metadata["pattern"]
)


def complaint(operation: str, service: str = "sagemaker", /, **params: object) -> str:
    with pytest.raises(ServiceError) as caught:
        validate(service, operation, params)
    assert caught.value.code == "ValidationException"
    return caught.value.message


@pytest.mark.parametrize("name", ["a_b", "a.b", "a b", "-a", "a-", "ü", "a\n", ""])
def test_entity_names(name):
    text = complaint("CreateExperiment", ExperimentName=name)
    assert f"Value '{name}' at 'experimentName' failed to satisfy constraint: " in text
    assert f"Member must satisfy regular expression pattern: {PATTERN}" in text


@pytest.mark.parametrize("name", ["a", "A-b", "a--b", "x" * 120, "0"])
def test_entity_names_that_are_fine(name):
    validate("sagemaker", "CreateExperiment", {"ExperimentName": name})


def test_the_wording_of_one_error():
    assert complaint("CreateExperiment", ExperimentName="a_b") == (
        "1 validation error detected: Value 'a_b' at 'experimentName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {PATTERN}"
    )


def test_the_wording_of_two_errors():
    text = complaint("CreateExperiment", ExperimentName="e" * 121, Description="d" * 3073)
    assert text.startswith("3 validation errors detected: Value 'e")
    assert text.count("; Value '") == 2
    assert (
        "at 'experimentName' failed to satisfy constraint: Member must have length less than or equal to 120"
        in text
    )
    assert (
        "at 'description' failed to satisfy constraint: Member must have length less than or equal to 3072"
        in text
    )


def test_enumerations_and_nested_paths():
    text = complaint("CreateTrialComponent", TrialComponentName="c", Status={"PrimaryStatus": "Done"})
    assert text == (
        "1 validation error detected: Value 'Done' at 'status.primaryStatus' failed to satisfy constraint: "
        "Member must satisfy enum value set: [InProgress, Completed, Failed, Stopping, Stopped]"
    )


def test_map_keys_and_values():
    text = complaint(
        "CreateTrialComponent", TrialComponentName="c", Parameters={"k" * 321: {"NumberValue": 1.0}}
    )
    assert "at 'parameters' failed to satisfy constraint: Map keys must satisfy constraint: [" in text
    assert "Member must have length less than or equal to 320" in text
    text = complaint(
        "CreateTrialComponent", TrialComponentName="c", Parameters={"p": {"StringValue": "x" * 2501}}
    )
    assert "at 'parameters.p.member.stringValue' failed to satisfy constraint" in text
    text = complaint(
        "CreateArtifact", Source={"SourceUri": "u"}, ArtifactType="t", Properties={"p": "x" * 5000}
    )
    assert "at 'properties' failed to satisfy constraint: Map value must satisfy constraint: [" in text


def test_missing_members():
    assert complaint("CreateTrial", TrialName="t") == (
        "1 validation error detected: Value null at 'experimentName' failed to satisfy constraint: "
        "Member must not be null"
    )
    text = complaint(
        "AddTags", ResourceArn="arn:aws:sagemaker:us-east-1:000000000000:experiment/e", Tags=[{"Key": "k"}]
    )
    assert "Value null at 'tags.1.member.value'" in text


def test_ranges():
    assert (
        "'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"
        in complaint("ListTrials", MaxResults=101)
    )
    text = complaint(
        "BatchPutMetrics",
        "sagemaker-metrics",
        TrialComponentName="c",
        MetricData=[{"MetricName": "m", "Timestamp": 0, "Step": -1, "Value": 1.0}],
    )
    assert (
        "'metricData.1.member.step' failed to satisfy constraint: Member must have value greater than or equal to 0"
        in text
    )


def test_media_types():
    for media, fine in {
        "text/csv": True,
        "image/svg+xml": True,
        "application/vnd.ms-excel": False,
        "x": False,
    }.items():
        params = {"TrialComponentName": "c", "OutputArtifacts": {"a": {"Value": "v", "MediaType": media}}}
        if fine:
            validate("sagemaker", "CreateTrialComponent", params)
        else:
            assert "outputArtifacts.a.member.mediaType" in complaint("CreateTrialComponent", **params)


def test_recursive_shapes():
    deep: dict[str, object] = {"Filters": [{"Name": "n", "Operator": "Almost"}]}
    for _ in range(5):
        deep = {"SubExpressions": [deep]}
    text = complaint("Search", Resource="Experiment", SearchExpression=deep)
    assert "searchExpression.subExpressions.1.member" in text
    assert ".filters.1.member.operator" in text


@pytest.mark.parametrize(
    "params",
    [
        {"TrialComponentName": 7},
        {"TrialComponentName": "c", "Parameters": []},
        {"TrialComponentName": "c", "Tags": {}},
        {"TrialComponentName": "c", "Status": "Failed"},
        {"TrialComponentName": "c", "Parameters": {"p": {"NumberValue": "1"}}},
        {"TrialComponentName": "c", "Parameters": {"p": {"StringValue": "\ud800"}}},
    ],
)
def test_wrong_types(params):
    with pytest.raises(ServiceError) as caught:
        validate("sagemaker", "CreateTrialComponent", params)
    assert caught.value.code == "SerializationException"


@pytest.mark.parametrize("multiline", [True, False])
def test_line_breaks_in_text_are_a_switch(tmp_path, multiline):
    home = CheckedHome(tmp_path, rules=Rules(multiline_text=multiline))
    client = home.boto_session().client("sagemaker")
    status = {"PrimaryStatus": "Failed", "Message": "ValueError: one\ntwo"}
    if multiline:
        client.create_trial_component(TrialComponentName="c", Status=status)
        assert client.describe_trial_component(TrialComponentName="c")["Status"] == status
    else:
        with refused("ValidationException", "Member must satisfy regular expression pattern: .*"):
            client.create_trial_component(TrialComponentName="c", Status=status)
    client.create_trial_component(
        TrialComponentName="d", Status={"PrimaryStatus": "Failed", "Message": "x" * 1024}
    )
    home.close()


def test_java_patterns():
    pattern = python_pattern(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)")
    assert pattern.fullmatch("größe 数 ٣\u3000x")
    assert not pattern.fullmatch("a✓")
    assert not python_pattern(r"[-\w]+\/[-\w+]+").fullmatch("tëxt/csv")


def test_a_check_costs_little():
    data = [{"MetricName": "loss", "Timestamp": 0, "Step": step, "Value": 1.0} for step in range(10)]
    params = {"TrialComponentName": "c", "MetricData": data}
    validate("sagemaker-metrics", "BatchPutMetrics", params)
    began = time.perf_counter()
    for _ in range(200):
        validate("sagemaker-metrics", "BatchPutMetrics", params)
    assert (time.perf_counter() - began) / 200 < 1e-3
