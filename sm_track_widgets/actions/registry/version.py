"""`ModelVersion`: one version of a model group, as it is registered."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets.actions.registry.properties import PARAMETER, number_or_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sm_track_widgets._types import Scalar

SHORT = 12
WORDS = {"PendingManualApproval": "Pending"}
"""How a status is shown, where that is not the service's word."""


@dataclass(slots=True)
class ModelVersion:
    """One version of a model group.

    Attributes
    ----------
    group, version, arn
        Which it is.
    status
        ``"Approved"``, ``"Rejected"`` or ``"PendingManualApproval"``.
    run, experiment, component
        The run it was registered from, its experiment, its trial component; empty where somebody else registered it.
    model, image
        Addresses of the model's file and of the container; empty where there is none.
    commit
        Of git.
    created, created_by, description, note
        `note` was given with the approval or rejection.
    metrics, parameters
        Of the model quality statistics, and of the run.
    metadata
        Other customer metadata.
    existing
        It was there already: nothing was registered.
    remarks
        One line each about what was cut or left out.
    """

    group: str
    version: int
    arn: str
    status: str = "PendingManualApproval"
    run: str = ""
    experiment: str = ""
    component: str = ""
    model: str = ""
    image: str = ""
    commit: str = ""
    created: dt.datetime | None = None
    created_by: str = ""
    description: str = ""
    note: str = ""
    statistics: str = ""
    metrics: dict[str, float] = field(default_factory=dict[str, float])
    parameters: dict[str, Scalar] = field(default_factory=dict[str, "Scalar"])
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    existing: bool = False
    remarks: list[str] = field(default_factory=list[str])

    @property
    def name(self) -> str:
        """Group and number, as ``churn/3``; what `approve` takes."""
        return f"{self.group}/{self.version}"

    def __str__(self) -> str:
        """Return what a notebook shows of it."""
        what = "is registered already" if self.existing else "registered"
        of = f" from run {self.run!r} of {self.experiment!r}" if self.run else ""
        lines = [f"{self.name} {what}{of}: {WORDS.get(self.status, self.status)}"]
        if self.metrics:
            lines.append("  " + "  ".join(f"{name} {value:g}" for name, value in self.metrics.items()))
        told = [("model", self.model), ("image", self.image), ("commit", self.commit[:SHORT])]
        lines += [f"  {name}  {value}" for name, value in told if value]
        if self.existing:
            lines.append("  Another version of the same model: --again")
        return "\n".join([*lines, *(f"  {remark}" for remark in self.remarks)])

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:  # noqa: FBT001 - IPython's signature
        del cycle
        printer.text(str(self))  # type: ignore[attr-defined]


def version_of(record: Mapping[str, Any]) -> ModelVersion:
    """Return a version as DescribeModelPackage tells it, without its metrics."""
    held: dict[str, str] = dict(record.get("CustomerMetadataProperties") or {})
    containers: list[dict[str, Any]] = (record.get("InferenceSpecification") or {}).get("Containers") or [{}]
    first, about = containers[0], record.get("MetadataProperties") or {}
    by: dict[str, Any] = record.get("CreatedBy") or {}
    quality: dict[str, Any] = (record.get("ModelMetrics") or {}).get("ModelQuality") or {}
    parameters = {
        name.removeprefix(PARAMETER): value for name, value in held.items() if name.startswith(PARAMETER)
    }
    source = str(record.get("SourceUri") or "")
    return ModelVersion(
        group=str(record.get("ModelPackageGroupName") or ""),
        version=int(record.get("ModelPackageVersion") or 0),
        arn=str(record["ModelPackageArn"]),
        status=str(record.get("ModelApprovalStatus") or ""),
        run=held.pop("run", ""),
        experiment=held.pop("experiment", ""),
        component=held.pop("run_component", ""),
        model=str(first.get("ModelDataUrl") or source),
        image=str(first.get("Image") or ""),
        commit=str(about.get("CommitId") or held.get("git_commit") or ""),
        created=record.get("CreationTime"),
        created_by=str(by.get("UserProfileName") or ""),
        description=str(record.get("ModelPackageDescription") or ""),
        note=str(record.get("ApprovalDescription") or ""),
        statistics=str((quality.get("Statistics") or {}).get("S3Uri") or ""),
        parameters={name: number_or_text(value) for name, value in sorted(parameters.items())},
        metadata={
            name: value
            for name, value in held.items()
            if not name.startswith(PARAMETER) and name != "git_commit"
        },
    )


def finite(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics that are numbers."""
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
