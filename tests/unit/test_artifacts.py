"""Files: media types the service takes, copies that stay as they were, places by content."""

from __future__ import annotations

import hashlib
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets._names import MEDIA_TYPE_PATTERN
from sm_track_widgets.tracking.media import artifacts, folders


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "text/csv"),
        ("a.CSV", "text/csv"),
        ("a.png", "image/png"),
        ("a.json", "application/json"),
        ("a.html", "text/html"),
        ("model.pt", "application/octet-stream"),
        ("a.xlsx", "application/octet-stream"),
        ("a.docx", "application/octet-stream"),
        ("a.ts", "text/plain"),
        ("a.tar.gz", "application/gzip"),
        ("a.svg", "image/svg+xml"),
        ("README", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
    ],
)
def test_media_types(name: str, kind: str) -> None:
    assert artifacts.media_type(name) == kind


def test_every_guess_fits_the_services_pattern() -> None:
    import mimetypes

    for suffix in [*mimetypes.types_map, *mimetypes.common_types]:
        kind = artifacts.media_type(f"x{suffix}")
        assert MEDIA_TYPE_PATTERN.fullmatch(kind), (suffix, kind)
        assert len(kind) <= 64


def test_a_media_type_of_the_user() -> None:
    assert artifacts.media_type("a", "application/x-tar") == "application/x-tar"
    for wrong in ("application/vnd.ms-excel", "text", "x/" + "y" * 70):
        with pytest.raises(UsageError, match="Media type"):
            artifacts.media_type("a", wrong)


def test_what_is_no_file_is_said_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist") as missing:
        artifacts.user_path(tmp_path / "none.csv")
    assert str(Path.cwd()) in str(missing.value)
    with pytest.raises(UsageError, match="no path"):
        artifacts.user_path(3.5)
    with pytest.raises(UsageError):
        artifacts.user_path("a\0b")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="ordinary"):
        artifacts.user_path(tmp_path / "pipe")


def test_a_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.txt").write_text("x")
    assert artifacts.user_path("~/a.txt") == tmp_path / "a.txt"


@pytest.mark.parametrize("size", [0, 5, artifacts.BLOCK, artifacts.BLOCK + 1])
def test_a_copy_is_what_the_file_was(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    file = tmp_path / "model.bin"
    file.write_bytes(data)
    spooled = artifacts.spool_file(file, tmp_path / "new" / "spool")
    with file.open("r+b") as changed:  # in place, as training code does
        changed.write(b"changed")
    assert spooled.path.read_bytes() == data
    assert spooled.sha256 == hashlib.sha256(data).hexdigest()
    assert (spooled.size, spooled.basename) == (size, "model.bin")


def test_equal_files_have_equal_keys_and_copies_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "a b.csv"
    file.write_text("x")
    one, other = (artifacts.spool_file(file, tmp_path / "spool") for _ in range(2))
    assert one.path != other.path
    key = artifacts.object_key(None, "exp", one)
    assert key == artifacts.object_key(None, "exp", other)
    assert key == f"sm-track/exp/{one.sha256[:2]}/{one.sha256}/a_b.csv"
    assert artifacts.object_key("/mine/", "exp", one).startswith("mine/exp/")


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    with pytest.raises(ConfigError, match=r"%sm_config --path") as caught:
        artifacts.spool_file(file, file / "below-a-file")
    assert "\n" not in str(caught.value)
    with pytest.raises(ConfigError):
        artifacts.spool_json({}, file / "below-a-file", "x.json")


def test_a_full_disk_leaves_no_half_copy(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 10_000)
    spool = tmp_path / "spool"
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(ConfigError):
            artifacts.spool_file(file, spool)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert list(spool.iterdir()) == []


def test_documents(tmp_path: Path) -> None:
    spooled = artifacts.spool_json({"a": [1, None]}, tmp_path, "x.json")
    assert json.loads(spooled.path.read_text()) == {"a": [1, None]}
    assert spooled.sha256 == hashlib.sha256(spooled.path.read_bytes()).hexdigest()


def test_names() -> None:
    assert artifacts.artifact_name("my file.csv") == "my file.csv"
    assert artifacts.artifact_name("a\nb") == "a b"
    assert artifacts.artifact_name("") == "artifact"
    long = artifacts.artifact_name("x" * 200 + ".csv")
    assert len(long) == 128
    assert long.endswith(".csv")
    assert long != artifacts.artifact_name("x" * 201 + ".csv")
    assert artifacts.numbered("model.pt", 2) == "model-2.pt"
    assert artifacts.numbered("README", 3) == "README-3"
    assert artifacts.numbered(".env", 2) == ".env-2"
    assert artifacts.safe_basename("a?b#c d%.csv") == "a_b_c_d_.csv"


def test_values() -> None:
    assert artifacts.artifact_value("data", "s3://b/k") == "s3://b/k"
    for wrong in ("x" * 2049, "two\nlines"):
        with pytest.raises(UsageError, match="log_file"):
            artifacts.artifact_value("data", wrong)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("a.txt", "a.txt"),
        (" notes/a b.txt ", "notes/a b.txt"),
        ("./x/./a.txt", "x/a.txt"),
        (Path("p/q"), "p/q"),
    ],
)
def test_names_that_are_asked_for(asked: object, name: str) -> None:
    assert artifacts.asked_name(asked) == name


@pytest.mark.parametrize("asked", ["", " ", "/a", "a//b", "a/", "../a", "a/..", "sm_track.x", None, 3, b"a"])
def test_names_that_are_none(asked: object) -> None:
    with pytest.raises(UsageError):
        artifacts.asked_name(asked)


def test_a_file_that_is_made_leaves_nothing_else(tmp_path: Path) -> None:
    spooled = artifacts.spool_made(lambda path: path.write_bytes(b"abc"), tmp_path, "dir/my model.bin")
    assert (spooled.size, spooled.sha256) == (3, hashlib.sha256(b"abc").hexdigest())
    assert list(tmp_path.iterdir()) == [spooled.path]

    def torn(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        artifacts.spool_made(torn, tmp_path, "x")
    assert list(tmp_path.iterdir()) == [spooled.path]


def test_a_full_disk_while_a_file_is_made(tmp_path: Path) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(ConfigError, match=r"No space left on device.*Free some space"):
        artifacts.spool_made(full, tmp_path / "spool", "x")
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    large = tmp_path / "data" / "large.bin"
    large.parent.mkdir()
    large.write_bytes(os.urandom(artifacts.BLOCK) * 20)
    tracemalloc.start()
    artifacts.spool_file(large, tmp_path / "spool")
    artifacts.spool_made(lambda path: folders.write_zip(large.parent, path), tmp_path / "spool", "data.zip")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 6 * artifacts.BLOCK
