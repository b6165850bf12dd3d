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


def test_tags_given_at_creation(sagemaker, arn):
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("a", "1"), tag("b", "2")]


def test_add_sets_by_key_and_keeps_the_order(sagemaker, arn):
    answer = sagemaker.add_tags(ResourceArn=arn, Tags=[tag("c", "3"), tag("a", "9")])
    assert answer["Tags"] == [tag("a", "9"), tag("b", "2"), tag("c", "3")]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == answer["Tags"]


def test_the_case_of_the_arn_does_not_matter(sagemaker, arn):
    sagemaker.add_tags(ResourceArn=arn.lower(), Tags=[tag("c")])
    assert len(sagemaker.list_tags(ResourceArn=PREFIX + "experiment/CHURN")["Tags"]) == 3


def test_delete(sagemaker, arn):
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a", "unknown"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("b", "2")]


def test_fifty_at_most(sagemaker, arn):
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag(f"k{n}") for n in range(48)])
    with refused("ValidationException", "50"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("one-more")])
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag("k0", "other")])
    assert len(sagemaker.list_tags(ResourceArn=arn)["Tags"]) == 50
    with refused("ValidationException", "less than or equal to 50"):
        sagemaker.create_trial_component(TrialComponentName="c", Tags=[tag(f"k{n}") for n in range(51)])


def test_pages(sagemaker, arn):
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag(f"k{n}") for n in range(48)])
    assert len(pages(sagemaker, "list_tags", "Tags", 50, ResourceArn=arn)) == 50
    with pytest.raises(ParamValidationError, match="valid min value: 50"):
        sagemaker.list_tags(ResourceArn=arn, MaxResults=49)


@pytest.mark.parametrize("key", ["sagemaker:trial-component-source", "größe", "a b", "x/y=z+1-2@3", "数"])
def test_characters_that_are_allowed(sagemaker, arn, key):
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag(key, key)])
    assert tag(key, key) in sagemaker.list_tags(ResourceArn=arn)["Tags"]


@pytest.mark.parametrize("key", ["a<b", "tick✓", "smile😀", "semi;", "line\nbreak"])
def test_characters_that_are_not(sagemaker, arn, key):
    with refused("ValidationException", "tags.1.member.key"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag(key)])


def test_sizes(sagemaker, arn):
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag("k" * 128, "v" * 256), tag("empty", "")])
    with refused("ValidationException", "less than or equal to 128"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("k" * 129)])
    with refused("ValidationException", "tags.1.member.value"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("k", "v" * 257)])
    with refused("ValidationException", "aws:"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[tag("aws:mine")])


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


def test_any_other_kind_of_resource_may_carry_tags(sagemaker):
    arn = PREFIX + "training-job/job"
    sagemaker.add_tags(ResourceArn=arn, Tags=[tag("a")])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("a")]


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
