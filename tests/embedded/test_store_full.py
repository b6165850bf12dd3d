"""A store on a disk that takes no more: what is refused leaves nothing half, and the connection stays usable."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from botocore.exceptions import ClientError
from embedded_home import CheckedHome, refused
from filled_store import filled_store, points, told_to_the_user
from process_limits import in_child, limit_files
from store_check import faults

from sm_track_widgets._failures import judge
from sm_track_widgets._types import JournalMark
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.store import StoreError


@pytest.fixture
def folder(tmp_path):
    return filled_store(tmp_path)


def fill(s3, home, most=400):
    """Log and upload until the disk is full; return the texts of the refusals."""
    service = home.engine.service
    said = []
    try:
        for number in range(most):
            s3.put_object(Bucket=service.default_bucket, Key=f"full-{number}", Body=os.urandom(50_000))
    except ClientError as error:
        said.append(str(error))
    try:
        offset = bulk.journal_offset(service, "run")
        for start in range(offset, offset + most * 5000, 5000):
            bulk.append_points(service, "run", points(start, start + 5000), JournalMark("run", start + 5000))
    except StoreError as error:
        said.append(str(error))
    return said


def goes_on(home):
    """The same connection is usable, and what was refused has left nothing half."""
    service = home.engine.service
    assert not service.store.connection().in_transaction
    before = bulk.journal_offset(service, "run")
    (series,) = bulk.read_points(service, [("run", "loss")])
    assert len(series) == before
    bulk.append_points(service, "run", points(before, before + 10), JournalMark("run", before + 10))
    home.engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": "after"})
    home.close()
    assert faults(home.path) == []


@pytest.fixture
def opened(clients):
    """Open a store, with the clients on it."""

    def open_store(folder):
        made = CheckedHome(folder)
        clients.switch.target = made.engine
        return clients["s3"], made

    return open_store


def test_a_full_database(folder, opened, clients):
    s3, home = opened(folder)
    connection = home.engine.service.store.connection()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    said = fill(s3, home, 40)
    assert "cannot use" in said[-1]
    assert "the disk is full" in said[-1]
    assert judge(StoreError(said[-1])).meaning == "transient"  # our sender keeps the points and tries again
    with refused("InternalFailure", "the disk is full; nothing of this call was kept: make room"):
        clients["sagemaker"].create_trial_component(
            TrialComponentName="big",
            Parameters={f"p{place}": {"StringValue": "x" * 2500} for place in range(300)},
        )
    connection.execute("PRAGMA max_page_count = 1000000")
    assert home.engine.service.store.row("SELECT 1 FROM components WHERE key = 'big'") is None
    goes_on(home)


def fill_with_a_limit(opened, folder, size):
    s3, home = opened(folder)
    limit_files(size)
    said = fill(s3, home)
    limit_files(-1)
    goes_on(home)
    return said


def test_a_disk_that_takes_no_more_of_a_file(folder, opened):
    """Over quota, as the kernel says it: writes end with an error in the middle of a file."""
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    size = (folder / "store.sqlite").stat().st_size + 200_000
    for said in in_child(fill_with_a_limit, opened, folder, size):
        assert "the disk refused to read or write (full, over quota or failing)" in said
    said = in_child(fill_with_a_limit, opened, other, 40_000)
    assert f"cannot write {other}" in said[0]
    assert "File too large; make room and repeat it" in said[0]


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no tmpfs may be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk(folder, small_disk, opened):
    (small_disk / "ballast").write_bytes(bytes(200_000))
    shutil.copytree(folder, small_disk / "home")
    s3, home = opened(small_disk / "home")
    said = fill(s3, home)
    assert "No space left on device; make room and repeat it" in said[0]
    assert "full" in said[1]
    (small_disk / "ballast").unlink()
    goes_on(home)


def test_a_store_that_finds_no_room_to_be_made(small_disk):
    ballast = bytes(4 << 20)
    with (small_disk / "ballast").open("wb", buffering=0) as file:
        assert file.write(ballast) < len(ballast)
    line = told_to_the_user(small_disk / "home")
    assert "full" in line or "No space left" in line
    (small_disk / "ballast").unlink()
    CheckedHome(small_disk / "home").close()
    assert faults(small_disk / "home") == []
