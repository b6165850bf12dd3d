"""Models registered from runs, on the embedded service, by boto3 alone."""

from __future__ import annotations

import io
import json
import tarfile

import joblib
import pytest

import sm_track_widgets as sm
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets._names import MODELS_PARAMETER
from sm_track_widgets.actions.registry import packing, quality
from sm_track_widgets.actions.registry.difference import difference_frame
from sm_track_widgets.actions.registry.listing import read_versions
from sm_track_widgets.actions.registry.properties import allowed

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/serve:1"
HOSTILE = "<img src=x onerror=alert(1)> \u202e עברית"


@pytest.fixture
def place(tmp_path):
    return sm.connect("embedded", path=tmp_path / "home")


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """A home with one run, for what changes nothing in it."""
    place = sm.connect("embedded", path=tmp_path_factory.mktemp("settled"))
    a_run()
    return place


def a_run(name="a", *, model=None, metrics=None, **params):
    with sm.Run("fraud", name, params={"lr": 0.1, **params}) as run:
        for metric, value in (metrics or {"auc": 0.9, "loss": 0.2}).items():
            run.log_metric(metric, 0.5, step=0)
            run.log_metric(metric, value, step=1)
        run.log_metric("system/cpu_percent", 50.0)
        run.log_model({"weights": [1, 2]} if model is None else model)
    return run


def read(place, uri):
    bucket, key = packing.parts_of(uri)
    return place.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def record(place, version):
    return place.client("sagemaker").describe_model_package(ModelPackageName=version.arn)


def test_a_run_becomes_a_version(place):
    run = a_run(depth=6, note=HOSTILE)
    version = sm.register(
        "a", "fraud-model", image=IMAGE, metadata={"team": "risk", "tiers": [1], "none": None}
    )
    assert (version.name, version.status, version.existing) == (
        "fraud-model/1",
        "PendingManualApproval",
        False,
    )
    told = record(place, version)
    container = told["InferenceSpecification"]["Containers"][0]
    assert container["Image"] == IMAGE
    with tarfile.open(fileobj=io.BytesIO(read(place, container["ModelDataUrl"]))) as archive:
        assert archive.getnames() == ["model.joblib", "model.json"]
        assert joblib.load(archive.extractfile("model.joblib")) == {"weights": [1, 2]}
    statistics = told["ModelMetrics"]["ModelQuality"]["Statistics"]
    assert statistics["ContentType"] == "application/json"
    document = json.loads(read(place, statistics["S3Uri"]))
    assert document == {
        "binary_classification_metrics": {
            "auc": {"value": 0.9, "standard_deviation": "NaN"},
            "loss": {"value": 0.2, "standard_deviation": "NaN"},
        }
    }
    held = told["CustomerMetadataProperties"]
    assert {name: held[name] for name in ("run", "experiment", "run_component", "team")} == {
        "run": "a",
        "experiment": "fraud",
        "run_component": run.ref.component,
        "team": "risk",
    }
    assert (held["param.lr"], held["param.depth"]) == ("0.1", "6")
    assert held["param.note"] == "_img src=x onerror=alert_1__ _ עברית"
    assert any("param.note" in remark for remark in version.remarks)
    assert told["MetadataProperties"]["GeneratedBy"] == run.ref.component
    assert version.parameters["lr"] == 0.1


def test_the_run_remembers_and_the_same_model_is_registered_once(place):
    run = a_run()
    first = sm.register(run, "fraud-model", image=IMAGE)
    again = sm.register("a", "fraud-model", image=IMAGE, experiment="fraud")
    assert (again.arn, again.existing) == (first.arn, True)
    assert "registered already" in str(again)
    assert "--again" in str(again)
    second = sm.register("a", "fraud-model", image=IMAGE, again=True)
    assert second.version == 2
    other = sm.register("a", "another", image=IMAGE)
    assert (other.name, other.existing) == ("another/1", False)
    assert sm.run_details("a", "fraud").facts.models == ["fraud-model/1", "fraud-model/2", "another/1"]
    assert "fraud-model/1, fraud-model/2, another/1" in sm.run_details("a", "fraud").text()
    assert MODELS_PARAMETER not in sm.parameters("fraud").columns
    # the version that is remembered last is the one that is given
    assert sm.register("a", "fraud-model", image=IMAGE).version == 2


