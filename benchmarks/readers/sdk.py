"""The SageMaker SDK's ExperimentAnalytics (2.x), from the service that ``AWS_ENDPOINT_URL`` names."""

from __future__ import annotations

import logging
from typing import Any

import boto3
from common import Reader, run
from data import EXPERIMENT, threshold
from sagemaker.analytics import ExperimentAnalytics
from sagemaker.session import Session

logging.disable(logging.WARNING)


class Sdk(Reader):
    def ready(self) -> None:
        self._calls = 0
        session = boto3.Session()
        session.events.register("before-send.sagemaker.*", self._count)
        self._session = Session(session)

    def read(self) -> Any:
        self._analytics: Any = ExperimentAnalytics(EXPERIMENT, sagemaker_session=self._session)
        return self._analytics.dataframe()

    def again(self) -> Any:
        return self._analytics.dataframe(force_refresh=True)

    def few(self) -> Any:
        wanted = {"Name": "Metrics.m0.Max", "Operator": "GreaterThan", "Value": repr(threshold(self.size))}
        expression = {"Filters": [wanted]}
        return ExperimentAnalytics(
            EXPERIMENT, search_expression=expression, sagemaker_session=self._session
        ).dataframe()

    def calls(self) -> int:
        return self._calls

    def shape(self, found: Any) -> tuple[int, int]:
        others = {"TrialComponentName", "DisplayName", "SourceArn", "Trials", "Experiments"}
        return found.shape[0], len(set(found.columns) - others)

    def _count(self, **_: Any) -> None:
        self._calls += 1


if __name__ == "__main__":
    run(Sdk)
