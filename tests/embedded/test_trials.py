"""Trials and their links to components through boto3."""

from __future__ import annotations

import pytest
from embedded_home import CheckedHome, pages, refused

from sm_track_widgets.embedded import Rules

ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial/"


@pytest.fixture
def experiment(sagemaker):
    sagemaker.create_experiment(ExperimentName="Churn")


@pytest.mark.shows("CreateTrial", "the display name is the name unless one is given")
@pytest.mark.shows("DescribeTrial", "gives back what was set, and its experiment as that is spelt")
@pytest.mark.usefixtures("experiment")
def test_create_and_describe(sagemaker):
    properties = {"CommitId": "abc", "Repository": "r"}
    made = sagemaker.create_trial(TrialName="Group", ExperimentName="churn", MetadataProperties=properties)
    assert made["TrialArn"] == ARN + "Group"
    found = sagemaker.describe_trial(TrialName="group")
    assert found["TrialName"] == found["DisplayName"] == "Group"
    assert found["ExperimentName"] == "Churn"
    assert found["MetadataProperties"] == properties


@pytest.mark.shows("CreateTrial", "needs an existing experiment")
def test_needs_its_experiment(sagemaker):
    with refused("ResourceNotFound", "Experiment"):
        sagemaker.create_trial(TrialName="group", ExperimentName="none")


@pytest.mark.shows("CreateTrial", "names are unique in the account, whatever their case and experiment")
@pytest.mark.usefixtures("experiment")
def test_names_are_unique_in_the_account(sagemaker):
    sagemaker.create_experiment(ExperimentName="other")
    sagemaker.create_trial(TrialName="group", ExperimentName="churn")
    with refused("ValidationException", "already exists"):
        sagemaker.create_trial(TrialName="GROUP", ExperimentName="other")


@pytest.mark.shows("UpdateTrial", "changes the display name and moves LastModifiedTime")
@pytest.mark.shows("UpdateTrial", "a missing trial is ResourceNotFound")
@pytest.mark.usefixtures("experiment")
def test_update(sagemaker):
    sagemaker.create_trial(TrialName="group", ExperimentName="churn")
    assert sagemaker.update_trial(TrialName="group", DisplayName="Shown")["TrialArn"] == ARN + "group"
    found = sagemaker.describe_trial(TrialName="group")
    assert found["DisplayName"] == "Shown"
    assert found["LastModifiedTime"] > found["CreationTime"]
    with refused("ResourceNotFound"):
        sagemaker.update_trial(TrialName="none", DisplayName="x")


@pytest.mark.shows(
    "ListTrials", "of an experiment, of a component, of both; a missing one is ResourceNotFound"
)
@pytest.mark.usefixtures("experiment")
def test_list_filters(sagemaker):
    sagemaker.create_experiment(ExperimentName="other")
    for name, parent in (("t1", "churn"), ("t2", "churn"), ("t3", "other")):
        sagemaker.create_trial(TrialName=name, ExperimentName=parent)
    sagemaker.create_trial_component(TrialComponentName="c")
    for name in ("t1", "t3"):
        sagemaker.associate_trial_component(TrialName=name, TrialComponentName="c")

    def names(**filters):
        found = pages(sagemaker, "list_trials", "TrialSummaries", 1, **filters)
        return {entry["TrialName"] for entry in found}

    assert names() == {"t1", "t2", "t3"}
    assert names(ExperimentName="CHURN") == {"t1", "t2"}
    assert names(TrialComponentName="c") == {"t1", "t3"}
    assert names(ExperimentName="other", TrialComponentName="c") == {"t3"}
    with refused("ResourceNotFound"):
        sagemaker.list_trials(ExperimentName="none")
    with refused("ResourceNotFound"):
        sagemaker.list_trials(TrialComponentName="none")


@pytest.mark.shows("AssociateTrialComponent", "one component may be in several trials; again is no error")
@pytest.mark.shows("DisassociateTrialComponent", "leaves the other trials alone")
@pytest.mark.shows("DeleteTrial", "refused while components are associated with it")
@pytest.mark.usefixtures("experiment")
def test_a_component_in_several_trials(sagemaker):
    for name in ("t1", "t2"):
        sagemaker.create_trial(TrialName=name, ExperimentName="churn")
    sagemaker.create_trial_component(TrialComponentName="c")
    for name in ("t1", "t1", "t2"):  # associating again is no error
        linked = sagemaker.associate_trial_component(TrialName=name, TrialComponentName="c")
        assert linked["TrialArn"] == ARN + name
    with refused("ValidationException", "cannot be deleted"):
        sagemaker.delete_trial(TrialName="t1")
    sagemaker.disassociate_trial_component(TrialName="T1", TrialComponentName="C")
    sagemaker.delete_trial(TrialName="t1")
    found = sagemaker.list_trials(TrialComponentName="c")["TrialSummaries"]
    assert [entry["TrialName"] for entry in found] == ["t2"]


@pytest.mark.shows("AssociateTrialComponent", "needs an existing trial and an existing component")
@pytest.mark.shows("DisassociateTrialComponent", "what is not associated is ResourceNotFound")
@pytest.mark.usefixtures("experiment")
def test_association_needs_both_ends(sagemaker):
    sagemaker.create_trial(TrialName="t", ExperimentName="churn")
    sagemaker.create_trial_component(TrialComponentName="c")
    with refused("ResourceNotFound", f"Trial '{ARN}none' does not exist."):
        sagemaker.associate_trial_component(TrialName="none", TrialComponentName="c")
    with refused("ResourceNotFound"):
        sagemaker.associate_trial_component(TrialName="t", TrialComponentName="none")
    with refused("ResourceNotFound"):
        sagemaker.disassociate_trial_component(TrialName="t", TrialComponentName="c")


