"""Actions and contexts of lineage through boto3: both alike, but for their names and an action's status."""

from __future__ import annotations

import pytest
from embedded_home import pages, refused

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000:"
SOURCE = {"SourceUri": "s3://b/k", "SourceType": "S3", "SourceId": "1"}


class Calls:
    """The five operations of actions, or of contexts."""

    def __init__(self, client, word):
        self.client, self.word = client, word
        self.low = word.lower()

    def create(self, name="Deploy", **more):
        params = {f"{self.word}Name": name, f"{self.word}Type": "Deployment", "Source": SOURCE, **more}
        return getattr(self.client, f"create_{self.low}")(**params)[f"{self.word}Arn"]

    def describe(self, name="Deploy"):
        return getattr(self.client, f"describe_{self.low}")(**{f"{self.word}Name": name})

    def update(self, name="Deploy", **more):
        return getattr(self.client, f"update_{self.low}")(**{f"{self.word}Name": name}, **more)

    def delete(self, name="Deploy"):
        return getattr(self.client, f"delete_{self.low}")(**{f"{self.word}Name": name})

    def names(self, size=2, **filters):
        found = pages(self.client, f"list_{self.low}s", f"{self.word}Summaries", size, **filters)
        return [entry[f"{self.word}Name"] for entry in found]


@pytest.fixture(params=["Action", "Context"])
def calls(request, sagemaker):
    return Calls(sagemaker, request.param)


@pytest.mark.shows("CreateAction", "takes source, type, description, status, properties, metadata and tags")
@pytest.mark.shows("CreateContext", "takes source, type, description, properties and tags")
@pytest.mark.shows("DescribeAction", "by name in any case, or by ARN; a missing one is ResourceNotFound")
@pytest.mark.shows("DescribeContext", "by name in any case, or by ARN; a missing one is ResourceNotFound")
def test_create_and_describe(calls):
    arn = calls.create(Description="d", Properties={"a": "1"}, Tags=[{"Key": "k", "Value": "v"}])
    assert arn == f"{PREFIX}{calls.low}/Deploy"
    for name in ("Deploy", "DEPLOY", arn):
        found = calls.describe(name)
        assert (found[f"{calls.word}Name"], found[f"{calls.word}Type"], found[f"{calls.word}Arn"]) == (
            "Deploy",
            "Deployment",
            arn,
        )
        assert (found["Source"], found["Description"], found["Properties"]) == (SOURCE, "d", {"a": "1"})
    assert calls.client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    for missing in ("none", arn.replace("0000", "1111"), arn + "x"):
        with refused("ResourceNotFound", "does not exist"):
            calls.describe(missing)


@pytest.mark.shows("CreateAction", "names are unique without regard to case; limits of the model hold")
@pytest.mark.shows("CreateContext", "names are unique without regard to case; limits of the model hold")
def test_what_create_refuses(calls):
    calls.create()
    with refused("ValidationException", "already exists"):
        calls.create("DEPLOY")
    for more in ({"Properties": {f"p{n}": "v" for n in range(31)}}, {"Properties": {"p": "v" * 2501}}):
        with refused("ValidationException", "properties"):
            calls.create("other", **more)
    for name in ("a" * 121, "-a", "a b"):
        with refused("ValidationException", f"{calls.low}Name"):
            calls.create(name)


@pytest.mark.shows("ListActions", "newest first, or by name; by source URI, type and time; in pages")
@pytest.mark.shows("ListContexts", "newest first, or by name; by source URI, type and time; in pages")
def test_list(calls):
    for name in ("b", "a", "c"):
        calls.create(name, Source={"SourceUri": f"s3://{name}"}, **{f"{calls.word}Type": name.upper()})
    assert calls.names() == calls.names(1) == ["c", "a", "b"]
    assert calls.names(SortBy="Name", SortOrder="Ascending") == ["a", "b", "c"]
    assert calls.names(SourceUri="s3://b") == calls.names(**{f"{calls.word}Type": "B"}) == ["b"]
    middle = calls.describe("a")["CreationTime"]
    assert calls.names(CreatedAfter=middle) == ["c", "a"]
    assert calls.names(CreatedBefore=middle) == ["a", "b"]


@pytest.mark.shows("UpdateAction", "Properties overwrites all, then PropertiesToRemove applies")
@pytest.mark.shows("UpdateContext", "Properties overwrites all, then PropertiesToRemove applies")
def test_update(calls):
    arn = calls.create(Properties={"a": "1", "b": "2"})
    assert calls.update("deploy", Description="new")[f"{calls.word}Arn"] == arn
    assert (calls.describe()["Description"], calls.describe()["Properties"]) == ("new", {"a": "1", "b": "2"})
    calls.update(PropertiesToRemove=["a"])
    assert calls.describe()["Properties"] == {"b": "2"}
    calls.update(Properties={"c": "3", "d": "4"}, PropertiesToRemove=["c"])
    found = calls.describe()
    assert found["Properties"] == {"d": "4"}
    assert found["LastModifiedTime"] > found["CreationTime"]
    with refused("ResourceNotFound"):
        calls.update("none", Description="x")


@pytest.mark.shows("CreateAction", "Status is one of the model's")
@pytest.mark.shows("UpdateAction", "sets Status")
def test_the_status_of_an_action(sagemaker):
    calls = Calls(sagemaker, "Action")
    calls.create(Status="InProgress", MetadataProperties={"CommitId": "abc"})
    calls.update(Status="Completed")
    found = calls.describe()
    assert (found["Status"], found["MetadataProperties"]) == ("Completed", {"CommitId": "abc"})
    assert sagemaker.list_actions()["ActionSummaries"][0]["Status"] == "Completed"
    with refused("ValidationException", "status"):
        calls.update(Status="Done")


@pytest.mark.shows("DeleteAction", "is refused while associations end in it; its tags go with it")
@pytest.mark.shows("DeleteContext", "is refused while associations end in it; its tags go with it")
def test_delete(calls):
    arn = calls.create(Tags=[{"Key": "k", "Value": "v"}])
    run = calls.client.create_trial_component(TrialComponentName="run")["TrialComponentArn"]
    calls.client.add_association(SourceArn=run, DestinationArn=arn)
    with refused("ValidationException", "cannot be deleted"):
        calls.delete()
    calls.client.delete_association(SourceArn=run, DestinationArn=arn)
    assert calls.delete()[f"{calls.word}Arn"] == arn
    with refused("ResourceNotFound"):
        calls.delete()
    assert calls.create() == arn
    assert calls.client.list_tags(ResourceArn=arn)["Tags"] == []
