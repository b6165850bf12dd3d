"""The SageMaker SDK's Run (2.x), to the service that ``AWS_ENDPOINT_URL`` names."""

from __future__ import annotations

import logging
from typing import Any

import boto3
from common import METRICS, PARAMETERS, Writer, name_of, run
from sagemaker.experiments.run import Run
from sagemaker.session import Session

logging.disable(logging.WARNING)


class Sdk(Writer):
    burst = 400
    backlog = 400

    def open(self, name: str) -> None:
        self._run: Any = Run(
            experiment_name="bench", run_name=name, sagemaker_session=Session(boto3.Session())
        )
        self._run.__enter__()
        self._run.log_parameters(PARAMETERS)

    def log(self, step: int) -> None:
        self._run.log_metric(name_of(step), 0.5, step=step)

    def close(self) -> None:
        self._run.__exit__(None, None, None)

    def found(self) -> dict[str, int]:
        client: Any = boto3.client("sagemaker")
        kept = client.describe_trial_component(TrialComponentName="bench-killed")
        common = {"XAxisType": "IterationNumber", "MetricStat": "Count", "Period": "IterationNumber"}
        queries: Any = [
            {"ResourceArn": kept["TrialComponentArn"], "MetricName": name_of(at), **common}
            for at in range(METRICS)
        ]
        answers = boto3.client("sagemaker-metrics").batch_get_metrics(MetricQueries=queries)
        points = sum(sum(answer["MetricValues"]) for answer in answers["MetricQueryResults"])
        return {"points": int(points), "parameters": len(set(kept.get("Parameters", {})) & set(PARAMETERS))}


if __name__ == "__main__":
    run(Sdk)
