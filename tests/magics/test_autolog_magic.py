"""%sm_autolog and %%sm_run --autolog in a real kernel."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("open_runs")

TRAIN = "from sklearn.linear_model import LogisticRegression as L\nL(C={}).fit([[0.0], [1.0]], [0, 1]).C"
WRAPPED = "type(__import__('sklearn.linear_model').linear_model.LogisticRegression.__dict__['fit']).__name__"


def parameters(stored, name: str) -> dict:
    """Return the parameters of a run as plain values."""
    return {key: next(iter(value.values())) for key, value in stored.run(name)["Parameters"].items()}


def test_a_cell_that_asks_for_it_is_logged_and_the_next_is_not(kernel, stored):
    cell = kernel.run("%%sm_run asked --autolog sklearn\n" + TRAIN.format(2))
    assert cell.status == "ok", cell.traceback
    assert cell.result == "2"
    assert parameters(stored, "asked")["C"] == 2
    assert "training_score" in {metric["MetricName"] for metric in stored.run("asked")["Metrics"]}
    kernel.run("%%sm_run unasked\n" + TRAIN.format(3))
    assert parameters(stored, "unasked") == {}
    assert kernel.value(WRAPPED) == "'function'"


def test_what_an_earlier_cell_has_imported_is_covered(kernel, stored):
    kernel.run("from sklearn.model_selection import cross_validate, cross_val_score\nheld = cross_validate")
    kernel.run(TRAIN.format(1))
    cell = kernel.run(
        "%%sm_run folds --autolog\nscores = cross_validate(L(C=4), [[0.0], [1.0]] * 6, [0, 1] * 6, cv=2)"
    )
    assert cell.status == "ok", cell.traceback
    assert parameters(stored, "folds")["C"] == 4
    assert {m["MetricName"]: m["Count"] for m in stored.run("folds")["Metrics"]}["cv_test_score"] == 2
    assert kernel.value("cross_validate is held and type(held).__name__ == 'function'") == "True"


def test_the_switch(kernel, stored):
    assert kernel.run("%sm_autolog").text == "Autolog is off.\n"
    assert kernel.run("%sm_autolog on sklearn, optuna").text == "Autolog is on for sklearn, optuna.\n"
    kernel.run("%%sm_run switched\n" + TRAIN.format(5))
    assert parameters(stored, "switched")["C"] == 5
    assert kernel.run("%sm_autolog xgboost").text == "Autolog is on for sklearn, xgboost, optuna.\n"
    assert kernel.run("%sm_autolog off sklearn").text == "Autolog is on for xgboost, optuna.\n"
    assert kernel.run("%sm_autolog off").text == "Autolog is off.\n"
    kernel.run("%%sm_run off\n" + TRAIN.format(6))
    assert parameters(stored, "off") == {}
    assert kernel.value(WRAPPED) == "'function'"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%sm_autolog sklern", "%sm_autolog does not know 'sklern'. Did you mean 'sklearn'?"),
        ("%sm_autolog on keras", "Autolog does not know 'keras'. Choose of sklearn"),
        (
            "%%sm_run a --autolog sklearn,xgbost\nran = 1",
            "Autolog does not know 'xgbost'. Did you mean 'xgboost'?",
        ),
    ],
)
def test_a_mistake_is_one_line(kernel, stored, line, told):
    kernel.run("ran = 0")
    before = stored.names()
    cell = kernel.run(line)
    assert cell.errors == ["UsageError"]
    assert len(cell.traceback) == 1
    assert told in cell.traceback[0]
    assert kernel.value("ran") == "0"
    assert stored.names() == before


def test_unloading_switches_it_off(kernel):
    kernel.run("%sm_autolog on sklearn")
    assert kernel.value(WRAPPED) == "'Wrapper'"
    kernel.run("%unload_ext sm_track_widgets")
    assert kernel.value(WRAPPED) == "'function'"
    kernel.run("%load_ext sm_track_widgets")
