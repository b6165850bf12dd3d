"""The pages of docs/ on reading: their Python runs as it stands, and says what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sm_track_widgets.connection import reset

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    "page",
    [
        *("reading.md", "query.md", "charts.md", "compare.md", "explorer.md"),
        *("alerts.md", "reports.md", "registry.md", "cleanup.md"),
    ],
)
def test_the_python_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    reset()
    sources = re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert sources
    names: dict[str, object] = {}
    for source in sources:
        exec(compile(source, page, "exec"), names)
    if page == "reading.md":
        assert names["best"].parameters == {"depth": 6}
    if page == "compare.md":
        assert set(names["differing"].loc["parameter"].index) <= {"rate", "depth"}
        assert len(names["rates"]) == 3
        assert set(names["found"].df["parameter"][:2]) == {"rate", "kind"}
    if page == "registry.md":
        assert names["frame"]["status"].tolist() == ["Rejected", "Approved"]
        assert not names["apart"].loc[("metric", "auc"), "better"]
    if page == "charts.md":
        assert (names["chart"].band, names["chart"].x) == ("params.depth", "epoch")
    if page == "explorer.md":
        assert (names["table"].query, names["grid"].selected) == ("params.depth >= 4", ["depth6"])
    if page == "alerts.md":
        assert names["run"].message == "Alert: loss > 2 (loss 2.14359 at step 8)"
    if page == "reports.md":
        assert "depth2" in names["page"].read_text("utf-8")
    reset()