def test_what_was_cut_off_before_the_run_could_remember_is_not_registered_twice(place):
    a_run()
    first = sm.register("a", "fraud-model", image=IMAGE)
    place.client("sagemaker").update_trial_component(
        TrialComponentName="fraud-a", ParametersToRemove=[MODELS_PARAMETER]
    )
    assert sm.register("a", "fraud-model", image=IMAGE).arn == first.arn
    assert len(sm.model_versions("fraud-model")) == 1


def test_a_version_that_was_deleted_is_registered_anew(place):
    a_run()
    first = sm.register("a", "fraud-model", image=IMAGE)
    place.client("sagemaker").delete_model_package(ModelPackageName=first.arn)
    fresh = sm.register("a", "fraud-model", image=IMAGE)
    assert (fresh.version, fresh.existing) == (2, False)


def test_the_archive_of_the_same_model_is_stored_once(place):
    a_run("a")
    a_run("b")
    one, two = (sm.register(name, "fraud-model", image=IMAGE) for name in ("a", "b"))
    assert one.model == two.model
    before = place.calls["PutObject"]
    sm.register("a", "fraud-model", image=IMAGE, again=True)
    assert place.calls["PutObject"] == before


def test_a_zip_is_packed_as_the_files_in_it_and_a_tar_gz_as_it_is(place, tmp_path):
    folder = tmp_path / "net"
    (folder / "sub").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "sub" / "weights.bin").write_bytes(b"1")
    archive = tmp_path / "ready.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        made.add(folder / "config.json", "config.json")
    with sm.Run("fraud", "net") as run:
        run.log_file(folder)
        run.log_file(archive)
    zipped = sm.register("net", "g", artifact="net", image=IMAGE)
    with tarfile.open(fileobj=io.BytesIO(read(place, zipped.model))) as packed:
        assert packed.getnames() == ["config.json", "sub/weights.bin"]
    whole = sm.register("net", "g", artifact="ready", image=IMAGE)
    assert whole.model == run.artifacts["output"]["ready.tar.gz"]


def test_approving_and_rejecting(place):
    a_run()
    version = sm.register("a", "fraud-model", image=IMAGE)
    assert sm.approve("fraud-model", note="beats the champion").status == "Approved"
    told = record(place, version)
    assert (told["ModelApprovalStatus"], told["ApprovalDescription"]) == ("Approved", "beats the champion")
    assert sm.reject(version).note == ""
    sm.approve(version.arn)
    assert sm.register("a", "approved", image=IMAGE, approve=True).status == "Approved"
    frame = sm.models().set_index("group")
    assert frame.loc["fraud-model", ["versions", "newest", "status", "approved"]].tolist() == [
        1,
        1,
        "Approved",
        1,
    ]


def test_an_approval_asked_for_again_is_given_to_the_version_that_is_there(place):
    a_run()
    sm.register("a", "fraud-model", image=IMAGE)
    assert sm.register("a", "fraud-model", image=IMAGE, approve=True).existing
    assert sm.model_versions("fraud-model")["status"].tolist() == ["Approved"]


