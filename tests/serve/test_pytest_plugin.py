"""The fixtures that are shipped, in the test runs of other people."""

from __future__ import annotations

import subprocess
import sys

import pytest

OTHER_PEOPLES_TESTS = """
import boto3
import pytest
from botocore.exceptions import ClientError

from sm_track_widgets.embedded import Rules

before = boto3.DEFAULT_SESSION = boto3.Session(region_name="eu-north-1")


@pytest.mark.parametrize("turn", [1, 2])
def test_each_has_a_home_of_its_own(embedded_boto_session, embedded_sagemaker, tmp_path, turn):
    embedded_boto_session.client("sagemaker").create_experiment(ExperimentName="only-once")
    assert embedded_sagemaker.path.is_dir()
    assert list(tmp_path.iterdir()) == []  # tmp_path is the test's own


class TestOptions:
    @pytest.fixture
    def embedded_sagemaker_options(self):
        return {"region": "eu-west-1", "account_id": "123456789012", "rules": Rules(quotas="aws")}

    def test_they_are_used(self, embedded_boto_session):
        assert embedded_boto_session.region_name == "eu-west-1"
        assert embedded_boto_session.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_code_that_asks_boto3(embedded_default_session):
    client = boto3.client("sagemaker")
    assert client.list_experiments()["ExperimentSummaries"] == []
    assert client.meta.region_name == "us-east-1"


def test_afterwards():
    assert boto3.DEFAULT_SESSION is before


def test_a_server_and_its_faults(embedded_sagemaker_server):
    embedded_sagemaker_server.faults.add("throttle", "Search")
    client = embedded_sagemaker_server.boto_session().client("sagemaker")
    with pytest.raises(ClientError, match="Rate exceeded"):
        client.search(Resource="Experiment")
    assert embedded_sagemaker_server.calls["Search"] >= 3
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run test sources in a process of their own, with this plugin alone."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run_it(source: str, *words: str):
        pytester.makepyfile(source)
        options = ["-p", "sm_track_widgets.pytest_plugin", "-p", "no:cacheprovider", *words]
        return pytester.runpytest_subprocess(*options, timeout=120)

    return run_it


def test_other_peoples_tests_pass(run):
    run(OTHER_PEOPLES_TESTS).assert_outcomes(passed=6)


def test_the_fixtures_are_listed_with_their_meaning(run):
    run("", "--fixtures", "-q").stdout.fnmatch_lines_random(
        [
            "embedded_sagemaker -- *",
            "embedded_boto_session -- *",
            "embedded_default_session -- *",
            "embedded_sagemaker_server -- *",
            "*Serve `embedded_sagemaker` over loopback HTTP*",
        ]
    )


def test_a_run_that_uses_no_fixture_imports_nothing():
    code = (
        "import sys, sm_track_widgets.pytest_plugin; heavy = {'boto3', 'botocore', 'pandas', 'sqlite3', 'sagemaker'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
