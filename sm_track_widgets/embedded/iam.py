"""IAM, as far as the SDKs ask before they start a job: there are no people here, each role exists and may do all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.service import Operation, Service, stamp

SERVICE_ROLE = "AmazonSageMaker-ExecutionRole"
"""How roles begin that SageMaker's console makes; their path is ``/service-role/`` [S2]."""

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def _get_role(service: Service, params: Params) -> Params:
    """Answer for any role: SDK 3.x refuses to start a job under a role that IAM does not know or that it cannot trust.

    The trust policy is URL-encoded JSON, which botocore decodes, as it does AWS's [M].
    """
    name = params["RoleName"]
    path = "/service-role/" if name.startswith(SERVICE_ROLE) else "/"
    role = {
        "Path": path,
        "RoleName": name,
        "RoleId": "AROAEMBEDDEDEMBEDDED",
        "Arn": f"arn:aws:iam::{service.account_id}:role{path}{name}",
        "CreateDate": stamp(0.0),
        "AssumeRolePolicyDocument": quote(json.dumps(_TRUST)),
        "MaxSessionDuration": 3600,
    }
    return {"Role": role}


def _simulate_principal_policy(_service: Service, params: Params) -> Params:
    """Answer that each action is allowed: SDK 3.x's ``ModelTrainer`` asks before it uploads and starts [S3]."""
    results = [{"EvalActionName": name, "EvalDecision": "allowed"} for name in params["ActionNames"]]
    return {"EvaluationResults": results, "IsTruncated": False}


OPERATIONS: Mapping[str, Operation] = {
    "GetRole": _get_role,
    "SimulatePrincipalPolicy": _simulate_principal_policy,
}
