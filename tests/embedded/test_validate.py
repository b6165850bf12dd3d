"""The generic checks and AWS's wording of them."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

import botocore.session
import pytest
from embedded_home import CheckedHome, refused
from model_limits import valid

from sm_track_widgets.embedded import Rules
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.patterns import python_pattern
from sm_track_widgets.embedded.validate import learn, service_model, validate

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


@pytest.mark.shows("CreateExperiment", "letters, digits and inner hyphens make a name")
@pytest.mark.parametrize("name", ["a_b", "a.b", "a b", "-a", "a-", "ü", "a\n", ""])
def test_entity_names(name):
    text = complaint("CreateExperiment", ExperimentName=name)
    assert f"Value '{name}' at 'experimentName' failed to satisfy constraint: " in text
    assert f"Member must satisfy regular expression pattern: {PATTERN}" in text


@pytest.mark.shows("CreateExperiment", "names of 1 to 120 characters")
@pytest.mark.parametrize("name", ["a", "A-b", "a--b", "x" * 120, "0"])
def test_entity_names_that_are_fine(name):
    validate("sagemaker", "CreateExperiment", {"ExperimentName": name})


def test_the_wording_of_one_error():
    assert complaint("CreateExperiment", ExperimentName="a_b") == (
        "1 validation error detected: Value 'a_b' at 'experimentName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {PATTERN}"
    )


@pytest.mark.shows("CreateExperiment", "all broken constraints are named in one text, as AWS words it")
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


@pytest.mark.shows("CreateTrialComponent", "the status is one of the five")
def test_enumerations_and_nested_paths():
    text = complaint("CreateTrialComponent", TrialComponentName="c", Status={"PrimaryStatus": "Done"})
    assert text == (
        "1 validation error detected: Value 'Done' at 'status.primaryStatus' failed to satisfy constraint: "
        "Member must satisfy enum value set: [InProgress, Completed, Failed, Stopping, Stopped]"
    )


@pytest.mark.shows("CreateTrialComponent", "parameter keys of 320 characters, text values of 2500")
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


@pytest.mark.shows("CreateTrial", "required members are asked for")
def test_missing_members():
    assert complaint("CreateTrial", TrialName="t") == (
        "1 validation error detected: Value null at 'experimentName' failed to satisfy constraint: "
        "Member must not be null"
    )
    text = complaint(
        "AddTags", ResourceArn="arn:aws:sagemaker:us-east-1:000000000000:experiment/e", Tags=[{"Key": "k"}]
    )
    assert "Value null at 'tags.1.member.value'" in text


@pytest.mark.shows("ListTrials", "1 to 100 to a page")
@pytest.mark.shows("BatchPutMetrics", "steps from 0")
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


@pytest.mark.shows("CreateTrialComponent", "media types as the model's pattern has them")
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


@pytest.mark.shows("Search", "expressions are checked to any depth")
def test_recursive_shapes():
    deep: dict[str, object] = {"Filters": [{"Name": "n", "Operator": "Almost"}]}
    for _ in range(5):
        deep = {"SubExpressions": [deep]}
    text = complaint("Search", Resource="Experiment", SearchExpression=deep)
    assert "searchExpression.subExpressions.1.member" in text
    assert ".filters.1.member.operator" in text


@pytest.mark.shows("CreateTrialComponent", "a value of the wrong type is a SerializationException")
@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"TrialComponentName": 7}, "NUMBER_VALUE cannot be converted to String"),
        ({"TrialComponentName": True}, "TRUE_VALUE cannot be converted to String"),
        ({"TrialComponentName": ["c"]}, "Unrecognized collection type class java.lang.String"),
        ({"TrialComponentName": {}}, "Start of structure or map found where not expected"),
        ({"Parameters": []}, "Unrecognized collection type class java.util.Map"),
        ({"Tags": {}}, "Start of structure or map found where not expected"),
        ({"Tags": "red"}, "Unexpected field type"),
        ({"Status": "Failed"}, "Unexpected field type"),
        ({"Parameters": {"p": {"NumberValue": "1"}}}, "STRING_VALUE cannot be converted to Double"),
        ({"Parameters": {"p": {"StringValue": 1.5}}}, "DECIMAL_VALUE cannot be converted to String"),
        (
            {"Parameters": {"p": {"StringValue": "\ud800"}}},
            "Invalid Unicode at 'parameters.p.member.stringValue'",
        ),
        ({"StartTime": "yesterday"}, "STRING_VALUE cannot be converted to Date"),
        ({"StartTime": {}}, "Start of structure or map found where not expected"),
    ],
)
def test_wrong_types(params, text):
    with pytest.raises(ServiceError) as caught:
        validate("sagemaker", "CreateTrialComponent", {"TrialComponentName": "c", **params})
    assert (caught.value.code, caught.value.message) == ("SerializationException", text)


@pytest.mark.parametrize("value", [True, 1.0, "1", 10.5])
def test_an_integer_is_no_other_number(value):
    with pytest.raises(ServiceError, match="cannot be converted to Integer"):
        validate("sagemaker", "ListTrials", {"MaxResults": value})


@pytest.mark.parametrize(
    "moment",
    [0, 1.5, "1760000000", "2025-10-09T08:53:20Z", "2025-10-09", datetime(2025, 1, 1, tzinfo=timezone.utc)],
)
def test_times_as_boto3_takes_them(moment):
    validate("sagemaker", "ListTrials", {"CreatedAfter": moment})


@pytest.mark.parametrize(
    "moment", [1e20, -1e12, float("nan"), float("inf"), "1e20", 253402300800, "10000-01-01", []]
)
def test_times_that_no_calendar_has(moment):
    with pytest.raises(ServiceError, match="SerializationException"):
        validate("sagemaker", "ListTrials", {"CreatedAfter": moment})


def test_nothing_is_no_entry():
    """A null in JSON's lists and maps; where members are missing it is as if they had not been given."""
    text = complaint("CreateExperiment", ExperimentName="e", Tags=[None])
    assert text.endswith(
        "Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null"
    )
    text = complaint("CreateTrialComponent", TrialComponentName="c", Parameters={"p": None})
    assert text.endswith(
        "Value null at 'parameters.p.member' failed to satisfy constraint: Member must not be null"
    )


