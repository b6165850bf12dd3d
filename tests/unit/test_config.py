"""Where settings come from, and which of two wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sm_track_widgets import config
from sm_track_widgets._errors import ConfigError, UsageError


@pytest.fixture(autouse=True)
def _no_overrides():
    config.clear_overrides()
    yield
    config.clear_overrides()


@pytest.fixture
def places(tmp_path: Path):
    """A settings file and a Studio metadata file that do not exist yet."""
    return {"config_file": tmp_path / "settings.ini", "metadata_file": tmp_path / "metadata.json"}


def studio(places) -> None:
    places["metadata_file"].write_text(json.dumps({"AppType": "JupyterLab", "DomainId": "d-1"}))


def test_embedded_unless_somebody_asks(places):
    settings = config.resolve(environ={}, **places)
    assert settings.backend == "embedded"
    assert settings.why == "embedded: nothing asked for AWS and this is not SageMaker Studio"
    assert settings.path.is_absolute()
    assert settings.path.name == "sm-track-widgets"
    assert (settings.experiment, settings.region, settings.redact, settings.theme) == (None, None, (), "auto")
    assert set(settings.origin.values()) == {"default"}


def test_credentials_in_the_environment_do_not_choose_aws(places):
    environ = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "eu-west-1"}
    assert config.resolve(environ=environ, **places).backend == "embedded"


def test_each_source_goes_before_the_next(places):
    studio(places)
    assert config.resolve(environ={}, **places).why == "aws: this notebook runs in SageMaker Studio"
    config.save({"backend": "embedded", "experiment": "from-file"}, places["config_file"])
    settings = config.resolve(environ={}, **places)
    assert (settings.backend, settings.why) == ("embedded", "embedded: set in the settings file")
    environ = {"SM_TRACK_BACKEND": "aws", "SM_TRACK_REGION": "eu-west-1"}
    settings = config.resolve(environ=environ, **places)
    assert (settings.backend, settings.region) == ("aws", "eu-west-1")
    assert settings.why == "aws: set by SM_TRACK_BACKEND"
    assert settings.origin["experiment"] == "config file"
    config.set_overrides(backend="embedded")
    assert config.resolve(environ=environ, **places).why == "embedded: set with %sm_config"
    settings = config.resolve({"backend": "aws"}, environ=environ, **places)
    assert settings.why == "aws: asked for by connect()"
    assert settings.origin["backend"] == "argument"


def test_an_empty_variable_counts_as_none(places):
    assert config.resolve(environ={"SM_TRACK_BACKEND": ""}, **places).backend == "embedded"


def test_home_is_expanded(places, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert config.resolve(environ={"SM_TRACK_HOME": "~/runs"}, **places).path == tmp_path / "runs"


def test_the_settings_file_is_found_through_the_environment(tmp_path, places):
    named = tmp_path / "mine.ini"
    config.save({"theme": "dark"}, named)
    environ = {"SM_TRACK_CONFIG": str(named)}
    assert config.resolve(environ=environ, metadata_file=places["metadata_file"]).theme == "dark"


def test_save_keeps_what_is_there_and_removes_none(places):
    file = places["config_file"]
    config.save({"experiment": "100%", "redact": ["a+", "b{2}"]}, file)
    config.save({"theme": "dark"}, file)
    settings = config.resolve(environ={}, **places)
    assert (settings.experiment, settings.redact, settings.theme) == ("100%", ("a+", "b{2}"), "dark")
    config.save({"experiment": None}, file)
    assert config.resolve(environ={}, **places).experiment is None


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"backend": "cloud"}, "backend is 'embedded' or 'aws', not 'cloud'"),
        ({"theme": "blue"}, "theme is 'auto' or 'light' or 'dark'"),
        ({"regoin": "x"}, "There is no setting 'regoin'. Did you mean 'region'?"),
        ({"redact": ["("]}, "redact: '(' is not a regular expression"),
    ],
)
def test_a_bad_value_is_one_line(values, line):
    with pytest.raises(UsageError) as caught:
        config.set_overrides(**values)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)
    assert config.session_overrides() == {}


def test_a_bad_value_says_where_it_stands(places):
    with pytest.raises(UsageError, match="SM_TRACK_BACKEND"):
        config.resolve(environ={"SM_TRACK_BACKEND": "cloud"}, **places)
    places["config_file"].write_text("[sm_track]\nbackend = cloud\n")
    with pytest.raises(UsageError, match="settings file"):
        config.resolve(environ={}, **places)


@pytest.mark.parametrize("text", ["no section", "[sm_track\n", "[sm_track]\na=1\na=2\n"])
def test_a_broken_settings_file_is_one_line(places, text):
    places["config_file"].write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.resolve(environ={}, **places)
    assert "\n" not in str(caught.value)
    assert "settings.ini" in str(caught.value)


def test_a_settings_file_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="SM_TRACK_CONFIG"):
        config.save({"theme": "dark"}, tmp_path / "file" / "settings.ini")


def test_a_metadata_file_that_is_no_json_is_no_studio(places):
    places["metadata_file"].write_text("{")
    assert config.resolve(environ={}, **places).backend == "embedded"


def test_studio_region(tmp_path):
    file = tmp_path / "metadata.json"
    assert config.studio_region({}, file) is None
    file.write_text(
        json.dumps({"ResourceArn": "arn:aws:sagemaker:eu-north-1:1:app/d-1/u/jupyterlab/default"})
    )
    assert config.studio_region({}, file) == "eu-north-1"
    assert config.studio_region({"REGION_NAME": "eu-west-2"}, file) == "eu-west-2"
    assert config.studio_region({"AWS_REGION": "eu-west-3", "REGION_NAME": "eu-west-2"}, file) == "eu-west-3"
    file.write_text(json.dumps({"AdditionalMetadata": {"DataZoneDomainRegion": "us-west-2"}}))
    assert config.studio_region({}, file) == "us-west-2"
