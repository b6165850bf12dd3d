"""`gc`: only what nobody needs and what is old enough goes."""

from __future__ import annotations

import os
import time

import cleanup_home as made
import pytest
import run_home
from cleanup_home import look

from sm_track_widgets import gc
from sm_track_widgets._errors import UsageError
from sm_track_widgets.actions.cleanup import spool as leftovers
from sm_track_widgets.tracking.run import Run

HOUR = 3600.0


def test_what_nobody_needs_goes_and_the_rest_stays(place):
    used, waste = made.put(place, "e", "used"), made.put(place, "e", "waste, and more")
    made.run(place, "e", "a", files=[used])
    keep = made.lineage(place, "e-a", used)
    client = place.client("sagemaker")
    orphan = client.create_artifact(ArtifactName="x", ArtifactType="t", Source={"SourceUri": waste})
    foreign = client.create_artifact(ArtifactName="y", ArtifactType="t", Source={"SourceUri": "s3://b/data"})
    made.group(place, "e", "empty")
    made.group(place, "hollow", "empty-too")
    place.client("s3").put_object(Bucket=place.bucket, Key="sm-track/e/by-hand", Body=b"x")
    place.client("s3").put_object(Bucket=place.bucket, Key="other/x", Body=b"x")
    before = look(place)
    assert gc(older=HOUR, yes=True, connection=place).plan.empty
    plan = gc(older=0, dry_run=True, connection=place).plan
    assert look(place) == before
    report = gc(older=0, yes=True, connection=place)
    after = look(place)
    gone = before.gone(after)
    assert gone == {kind: plan.counts[kind] for kind in gone}
    assert gone == {
        "runs": 0, "groups": 2, "experiments": 1, "files": 1, "lineage": 1, "bytes": len("waste, and more"),
    }  # fmt: skip
    assert report.complete
    assert after.lineage == {keep, foreign["ArtifactArn"]}
    assert orphan["ArtifactArn"] not in after.lineage
    assert used in after.objects
    assert (after.trials, after.experiments) == ({"Default-Run-Group-e"}, {"e"})
    assert gc(older=0, yes=True, connection=place).plan.empty


def test_packed_models_go_when_no_version_needs_them(place):
    client, digest = place.client("sagemaker"), "a" * 64
    keys = (f"sm-track/models/{digest}/model.tar.gz", f"sm-track/models/quality/{digest}.json")
    for key in keys:
        place.client("s3").put_object(Bucket=place.bucket, Key=key, Body=b"x")
    client.create_model_package_group(ModelPackageGroupName="g")
    made_now = client.create_model_package(
        ModelPackageGroupName="g",
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": f"s3://{place.bucket}/{keys[0]}"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        ModelMetrics={
            "ModelQuality": {
                "Statistics": {
                    "ContentType": "application/json",
                    "S3Uri": f"s3://{place.bucket}/{keys[1]}",
                }
            }
        },
    )
    assert gc(older=0, yes=True, connection=place).plan.empty
    client.delete_model_package(ModelPackageName=made_now["ModelPackageArn"])
    assert gc(older=0, yes=True, connection=place).done["files"] == 2


def test_a_group_that_is_filled_meanwhile_stays(place):
    made.group(place, "e", "late")
    with made.before(
        place, "DeleteTrial", lambda _: made.run(place, "e", f"{time.time_ns()}", groups=["late"])
    ):
        report = gc(older=0, yes=True, connection=place)
    assert [(left.kind, left.name) for left in report.left] == [("group", "late"), ("experiment", "e")]
    assert look(place).experiments == {"e"}


def test_copies_that_no_journal_names_go(tmp_path):
    place = run_home.embedded(tmp_path / "place")
    spool = place.settings.path / "spool"
    (tmp_path / "a.txt").write_text("kept")
    with Run("e", "a", connection=place) as run:
        with run_home.fault(place, "UpdateTrialComponent", ("ThrottlingException", "Rate exceeded")):
            run.log_file(str(tmp_path / "a.txt"))
            waiting = {path.name for path in spool.iterdir()}
            (spool / "left").write_bytes(b"12345")
            (spool / "making-x").mkdir()
            (spool / "making-x" / "part").write_bytes(b"123")
            for path in spool.iterdir():
                os.utime(path, (0, 0))
            assert waiting
            late = [str(spool / name) for name in waiting]  # named between the plan and the answer
            assert leftovers.delete(late, place.settings.path) == dict.fromkeys(
                late, "it waits to be delivered"
            )
            report = gc(yes=True, connection=place)
        assert (report.done["spool"], report.done["bytes"]) == (2, 8)
        assert waiting <= {path.name for path in spool.iterdir()}
    assert run_home.stored(run)["OutputArtifacts"]["a.txt"].endswith("/a.txt")


def test_a_strange_age_is_one_line(place):
    with pytest.raises(UsageError, match="number of seconds"):
        gc(older=-1, connection=place)
