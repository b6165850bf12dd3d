"""Errors that never happen here by themselves, asked for with `fail_next`."""

from __future__ import annotations

import pytest
from embedded_home import refused

from sm_track_widgets._errors import UsageError


@pytest.mark.shows("UpdateTrialComponent", "a planned conflict is refused once, and changes nothing")
def test_a_planned_conflict_happens_once_and_changes_nothing(home, sagemaker):
    sagemaker.create_trial_component(TrialComponentName="c")
    home.fail_next("UpdateTrialComponent", "ConflictException")
    with pytest.raises(sagemaker.exceptions.ConflictException, match="There was a conflict"):
        sagemaker.update_trial_component(TrialComponentName="c", DisplayName="other")
    assert sagemaker.describe_trial_component(TrialComponentName="c")["DisplayName"] == "c"
    sagemaker.update_trial_component(TrialComponentName="c", DisplayName="other")
    assert sagemaker.describe_trial_component(TrialComponentName="c")["DisplayName"] == "other"


def test_plans_come_in_their_order_and_for_their_operation(home, sagemaker):
    home.fail_next("CreateExperiment", "ThrottlingException", times=2)
    home.fail_next("CreateExperiment", "InternalFailure", "it broke")
    sagemaker.list_experiments()
    for code, text in (*[("ThrottlingException", "Rate exceeded")] * 2, ("InternalFailure", "it broke")):
        with refused(code, text):
            sagemaker.create_experiment(ExperimentName="e")
    sagemaker.create_experiment(ExperimentName="e")


def test_what_would_be_refused_anyway_is_refused_for_its_own_reason(home, sagemaker):
    home.fail_next("CreateExperiment", "InternalFailure")
    with refused("ValidationException", "experimentName"):
        sagemaker.create_experiment(ExperimentName="a_b")
    with refused("InternalFailure"):
        sagemaker.create_experiment(ExperimentName="e")


def test_an_operation_that_is_not_offered_cannot_be_planned(home):
    with pytest.raises(UsageError, match="Did you mean 'UpdateTrialComponent'"):
        home.fail_next("UpdateTrialComponents", "ConflictException")
