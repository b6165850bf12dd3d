"""Trial components at the edges: what is just allowed, given twice, empty, too long, or deleted meanwhile."""

from __future__ import annotations

import pytest
from embedded_home import refused

from sm_track_widgets.embedded.faults import ServiceError


@pytest.mark.shows(
    "UpdateTrialComponent", "exactly 300 parameters after merging and removing, whatever the order"
)
def test_what_counts_is_what_is_left(sagemaker):
    full = {f"p{number}": {"NumberValue": number} for number in range(300)}
    sagemaker.create_trial_component(TrialComponentName="c", Parameters=full)
    fresh = {f"q{number}": {"NumberValue": number} for number in range(300)}
    sagemaker.update_trial_component(TrialComponentName="c", Parameters=fresh, ParametersToRemove=list(full))
    with refused("ValidationException", "would have 301 parameters"):
        sagemaker.update_trial_component(
            TrialComponentName="c", Parameters={"r": {"NumberValue": 1}}, ParametersToRemove=["p0"]
        )
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["Parameters"] == fresh
    before = found["LastModifiedTime"]
    change = {"q0": {"StringValue": "set"}, "r": {"NumberValue": 1}}
    sagemaker.update_trial_component(TrialComponentName="c", Parameters=change, ParametersToRemove=["r"])
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["Parameters"] == {**fresh, "q0": {"StringValue": "set"}}
    assert found["LastModifiedTime"] > before


@pytest.mark.shows("UpdateTrialComponent", "empty maps, lists and status change nothing but LastModifiedTime")
def test_nothing_given_changes_nothing(sagemaker):
    sagemaker.create_trial_component(
        TrialComponentName="c",
        Status={"PrimaryStatus": "Failed", "Message": "why"},
        Parameters={"": {"StringValue": ""}},
        InputArtifacts={"": {"Value": "", "MediaType": "text/csv"}},
    )
    before = sagemaker.describe_trial_component(TrialComponentName="c")
    nothing = {
        "Status": {},
        "Parameters": {},
        "InputArtifacts": {},
        "ParametersToRemove": [],
        "OutputArtifacts": {},
    }
    for given in ({}, nothing):
        sagemaker.update_trial_component(TrialComponentName="c", **given)
        found = sagemaker.describe_trial_component(TrialComponentName="c")
        changed = {name for name in found if found[name] != before.get(name)} - {"ResponseMetadata"}
        assert changed == {"LastModifiedTime"}
    sagemaker.update_trial_component(TrialComponentName="c", Status={"Message": "later"})
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["Status"] == {"PrimaryStatus": "Failed", "Message": "later"}


@pytest.mark.shows("UpdateTrialComponent", "names in maps differ by case; inputs and outputs are apart")
def test_names_in_maps_are_exact(sagemaker):
    sagemaker.create_trial_component(
        TrialComponentName="c",
        Parameters={"lr": {"NumberValue": 1}, "LR": {"NumberValue": 2}},
        InputArtifacts={"a": {"Value": "in"}},
        OutputArtifacts={"a": {"Value": "out"}},
    )
    sagemaker.update_trial_component(
        TrialComponentName="c", ParametersToRemove=["Lr", "lr"], InputArtifactsToRemove=["a"]
    )
    found = sagemaker.describe_trial_component(TrialComponentName="c")
    assert found["Parameters"] == {"LR": {"NumberValue": 2.0}}
    assert (found["InputArtifacts"], found["OutputArtifacts"]) == ({}, {"a": {"Value": "out"}})


@pytest.mark.shows(
    "UpdateTrialComponent", "keys to remove have 256 characters at most, though keys may have 320 [M]"
)
def test_a_long_key_cannot_be_removed(sagemaker):
    sagemaker.create_trial_component(TrialComponentName="c", Parameters={"k" * 320: {"NumberValue": 1}})
    with refused(
        "ValidationException",
        "'parametersToRemove' failed to satisfy constraint: Member must satisfy",
    ):
        sagemaker.update_trial_component(TrialComponentName="c", ParametersToRemove=["k" * 320])


@pytest.mark.shows("CreateTrialComponent", "an integer of more digits than a double holds is no NumberValue")
def test_a_number_must_fit_a_double(home):
    """boto3 fails on it in its own way; other callers may not."""
    params = {"TrialComponentName": "c", "Parameters": {"a": {"NumberValue": 10**400}}}
    with pytest.raises(ServiceError, match="SerializationException"):
        home.engine.call("sagemaker", "CreateTrialComponent", params)


@pytest.mark.shows(
    "ListTrialComponents", "what is deleted between two pages is not listed, the rest is, once"
)
def test_deleting_while_listing(sagemaker):
    for number in range(9):
        sagemaker.create_trial_component(TrialComponentName=f"c{number}")
    seen, token = [], {}
    while True:
        page = sagemaker.list_trial_components(MaxResults=2, SortBy="Name", SortOrder="Ascending", **token)
        names = [entry["TrialComponentName"] for entry in page["TrialComponentSummaries"]]
        seen += names
        for name in names:
            sagemaker.delete_trial_component(TrialComponentName=name.upper())
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert seen == [f"c{number}" for number in range(9)]
    assert sagemaker.list_trial_components()["TrialComponentSummaries"] == []
