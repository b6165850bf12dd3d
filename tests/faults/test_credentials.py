"""Credentials that are wrong, expire, and are renewed while a run goes on: no point is lost, none goes elsewhere."""

from __future__ import annotations

from fault_home import KEY
from run_home import component


def test_they_expire_while_the_run_goes_on_and_come_back(away):
    run = away.run("expiring")
    away.log(run, 100)
    away.arrived(run)
    away.faults.add("expired", access_key=KEY)
    away.log(run, 100, start=100)
    told = away.told(run, "ExpiredToken")
    assert told.blocked
    assert (told.waiting, told.delivered) == (200, 200)
    away.sign_in("AKIDFRESH")
    away.log(run, 100, start=200)
    run.log_parameter("lr", 0.1)  # wakes the sender, which otherwise looks every half minute
    away.arrived(run)
    assert run.progress().error is None
    run.close()
    away.whole(run, 300)
    assert component(away.connection(), run.ref.component)["Status"]["PrimaryStatus"] == "Completed"
    assert away.said == []


def test_wrong_from_the_start_the_body_goes_on(away, tmp_path):
    away.faults.add("unknown-key", access_key=KEY)
    run = away.run("wrong")
    assert len(away.said) == 1
    assert "Log in again" in away.said[0]
    assert "kept here and sent once that is cured" in away.said[0]
    away.log(run, 100)
    (tmp_path / "kept.txt").write_text("the account is not known, so the bucket is not")
    run.log_file(tmp_path / "kept.txt")
    run.log_confusion_matrix([0, 1, 1], [0, 1, 0], "matrix")
    away.told(run, "token included in the request is invalid")
    assert run.progress().waiting == 200
    away.sign_in("AKIDFRESH")
    run.log_parameter("lr", 0.1)
    away.arrived(run)
    run.close()
    away.whole(run, 100)
    kept = component(away.connection(), run.ref.component)["OutputArtifacts"]
    bucket = away.connection().bucket
    assert set(kept) >= {"kept.txt", "matrix"}
    assert all(value.startswith(f"s3://{bucket}/") for value in kept.values())
    assert len(away.said) == 1


def test_no_permission_until_somebody_grants_it(away):
    away.faults.add("denied", ("CreateTrialComponent", "BatchPutMetrics"))
    run = away.run("denied")
    away.log(run, 100)
    told = away.told(run, "AccessDeniedException: User is not authorized")
    assert told.blocked
    assert told.waiting == 200
    away.faults.clear()
    run.log_parameter("lr", 0.1)
    away.arrived(run)
    run.close()
    away.whole(run, 100)
    assert len(away.said) == 1
