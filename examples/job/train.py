"""The training job of both articles: an ordinary script-mode entry point, the same on AWS and offline.

SageMaker passes hyperparameters as command line options, says in SM_* variables where the data lies and where the model
belongs, and reads metrics out of what is printed. On AWS, `--log-steps` needs the SDK in the container: put a
requirements.txt with `sagemaker` beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score


def options() -> argparse.Namespace:
    """Read the hyperparameters and the folders."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-depth", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--subsample", type=float, default=1.0)
    parser.add_argument("--trees", type=int, default=50)
    parser.add_argument("--log-steps", type=int, default=0, help="1: log each step to the run")
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    return parser.parse_args()


def read(folder: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return features and target of every CSV file of a channel."""
    table = pd.concat(pd.read_csv(path) for path in sorted(Path(folder).glob("*.csv")))
    return table.drop(columns="target"), table["target"]


@contextlib.contextmanager
def the_run(*, wanted: bool) -> Iterator[Any]:
    """Open the run that this job belongs to; the job's own ExperimentConfig says which one it is."""
    if not wanted:
        yield None
        return
    # Imported only when it is needed: the SDK takes seconds to load, longer than this training.
    try:
        from sagemaker.core.experiments.run import load_run  # SDK 3.x
    except ImportError:
        from sagemaker.experiments.run import load_run  # SDK 2.x
    with load_run() as run:
        yield run


def main() -> None:
    """Train, report, save."""
    given = options()
    features, target = read(given.train)
    held_out, truth = read(given.validation)
    model = GradientBoostingClassifier(
        max_depth=given.max_depth,
        learning_rate=given.learning_rate,
        subsample=given.subsample,
        n_estimators=given.trees,
        random_state=0,
    ).fit(features, target)
    with the_run(wanted=bool(given.log_steps)) as run:
        for step, chances in enumerate(model.staged_predict_proba(held_out)):
            auc = roc_auc_score(truth, chances[:, 1])
            loss = log_loss(truth, chances)
            # What the job's metric definitions look for.
            print(f"step={step} validation:auc={auc:.6f} validation:loss={loss:.6f}", flush=True)
            if run is not None:
                run.log_metric("validation:auc", auc, step=step)
                run.log_metric("validation:loss", loss, step=step)
    joblib.dump(model, Path(given.model_dir) / "model.joblib")


if __name__ == "__main__":
    main()
