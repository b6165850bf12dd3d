"""%load_ext ties runs and jobs together for the whole kernel; %unload_ext leaves botocore as it was."""

from __future__ import annotations

import pytest
from kernel import ROOT, Kernel

STATE = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests" / "support")!r})
import boto3, botocore
from job_links import Requests, create, emitters, handlers, initializers
session = boto3.Session(region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
client = session.client("sagemaker")
def state():
    held = [sorted(handlers(events)) for events in (session.events, client.meta.events)]
    return repr((held, initializers(), [repr(one) for one in sys.meta_path]))
"""


@pytest.fixture
def bare(tmp_path):
    kernel = Kernel(tmp_path)
    yield kernel
    kernel.stop()


def test_unloading_leaves_no_handler(bare):
    bare.run(STATE + "before = state()")
    bare.run("%load_ext sm_track_widgets")
    assert bare.value("state() != before") == "True"
    assert bare.value("'sm-track-link' in handlers(client.meta.events)") == "True", (
        "made before, found at a cell"
    )
    bare.run("from sm_track_widgets import Run, connect\nhome = connect('embedded')")
    own = "home.boto_session().client('sagemaker')"
    bare.run(f"seen = Requests(client.meta.events); mine = {own}; here = Requests(mine.meta.events)")
    cell = bare.run("%%sm_run a --quiet\ncreate(mine)\ncreate(client)")
    assert cell.status == "ok", cell.traceback
    assert bare.value("here.config == run.experiment_config") == "True"
    assert bare.value("seen.config") == "None", "that client goes to AWS, the run is kept here"
    assert "another place" in bare.value("run.warnings[-1]")
    bare.run("client = session.client('sagemaker'); left = Run('exp', 'open')")
    assert bare.run("%unload_ext sm_track_widgets").status == "ok"
    assert bare.value("state() == before") == "True"
    names = "{name for events in emitters() for name in handlers(events)}"
    assert bare.value(f"[name for name in {names} if name.startswith('sm-track-')]") == "[]"
    bare.run("create(mine)")
    assert bare.value("here.config") == "None"
    assert bare.run("left.close()").status == "ok"
    assert bare.value("state() == before") == "True"


def test_botocore_imported_after_loading(bare):
    bare.run("import sys\n%load_ext sm_track_widgets")
    assert bare.value("'botocore' in sys.modules") == "False"
    bare.run(STATE)
    held = bare.value("sorted(name for name in handlers(client.meta.events) if name.startswith('sm-track'))")
    assert held == "['sm-track-link', 'sm-track-note', 'sm-track-wording']"
    bare.run("%unload_ext sm_track_widgets")
    names = "handlers(client.meta.events) | handlers(session.events)"
    assert bare.value(f"[name for name in {names} if 'sm' in name.split('.')[0]]") == "[]"
    assert bare.value("initializers()") == "[]"
