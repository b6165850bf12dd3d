"""STS: who the embedded account says you are."""

from __future__ import annotations

from collections.abc import Mapping

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.service import Operation, Service

# The SDK derives the role from an assumed-role ARN without asking IAM when the role is called like this [S].
ROLE = "AmazonSageMaker-ExecutionRole-embedded"


def _get_caller_identity(service: Service, _params: Params) -> Params:
    return {
        "UserId": "AROAEMBEDDED:local",
        "Account": service.account_id,
        "Arn": f"arn:aws:sts::{service.account_id}:assumed-role/{ROLE}/local",
    }


OPERATIONS: Mapping[str, Operation] = {"GetCallerIdentity": _get_caller_identity}
