"""Folders: one zip that is the same for the same files, or every file under its own name."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest
from run_home import stored

from sm_track_widgets._errors import UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.media import folders
from sm_track_widgets.tracking.run import Run


@pytest.fixture(name="data")
def fixture_data(tmp_path: Path) -> Path:
    """A folder with files, a folder in it, and a link that leads back."""
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    (data / "b.txt").write_text("b")
    (data / "sub" / "a.csv").write_text("a\n1\n")
    (data / "sub" / "round").symlink_to(data)
    os.mkfifo(data / "pipe")
    return data


def test_unchanged_files_are_the_same_zip(data: Path, tmp_path: Path) -> None:
    folders.write_zip(data, tmp_path / "one.zip")
    later = time.time() + 100
    os.utime(data / "b.txt", (later, later))
    folders.write_zip(data, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    archive = zipfile.ZipFile(tmp_path / "one.zip")
    assert archive.namelist() == ["b.txt", "sub/a.csv"]
    assert archive.read("sub/a.csv") == b"a\n1\n"


def test_an_empty_folder_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no files"):
        folders.write_zip(tmp_path, tmp_path / "x.zip")


def test_a_folder_is_one_file(home: Connection, data: Path) -> None:
    with Run("e", connection=home) as run:
        run.log_file(data)
        run.log_file(data, "raw.zip", is_output=False)
    told = stored(run)
    assert set(told["OutputArtifacts"]) == {"data.zip"}
    assert told["OutputArtifacts"]["data.zip"] == told["InputArtifacts"]["raw.zip"]
    assert run.files == 2
    assert not list((home.settings.path / "spool").iterdir())


def test_every_file_under_its_name(home: Connection, data: Path) -> None:
    with Run("e", connection=home) as run:
        run.log_artifacts(data)
        run.log_artifacts(str(data), "raw", is_output=False)
    told = stored(run)
    assert set(told["OutputArtifacts"]) == {"b.txt", "sub/a.csv"}
    assert set(told["InputArtifacts"]) == {"raw/b.txt", "raw/sub/a.csv"}
    assert run.warnings == []


def test_too_many_files_become_one_zip(home: Connection, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(59):
        (many / f"{number}.txt").write_text(str(number))
    with Run("e", connection=home) as run:
        run.log_text("x", "first.txt")
        run.log_artifacts(many, "plots")
    assert set(stored(run)["OutputArtifacts"]) == {"first.txt", "plots/many.zip"}
    (said,) = run.warnings
    assert said.startswith(f"The 59 files of {str(many)!r} are 1 more than this run has places for; ")
    assert said.endswith("they were kept as one zip, 'plots/many.zip'.")


def test_mistakes(home: Connection, data: Path) -> None:
    with Run("e", connection=home) as run:
        with pytest.raises(UsageError, match=r"is no folder. For one file: run.log_file"):
            run.log_artifacts(data / "b.txt")
        with pytest.raises(UsageError, match="does not exist"):
            run.log_artifacts(data / "none")
        with pytest.raises(UsageError, match="relative"):
            run.log_artifacts(data, "../up")
    assert run.files == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_named(home: Connection, data: Path) -> None:
    (data / "b.txt").chmod(0)
    with Run("e", connection=home) as run, pytest.raises(UsageError, match=r"b.txt.*cannot be read"):
        run.log_file(data)
