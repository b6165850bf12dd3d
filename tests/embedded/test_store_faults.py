"""What a disk, a user or another program can do to a store: one clear line each, and nothing destroyed."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import sys
from contextlib import contextmanager

import pytest
from embedded_home import CheckedHome, refused
from filled_store import filled_store, told_to_the_user
from process_limits import drop_rights, in_child
from store_check import faults

from sm_track_widgets._errors import ConfigError
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.embedded.schema import MIGRATIONS
from sm_track_widgets.embedded.store import Store, StoreError

PAGE = 4096


@pytest.fixture
def folder(tmp_path):
    return filled_store(tmp_path)


def content(folder):
    """Every file below, with its bytes."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# -- a file that is no store ------------------------------------------------------------------------------------


def garbage(path):
    path.write_bytes(b"this is not a database, and long enough to be sure. " * 400)


def broken_header(path):
    with path.open("r+b") as file:
        file.write(b"\0" * 100)


def zeroed_pages(path):
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\0" * (path.stat().st_size - PAGE))


def cut_short(path):
    os.truncate(path, path.stat().st_size // 3 // PAGE * PAGE)


def newer(path):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()


def foreign(path):
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()


def foreign_of_our_version(path):
    foreign(path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) - 1}")
    connection.close()


def log_alone(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    kept = path.with_name("kept")
    shutil.copy(path.with_name(path.name + "-wal"), kept)
    connection.close()
    path.unlink()
    kept.rename(path.with_name(path.name + "-wal"))


def log_beside_an_empty_file(path):
    log_alone(path)
    path.touch()


def journal_alone(path):
    path.unlink()
    path.with_name(path.name + "-journal").write_bytes(b"pages of a transaction")


def a_folder_in_its_place(path):
    path.unlink()
    path.mkdir()
    (path / "content").write_text("kept")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (garbage, "not a store of sm_track_widgets"),
        (broken_header, "not a store of sm_track_widgets"),
        (zeroed_pages, "it is damaged"),
        (cut_short, "it is damaged"),
        (newer, "pip install -U sm-track-widgets"),
        (foreign, "SQLite database of another program"),
        (foreign_of_our_version, "SQLite database of another program"),
        (log_alone, "store.sqlite-wal is there without it"),
        (log_beside_an_empty_file, "store.sqlite-wal is there without it"),
        (journal_alone, "store.sqlite-journal is there without it"),
        (a_folder_in_its_place, "it is a folder"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line_and_left_alone(folder, damage, said):
    damage(folder / "store.sqlite")
    before = content(folder)
    for _ in range(2):
        line = told_to_the_user(folder)
        assert said in line
        assert str(folder / "store.sqlite") in line
        assert "\n" not in line
        assert line.startswith("ConfigError: The data folder cannot be used: ")
        assert content(folder) == before


def test_a_path_that_is_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("a report")
    assert "it is, or lies below, a file" in told_to_the_user(path)
    assert "it is, or lies below, a file" in told_to_the_user(path / "below")
    assert path.read_text() == "a report"


def test_damage_that_opening_does_not_meet_is_told_when_it_is_met(folder, clients):
    """A page of points is lost: everything else goes on; the points are told as damaged, to boto3 and to us."""
    path = folder / "store.sqlite"
    connection = sqlite3.connect(path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'chunks'").fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * PAGE)
        file.write(b"\0" * PAGE)
    home = CheckedHome(folder)
    clients.switch.target = home.engine
    assert clients["sagemaker"].describe_trial_component(TrialComponentName="run")
    query = {
        "MetricName": "loss",
        "ResourceArn": "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/run",
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    with refused("InternalFailure", "it is damaged"):
        clients["sagemaker-metrics"].batch_get_metrics(MetricQueries=[query])
    home.close()
    with pytest.raises(ConfigError, match=r"Cannot read metrics: .*it is damaged"):
        connect("embedded", path=folder).read_series([("run", "loss")])
    reset()


# -- rights -----------------------------------------------------------------------------------------------------


def told_without_rights(folder):
    drop_rights()
    return told_to_the_user(folder)


@contextmanager
def mode(path, bits):
    before = path.stat().st_mode
    path.chmod(bits)
    yield
    path.chmod(before)


def test_a_read_only_folder(folder):
    before = content(folder)
    with mode(folder, 0o555):
        line = in_child(told_without_rights, folder)
    assert f"cannot write in {folder}; make the folder writable" in line
    assert content(folder) == before


def test_a_folder_nobody_may_make(tmp_path):
    with mode(tmp_path, 0o555):
        line = in_child(told_without_rights, tmp_path / "home")
    assert f"cannot make the folder {tmp_path / 'home'}: Permission denied" in line


@pytest.mark.parametrize("bits", [0o444, 0o000])
def test_a_file_that_may_not_be_written(folder, bits):
    before = content(folder)
    with mode(folder / "store.sqlite", bits):
        line = in_child(told_without_rights, folder)
    assert f"cannot read and write {folder / 'store.sqlite'}; make the file writable" in line
    assert content(folder) == before


def put_without_rights(clients, folder):
    home = CheckedHome(folder)
    clients.switch.target = home.engine
    (folder / "objects" / "incoming").chmod(0o555)
    drop_rights()
    with refused("InternalFailure", "make the folder writable"):
        clients["s3"].put_object(Bucket=home.engine.service.default_bucket, Key="new", Body=b"y")
    return True


def test_an_objects_folder_that_may_not_be_written(folder, clients):
    assert in_child(put_without_rights, clients, folder)
    (folder / "objects" / "incoming").chmod(0o755)
    assert faults(folder) == []


# -- objects ----------------------------------------------------------------------------------------------------


def test_a_missing_objects_file_is_told_by_name(folder, clients):
    home = CheckedHome(folder)
    clients.switch.target = home.engine
    s3, bucket = clients["s3"], home.engine.service.default_bucket
    (path,) = [found for found in (folder / "objects").rglob("*") if found.is_file()]
    path.unlink()
    with refused("InternalError", str(path)):
        s3.get_object(Bucket=bucket, Key="k")
    s3.put_object(Bucket=bucket, Key="k", Body=b"again")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"again"
    home.close()
    assert faults(folder) == []


def test_a_body_that_cannot_be_read_is_the_callers_own_error(folder):
    home = CheckedHome(folder)

    class Unreadable:
        def read(self, _size):
            raise OSError(5, "the stick was pulled")

    with pytest.raises(OSError, match="the stick was pulled") as caught:
        home.engine.call(
            "s3",
            "PutObject",
            {"Bucket": home.engine.service.default_bucket, "Key": "n", "Body": Unreadable()},
        )
    assert not isinstance(caught.value, StoreError)
    home.close()
    assert faults(folder) == []


# -- interrupts -------------------------------------------------------------------------------------------------


def interrupt_at(line):
    """Have Python raise KeyboardInterrupt at the nth line of `Store.atomic` that runs from now on."""
    left = [line]

    def at_line(frame, event, _arg):
        if event == "line":
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
        return at_line

    sys.settrace(lambda frame, _event, _arg: at_line if frame.f_code.co_name == "atomic" else None)
    return left


def test_an_interrupt_at_any_line_of_a_transaction_leaves_none_open(tmp_path):
    """Ctrl-C wherever it comes: no transaction stays open that later writes would join and lose."""
    store = Store(tmp_path / "store.sqlite")
    connection = store.connection()
    for line in itertools.count(1):
        before = sys.gettrace()
        left = interrupt_at(line)
        try:
            with store.atomic() as held:
                held.execute("INSERT OR IGNORE INTO buckets VALUES (?, 0)", (str(line),))
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)
        assert not connection.in_transaction, line
        if left[0] > 0:
            break
    assert line > 5
    kept = [row["name"] for row in store.rows("SELECT name FROM buckets ORDER BY CAST(name AS INTEGER)")]
    assert kept[-1] == str(line)
    store.close()