def test_versions_as_a_frame_and_two_side_by_side(place):
    a_run("a", depth=4)
    a_run("b", depth=8, metrics={"auc": 0.95, "loss": 0.3})
    sm.register("a", "fraud-model", image=IMAGE)
    sm.register("b", "fraud-model", image=IMAGE)
    frame = sm.model_versions("fraud-model")
    assert frame["version"].tolist() == [2, 1]
    assert frame["run"].tolist() == ["b", "a"]
    assert frame["metrics.auc"].tolist() == [0.95, 0.9]
    assert frame["params.depth"].tolist() == [8, 4]
    assert sm.models("fraud-model").equals(frame)
    newest, oldest = read_versions(place, "fraud-model")
    apart = difference_frame(oldest, newest)
    assert apart.loc[("metric", "auc"), "delta"] == pytest.approx(0.05)
    assert apart.loc[("metric", "auc"), "better"]
    assert not apart.loc[("metric", "loss"), "better"]
    assert apart.loc[("parameter", "depth"), "delta"] == 4
    assert len(read_versions(place, "fraud-model", 1)) == 1


def test_many_versions_are_listed_in_pages(place):
    client = place.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="many")
    for _ in range(103):
        client.create_model_package(
            ModelPackageGroupName="many", InferenceSpecification={"Containers": [{"Image": IMAGE}]}
        )
    assert [one.version for one in read_versions(place, "many", None)] == list(range(103, 0, -1))
    assert [one.version for one in read_versions(place, "many")] == list(range(103, 3, -1))
    assert sm.models()["versions"].tolist() == [103]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"run": "nobody"}, NotFoundError, "There is no run 'nobody'"),
        ({"model_group": "bad name!"}, UsageError, "For example: bad-name"),
        ({"model_group": "x" * 64}, UsageError, "up to 63"),
        ({"model_group": ""}, UsageError, "has a name"),
        ({"image": None}, UsageError, "--image URI"),
        ({"image": "two words"}, UsageError, "no address of a container image"),
        ({"framework": "xgboost==1.7-1"}, UsageError, "exclude each other"),
        ({"image": None, "framework": "xgboost"}, UsageError, "--framework xgboost==1.7-1"),
        ({"artifact": "weights"}, NotFoundError, "no file 'weights'"),
        ({"artifact": "s3://bucket"}, UsageError, "no object in S3"),
        ({"artifact": "s3://no-such-bucket/model.tar.gz"}, NotFoundError, "is gone"),
        ({"metrics": ["aucc"]}, UsageError, "Did you mean 'auc'?"),
        ({"problem": "regresion"}, UsageError, "Did you mean 'regression'?"),
        ({"description": "x" * 1025}, UsageError, "1,024"),
    ],
)
def test_what_cannot_be_registered_is_said_in_one_line_and_stores_nothing(settled, arguments, error, words):
    place = settled
    given = {"run": "a", "model_group": "fraud-model", "image": IMAGE, **arguments}
    before = place.calls["PutObject"]
    with pytest.raises(error, match=r".") as raised:
        sm.register(given.pop("run"), given.pop("model_group"), **given, connection=place)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert sm.models(connection=place).empty
    assert place.calls["PutObject"] == before


def test_an_artifact_whose_file_is_gone_is_refused(place):
    run = a_run()
    bucket, key = packing.parts_of(run.artifacts["output"]["model.joblib"])
    place.client("s3").delete_object(Bucket=bucket, Key=key)
    with pytest.raises(
        NotFoundError, match=r"Artifact 'model.joblib' of run 'a' is gone: nothing is at s3://"
    ):
        sm.register("a", "fraud-model", image=IMAGE)
    with sm.Run("fraud", "b"):
        pass
    with pytest.raises(NotFoundError, match=r"no artifact 'model'.*run.log_model"):
        sm.register("b", "fraud-model", image=IMAGE)


def test_versions_that_are_not_there(place):
    a_run()
    sm.register("a", "fraud-model", image=IMAGE)
    for asked, words in (
        ("fraud-modle", "Did you mean 'fraud-model'?"),
        ("fraud-model/7", "Its newest is fraud-model/1"),
        ("fraud-model/x", "'x' is no version"),
    ):
        with pytest.raises((NotFoundError, UsageError)) as raised:
            sm.approve(asked)
        assert words in str(raised.value)
    with pytest.raises(NotFoundError, match="There is no model group 'nothing'"):
        sm.model_versions("nothing")
    place.client("sagemaker").create_model_package_group(ModelPackageGroupName="empty")
    assert sm.model_versions("empty").empty
    with pytest.raises(NotFoundError, match="no versions yet"):
        sm.approve("empty")


