"""The logs client: groups, streams and events of training jobs, while they run and afterwards."""

from __future__ import annotations

import time

import pytest
from embedded_home import refused
from job_requests import LOG_GROUP, Jobs, until


@pytest.fixture
def clock():
    return time.time


@pytest.fixture
def jobs(clients):
    return Jobs(clients)


@pytest.fixture
def stream(jobs):
    """The stream of a job that printed ten lines and one error."""
    script = """
        import sys
        for number in range(10):
            print(f"line {number}")
        sys.stdout.write("half\\r100%\\r\\nlast without end")
        print("error: disk full", file=sys.stderr)
    """
    jobs.run(jobs.request("chatty", script))
    return jobs.logs.describe_log_streams(logGroupName=LOG_GROUP)["logStreams"][0]["logStreamName"]


@pytest.mark.shows("GetLogEvents", "goes on from nextForwardToken; at the end the token stays the same")
@pytest.mark.shows("GetLogEvents", "without startFromHead the newest events come first in line")
def test_events_page_by_page(jobs, stream):
    ask = {"logGroupName": LOG_GROUP, "logStreamName": stream}
    found, token = [], {"startFromHead": True}
    while True:
        page = jobs.logs.get_log_events(**ask, limit=4, **token)
        if page["nextForwardToken"] == token.get("nextToken"):
            assert page["events"] == []
            break
        found += [event["message"] for event in page["events"]]
        token = {"nextToken": page["nextForwardToken"]}
    assert found == jobs.log("chatty")
    lines = [line for line in found if line.startswith("line")]
    assert lines == [f"line {number}" for number in range(10)]
    assert {"half", "100%", "last without end", "error: disk full"} <= set(found)
    newest = jobs.logs.get_log_events(**ask, limit=3)
    assert [event["message"] for event in newest["events"]] == found[-3:]
    before = jobs.logs.get_log_events(**ask, limit=3, nextToken=newest["nextBackwardToken"])
    assert [event["message"] for event in before["events"]] == found[-6:-3]
    first = jobs.logs.get_log_events(**ask, startFromHead=True)["events"][0]
    assert abs(first["timestamp"] / 1000 - time.time()) < 60
    late = jobs.logs.get_log_events(**ask, startTime=first["timestamp"] + 3_600_000)
    assert late["events"] == []
    assert jobs.logs.get_log_events(**ask, endTime=first["timestamp"])["events"] == []
    with refused("InvalidParameterException", "nextToken"):
        jobs.logs.get_log_events(**ask, nextToken="nonsense")


@pytest.mark.shows(
    "DescribeLogStreams", "finds streams by prefix, sorted by name or by their last event, in pages"
)
@pytest.mark.shows("DescribeLogGroups", "knows the group of training jobs once there is one")
def test_groups_and_streams(jobs, stream):
    jobs.run(jobs.request("another", ""))
    logs = jobs.logs
    assert logs.describe_log_groups()["logGroups"][0]["logGroupName"] == LOG_GROUP
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/lambda")["logGroups"] == []
    assert stream.startswith("chatty/algo-1-")

    def names(**asked):
        found = logs.describe_log_streams(logGroupName=LOG_GROUP, **asked)["logStreams"]
        return [entry["logStreamName"].partition("/")[0] for entry in found]

    assert names() == ["another", "chatty"]
    assert names(descending=True) == ["chatty", "another"]
    assert names(orderBy="LastEventTime", descending=True) == ["another", "chatty"]
    assert names(logStreamNamePrefix="chatty/") == ["chatty"]
    assert names(logStreamNamePrefix="nobody/") == []  # the SDK reads logStreams without asking
    pages = logs.get_paginator("describe_log_streams").paginate(
        logGroupName=LOG_GROUP, PaginationConfig={"PageSize": 1}
    )
    assert [
        entry["logStreamName"].partition("/")[0] for page in pages for entry in page["logStreams"]
    ] == names()
    entry = logs.describe_log_streams(logGroupName=LOG_GROUP)["logStreams"][1]
    assert entry["creationTime"] <= entry["lastEventTimestamp"]
    with refused("InvalidParameterException"):
        names(orderBy="LastEventTime", logStreamNamePrefix="x")


@pytest.mark.shows("FilterLogEvents", "finds events by terms, over streams, in pages")
def test_filtering(jobs, stream):
    def found(**asked):
        events = jobs.logs.filter_log_events(logGroupName=LOG_GROUP, **asked)["events"]
        return [event["message"] for event in events]

    assert found(filterPattern='"disk full"') == ["error: disk full"]
    assert found(filterPattern="line 3") == ["line 3"]
    assert set(found(filterPattern="?disk ?9")) >= {"line 9", "error: disk full"}
    assert "line 1" not in found(filterPattern="-line")
    assert found(logStreamNames=[stream]) == found(logStreamNamePrefix="chatty") == jobs.log("chatty")
    pages = jobs.logs.get_paginator("filter_log_events").paginate(
        logGroupName=LOG_GROUP, PaginationConfig={"PageSize": 3}
    )
    assert [event["message"] for page in pages for event in page["events"]] == found()
    with refused("InvalidParameterException", "filter patterns of terms"):
        found(filterPattern="{ $.level = 3 }")


@pytest.mark.shows("GetLogEvents", "an unknown group or stream is not found")
def test_unknown_names(jobs):
    assert jobs.logs.describe_log_groups()["logGroups"] == []
    with refused("ResourceNotFoundException", "log group does not exist"):
        jobs.logs.describe_log_streams(logGroupName=LOG_GROUP)
    jobs.run(jobs.request("some", ""))
    with refused("ResourceNotFoundException", "log stream does not exist"):
        jobs.logs.get_log_events(logGroupName=LOG_GROUP, logStreamName="nobody")


@pytest.mark.shows("CreateTrainingJob", "log and metrics are there while the script runs")
def test_live(jobs):
    script = """
        import os, time, boto3
        print("loss=0.5", flush=True)
        while not boto3.client("s3").list_objects_v2(Bucket=os.environ["BUCKET"], Prefix="go").get("KeyCount"):
            time.sleep(0.02)
    """
    request = jobs.request("live", script, metrics={"loss": "loss=(.*)"})
    request["Environment"] = {"BUCKET": request["OutputDataConfig"]["S3OutputPath"].split("/")[2]}
    jobs.start(request)
    until(lambda: jobs.component("live")["Metrics"])
    assert jobs.status("live") == "InProgress"
    assert jobs.log("live")[-1] == "loss=0.5"
    jobs.put("go", "")
    assert jobs.ended("live")["TrainingJobStatus"] == "Completed"