def test_members_the_model_does_not_know_are_ignored():
    validate("sagemaker", "ListTrials", {"Colour": "red"})


def test_members_of_plain_lists_are_named_together():
    """The form: "Value '[ccc]' at 'subjectAlternativeNames' ... Member must satisfy constraint: [...]", of ACM."""
    text = complaint(
        "DeleteTags", ResourceArn="arn:aws:sagemaker:us-east-1:000000000000:x", TagKeys=["fine", "a<b", ""]
    )
    assert text == (
        "1 validation error detected: Value '[fine, a<b, ]' at 'tagKeys' failed to satisfy constraint: Member must "
        "satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than "
        "or equal to 1, Member must satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)]"
    )


def test_maps_are_shown_as_java_prints_them():
    text = complaint(
        "CreateArtifact", Source={"SourceUri": "u"}, ArtifactType="t", Properties={"k" * 2501: "v"}
    )
    assert "Value '{kkk" in text
    assert "...' at 'properties' failed to satisfy constraint: Map keys must satisfy constraint: [" in text


def at(operation: str, path: list[str], value: object) -> dict[str, Any]:
    """The smallest parameters of an operation, with a value put at a path."""
    params = valid(service_model("sagemaker").operation_model(operation).input_shape)
    inner = params
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
    inner[path[-1]] = value
    return params


@pytest.mark.parametrize(
    ("value", "words"), [(-0.1, "greater than or equal to 0"), (1.5, "less than or equal to 1")]
)
def test_decimals_have_their_ranges(value, words):
    params = at("CreateAutoMLJob", ["AutoMLJobConfig", "DataSplitConfig", "ValidationFraction"], value)
    text = complaint("CreateAutoMLJob", **params)
    assert text.endswith(f"validationFraction' failed to satisfy constraint: Member must have value {words}")


def test_a_union_has_exactly_one_member():
    """boto3 sees to it too; other clients may not."""
    both = {
        "EFSFileSystem": {"FileSystemId": "fs-01234567"},
        "FSxLustreFileSystem": {"FileSystemId": "fs-01234567"},
    }
    for members in ({}, both):
        params = {"DomainId": "d-1", "SpaceName": "s", "SpaceSettings": {"CustomFileSystems": [members]}}
        assert "'spaceSettings.customFileSystems.1.member' failed" in complaint("CreateSpace", **params)
    one = {"SpaceSettings": {"CustomFileSystems": [{"EFSFileSystem": both["EFSFileSystem"]}]}}
    validate("sagemaker", "CreateSpace", {"DomainId": "d-1", "SpaceName": "s", **one})


@pytest.mark.shows("CreateTrialComponent", "whether texts may hold line breaks is a switch")
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


@pytest.mark.parametrize(
    ("pattern", "fine", "broken"),
    [
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", ["größe 数 ٣\u3000x", "²½Ⅷ"], ["a✓", "a\u0301", "\n"]),
        (
            r"[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*",
            ["größe ✓ a\u0301 😀!", "²"],
            ["\n", "\x00", "\ue000", "\u200b"],
        ),
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", ["a+b"], ["a b", ""]),
        (r"[-\w]+\/[-\w+]+", ["text/csv"], ["tëxt/csv"]),
        (r"arn:[\p{Alnum}\-]+:lambda:.*", ["arn:aws-cn:lambda:x"], ["arn:äws:lambda:x"]),
        (r"[\w-_]*", ["a-_"], ["a b", "ä"]),
        (r"([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,128}", ["a b"], ["a<b"]),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", ["a\t😀"], ["\n", "\uffff"]),
        (r"^a$", ["a"], ["a\n"]),
    ],
)
def test_java_patterns(pattern, fine, broken):
    for text in fine:
        assert python_pattern(pattern).fullmatch(text), text
    for text in broken:
        assert not python_pattern(pattern).fullmatch(text), text


@pytest.mark.parametrize("service", ["sagemaker", "sagemaker-metrics", "s3", "sts", "logs", "iam"])
def test_every_operation_of_a_service_has_a_checker(service):
    model = service_model(service)
    for name in model.operation_names:
        learn(model.operation_model(name))


def test_a_check_costs_little():
    data = [{"MetricName": "loss", "Timestamp": 0, "Step": step, "Value": 1.0} for step in range(10)]
    params = {"TrialComponentName": "c", "MetricData": data}
    validate("sagemaker-metrics", "BatchPutMetrics", params)
    began = time.perf_counter()
    for _ in range(200):
        validate("sagemaker-metrics", "BatchPutMetrics", params)
    assert (time.perf_counter() - began) / 200 < 1e-3
