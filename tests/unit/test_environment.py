"""Facts about the machine and its packages, without a call to any service."""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from pathlib import Path

from sm_track_widgets.tracking.capture.environment import environment, packages

METADATA = {
    "AppType": "JupyterLab",
    "DomainId": "d-1",
    "SpaceName": "space",
    "UserProfileName": "me",
    "ResourceName": "default",
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r",
    "AdditionalMetadata": {"DataZoneProjectId": "p-1"},
}


def nowhere(folder: Path) -> dict[str, Path]:
    return {"metadata_file": folder / "m.json", "dmi": folder / "dmi", "gpus": folder / "gpus"}


def test_outside_of_studio(tmp_path: Path) -> None:
    facts = environment(environ={"AWS_SECRET_ACCESS_KEY": "x"}, **nowhere(tmp_path))
    assert set(facts) == {"cpus", "memory_bytes"}
    assert facts["cpus"] >= 1
    assert facts["memory_bytes"] > 1 << 28


def test_in_studio(tmp_path: Path) -> None:
    places = nowhere(tmp_path)
    places["metadata_file"].write_text(json.dumps(METADATA))
    places["dmi"].mkdir()
    (places["dmi"] / "sys_vendor").write_text("Amazon EC2\n")
    (places["dmi"] / "product_name").write_text("g5.xlarge\n")
    card = places["gpus"] / "0000:00:1e.0"
    card.mkdir(parents=True)
    (card / "information").write_text("Model: \t\t NVIDIA A10G\nIRQ: 10\n")
    environ = {"SAGEMAKER_INTERNAL_IMAGE_URI": "registry/distribution", "IMAGE_VERSION": "3.2"}
    facts = environment(environ=environ, **places)
    assert facts["studio"] == {
        "domain": "d-1",
        "space": "space",
        "user_profile": "me",
        "app_type": "JupyterLab",
        "resource": "default",
        "project": "p-1",
        "image": "registry/distribution:3.2",
    }
    assert (facts["instance_type"], facts["gpus"]) == ("g5.xlarge", ["NVIDIA A10G"])


def test_a_broken_metadata_file(tmp_path: Path) -> None:
    places = nowhere(tmp_path)
    for text in ("", "[1]", "{", '{"AdditionalMetadata": 3}'):
        places["metadata_file"].write_text(text)
        assert "studio" not in environment(environ={}, **places)


def test_in_a_training_job(tmp_path: Path) -> None:
    facts = environment(environ={"SM_CURRENT_INSTANCE_TYPE": "ml.m5.large"}, **nowhere(tmp_path))
    assert facts["instance_type"] == "ml.m5.large"


def test_packages_are_those_imported() -> None:
    import boto3
    import dateutil  # noqa: F401 - its distribution is named otherwise

    found = dict(line.split("==") for line in packages())
    assert found["boto3"] == boto3.__version__
    assert found["python-dateutil"] == importlib.metadata.version("python-dateutil")
    assert list(found) == sorted(found, key=lambda name: name.lower().replace("-", "_"))
    assert "pip" not in found or "pip" in sys.modules


def test_packages_agree_with_importlib() -> None:
    """Asked for every module there is, since the two differ in nothing but speed."""
    known = importlib.metadata.packages_distributions()
    modules = [name for name in sys.modules if "." not in name and not name.startswith("_")]
    wanted = {dist.lower().replace("_", "-") for name in modules for dist in known.get(name, ())}
    wanted -= {"sm-track-widgets"}  # an editable install lists no modules
    found = {line.partition("==")[0].lower() for line in packages()}
    assert wanted - found <= {"setuptools"}  # which is imported as _distutils_hack only


def test_packages_of_folders(tmp_path: Path) -> None:
    names = [
        "Plain-1.0.dist-info",
        "py_yaml-2.0.dist-info",
        "old-3.0-py3.11.egg-info",
        "other-1.dist-info",
        "junk",
    ]
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / "py_yaml-2.0.dist-info" / "RECORD").write_text(
        "yaml/__init__.py,,\n../../bin/x,,\npy_yaml-2.0.dist-info/RECORD,,\n_yaml.so,,\n"
    )
    (tmp_path / "other-1.dist-info" / "top_level.txt").write_text("thing\n")
    modules = ["plain", "yaml.nodes", "old", "sys", "_yaml"]
    assert packages([str(tmp_path), "/missing"], modules) == ["old==3.0", "Plain==1.0", "py-yaml==2.0"]


def test_packages_cost_little_the_second_time() -> None:
    packages()
    began = time.perf_counter()
    packages()
    assert time.perf_counter() - began < 0.2
