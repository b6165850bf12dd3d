"""A store as version 0.1.0 left it: opened by this version, everything is there, through boto3."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct

import pytest
from embedded_home import CheckedHome
from store_check import faults

from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.schema import MIGRATIONS

T = 1_760_000_000.0
ACCOUNT = "arn:aws:sagemaker:us-east-1:000000000000"
RUN, JOB = "exp-first", "job-aws-training-job"
ARN = f"{ACCOUNT}:experiment-trial-component/Exp-First"
ARTIFACT = f"{ACCOUNT}:artifact/0123456789abcdef0123456789abcdef"
BUCKET = "sagemaker-us-east-1-000000000000"
BODY = b"model bytes"
FILE = hashlib.sha256(BODY).hexdigest()
ETAG = f'"{hashlib.md5(BODY).hexdigest()}"'
POINTS = [(step, T + step, 1 / (step + 1)) for step in range(100)]


def packed(points):
    """Points as 0.1.0 packed them: all steps, all times, all values, little-endian."""
    columns = list(zip(*points, strict=True))
    size = len(points)
    return struct.pack(f"<{size}q", *columns[0]) + struct.pack(f"<{2 * size}d", *columns[1], *columns[2])


def rows():
    """(statement, values) of everything 0.1.0 wrote."""
    headers = json.dumps({"Metadata": {"who": "me"}})
    yield "INSERT INTO experiments VALUES (1, 'Exp', 'exp', 'My experiment', 'why', ?, ?)", (T, T + 1)
    yield "INSERT INTO trials VALUES (1, 'Group', 'group', 'Group', 1, NULL, ?, ?)", (T, T)
    yield (
        "INSERT INTO components VALUES (1, 'Exp-First', ?, 'First', 'Failed', ?, ?, ?, NULL, NULL, NULL, ?, ?)",
        (RUN, "ValueError: x", T, T + 60, T, T + 61),
    )
    yield (
        "INSERT INTO components VALUES (2, ?, ?, 'job', NULL, NULL, NULL, NULL, NULL, ?, ?, ?, ?)",
        (JOB, JOB, f"{ACCOUNT}:training-job/job", "SageMakerTrainingJob", T, T),
    )
    yield "INSERT INTO component_parameters VALUES (1, 'depth', NULL, 4.0), (1, 'kind', 'gini', NULL)", ()
    yield (
        "INSERT INTO component_artifacts VALUES (1, 'output', 'model', 'application/x', ?)",
        (f"s3://{BUCKET}/model",),
    )
    yield "INSERT INTO trial_components VALUES (1, 1, ?), (1, 2, ?)", (T, T)
    yield (
        "INSERT INTO tags VALUES (?, 0, 'sagemaker:trial-component-source', 'run'), (?, 1, 'team', 'red')",
        (ARN.lower(), ARN.lower()),
    )
    yield (
        "INSERT INTO artifacts VALUES (1, ?, 'data', 's3://b/data.csv', '[]', 'DataSet', ?, NULL, ?, ?)",
        (ARTIFACT, '{"rows": "5"}', T, T),
    )
    yield "INSERT INTO associations VALUES (?, ?, 'ContributedTo', ?)", (ARTIFACT, ARN, T)
    yield "INSERT INTO buckets VALUES (?, ?)", (BUCKET, T)
    yield (
        "INSERT INTO objects VALUES (?, 'model', ?, ?, 'application/x', ?, ?, ?)",
        (BUCKET, ETAG, len(BODY), headers, T, FILE),
    )
    yield "INSERT INTO uploads VALUES ('u1', ?, 'big', 'application/x', ?, ?)", (BUCKET, headers, T)
    yield "INSERT INTO parts VALUES ('u1', 1, ?, ?, ?)", (ETAG, len(BODY), FILE)


def rows_of_points():
    """The same of the points of the run, and of the journal they came from."""
    values = [value for _, _, value in POINTS]
    mean = sum(values) / len(values)
    square = sum((value - mean) ** 2 for value in values)
    yield (
        "INSERT INTO series VALUES (1, 1, 'loss', 100, ?, ?, ?, ?, ?, ?, 2, 0)",
        (min(values), max(values), mean, square, values[-1], POINTS[-1][1]),
    )
    yield "INSERT INTO chunks VALUES (1, 0, 60, ?), (1, 1, 40, ?)", (packed(POINTS[:60]), packed(POINTS[60:]))
    yield "INSERT INTO journals VALUES ('j1', 4711, ?)", (T,)


@pytest.fixture
def old(tmp_path):
    """The folder of a store of version 1."""
    folder = tmp_path / "old"
    (folder / "objects" / FILE[:2]).mkdir(parents=True)
    (folder / "objects" / FILE[:2] / FILE).write_bytes(BODY)
    connection = sqlite3.connect(folder / "store.sqlite")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(MIGRATIONS[0])
    for statement, values in (*rows(), *rows_of_points()):
        connection.execute(statement, values)
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    return folder


@pytest.fixture
def opened(old, clients):
    home = CheckedHome(old, clock=lambda: T + 3600)
    clients.switch.target = home.engine
    yield home
    home.close()


def test_nothing_is_wrong_with_it(old, opened):
    opened.close()
    assert faults(old) == []


def test_experiment_trial_and_components(opened, clients):
    sagemaker = clients["sagemaker"]
    experiment = sagemaker.describe_experiment(ExperimentName="Exp")
    assert (experiment["DisplayName"], experiment["Description"]) == ("My experiment", "why")
    assert (experiment["CreationTime"].timestamp(), experiment["LastModifiedTime"].timestamp()) == (T, T + 1)
    run = sagemaker.describe_trial_component(TrialComponentName=RUN)
    assert run["TrialComponentName"] == "Exp-First"
    assert run["Status"] == {"PrimaryStatus": "Failed", "Message": "ValueError: x"}
    assert run["Parameters"] == {"depth": {"NumberValue": 4.0}, "kind": {"StringValue": "gini"}}
    assert run["OutputArtifacts"] == {
        "model": {"MediaType": "application/x", "Value": f"s3://{BUCKET}/model"}
    }
    assert (run["StartTime"].timestamp(), run["EndTime"].timestamp()) == (T, T + 60)
    (metric,) = run["Metrics"]
    assert (metric["Count"], metric["Max"], metric["Last"]) == (100, 1.0, 0.01)
    job = sagemaker.describe_trial_component(TrialComponentName=JOB)
    assert job["Source"] == {"SourceArn": f"{ACCOUNT}:training-job/job", "SourceType": "SageMakerTrainingJob"}
    listed = sagemaker.list_trial_components(ExperimentName="exp")["TrialComponentSummaries"]
    assert {one["TrialComponentName"] for one in listed} == {"Exp-First", JOB}
    tags = sagemaker.list_tags(ResourceArn=ARN)["Tags"]
    assert {"Key": "team", "Value": "red"} in tags


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("Parameters.depth", "GreaterThan", "3"),
        ("Parameters.kind", "Equals", "gini"),
        ("Metrics.loss.Min", "LessThan", "0.02"),
        ("Tags.team", "Equals", "red"),
        ("Status.PrimaryStatus", "Equals", "Failed"),
        ("Parents.ExperimentName", "Equals", "Exp"),
        ("OutputArtifacts.model", "Exists", None),
        ("TrialComponentName", "Contains", "First"),
    ],
)
def test_search_finds_the_run(opened, clients, name, operator, value):
    condition = {"Name": name, "Operator": operator} | ({} if value is None else {"Value": value})
    hits = clients["sagemaker"].search(
        Resource="ExperimentTrialComponent",
        SearchExpression={"Filters": [condition]},
        SortBy="Metrics.loss.Last",
    )["Results"]
    names = [hit["TrialComponent"]["TrialComponentName"] for hit in hits]
    assert "Exp-First" in names
    assert len(names) == (2 if name.startswith("Parents") else 1)


def test_points_and_journals(opened, clients):
    query = {
        "MetricName": "loss",
        "ResourceArn": ARN,
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    (result,) = clients["sagemaker-metrics"].batch_get_metrics(MetricQueries=[query])["MetricQueryResults"]
    assert result["MetricValues"] == [value for _, _, value in POINTS]
    (series,) = bulk.read_points(opened.engine.service, [(RUN, "loss")])
    assert list(series.times) == [time for _, time, _ in POINTS]
    assert bulk.journal_offset(opened.engine.service, "j1") == 4711
    more = [{"MetricName": "loss", "Timestamp": T + 200, "Value": 7.0, "Step": 100}]
    assert (
        clients["sagemaker-metrics"].batch_put_metrics(TrialComponentName=RUN, MetricData=more)["Errors"]
        == []
    )
    (metric,) = clients["sagemaker"].describe_trial_component(TrialComponentName=RUN)["Metrics"]
    assert (metric["Count"], metric["Last"]) == (101, 7.0)


def test_lineage(opened, clients):
    sagemaker = clients["sagemaker"]
    artifact = sagemaker.describe_artifact(ArtifactArn=ARTIFACT)
    assert (artifact["ArtifactType"], artifact["Source"]["SourceUri"]) == ("DataSet", "s3://b/data.csv")
    assert artifact["Properties"] == {"rows": "5"}
    (found,) = sagemaker.list_associations(DestinationArn=ARN)["AssociationSummaries"]
    assert (found["SourceArn"], found["AssociationType"]) == (ARTIFACT, "ContributedTo")


def test_objects_and_unfinished_uploads(opened, clients):
    s3 = clients["s3"]
    found = s3.get_object(Bucket=BUCKET, Key="model")
    assert (found["Body"].read(), found["ETag"], found["Metadata"]) == (BODY, ETAG, {"who": "me"})
    where = {"Bucket": BUCKET, "Key": "big", "UploadId": "u1"}
    assert [part["Size"] for part in s3.list_parts(**where)["Parts"]] == [len(BODY)]
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": ETAG}]})
    assert s3.get_object(Bucket=BUCKET, Key="big")["Body"].read() == BODY
