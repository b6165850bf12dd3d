"""What MLflow says of a run's source, from what was kept of its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTEBOOK = "NOTEBOOK"


def source_tags(capture: Mapping[str, Any]) -> dict[str, str]:
    """Return MLflow's tags of source and commit; none where nothing was kept."""
    tags: dict[str, str] = {}
    git: Mapping[str, Any] = capture.get("git") or {}
    if git.get("commit"):
        tags["mlflow.source.git.commit"] = str(git["commit"])
    for name in ("branch", "remote"):
        if git.get(name):
            tags[{"branch": "mlflow.source.git.branch", "remote": "mlflow.source.git.repoURL"}[name]] = str(
                git[name]
            )
    if capture.get("source"):
        tags["mlflow.source.type"] = NOTEBOOK
    return tags
