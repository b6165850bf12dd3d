"""Models registered from runs, in SageMaker's registry, through boto3's ``sagemaker`` and ``s3`` clients alone."""

from __future__ import annotations

from sm_track_widgets.actions.registry.approval import approve, reject
from sm_track_widgets.actions.registry.listing import model_versions, models
from sm_track_widgets.actions.registry.registering import register
from sm_track_widgets.actions.registry.version import ModelVersion

__all__ = ["ModelVersion", "approve", "model_versions", "models", "register", "reject"]
