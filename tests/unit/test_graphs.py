"""The graphs: what scikit-learn computes, in the SDK's form. The comparison with the SDK itself is in tests/sdk."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking import graphs

TRUE, SCORES, LABELS = [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0, 1, 1, 1]


def test_confusion_matrix() -> None:
    graph = graphs.confusion_matrix(TRUE, LABELS, "my matrix")
    assert graph.data == {
        "type": "ConfusionMatrix",
        "version": 0,
        "title": "my matrix",
        "confusionMatrix": [[1, 1], [0, 2]],
    }
    assert (graph.kind, graph.title) == ("ConfusionMatrix", "my matrix")


def test_roc_curve() -> None:
    data = graphs.roc_curve(np.array(TRUE), np.array(SCORES)).data
    assert data["areaUnderCurve"] == pytest.approx(0.75)
    assert data["falsePositiveRate"][0] == 0.0
    assert data["truePositiveRate"][-1] == 1.0


def test_precision_recall() -> None:
    data = graphs.precision_recall(["a", "a", "b", "b"], SCORES, "b", "pr", no_skill=0).data
    assert data["averagePrecisionScore"] == pytest.approx(0.8333, abs=1e-4)
    assert len(data["precision"]) == len(data["recall"])
    assert data["noSkill"] == 0


def test_without_a_title_the_kind_is_the_name_and_the_document_says_none() -> None:
    for graph in (
        graphs.confusion_matrix(TRUE, LABELS),
        graphs.roc_curve(TRUE, SCORES),
        graphs.precision_recall(TRUE, SCORES),
    ):
        assert graph.title == graph.kind == graph.data["type"]
        assert graph.data["title"] is None
        json.dumps(graph.data)


def test_mistakes_are_said_in_one_line() -> None:
    with pytest.raises(UsageError, match="4 true labels and 3 predicted labels"):
        graphs.confusion_matrix(TRUE, LABELS[:3])
    with pytest.raises(UsageError, match="lists or arrays"):
        graphs.confusion_matrix(3, 4)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(UsageError, match="scikit-learn cannot make") as caught:
        graphs.roc_curve([0, 1, 2], [0.1, 0.2, 0.3])
    assert "\n" not in str(caught.value)


def test_without_scikit_learn_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(UsageError, match="pip install scikit-learn"):
        graphs.roc_curve(TRUE, SCORES)
