"""Search through boto3: a table of what each filter finds in a small world."""

from __future__ import annotations

import pytest
from embedded_home import refused
from search_world import ACCOUNT, JOB, f, find, label

# -- one filter at a time ----------------------------------------------------------------------------------

TABLE = [
    # text
    (f("TrialComponentName", "Equals", "a"), "a"),
    (f("TrialComponentName", None, "b"), "b"),
    (f("TrialComponentName", "Equals", "A"), ""),
    (f("DisplayName", "Contains", "lph"), "a"),
    (f("DisplayName", "Contains", "ALPH"), ""),
    (f("DisplayName", "Contains", "%"), ""),
    (f("DisplayName", "In", "Alpha,Beta, d"), "abd"),
    (f("DisplayName", "NotEquals", "Alpha"), "bcd"),
    (f("Status.PrimaryStatus", "Equals", "Completed"), "a"),
    (f("Status.PrimaryStatus", "NotEquals", "Completed"), "bcd"),
    (f("Status.PrimaryStatus", "Exists"), "abc"),
    (f("Status.PrimaryStatus", "NotExists"), "d"),
    (f("Status.PrimaryStatus", "In", "Failed,InProgress"), "bc"),
    (f("Status.Message", "Contains", ", "), "a"),
    (f("Status", "Exists"), "abc"),
    (f("MetadataProperties.CommitId", "Equals", "abc"), "a"),
    (f("MetadataProperties.Repository", "NotExists"), "bcd"),
    (f("RunName", "Equals", "a"), "a"),
    (f("RunName", "Exists"), "a"),
    # ARNs, without regard to case
    (f("TrialComponentArn", "Equals", f"{ACCOUNT}:experiment-trial-component/A"), "a"),
    (f("Source.SourceArn", "Equals", JOB), "b"),
    (f("Source.SourceArn", "Equals", JOB.lower()), "b"),
    (f("Source.SourceArn", "Contains", "training-JOB"), "b"),
    (f("Source.SourceArn", "NotExists"), "acd"),
    (f("Source.SourceType", "Equals", "SageMakerTrainingJob"), "b"),
    (f("Source", "Exists"), "b"),
    # known to SageMaker, never set here
    (f("CreatedBy.UserProfileName", "Exists"), ""),
    (f("CreatedBy.UserProfileName", "NotEquals", "x"), "abcd"),
    (f("LastModifiedBy.IamIdentity.Arn", "NotExists"), "abcd"),
    (f("LineageGroupArn", "Exists"), ""),
    (f("SourceDetail.TrainingJob.TrainingJobName", "Exists"), ""),
    # times
    (f("StartTime", "GreaterThan", "2023-11-15T00:00:00"), "bc"),
    (f("StartTime", "GreaterThanOrEqualTo", "2023-11-16T22:13:20"), "bc"),
    (f("StartTime", "LessThan", "2023-11-16T22:13:20Z"), "a"),
    (f("StartTime", "LessThanOrEqualTo", "2023-11-16T23:13:20+01:00"), "ab"),
    (f("StartTime", "Equals", "2023-11-16T22:13:20"), "b"),
    (f("StartTime", "NotEquals", "2023-11-16T22:13:20"), "acd"),
    (f("EndTime", "Exists"), "a"),
    (f("CreationTime", "Equals", "2023-11-14T22:13:20"), "a"),
    (f("CreationTime", "Equals", "2023-11-14T22:13:20.5"), "a"),
    (f("CreationTime", "Equals", "2023-11-14T22:13:20.25"), ""),
    (f("LastModifiedTime", "GreaterThanOrEqualTo", "2023-11-15T22:13:20"), "bcd"),
    # parameters hold numbers or texts
    (f("Parameters.lr", "Equals", "0.1"), "a"),
    (f("Parameters.lr", "Equals", "1e-1"), "a"),
    (f("Parameters.lr", "GreaterThan", "0.01"), "ac"),
    (f("Parameters.lr", "GreaterThanOrEqualTo", "0.01"), "abc"),
    (f("Parameters.lr", "LessThan", "0.1"), "b"),
    (f("Parameters.lr", "LessThanOrEqualTo", "0.1"), "ab"),
    (f("Parameters.lr", "NotEquals", "0.1"), "bcd"),
    (f("Parameters.depth", "Equals", "4"), "a"),
    (f("Parameters.depth", "Exists"), "ab"),
    (f("Parameters.depth", "NotExists"), "cd"),
    (f("Parameters.opt", "Equals", "adam"), "a"),
    (f("Parameters.opt", "In", "adam,Adam"), "ac"),
    (f("Parameters.opt", "Contains", "d"), "abc"),
    (f("Parameters.opt", "GreaterThan", "0"), ""),
    (f("Parameters.lr", "Contains", "0"), ""),
    (f("Parameters.mixed", "Equals", "7"), "ab"),
    (f("Parameters.mixed", "GreaterThan", "6"), "a"),
    (f("Parameters.model.layer.0", "Equals", "dense"), "a"),
    (f("Parameters", "Exists"), "abc"),
    (f("Parameters", "NotExists"), "d"),
    # metrics: statistics are split off the right end
    (f("Metrics.loss", "Equals", "2"), "a"),
    (f("Metrics.loss", "LessThan", "1"), "c"),
    (f("Metrics.loss.Last", "Equals", "2.0"), "a"),
    (f("Metrics.loss.Min", "Equals", "1"), "a"),
    (f("Metrics.loss.Max", "GreaterThanOrEqualTo", "3"), "ab"),
    (f("Metrics.loss.Avg", "LessThan", "2.5"), "ac"),
    (f("Metrics.loss.Count", "GreaterThan", "1"), "ab"),
    (f("Metrics.loss.StdDev", "Equals", "0"), "bc"),
    (f("Metrics.loss.StdDev", "GreaterThan", "0.8"), "a"),
    (f("Metrics.val:acc.top1", "Equals", "0.9"), "a"),
    (f("Metrics.val:acc.top1.Min", "Equals", "0.5"), "a"),
    (f("Metrics.val:acc", "Exists"), ""),
    (f("Metrics.val.max", "Exists"), ""),
    (f("Metrics.val.max.Last", "Equals", "5"), "a"),
    (f("Metrics.loss", "NotExists"), "d"),
    (f("Metrics", "Exists"), "abc"),
    # tags
    (f("Tags.team", "Equals", "red"), "ac"),
    (f("Tags.sagemaker:trial-component-source", "Equals", "run"), "a"),
    (f("Tags.team", "NotEquals", "red"), "bd"),
    (f("Tags.team", "Exists"), "abc"),
    (f("Tags.team", "Contains", "e"), "abc"),
    (f("Tags.team", "In", "blue,green"), "b"),
    (f("Tags", "NotExists"), "d"),
    # parents
    (f("Parents.ExperimentName", "Equals", "churn"), "ab"),
    (f("Parents.ExperimentName", "NotEquals", "churn"), "cd"),
    (f("Parents.TrialName", "Equals", "g1"), "a"),
    (f("Parents.TrialName", "In", "g1,f"), "ac"),
    (f("Parents.TrialName", "Contains", "g"), "ab"),
    (f("Parents", "NotExists"), "d"),
    # artifacts
    (f("InputArtifacts.data", "Contains", "train"), "a"),
    (f("InputArtifacts.data.Value", "Equals", "s3://bucket/train.csv"), "a"),
    (f("InputArtifacts.data.MediaType", "Equals", "text/csv"), "a"),
    (f("OutputArtifacts.data", "Exists"), ""),
    (f("OutputArtifacts.model.tar.gz", "Contains", "s3://"), "ab"),
    (f("OutputArtifacts.model.tar.gz.Value", "Contains", "other"), "b"),
    (f("OutputArtifacts.model.tar.gz.MediaType", "Exists"), ""),
    (f("OutputArtifacts", "Exists"), "ab"),
]


