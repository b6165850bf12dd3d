"""Copies of a store: made while others write, by hand, moved between file systems; opened like any other."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import sqlite3

import pytest
from embedded_home import CheckedHome
from store_check import faults
from store_writer import write_for_ever

from sm_track_widgets import reading
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.embedded.store import Store, StoreError, on_network_file_system
from sm_track_widgets.tracking.run import Run

FORK = multiprocessing.get_context("fork")
LOCAL, NETWORK = "ext4", "nfs4"


@pytest.fixture(autouse=True)
def _no_connection_left():
    yield
    reset()


def log_runs(path, tmp_path):
    """Two runs with a file, through our own API, as a notebook makes them; return what a notebook sees of them."""
    connection = connect("embedded", path=path)
    report = tmp_path / "report.txt"
    report.write_text("all is well")
    for name in ("first", "second"):
        with Run("Exp", name, connection=connection) as run:
            run.log_parameter("depth", 3)
            for step in range(20):
                run.log_metric("loss", 1 / (step + 1), step=step)
            run.log_file(report)
    return seen(path)


def seen(path):
    connection = connect("embedded", path=path)
    frame = reading.runs("Exp", connection=connection)
    points = reading.metrics("Exp", ["loss"], connection=connection)
    bucket = connection.boto_session().resource("s3").Bucket(connection.bucket)
    objects = sorted(hashlib.sha256(one.get()["Body"].read()).hexdigest() for one in bucket.objects.all())
    connection.close()
    return frame.to_csv(), points.to_csv(), objects


def test_a_backup_shows_the_same_runs(tmp_path):
    expected = log_runs(tmp_path / "home", tmp_path)
    connect("embedded", path=tmp_path / "home").embedded.backup(tmp_path / "saved" / "today")
    assert faults(tmp_path / "saved" / "today") == []
    shutil.rmtree(tmp_path / "home")
    assert seen(tmp_path / "saved" / "today") == expected


def test_a_copied_folder_shows_the_same_runs(tmp_path):
    expected = log_runs(tmp_path / "home", tmp_path)
    shutil.copytree(tmp_path / "home", tmp_path / "copy with blank é")
    assert seen(tmp_path / "copy with blank é") == expected


def test_what_was_written_last_is_in_the_file_when_a_store_is_closed(tmp_path):
    """Other threads have it open still, so SQLite keeps the log; copying the main file alone loses nothing."""
    home = CheckedHome(tmp_path / "home")
    other = Store(home.path / "store.sqlite")
    assert other.rows("SELECT 1")
    home.engine.call("sagemaker", "CreateExperiment", {"ExperimentName": "kept"})
    home.close()
    (tmp_path / "copy").mkdir()
    shutil.copy(home.path / "store.sqlite", tmp_path / "copy")
    other.close()
    copied = CheckedHome(tmp_path / "copy")
    assert copied.engine.call("sagemaker", "DescribeExperiment", {"ExperimentName": "kept"})
    copied.close()


def test_a_backup_while_others_write(tmp_path, shared_clients):
    folder = tmp_path / "home"
    for service in ("sagemaker", "sagemaker-metrics", "s3"):
        assert shared_clients[service]
    ready = FORK.Event()
    process = FORK.Process(target=write_for_ever, args=(shared_clients, folder, 1, 0, ready))
    process.start()
    try:
        assert ready.wait(60)
        home = CheckedHome(folder)
        sizes = []
        for number in range(6):
            home.backup(tmp_path / str(number))
            assert process.is_alive()
            sizes.append((tmp_path / str(number) / "store.sqlite").stat().st_size)
        home.close()
    finally:
        process.kill()
        process.join()
    for number in range(6):
        assert faults(tmp_path / str(number)) == []


def test_a_backup_goes_into_an_empty_folder_only(tmp_path, home):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match="it is not empty; name a new folder"):
        home.backup(tmp_path / "used")
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["thesis.tex"]
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        home.backup(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    home.backup(tmp_path / "empty")
    assert faults(tmp_path / "empty") == []


def test_a_backup_that_fails_takes_itself_away(tmp_path, home):
    path = home.path / "store.sqlite"
    home.close()
    connection = sqlite3.connect(path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'parts'").fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\0" * 4096)
    with pytest.raises(StoreError, match="it is damaged"):
        home.backup(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


# -- file systems -----------------------------------------------------------------------------------------------


def mounts(tmp_path, kind):
    path = tmp_path / f"mounts-{kind}"
    folder = str(tmp_path).replace(" ", "\\040")
    path.write_text(f"proc /proc proc rw 0 0\n/dev/sda / ext4 rw 0 0\nserver:/home {folder} {kind} rw 0 0\n")
    return path


def mode(store):
    return store.row("PRAGMA journal_mode")[0], store.row("PRAGMA synchronous")[0]


def test_the_journal_follows_the_file_system(tmp_path):
    """From a local disk to a network file system and back: the data goes along, the mode is each one's own."""
    path = tmp_path / "store.sqlite"
    for number, kind in enumerate((LOCAL, NETWORK, NETWORK, LOCAL)):
        store = Store(path, mounts=mounts(tmp_path, kind))
        assert mode(store) == (("wal", 1) if kind == LOCAL else ("delete", 2))
        with store.atomic() as connection:
            connection.execute("INSERT INTO buckets VALUES (?, 0)", (f"b{number}",))
        assert len(store.rows("SELECT * FROM buckets")) == number + 1
        store.close()
    assert faults(tmp_path) == []


