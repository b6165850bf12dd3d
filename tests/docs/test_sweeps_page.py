"""docs/sweeps.md: its cells run as they stand, in one notebook, and each point is trained for real."""

from __future__ import annotations

import re
from pathlib import Path

from executed import printed, run_cells

from sm_track_widgets.embedded import EmbeddedSageMaker

PAGE = Path(__file__).parents[2] / "docs" / "sweeps.md"


def test_the_cells_of_the_page_run(tmp_path, monkeypatch):
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "home"))
    text = PAGE.read_text("utf-8")
    sources = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    cells = run_cells(sources, tmp_path).cells
    said = {source.partition("\n")[0]: printed(cell) for source, cell in zip(sources, cells, strict=True)}

    def of(start):
        return next(told for line, told in said.items() if line.startswith(start))

    assert "Completed, 18 of 18 points" in of("%%sm_sweep trees")
    assert of("sweep_result.best_params").strip() in text
    assert "18 points; nothing was run." in of("%%sm_sweep listed")
    assert "Completed, 12 of 12 points" in of("%%sm_sweep searched")
    assert "Completed, 6 of 6 points" in of("%%sm_sweep wide")
    again = [
        told
        for cell, told in zip(sources, map(printed, cells), strict=True)
        if "--resume" in cell.partition("\n")[0]
    ]
    assert "24 of 24 points, 18 found finished" in again[0]
    client = EmbeddedSageMaker(tmp_path / "home").boto_session().client("sagemaker")
    names = [
        one["TrialComponentName"]
        for page in client.get_paginator("list_trial_components").paginate()
        for one in page["TrialComponentSummaries"]
    ]
    assert len([name for name in names if name.startswith("breast-cancer-trees-p")]) == 24
    aucs = set()
    for number in range(1, 19):
        (metric,) = client.describe_trial_component(TrialComponentName=f"breast-cancer-trees-p{number:02d}")[
            "Metrics"
        ]
        aucs.add(metric["Last"])
    assert len(aucs) > 9, "each point was trained"
    assert min(aucs) > 0.9
