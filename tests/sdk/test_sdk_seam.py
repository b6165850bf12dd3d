"""The seam to the SDK itself."""

from __future__ import annotations

import importlib
import importlib.metadata
import subprocess
import sys

import pytest

from sm_track_widgets import _sdk
from sm_track_widgets._errors import ConfigError
from sm_track_widgets.embedded import EmbeddedSageMaker

LAZY = """
import sys
from sm_track_widgets import _sdk
assert _sdk.version() is not None
assert _sdk.loaded_run_context() is None
assert not any(name.split(".")[0] in {"sagemaker", "boto3", "botocore", "pandas"} for name in sys.modules)
"""


def test_nothing_is_imported_unasked():
    done = subprocess.run(
        [sys.executable, "-c", LAZY], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_version():
    text = importlib.metadata.version("sagemaker")
    version = _sdk.version()
    assert version is not None
    assert text.startswith(".".join(str(number) for number in version))
    assert version[0] in {2, 3}


def test_without_the_sdk_one_line_with_the_cure(monkeypatch):
    monkeypatch.setattr(_sdk, "version", lambda: None)
    with pytest.raises(ConfigError, match="pip install sagemaker"):
        _sdk.run_module()


def test_the_session_is_the_homes(session, home):
    assert session.boto_region_name == "us-east-1"
    assert session.default_bucket() == home.engine.service.default_bucket
    assert session.account_id() == "000000000000"
    assert session.sagemaker_config["SageMaker"]["PythonSDK"]["Modules"]["TelemetryOptOut"] is True


def test_the_role_is_found_without_iam(session):
    module = importlib.import_module(type(session).__module__)
    role = module.get_execution_role(sagemaker_session=session)
    assert role.startswith("arn:aws:iam::000000000000:role/")


def test_an_object_there_and_back(session, home, tmp_path):
    bucket = home.engine.service.default_bucket
    (tmp_path / "a.txt").write_text("hello")
    assert (
        session.upload_data(str(tmp_path / "a.txt"), bucket=bucket, key_prefix="p")
        == f"s3://{bucket}/p/a.txt"
    )
    assert session.read_s3_file(bucket, "p/a.txt") == "hello"
    assert session.list_s3_files(bucket, "p") == ["p/a.txt"]


@pytest.mark.skipif(
    (_sdk.version() or (0,))[0] < 3, reason="SDK 2.x reads logs through the session it was given"
)
def test_logs_are_shown_from_the_latest_session(home, tmp_path):
    logs = importlib.import_module("sagemaker.core.utils.logs").CloudWatchLogsClient

    for region, telemetry in (("eu-west-1", False), ("eu-west-2", True)):
        other = EmbeddedSageMaker(tmp_path / region, region=region)
        _sdk.session(other.boto_session(), default_bucket="there", telemetry=telemetry)
        assert logs.client.meta.region_name == region
