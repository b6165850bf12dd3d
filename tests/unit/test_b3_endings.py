"""Weaknesses of the SDK's Run that ours does not have: how a run ends (numbers 3, 4, 5 and 13).

Results are read back by boto3.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from run_home import fault, stored, told_points, until

from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run

CONFLICT = ("ConflictException", "The trial component is being updated.")
DENIED = ("AccessDeniedException", "not allowed")


class FalsyError(Exception):
    """An exception that counts as false."""

    def __bool__(self) -> bool:
        return False


class WordlessError(Exception):
    """An exception whose text cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError


def failing(run: Run, error: BaseException) -> None:
    with run:
        run.log_parameter("p", 1)
        run.log_metric("m", 1.0, step=0)
        raise error


def caught(run: Run, error: BaseException) -> BaseException:
    """Return what came out of a ``with`` block in which `error` was raised."""
    with pytest.raises(BaseException) as info:  # noqa: PT011 - compared by identity
        failing(run, error)
    return info.value


def test_b3_03_an_error_with_a_long_text(place: Connection) -> None:
    run, error = Run("exp", "r", connection=place), ValueError("long " * 1000)
    assert caught(run, error) is error
    told = stored(run)
    assert told["Status"]["PrimaryStatus"] == "Failed"
    assert len(told["Status"]["Message"]) == 1024
    assert told["Status"]["Message"].startswith("ValueError: long long")
    assert told["Parameters"] == {"p": 1.0}


def test_b3_04_the_users_error_is_the_one_that_comes_out(place: Connection) -> None:
    run, error = Run("exp", "r", connection=place), KeyError("mine")
    with fault(place, "UpdateTrialComponent", DENIED):
        assert caught(run, error) is error
        assert error.__context__ is None
        assert error.__cause__ is None
    assert any("not delivered" in line for line in run.warnings)  # said, and kept


@pytest.mark.parametrize("body", [lambda run: None, lambda run: 1 / 0], ids=["completed", "failed"])
def test_b3_05_a_conflict_at_the_close_is_waited_for(
    place: Connection, body: Callable[[Run], object]
) -> None:
    run = Run("exp", "r", connection=place)
    with fault(place, "UpdateTrialComponent", CONFLICT, times=3) as failed:
        try:
            with run:
                run.log_parameter("p", 1)
                run.log_metric("m", 1.0, step=0)
                body(run)
        except ZeroDivisionError:
            pass
        until(lambda: run.progress().done)
    assert len(failed) == 3
    told = stored(run)
    assert told["Status"]["PrimaryStatus"] == run.status
    assert told["Parameters"] == {"p": 1.0}
    assert told_points(run, "m") == [(0, 1.0)]


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (KeyboardInterrupt(), "Stopped", "KeyboardInterrupt"),
        (SystemExit(0), "Completed", ""),
        (SystemExit(), "Completed", ""),
        (SystemExit(3), "Failed", "SystemExit: 3"),
        (ValueError(), "Failed", "ValueError"),
        (ValueError("two\nlines"), "Failed", "ValueError: two lines"),
        (FalsyError(), "Failed", "FalsyError"),
        (WordlessError(), "Failed", "WordlessError"),
    ],
    ids=repr,
)
def test_b3_13_the_status_tells_what_happened(
    home: Connection, error: BaseException, status: str, message: str
) -> None:
    run = Run("exp", "r", connection=home)
    assert caught(run, error) is error
    told = stored(run)["Status"]
    assert (told["PrimaryStatus"], told.get("Message", "")) == (status, message)


def test_b3_13_the_same_on_the_path_of_aws(place: Connection) -> None:
    for error, status in ((KeyboardInterrupt(), "Stopped"), (FalsyError(), "Failed")):
        run = Run("exp", connection=place)
        assert caught(run, error) is error
        told = stored(run)["Status"]
        assert (told["PrimaryStatus"], told["Message"]) == (status, type(error).__name__)
