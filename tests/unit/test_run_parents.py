"""Parents and children, and which run a piece of code is in when many are open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from run_home import DENIED, components, fault, stored, told_points

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run, current_run, load_run, open_runs


def parent_of(run: Run) -> str | None:
    """The parent's component, as ListTags tells it."""
    client = run.connection.client("sagemaker")
    tags = client.list_tags(ResourceArn=stored(run)["TrialComponentArn"])["Tags"]
    return next((tag["Value"] for tag in tags if tag["Key"] == "sm_track:parent"), None)


def test_a_run_inside_another_is_its_child(place: Connection) -> None:
    with Run("exp", "outer", connection=place) as outer:
        with (
            Run("exp", "child", group="other", connection=place) as child,
            Run("exp 2", "grandchild", connection=place) as grandchild,
        ):
            pass
        with Run("exp", "second", nested=True, connection=place) as second:
            pass
    assert parent_of(outer) is None
    assert parent_of(child) == parent_of(second) == "exp-outer"
    assert parent_of(grandchild) == "exp-child"


def test_nested_takes_the_only_open_run(place: Connection) -> None:
    with pytest.raises(UsageError, match="No run is open"):
        Run("exp", nested=True, connection=place)
    outer = Run("exp", "outer", connection=place)
    Run("exp", "not-a-child", connection=place).close()
    child = Run("exp", "child", nested=True, connection=place)
    with pytest.raises(UsageError, match="No run is open"):  # two are: which of them?
        Run("exp", nested=True, connection=place)
    for run in (child, outer):
        run.close()
    assert parent_of(child) == "exp-outer"


def test_a_parent_by_name_costs_one_call(place: Connection) -> None:
    Run("exp", "The Sweep!", group="sweeps", connection=place).close()
    place.calls.clear()
    children = [
        Run("exp", f"c{i}", parent=name, connection=place)
        for i, name in enumerate(("The Sweep!", "the-sweep"))
    ]
    assert place.calls["ListTrials"] == 2
    assert place.calls["DescribeTrialComponent"] == 0
    for child in children:
        child.close()
        assert parent_of(child) == "exp-the-sweep"


def test_a_parent_that_is_open_costs_none(place: Connection) -> None:
    with Run("exp", "outer", connection=place) as outer:
        place.calls.clear()
        by_name = Run("exp", "a", parent="Outer", connection=place)
        by_itself = Run("other", "b", parent=outer, connection=place)
        assert place.calls["ListTrials"] == 0
        for run in (by_name, by_itself):
            run.close()
            assert parent_of(run) == "exp-outer"


def test_parents_that_cannot_be_open_nothing(place: Connection) -> None:
    Run("elsewhere", "x", connection=place).close()
    with pytest.raises(NotFoundError, match="no run 'x'") as caught:
        Run("exp", "child", parent="x", connection=place)
    assert caught.value.cure
    with pytest.raises(UsageError, match="own parent"):
        Run("elsewhere", "x", parent="X", resume="must", connection=place)
    with pytest.raises(UsageError, match="Both"):
        Run("exp", "child", parent="x", nested=True, connection=place)
    assert components(place) == {"elsewhere-x": "Completed"}
    assert open_runs() == []


def test_a_parent_that_cannot_be_asked_for_does_not_hinder_the_child(place: Connection) -> None:
    with fault(place, "ListTrials", DENIED), Run("exp", "child", parent="outer", connection=place) as run:
        pass
    assert parent_of(run) == "exp-outer"
    assert "taken to exist" in run.warnings[0]


def test_a_run_that_is_continued_inside_another_keeps_its_parent(place: Connection) -> None:
    with Run("exp", "first", connection=place), Run("exp", "child", connection=place) as child:
        pass
    with Run("exp", "second", connection=place):
        load_run("child", "exp", connection=place).close()
        load_run("first", "exp", connection=place).close()
    assert parent_of(child) == "exp-first"
    with Run("exp", "second", resume="must", connection=place):
        Run("exp", "child", resume="must", nested=True, connection=place).close()
    assert parent_of(child) == "exp-second"


def test_tasks_each_have_their_own_run(place: Connection) -> None:
    async def train(number: int) -> Run:
        with Run("exp", f"t{number}", connection=place) as run:
            for step in range(3):
                await asyncio.sleep(0)
                assert current_run() is run
                load_run().log_metric("m", float(number), step=step)
        return run

    async def all_of_them() -> list[Run]:
        return list(await asyncio.gather(*(train(number) for number in range(4))))

    with Run("exp", "outer", connection=place) as outer:
        runs = asyncio.run(all_of_them())
        assert current_run() is outer
    for number, run in enumerate(runs):
        assert told_points(run, "m") == [(step, float(number)) for step in range(3)]
        assert parent_of(run) == "exp-outer"


def test_a_task_that_is_cancelled_is_stopped(place: Connection) -> None:
    async def train(opened: asyncio.Event) -> None:
        with Run("exp", "r", connection=place):
            opened.set()
            await asyncio.sleep(60)

    async def cancel() -> None:
        opened = asyncio.Event()
        task = asyncio.create_task(train(opened))
        await opened.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert components(place) == {"exp-r": "Stopped"}


def test_a_generator_that_is_left_alone_mixes_nothing(home: Connection) -> None:
    def batches() -> Iterator[int]:
        with Run("exp", "inside", connection=home):
            yield from range(3)

    with Run("exp", "outer", connection=home) as outer:
        for _ in batches():
            break
        outer.log_metric("m", 1.0, step=0)
    assert open_runs() == []
    assert components(home) == {"exp-outer": "Completed", "exp-inside": "Stopped"}


def test_blocks_that_end_in_another_order(place: Connection) -> None:
    first, second = Run("exp", "a", connection=place), Run("exp", "b", connection=place)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert current_run() is second
    second.__exit__(None, None, None)
    assert current_run() is None
    assert components(place) == {"exp-a": "Completed", "exp-b": "Completed"}


def test_one_run_written_by_many_threads(place: Connection) -> None:
    def work(number: int) -> None:
        for step in range(50):
            load_run().log_metric(f"m{number}", float(step), step=step)

    with Run("exp", "r", connection=place) as run:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    expected: list[Any] = [(step, float(step)) for step in range(50)]
    assert all(told_points(run, f"m{number}") == expected for number in range(4))
