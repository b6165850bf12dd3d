"""Every limit and error through boto3: the rows of docs/limits.md, and every constraint of every operation's model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import limits
import pytest
from botocore.exceptions import ClientError
from embedded_home import CheckedHome
from limit_rows import SERVICE, Limit, World, unchecked
from model_limits import constraints, valid

from sm_track_widgets.embedded.engine import OPERATIONS
from sm_track_widgets.embedded.validate import service_model, validate

MODELLED = [(service, name) for service in ("sagemaker", "sagemaker-metrics") for name in OPERATIONS[service]]


@pytest.fixture(scope="session")
def raw(shared_clients) -> dict[str, Any]:
    return unchecked(shared_clients.session)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory, shared_clients, raw) -> World:
    """A home for calls that are refused before anything is looked at."""
    return World(CheckedHome(tmp_path_factory.mktemp("untouched")), raw)


def told(call: Callable[[], Any]) -> tuple[str, str]:
    """The code and text that a call is answered with."""
    try:
        answer = call()
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return (answer["Errors"][0]["Code"], "") if answer else ("", "it is accepted")


def calls(world: World, row: Limit) -> Iterator[Callable[[], Any]]:
    """The calls that a row is about."""
    if inspect.isgeneratorfunction(row.provoke):
        yield from row.provoke(world)
    else:
        yield lambda: row.provoke(world)


@pytest.mark.parametrize("row", SERVICE, ids=lambda row: row.provoke.__name__.strip("_"))
def test_what_the_service_refuses(tmp_path, clock, shared_clients, raw, row):
    home = CheckedHome(tmp_path / "home", clock=clock, rules=row.rules)
    shared_clients.switch.target = home.engine
    for call in calls(World(home, raw).fill(), row):
        code, text = told(call)
        assert code == row.code, text
        assert limits.matches(row.text, text), text
    home.close()


@pytest.mark.parametrize(("service", "operation"), MODELLED, ids=[name for _, name in MODELLED])
def test_every_constraint_of_the_model_holds(shared_clients, untouched, service, operation):
    shared_clients.switch.target = untouched.home.engine
    for constraint in constraints(service, operation):
        where = f"{constraint.place} {constraint.kind}"
        with pytest.raises(ClientError) as caught:
            limits.call(untouched, constraint)
        error = caught.value.response["Error"]
        assert error["Code"] == "ValidationException", (where, error)
        assert f" at '{constraint.where}' failed to satisfy constraint: " in error["Message"], (where, error)
        assert constraint.rule in error["Message"], (where, error)


@pytest.mark.parametrize(("service", "operation"), MODELLED, ids=[name for _, name in MODELLED])
def test_the_smallest_call_breaks_nothing(service, operation):
    validate(service, operation, valid(service_model(service).operation_model(operation).input_shape))


def test_every_row_of_a_model_is_answered_with_its_text(shared_clients, untouched):
    shared_clients.switch.target = untouched.home.engine
    for row in limits.rows()[len(SERVICE) :]:
        code, text = told(lambda row=row: row.provoke(untouched))
        assert (code, limits.matches(row.text, text)) == (row.code, True), (row.rule, text)


def test_the_conditions_of_a_row_differ():
    """No two rows say the same of the same operation."""
    said = [(row.operations, row.rule, row.switch) for row in limits.rows()]
    assert len(set(said)) == len(said)