@pytest.mark.shows("Search", "every operator on every kind of property of a component")
@pytest.mark.parametrize(("entry", "expected"), TABLE, ids=[label(entry) for entry, _ in TABLE])
def test_what_a_filter_finds(fixed, entry, expected):
    assert find(fixed, entry) == expected


@pytest.mark.shows("Search", "property names are compared without regard to case")
@pytest.mark.parametrize("change", [str.lower, str.upper])
@pytest.mark.parametrize(("entry", "expected"), TABLE, ids=[label(entry) for entry, _ in TABLE])
def test_property_names_are_compared_without_regard_to_case(fixed, entry, expected, change):
    assert find(fixed, {**entry, "Name": change(entry["Name"])}) == expected


REFUSED = [
    (f("ExperimentName", "Equals", "churn"), "Unknown property name: ExperimentName"),
    (f("Nonsense", "Exists"), "Unknown property name: Nonsense"),
    (f("DisplayName.x", "Exists"), "Unknown property name: DisplayName.x"),
    (f("Parents.Name", "Equals", "x"), "Unknown property name: Parents.Name"),
    (f("Status.Nothing", "Equals", "x"), "Unknown property name: Status.Nothing"),
    (f("RunName.x", "Equals", "x"), "Unknown property name: RunName.x"),
    (f("TrialComponentArn.x", "Equals", "x"), "Unknown property name: TrialComponentArn.x"),
    (f("DisplayName", "GreaterThan", "a"), "not supported for text property"),
    (f("Tags.team", "LessThanOrEqualTo", "a"), "not supported for text property"),
    (f("Source.SourceArn", "LessThan", "a"), "not supported for text property"),
    (f("Metrics.loss", "Contains", "1"), "only supported for text properties"),
    (f("Metrics.loss", "In", "1,2"), "only supported for text properties"),
    (f("StartTime", "Contains", "2023"), "only supported for text properties"),
    (f("Metrics.loss", "GreaterThan", "small"), "integer or floating-point decimal"),
    (f("Metrics.loss", "Equals", "nan"), "integer or floating-point decimal"),
    (f("Metrics.loss", "Equals", "1_000"), "integer or floating-point decimal"),
    (f("Parameters.lr", "LessThan", "adam"), "integer or floating-point decimal"),
    (f("StartTime", "GreaterThan", "2023-11-14"), "ISO 8601"),
    (f("StartTime", "GreaterThan", "1700000000"), "ISO 8601"),
    (f("StartTime", "GreaterThan", "2023-13-14T00:00:00"), "ISO 8601"),
    (f("DisplayName", "Equals"), "needs a Value"),
    (f("DisplayName"), "needs a Value"),
    (f("Tags", "Equals", "x"), "name one of its parts"),
    (f("Status", "Equals", "x"), "name one of its parts"),
    (f("DisplayName", "Like", "x"), "enum value set"),
    (f("DisplayName", "Equals", "x" * 1025), "length less than or equal to 1024"),
]


@pytest.mark.shows(
    "Search", "unknown properties, operators that do not fit and unreadable values are refused"
)
@pytest.mark.parametrize(("entry", "text"), REFUSED, ids=[label(entry)[:60] for entry, _ in REFUSED])
def test_what_is_refused(fixed, entry, text):
    with refused("ValidationException", text):
        find(fixed, entry)
