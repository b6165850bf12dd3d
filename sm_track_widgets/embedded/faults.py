"""Errors of the embedded service, with the codes and texts of the real one where they are known."""

from __future__ import annotations


class ServiceError(Exception):
    """An error answer: `code` and `message` as AWS words them, `status` the HTTP status boto3 reports."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> ServiceError:
    """``ValidationException``."""
    return ServiceError("ValidationException", message)


def not_found(kind: str, name: str) -> ServiceError:
    """``ResourceNotFound`` in the words seen for trials: "Trial 'arn' does not exist." (moto, SDK tests)."""
    return ServiceError("ResourceNotFound", f"{kind} '{name}' does not exist.")


def duplicate(kind: str, name: str) -> ServiceError:
    """Duplicate name, in both wordings: the SDK 2.x looks for "already exists", AWS now says "must be unique".

    Source: sagemaker-python-sdk#6256.
    """
    return invalid(
        f"{kind} names must be unique within an AWS account and region. "
        f"{kind} with name '{name}' already exists."
    )


def limit_exceeded(what: str, limit: int, used: int, unit: str) -> ServiceError:
    """``ResourceLimitExceeded`` in the words of amazon-sagemaker-examples#3396."""
    return ServiceError(
        "ResourceLimitExceeded",
        f"The account-level service limit '{what}' is {limit} {unit}, with current utilization of {used} {unit} "
        f"and a request delta of 1 {unit}. Please contact AWS support to request an increase for this limit.",
    )


def unsupported(service: str, operation: str) -> ServiceError:
    """``UnsupportedOperation``: the embedded service does not offer it, and nothing is sent anywhere."""
    return ServiceError(
        "UnsupportedOperation",
        f"{service}.{operation} is not offered by the embedded SageMaker service. "
        "Connect to AWS with: %sm_config --backend aws",
        501,
    )
