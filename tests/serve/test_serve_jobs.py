"""A training job over HTTP: made, run, its log and its model read."""

from __future__ import annotations

from job_requests import Jobs

SCRIPT = """
import os
from pathlib import Path

print("loss=0.25;")
Path(os.environ["SM_MODEL_DIR"], "model.txt").write_text("trained")
"""


def test_a_job_runs_and_leaves_a_model(clients):
    jobs = Jobs(clients)
    ended = jobs.run(jobs.request("over-http", SCRIPT, metrics={"loss": "loss=(.*?);"}))
    assert ended["TrainingJobStatus"] == "Completed", ended.get("FailureReason")
    assert ended["FinalMetricDataList"][0]["Value"] == 0.25
    assert jobs.packed("over-http") == {"model.txt": b"trained"}
    assert "loss=0.25;" in jobs.log("over-http")
