"""`report`: one page of an experiment, as Python writes it; tests/browser opens it."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from page_parts import EVIL, Elements, state_of

import sm_track_widgets as sm
from sm_track_widgets._errors import ConfigError, NotFoundError, UsageError


@pytest.fixture
def trees(home):
    for depth in range(4):
        with sm.Run("trees", f"d{depth}", params={"depth": depth, "kind": EVIL[:40]}) as run:
            run.log_metric("loss", 1.0 - depth / 10, step=0)
            run.log_metric("auc", depth / 10, step=0)
    with pytest.raises(ValueError, match="fold"), sm.Run("trees", "broken"):
        raise ValueError(f"fold {EVIL[:40]}")
    return home


def test_a_page_has_what_the_experiment_came_to(trees, tmp_path):
    path = sm.report(tmp_path / "r.html", "trees", metrics="auc")
    text = path.read_text("utf-8")
    found = Elements(text)
    told = state_of(found)
    views = [told["models"][place]["_view"] for place in found.places]
    assert views == ["Dashboard", "RunDetail"]
    assert told["models"][found.places[1]]["_state"]["name"] == "d3"
    assert set(told["models"][found.places[0]]["_parts"]) >= {"charts", "importance", "parallel", "scatter"}
    headings = re.findall(r"<h2>([^<]*)</h2>", text)
    assert headings == ["Best runs", "All runs", "The best run", "Runs that did not complete"]
    for said in ("4 completed", "1 failed", "ValueError: fold &lt;img", "depth=3"):
        assert said in text, said
    assert "<img" not in text
    assert sorted(tmp_path.glob("*.html*")) + sorted(tmp_path.glob(".*")) == [path]


def test_the_metric_that_comes_first_decides(trees, tmp_path):
    path = sm.report(
        tmp_path / "r.html", "trees", "params.depth < 3", metrics=["loss", "auc"], title="Two", theme="dark"
    )
    found = Elements(path.read_text("utf-8"))
    told = state_of(found)
    assert told["models"][found.places[1]]["_state"]["name"] == "d2"
    assert '<h1 dir="auto">Two</h1>' in path.read_text("utf-8")
    assert 'data-theme="dark"' in path.read_text("utf-8")


def test_a_frame_of_others_has_no_run_in_full(tmp_path):
    frame = pd.DataFrame({"run": ["a", EVIL], "metrics.auc.last": [0.1, 0.2]})
    found = Elements(sm.report(tmp_path / "r.html", frame).read_text("utf-8"))
    assert len(found.places) == 1
    assert "img" not in found.tags


def test_what_cannot_be_written_is_said_in_one_line(trees, tmp_path):
    path = tmp_path / "r.html"
    path.write_text("before")
    for call, error, said in (
        (
            lambda: sm.report(tmp_path / "r.pdf", "trees"),
            UsageError,
            "A report is a page, and 'r.pdf' is none.",
        ),
        (lambda: sm.report(path, "trees", theme="blue"), UsageError, "There is no theme 'blue'."),
        (lambda: sm.report(path, "tree"), NotFoundError, "'tree'"),
        (lambda: sm.report(path, "trees", "params.depth > 9"), UsageError, "There are no runs to report on."),
        (
            lambda: sm.report(tmp_path / "no" / "r.html", "trees"),
            ConfigError,
            "cannot be written: No such file",
        ),
    ):
        with pytest.raises(error, match=re.escape(said)):
            call()
    assert path.read_text() == "before"
    assert sorted(tmp_path.glob("*.html*")) + sorted(tmp_path.glob(".*")) == [path]
