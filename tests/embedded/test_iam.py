"""The two questions that SDK 3.x asks IAM before it starts a job."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def iam(home: Any) -> Any:
    return home.boto_session().client("iam")


@pytest.mark.shows("GetRole", "every role exists and trusts SageMaker")
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("mine", "role/mine"),
        (
            "AmazonSageMaker-ExecutionRole-embedded",
            "role/service-role/AmazonSageMaker-ExecutionRole-embedded",
        ),
    ],
)
def test_every_role_exists(iam: Any, name: str, path: str) -> None:
    role = iam.get_role(RoleName=name)["Role"]
    assert role["Arn"] == f"arn:aws:iam::000000000000:{path}"
    principal = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    assert principal == {"Service": "sagemaker.amazonaws.com"}


@pytest.mark.shows("SimulatePrincipalPolicy", "everything is allowed")
def test_everything_is_allowed(iam: Any) -> None:
    results = iam.simulate_principal_policy(
        PolicySourceArn="arn:aws:iam::000000000000:role/mine", ActionNames=["s3:PutObject", "sts:AssumeRole"]
    )["EvaluationResults"]
    assert [(each["EvalActionName"], each["EvalDecision"]) for each in results] == [
        ("s3:PutObject", "allowed"),
        ("sts:AssumeRole", "allowed"),
    ]