def test_a_log_with_data_in_it_is_taken_along(tmp_path):
    """Moved while the log held what was written last, as after a crash."""
    store = Store(tmp_path / "store.sqlite", mounts=mounts(tmp_path, LOCAL))
    with store.atomic() as connection:
        connection.execute("INSERT INTO buckets VALUES ('last', 0)")
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("store.sqlite", "store.sqlite-wal"):
        shutil.copy(tmp_path / name, moved)
    store.close()
    assert (moved / "store.sqlite-wal").stat().st_size > 0
    there = Store(moved / "store.sqlite", mounts=mounts(tmp_path, NETWORK))
    assert [row["name"] for row in there.rows("SELECT name FROM buckets")] == ["last"]
    assert mode(there) == ("delete", 2)
    assert sorted(path.name for path in moved.iterdir()) == ["store.sqlite"]
    there.close()


def test_two_use_a_store_on_a_network_file_system(tmp_path):
    one, two = (Store(tmp_path / "store.sqlite", mounts=mounts(tmp_path, NETWORK)) for _ in range(2))
    for number, store in enumerate((one, two, one)):
        with store.atomic() as connection:
            connection.execute("INSERT INTO buckets VALUES (?, 0)", (f"b{number}",))
    assert len(two.rows("SELECT * FROM buckets")) == 3
    one.close()
    two.close()


@pytest.mark.parametrize(
    ("line", "folder", "network"),
    [
        ("server:/home /home nfs4 rw 0 0", "/home/me", True),
        ("server:/home /home nfs4 rw 0 0", "/homeless", False),
        ("server:/home /home nfs4 rw 0 0\n/dev/sdb /home/me/fast ext4 rw 0 0", "/home/me/fast/x", False),
        ("//nas/share /mnt/my\\040share cifs rw 0 0", "/mnt/my share/x", True),
        ("host /mnt/tab\\011x fuse.sshfs rw 0 0", "/mnt/tab\tx", True),
        ("drvfs /mnt/c 9p rw 0 0", "/mnt/c/Users", True),
        ("fs-1 /opt lustre rw 0 0", "/opt", True),
        ("tmpfs /tmp tmpfs rw 0 0", "/tmp", False),
    ],
)
def test_network_file_systems_are_known(tmp_path, line, folder, network):
    path = tmp_path / "mounts"
    path.write_text(f"/dev/sda / ext4 rw 0 0\n{line}\n")
    assert on_network_file_system(type(path)(folder), path) is network


def test_a_machine_without_a_list_of_mounts(tmp_path):
    assert not on_network_file_system(tmp_path, tmp_path / "none")
