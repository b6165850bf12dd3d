"""The service is slow, throttles, fails, is away: nothing is lost, the loop does not notice, one line says why."""

from __future__ import annotations

import pytest
from run_home import component

from sm_track_widgets.serve import Server


def test_a_slow_service_does_not_slow_the_loop(away):
    run = away.run("slow")
    away.log(run, 50)
    away.arrived(run)
    away.faults.latency = 0.25
    away.log(run, 100, start=50)
    assert run.progress().waiting > 0
    away.arrived(run)
    away.faults.clear()
    run.close()
    away.whole(run, 150)
    assert away.said == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("throttle", "ThrottlingException: Rate exceeded"),
        ("error", "InternalFailure"),
        ("unavailable", "ServiceUnavailable"),
    ],
)
def test_a_service_that_answers_no_for_a_while(away, kind, words):
    run = away.run(kind)
    away.faults.add(kind)
    away.log(run, 200)
    told = away.told(run, words)
    assert (told.written, told.waiting, told.delivered) == (400, 400, 0)
    away.faults.clear()
    away.arrived(run)
    assert run.progress().error is None
    run.close()
    away.whole(run, 200)
    assert away.said == []


def test_a_run_opens_while_everything_is_throttled(away):
    away.faults.add("throttle")
    run = away.run("crowded")
    assert away.server.calls["CreateTrialComponent"] <= 5  # three of the kernel's, two of the sender's
    assert "ThrottlingException" in away.said[0]
    away.log(run, 20)
    away.faults.clear()
    away.arrived(run, 60)
    run.close()
    away.whole(run, 20)


def test_the_network_goes_and_comes_back(away, tmp_path):
    run = away.run("away")
    away.log(run, 100)
    away.arrived(run)
    port, token, account = away.server.port, away.server._token, away.server.home
    away.server.stop()
    away.log(run, 100, start=100)
    told = away.told(run, "EndpointConnectionError: Could not connect")
    assert told.waiting == 200
    back = Server(account, port=port)
    back._token = back._dispatcher._token = token
    back._dispatcher._token = token.encode()
    with back:
        away.arrived(run, 60)
        run.close()
        away.whole(run, 200)
    assert away.said == []


@pytest.mark.parametrize(
    "kinds", [("drop-reply",), pytest.param(("drop-reply", "drop-request"), marks=pytest.mark.soak)]
)
def test_connections_are_reset_on_the_way_there_and_back(away, kinds):
    """Every batch whose fate is unknown is found out about: what is there is not sent again, what is not, is."""
    run = away.run("reset")
    for kind in kinds:
        away.faults.add(kind, "BatchPutMetrics", probability=0.2, times=2)
        away.faults.add(kind, ("UpdateTrialComponent", "AddTags"), probability=0.3, times=3)
    away.log(run, 150)
    run.log_parameters({"lr": 0.1, "opt": "adam"})
    run.set_tag("kind", "test")
    away.arrived(run, 60)
    away.faults.clear()
    run.close()
    told = run.progress()
    assert (told.held, told.refused, told.delivered) == (0, 0, 300)
    away.whole(run, 150)
    stored = component(run.connection, run.ref.component)
    assert stored["Parameters"]["opt"] == "adam"
    assert stored["Status"]["PrimaryStatus"] == "Completed"
    assert away.faults.happened["drop-reply"] >= 2