@pytest.mark.shows("CreateTrial", 'trials per experiment are counted with quotas="aws" only')
@pytest.mark.shows("AssociateTrialComponent", 'components per trial are counted with quotas="aws" only')
@pytest.mark.parametrize("quotas", ["none", "aws"])
def test_quotas_are_enforced_only_when_asked(tmp_path, quotas):
    home = CheckedHome(tmp_path, rules=Rules(quotas=quotas))
    client = home.boto_session().client("sagemaker")
    client.create_experiment(ExperimentName="e")
    for number in range(300):
        client.create_trial(TrialName=f"t{number}", ExperimentName="e")
    for number in range(50):
        client.create_trial_component(TrialComponentName=f"c{number}")
        client.associate_trial_component(TrialName="t0", TrialComponentName=f"c{number}")
    client.create_trial_component(TrialComponentName="more")
    if quotas == "none":
        client.create_trial(TrialName="more", ExperimentName="e")
        client.associate_trial_component(TrialName="t0", TrialComponentName="more")
    else:
        with refused("ResourceLimitExceeded", "is 300 Trials, with current utilization of 300 Trials"):
            client.create_trial(TrialName="more", ExperimentName="e")
        with refused("ResourceLimitExceeded", "50"):
            client.associate_trial_component(TrialName="t0", TrialComponentName="more")
        client.associate_trial_component(TrialName="t0", TrialComponentName="c0")
    home.close()


@pytest.mark.shows("AssociateTrialComponent", "whether again is an error is a switch")
@pytest.mark.parametrize("again", [True, False])
def test_associating_again_is_a_switch(tmp_path, again):
    home = CheckedHome(tmp_path, rules=Rules(associate_again=again))
    client = home.boto_session().client("sagemaker")
    client.create_experiment(ExperimentName="e")
    client.create_trial(TrialName="t", ExperimentName="e")
    client.create_trial_component(TrialComponentName="c")
    client.associate_trial_component(TrialName="t", TrialComponentName="c")
    if again:
        client.associate_trial_component(TrialName="t", TrialComponentName="c")
    else:
        with refused("ValidationException", "already associated"):
            client.associate_trial_component(TrialName="t", TrialComponentName="c")
    home.close()


@pytest.mark.shows("DescribeTrial", "whether the case of a name matters is a switch")
@pytest.mark.parametrize("any_case", [True, False])
def test_the_case_of_names_is_a_switch(tmp_path, any_case):
    home = CheckedHome(tmp_path, rules=Rules(names_any_case=any_case))
    client = home.boto_session().client("sagemaker")
    client.create_experiment(ExperimentName="Exp")
    client.create_trial(TrialName="Trial", ExperimentName="Exp")
    client.create_trial_component(TrialComponentName="Component")
    look = {
        "Exp": lambda name: client.describe_experiment(ExperimentName=name),
        "Trial": lambda name: client.describe_trial(TrialName=name),
        "Component": lambda name: client.describe_trial_component(TrialComponentName=name),
    }
    for name in ("Exp", "Trial", "Component"):
        look[name](name)
        if any_case:
            look[name](name.upper())
        else:
            with refused("ResourceNotFound"):
                look[name](name.upper())
    with refused("ValidationException", "already exists"):
        client.create_experiment(ExperimentName="EXP")
    home.close()


@pytest.mark.shows("CreateTrial", "how many an experiment holds is set by the rules")
@pytest.mark.shows("AssociateTrialComponent", "how many a trial holds is set by the rules")
def test_quotas_can_be_set(tmp_path):
    home = CheckedHome(
        tmp_path, rules=Rules(quotas="aws", max_trials_per_experiment=2, max_components_per_trial=1)
    )
    client = home.boto_session().client("sagemaker")
    for name in ("e", "f"):
        client.create_experiment(ExperimentName=name)
    for name in ("t1", "t2"):
        client.create_trial(TrialName=name, ExperimentName="e")
        client.create_trial_component(TrialComponentName=name)
    with pytest.raises(
        client.exceptions.ResourceLimitExceeded, match="is 2 Trials, with current utilization of 2"
    ):
        client.create_trial(TrialName="t3", ExperimentName="E")
    client.create_trial(TrialName="t3", ExperimentName="f")
    client.associate_trial_component(TrialName="t1", TrialComponentName="t1")
    with pytest.raises(client.exceptions.ResourceLimitExceeded, match="is 1 Trial Components"):
        client.associate_trial_component(TrialName="t1", TrialComponentName="t2")
    client.disassociate_trial_component(TrialName="t1", TrialComponentName="t1")
    client.associate_trial_component(TrialName="t1", TrialComponentName="t2")
    client.delete_trial(TrialName="t2")
    client.create_trial(TrialName="t4", ExperimentName="e")
    home.close()


@pytest.mark.shows("UpdateTrial", "every operation finds a trial whatever the case of its name")
def test_the_case_may_change_between_calls(sagemaker):
    sagemaker.create_experiment(ExperimentName="Exp")
    sagemaker.create_trial(TrialName="Trial", ExperimentName="eXP")
    sagemaker.create_trial_component(TrialComponentName="Comp")
    linked = sagemaker.associate_trial_component(TrialName="TRIAL", TrialComponentName="COMP")
    assert linked["TrialArn"] == ARN + "Trial"
    assert sagemaker.update_trial(TrialName="trial", DisplayName="x")["TrialArn"] == ARN + "Trial"
    assert len(sagemaker.list_trial_components(TrialName="tRIAL")["TrialComponentSummaries"]) == 1
    sagemaker.disassociate_trial_component(TrialName="trIAL", TrialComponentName="comp")
    assert sagemaker.delete_trial(TrialName="TRIAL")["TrialArn"] == ARN + "Trial"