def test_without_a_container(place):
    a_run()
    version = sm.register("a", "fraud-model", with_image=False)
    told = record(place, version)
    assert "InferenceSpecification" not in told
    assert told["SourceUri"] == version.model
    assert version.image == ""
    # A container can be added later, as the SDK does it.
    container = {"Image": IMAGE, "ModelDataUrl": version.model}
    place.client("sagemaker").update_model_package(
        ModelPackageArn=version.arn, InferenceSpecification={"Containers": [container]}
    )


def test_the_image_of_a_framework_is_the_sdks(place):
    a_run()
    version = sm.register("a", "fraud-model", framework="xgboost==1.7-1")
    assert version.image.endswith("sagemaker-xgboost:1.7-1")
    with pytest.raises(sm.ConfigError, match="knows no image of xgboost 99"):
        sm.register("a", "fraud-model", framework="xgboost==99", again=True)


def test_an_open_run_is_registered_when_its_model_has_arrived(place):
    with sm.Run("fraud", "open") as run:
        run.log_metric("auc", 0.8)
        run.log_model([1])
        version = sm.register(run, "fraud-model", image=IMAGE)
        run.log_metric("auc", 0.9)
    assert version.metrics == {"auc": 0.8}
    assert sm.run_details("open", "fraud").facts.models == ["fraud-model/1"]
    assert sm.run_details("open", "fraud").facts.status == "Completed"


def test_the_best_run_is_registered(place):
    a_run("a")
    a_run("b", metrics={"auc": 0.99})
    assert sm.register(sm.best_run("auc", "fraud"), "fraud-model", image=IMAGE).run == "b"
    with pytest.raises(UsageError, match="int is no run"):
        sm.register(3, "fraud-model")


def test_fifty_entries_and_no_more(place):
    a_run(**{f"p{number}": number for number in range(70)})
    version = sm.register("a", "fraud-model", image=IMAGE, metadata={"team": "risk"})
    held = record(place, version)["CustomerMetadataProperties"]
    assert len(held) == 50
    assert held["team"] == "risk"
    assert any("Left out" in remark for remark in version.remarks)


def test_the_sign_set_of_customer_metadata():
    assert allowed("s3://b/k_1.tar.gz @ +-=:", 256) == "s3://b/k_1.tar.gz @ +-=:"
    assert allowed("a<b>\n(c)", 256) == "a_b___c_"
    assert len(allowed("ü" * 400, 256)) == 256


@pytest.mark.parametrize(
    ("metrics", "problem", "section"),
    [
        (["val_rmse", "auc"], None, "regression_metrics"),
        (["validation:auc"], None, "binary_classification_metrics"),
        (["f1_macro", "accuracy"], None, "multiclass_classification_metrics"),
        (["auc"], "regression", "regression_metrics"),
    ],
)
def test_the_section_follows_from_the_metrics_names(metrics, problem, section):
    assert quality.section(metrics, problem) == section


def test_statistics_of_others_are_read_too():
    document = {
        "binary_classification_metrics": {
            "confusion_matrix": {"0": {"0": 1, "1": 2}},
            "recall": {"value": 0.5, "standard_deviation": "NaN"},
            "auc": {"value": "NaN"},
        }
    }
    assert quality.values_of(json.dumps(document).encode()) == {"recall": 0.5}
    assert quality.values_of(b"no json") == {}


def test_statistics_that_are_gone_are_a_remark(place):
    a_run()
    version = sm.register("a", "fraud-model", image=IMAGE)
    bucket, key = packing.parts_of(version.statistics)
    place.client("s3").delete_object(Bucket=bucket, Key=key)
    (found,) = read_versions(place, "fraud-model")
    assert found.metrics == {}
    assert found.remarks == ["The metrics of version 1 cannot be read: NoSuchKey."]
