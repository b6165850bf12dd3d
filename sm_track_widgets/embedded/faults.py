"""Errors of the embedded service, with the codes and texts of the real one where they are known."""

from __future__ import annotations

import threading
from collections import deque

_PLANNED_TEXTS = {
    # the shape's documentation [M]
    "ConflictException": "There was a conflict when you attempted to modify a SageMaker entity.",
    "ThrottlingException": "Rate exceeded",  # sagemaker-experiments#100
}
_SERVER_FAULTS = {"InternalFailure": 500, "InternalServerError": 500, "ServiceUnavailable": 503}


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

    Sources: sagemaker-python-sdk#6256 for the newer, deep-learning-containers#155 for the older.
    """
    return invalid(
        f"{kind} names must be unique within an AWS account and region. {kind} with name ({name}) already exists."
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


class PlannedFaults:
    """Errors that were asked for, so that code which has to handle them can be tried.

    Some never happen here by themselves: changes are made one after the other, so there is no conflict, and nothing is
    throttled.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due: dict[str, deque[ServiceError]] = {}

    def plan(self, operation: str, code: str, message: str | None, times: int) -> None:
        """Have the next `times` calls of `operation` refused; further plans come after those that wait already."""
        text = _PLANNED_TEXTS.get(code, "This error was planned.") if message is None else message
        error = ServiceError(code, text, _SERVER_FAULTS.get(code, 400))
        with self._lock:
            self._due.setdefault(operation, deque()).extend([error] * times)

    def check(self, operation: str) -> None:
        """Raise the error that is due for a call of `operation`, if there is one."""
        if not self._due:
            return
        with self._lock:
            waiting = self._due.get(operation)
            error = waiting.popleft() if waiting else None
            if not waiting:
                self._due.pop(operation, None)
        if error is not None:
            # A new one each time: an exception that is raised twice would carry both tracebacks.
            raise ServiceError(error.code, error.message, error.status)
