"""Estimators of 2.x and ModelTrainer of 3.x submitted under a run of ours, and its model registered."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from job_requests import IMAGE, ROLE

from sm_track_widgets import _sdk, config
from sm_track_widgets.actions.registry import register
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading.run_facts import stored_facts
from sm_track_widgets.tracking.run import Run

MAJOR = (_sdk.version() or (0,))[0]
SCRIPT = """
import os
from pathlib import Path
Path(os.environ["SM_MODEL_DIR"], "weights.txt").write_text("1")
"""


def trainer(session: Any, source: Path, name: str) -> Any:
    """What this major trains with."""
    if MAJOR == 2:
        estimators = importlib.import_module("sagemaker.estimator")
        return estimators.Estimator(
            IMAGE,
            ROLE,
            1,
            "ml.m5.large",
            entry_point=str(source / "train.py"),
            sagemaker_session=session,
            base_job_name=name,
        )
    train = importlib.import_module("sagemaker.train")
    configs = importlib.import_module("sagemaker.train.configs")
    return train.ModelTrainer(
        training_image=IMAGE,
        source_code=configs.SourceCode(source_dir=str(source), entry_script="train.py"),
        compute=configs.Compute(instance_type="ml.m5.large", instance_count=1),
        role=ROLE,
        sagemaker_session=session,
        base_job_name=name,
    )


@pytest.mark.skipif(MAJOR not in {2, 3}, reason="needs the SDK")
def test_two_jobs_one_at_a_time_and_the_registered_model(home: Any, session: Any, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "train.py").write_text(SCRIPT)
    place = Connection(config.resolve({"backend": "embedded", "path": home.path}))
    with Run("exp", "flight", connection=place) as run, run.jobs(limit=1) as queue:
        futures = [queue.submit(trainer(session, source, name)) for name in ("one", "two")]
    outcomes = [future.result() for future in futures]
    assert all(outcome.ok for outcome in outcomes), outcomes
    first, second = (outcome.jobs[0] for outcome in outcomes)
    assert first.ended <= second.created
    assert run.started_jobs == [("training", first.name), ("training", second.name)]
    assert stored_facts(place, "flight", "exp").jobs == run.started_jobs
    version = register("flight", "flown", connection=place)
    described = place.client("sagemaker").describe_training_job(TrainingJobName=second.name)
    assert version.image == IMAGE
    assert version.model == described["ModelArtifacts"]["S3ModelArtifacts"]
