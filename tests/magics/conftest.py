"""One kernel for each module of tests, and the runs it wrote, read back through boto3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from kernel import Kernel

from sm_track_widgets.embedded import EmbeddedSageMaker


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    """A kernel with the extension loaded."""
    made = Kernel(tmp_path_factory.mktemp("kernel"))
    loaded = made.run("%load_ext sm_track_widgets\nimport asyncio, time\nimport numpy as np")
    assert loaded.status == "ok", loaded.traceback
    yield made
    made.stop()


class Stored:
    """What the embedded service holds."""

    def __init__(self, kernel: Kernel) -> None:
        self.session = EmbeddedSageMaker(kernel.data).boto_session()
        self.client = self.session.client("sagemaker")

    def run(self, name: str, experiment: str = "default") -> dict[str, Any]:
        """Return the trial component of a run."""
        return self.client.describe_trial_component(TrialComponentName=f"{experiment}-{name}")

    def status(self, name: str, experiment: str = "default") -> tuple[str, str]:
        """Return status and message."""
        status = self.run(name, experiment)["Status"]
        return status["PrimaryStatus"], status.get("Message", "")

    def names(self) -> set[str]:
        """Return the names of all components."""
        pages = self.client.get_paginator("list_trial_components").paginate()
        return {one["TrialComponentName"] for page in pages for one in page["TrialComponentSummaries"]}

    def capture(self, name: str, experiment: str = "default") -> dict[str, Any]:
        """Return the document of the artifact sm_track.capture."""
        import json

        uri = self.run(name, experiment)["OutputArtifacts"]["sm_track.capture"]["Value"]
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return json.loads(self.session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


@pytest.fixture(scope="module")
def stored(kernel: Kernel) -> Stored:
    """Read back what the kernel of this module wrote."""
    return Stored(kernel)


@pytest.fixture
def open_runs(kernel: Kernel):
    """Ask the kernel how many runs are open; none may be when a test ends."""

    def count() -> int:
        return int(kernel.value("len(__import__('sm_track_widgets.tracking.run').tracking.run.open_runs())"))

    yield count
    assert count() == 0
