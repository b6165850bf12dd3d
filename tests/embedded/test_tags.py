"""Tags through boto3."""

from __future__ import annotations

import pytest
from botocore.exceptions import ParamValidationError
from embedded_home import CheckedHome, pages, refused

from sm_track_widgets.embedded import Rules

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000:"


def tag(key: str, value: str = "v") -> dict[str, str]:
    return {"Key": key, "Value": value}


@pytest.fixture
def arn(sagemaker) -> str:
    return sagemaker.create_experiment(ExperimentName="Churn", Tags=[tag("a", "1"), tag("b", "2")])[
        "ExperimentArn"
    ]


@pytest.mark.shows("CreateExperiment", "takes tags")
@pytest.mark.shows("ListTags", "lists them in the order they were set")
def test_tags_given_at_creation(sagemaker, arn):
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("a", "1"), tag("b", "2")]


@pytest.mark.shows("AddTags", "sets by key; a known key keeps its place; answers with all tags")
def test_add_sets_by_key_and_keeps_the_order(sagemaker, arn):
    answer = sagemaker.add_tags(ResourceArn=arn, Tags=[tag("c", "3"), tag("a", "9")])
    assert answer["Tags"] == [tag("a", "9"), tag("b", "2"), tag("c", "3")]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == answer["Tags"]


@pytest.mark.shows("AddTags", "the case of the ARN does not matter")
def test_the_case_of_the_arn_does_not_matter(sagemaker, arn):
    sagemaker.add_tags(ResourceArn=arn.lower(), Tags=[tag("c")])
    assert len(sagemaker.list_tags(ResourceArn=PREFIX + "experiment/CHURN")["Tags"]) == 3


@pytest.mark.shows("DeleteTags", "removes by key; an unknown key is no error")
def test_delete(sagemaker, arn):
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a", "unknown"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("b", "2")]


@pytest.mark.shows("AddTags", "50 at most, in one call and in all")
@pytest.mark.shows("CreateTrialComponent", "50 tags at most")
def test_fifty_at_most(sagemaker, arn):
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag(f"k{n}") for n in range(48)])
    with refused("ValidationException", "50"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("one-more")])
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag("k0", "other")])
    assert len(sagemaker.list_tags(ResourceArn=arn)["Tags"]) == 50
    with refused("ValidationException", "less than or equal to 50"):
        sagemaker.create_trial_component(TrialComponentName="c", Tags=[tag(f"k{n}") for n in range(51)])


@pytest.mark.shows("ListTags", "fifty to a page at least")
def test_pages(sagemaker, arn):
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag(f"k{n}") for n in range(48)])
    assert len(pages(sagemaker, "list_tags", "Tags", 50, ResourceArn=arn)) == 50
    with pytest.raises(ParamValidationError, match="valid min value: 50"):
        sagemaker.list_tags(ResourceArn=arn, MaxResults=49)


@pytest.mark.shows("AddTags", "letters and digits of any script, blanks and _.:/=+-@")
@pytest.mark.parametrize("key", ["sagemaker:trial-component-source", "größe", "a b", "x/y=z+1-2@3", "数"])
def test_characters_that_are_allowed(sagemaker, arn, key):
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag(key, key)])
    assert tag(key, key) in sagemaker.list_tags(ResourceArn=arn)["Tags"]


@pytest.mark.shows("AddTags", "other characters are refused")
@pytest.mark.parametrize("key", ["a<b", "tick✓", "smile😀", "semi;", "line\nbreak"])
def test_characters_that_are_not(sagemaker, arn, key):
    with refused("ValidationException", "tags.1.member.key"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag(key)])


@pytest.mark.shows("AddTags", "keys of 1 to 128 characters, values of 0 to 256, no key that begins with aws:")
def test_sizes(sagemaker, arn):
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag("k" * 128, "v" * 256), tag("empty", "")])
    with refused("ValidationException", "less than or equal to 128"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("k" * 129)])
    with refused("ValidationException", "tags.1.member.value"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("k", "v" * 257)])
    with refused("ValidationException", "aws:"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("aws:mine")])


