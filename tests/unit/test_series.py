"""Reading series, on an embedded home and through plain boto3."""

import pytest

from sm_track_widgets import config
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets._types import Point
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading import verbs
from sm_track_widgets.reading.series import read as series
from sm_track_widgets.reading.table.table import Table


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    made = Connection(config.resolve({"backend": "embedded", "path": tmp_path_factory.mktemp("home")}))
    client = made.client("sagemaker")
    now = made.embedded.engine.service.clock()
    client.create_experiment(ExperimentName="exp")
    client.create_trial(TrialName="group", ExperimentName="exp")
    for run in ("a", "b"):
        parameters = {"sm_track.name": {"StringValue": f"Run {run} <i>"}} if run == "b" else {}
        client.create_trial_component(TrialComponentName=f"exp-{run}", Parameters=parameters)
        client.associate_trial_component(TrialComponentName=f"exp-{run}", TrialName="group")
        made.put_points(f"exp-{run}", [Point("loss", 3.0 - at, at, now - 60 + at) for at in range(3)])
    made.put_points("exp-b", [Point("acc", 0.5, 0, now - 30.0)])
    client.create_experiment(ExperimentName="bare")
    client.create_trial(TrialName="bare", ExperimentName="bare")
    client.create_trial_component(TrialComponentName="bare-c")
    client.associate_trial_component(TrialComponentName="bare-c", TrialName="bare")
    return made


@pytest.fixture(params=["embedded", "boto3"])
def home(request, embedded):
    """Both ways in: the store's bulk path, and the same store through boto3 alone, as AWS is read."""
    if request.param == "embedded":
        return embedded
    return Connection(config.resolve({"backend": "aws"}), session=embedded.boto_session())


def told(found):
    return [(one.run, one.component, one.metric, list(one.steps), list(one.values)) for one in found]


def test_all_series(home):
    loss = [[0, 1, 2], [3.0, 2.0, 1.0]]
    assert sorted(told(series.read(home, "exp"))) == [
        ("Run b <i>", "exp-b", "acc", [0], [0.5]),
        ("Run b <i>", "exp-b", "loss", *loss),
        ("a", "exp-a", "loss", *loss),
    ]


def test_chosen_metrics_and_runs_keep_their_order(home):
    found = series.read(home, "exp", ["loss", "acc"], ["exp-b"])
    assert [(one.run, one.metric) for one in found] == [("Run b <i>", "loss"), ("Run b <i>", "acc")]
    assert [one.run for one in series.read(home, "exp", ["loss"], ["a", "b", "a", "Run b <i>"])] == [
        "a",
        "Run b <i>",
    ]


def test_what_is_not_there(home):
    with pytest.raises(NotFoundError, match=r"No run has a metric 'los'. Did you mean 'loss'"):
        series.read(home, "exp", ["los"])
    with pytest.raises(NotFoundError, match=r"No run has a metric 'zzz'. There are: acc, loss"):
        series.read(home, "exp", ["zzz"])
    with pytest.raises(NotFoundError, match=r"None of these runs has a metric 'acc'. There are: loss"):
        series.read(home, "exp", ["acc"], ["a"])
    with pytest.raises(NotFoundError, match="There is no run 'c'"):
        series.read(home, "exp", runs=["c"])


def test_what_the_query_or_the_named_runs_do_not_have(home):
    with pytest.raises(NotFoundError, match=r"^No run satisfies the query\.$"):
        series.read(home, "exp", ["loss"], query="metrics.loss > 99")
    with pytest.raises(NotFoundError, match=r"^No run satisfies the query\.$"):
        series.read(home, "exp", runs=["a"], query="metrics.loss > 99")
    assert series.read(home, "exp", query="metrics.loss > 99") == []
    with pytest.raises(
        NotFoundError, match=r"None of these runs has a metric 'loss'\. They have no metrics\."
    ):
        series.read(home, "bare", ["loss"], ["c"])
    with pytest.raises(NotFoundError, match=r"The runs of the query have no metrics\."):
        series.read(home, "bare", ["loss"], query="name = 'c'")


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: verbs.runs(5), "experiment is a text, not 5."),
        (lambda: verbs.runs("exp", 5), "query is a text, not 5."),
        (lambda: verbs.runs("exp", group=5), "group is a text, not 5."),
        (lambda: verbs.runs("exp", columns=5), "columns is a text, not 5."),
        (lambda: verbs.parameters("exp", 5), "query is a text, not 5."),
        (lambda: verbs.artifacts(["exp"]), "experiment is a text, not ['exp']."),
        (lambda: verbs.metrics("exp", 5), "names is a text, not 5."),
        (lambda: verbs.metrics("exp", runs=[5]), "runs is a text, not 5."),
        (lambda: verbs.metrics("exp", axis="tim"), "There is no axis 'tim'. Did you mean 'time'?"),
        (lambda: verbs.analytics(5), "experiment is a text, not 5."),
    ],
)
def test_what_is_no_text_is_told_in_one_line(ask, words):
    with pytest.raises(UsageError) as caught:
        ask()
    assert str(caught.value).startswith(words)


def test_one_name_is_not_a_list(home):
    with pytest.raises(UsageError, match=r"names=\['loss'\]"):
        series.read(home, "exp", "loss")


def test_nothing_logged(home):
    assert series.read_table(home, Table()) == []
    with pytest.raises(NotFoundError, match="No metric has been logged yet"):
        series.read_table(home, Table(), ["loss"])