@pytest.mark.shows("AddTags", "the resource must exist")
@pytest.mark.shows("ListTags", "the ARN must be one of SageMaker's")
def test_what_is_not_there_cannot_be_tagged(sagemaker):
    for name in (
        "experiment/none",
        "experiment-trial/none",
        "experiment-trial-component/none",
        "artifact/none",
    ):
        with refused("ValidationException", "Could not find"):
            sagemaker.add_tags(ResourceArn=PREFIX + name, Tags=[tag("a")])
    with refused("ValidationException", "resourceArn"):
        sagemaker.list_tags(ResourceArn="nonsense")


def every_kind(sagemaker) -> list[str]:
    """The ARN of one resource of each kind, but jobs."""
    source = {"SourceUri": "s3://b/k"}
    group = sagemaker.create_model_package_group(ModelPackageGroupName="Group")["ModelPackageGroupArn"]
    sagemaker.create_experiment(ExperimentName="Exp")
    return [
        PREFIX + "experiment/Exp",
        sagemaker.create_trial(TrialName="Trial", ExperimentName="exp")["TrialArn"],
        sagemaker.create_trial_component(TrialComponentName="Component")["TrialComponentArn"],
        sagemaker.create_artifact(Source=source, ArtifactType="Graph")["ArtifactArn"],
        sagemaker.create_action(ActionName="Action", Source=source, ActionType="t")["ActionArn"],
        sagemaker.create_context(ContextName="Context", Source=source, ContextType="t")["ContextArn"],
        group,
    ]


@pytest.mark.shows("AddTags", "resources of every kind, by an ARN in any case")
@pytest.mark.shows("DeleteTags", "resources of every kind, by an ARN in any case")
def test_resources_of_every_kind_carry_tags(sagemaker):
    for arn in every_kind(sagemaker):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("a"), tag("b")])
        sagemaker.delete_tags(ResourceArn=arn.lower(), TagKeys=["a"])
        assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("b")], arn


@pytest.mark.shows("AddTags", "never a resource of another region or account, nor of a kind that is not here")
def test_nothing_elsewhere_can_be_tagged(sagemaker):
    for arn in every_kind(sagemaker):
        for wrong in (arn.replace("us-east-1", "eu-west-1"), arn.replace("0" * 12, "1" * 12), arn + "x"):
            with refused("ValidationException", "Could not find"):
                sagemaker.add_tags(ResourceArn=wrong, Tags=[tag("a")])
    for name in ("endpoint/e", "training-job/none", "model-package/none/1", "nonsense"):
        with refused("ValidationException", "Could not find"):
            sagemaker.list_tags(ResourceArn=PREFIX + name)


@pytest.mark.shows("AddTags", "a key twice in one call is refused, in AWS's words; nothing is set")
@pytest.mark.shows("CreateTrialComponent", "a tag key twice is refused, and nothing is made")
def test_a_key_once_in_a_call(sagemaker, arn):
    with refused("ValidationException", "Duplicate tag key"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("c"), tag("d"), tag("c", "other")])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("a", "1"), tag("b", "2")]
    with refused("ValidationException", "Duplicate tag key"):
        sagemaker.create_trial_component(TrialComponentName="c", Tags=[tag("c"), tag("c")])
    assert sagemaker.list_trial_components()["TrialComponentSummaries"] == []
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag("c"), tag("C")])


@pytest.mark.shows("AddTags", "whether they move LastModifiedTime is a switch")
@pytest.mark.shows("DeleteTags", "whether they move LastModifiedTime is a switch")
@pytest.mark.parametrize("touches", [True, False])
def test_whether_tags_touch_the_time_of_change_is_a_switch(tmp_path, clock, touches):
    home = CheckedHome(tmp_path, rules=Rules(tags_touch_modified=touches), clock=clock)
    client = home.boto_session().client("sagemaker")
    arn = client.create_trial_component(TrialComponentName="c")["TrialComponentArn"]
    for change in (
        lambda: client.add_tags(ResourceArn=arn, Tags=[tag("a")]),
        lambda: client.delete_tags(ResourceArn=arn, TagKeys=["a"]),
    ):
        before = client.describe_trial_component(TrialComponentName="c")["LastModifiedTime"]
        change()
        after = client.describe_trial_component(TrialComponentName="c")["LastModifiedTime"]
        assert (after > before) is touches
    home.close()
