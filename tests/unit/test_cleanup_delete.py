"""`delete_runs`: what is planned goes, and nothing else, on both homes."""

from __future__ import annotations

import cleanup_home as made
import pytest
from cleanup_home import HOSTILE, look

from sm_track_widgets import RunTable, delete_runs, plan_delete, runs
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.tracking.run import Run


def counted(plan, *kinds):
    return {kind: plan.counts[kind] for kind in kinds}


def test_the_plan_counts_what_is_gone_then(place):
    own = [made.put(place, "one", f"own {number}" * (number + 1)) for number in range(4)]
    both = made.put(place, "one", "in all runs")
    for number in range(4):
        made.run(place, "one", f"r{number}", number=number, files=[own[number], both])
    made.lineage(place, "one-r0", own[0])
    made.run(place, "two", "other", files=[own[1]])
    before = look(place)
    plan = plan_delete("params.n < 3", "one", artifacts=True, connection=place)
    assert look(place) == before
    report = delete_runs("params.n < 3", "one", artifacts=True, yes=True, connection=place)
    after = look(place)
    gone = before.gone(after)
    assert gone == counted(plan, *gone) == {
        "runs": 3, "groups": 0, "experiments": 0, "files": 2, "lineage": 1,
        "bytes": len("own 0") + 3 * len("own 2"),
    }  # fmt: skip
    assert report.done == plan.counts
    assert report.complete
    assert after.associations == frozenset()
    assert {own[1], own[3], both} <= set(after.objects)
    assert {kept.name for kept in plan.kept} == {own[1], both}


def test_a_whole_experiment_goes_with_its_groups_and_itself(place):
    for name, groups in (("a", ["g1"]), ("b", ["g1", "g2"]), ("c", None)):
        made.run(place, "whole", name, groups=groups)
    made.run(place, "whole", "old", Tags=[*made.RUN_TAGS, {"Key": "sm_track:archived", "Value": "true"}])
    made.group(place, "whole", "empty")
    made.run(place, "next", "stays")
    before = look(place)
    report = delete_runs(experiment="WHOLE", yes=True, connection=place)
    after = look(place)
    assert before.gone(after)["runs"] == 4
    assert after.experiments == {"next"}
    assert after.trials == {"Default-Run-Group-next"}
    assert report.done["groups"] == 4
    with pytest.raises(NotFoundError, match="no experiment 'whole'"):
        runs("whole", connection=place)


def test_a_query_leaves_the_experiment_and_takes_the_groups_that_it_empties(place):
    made.run(place, "e", "a", groups=["g1"], number=1)
    made.run(place, "e", "b", groups=["g2"], number=2)
    report = delete_runs("params.n = 1", "e", yes=True, connection=place)
    assert (report.done["runs"], report.done["groups"], report.done["experiments"]) == (1, 1, 0)
    assert look(place).trials == {"g2"}
    delete_runs("params.n = 2", "e", yes=True, connection=place)
    assert look(place).trials == frozenset()
    assert look(place).experiments == {"e"}


def test_a_run_of_another_group_is_only_taken_out_unless_asked(place):
    uri = made.put(place, "e", "x")
    made.run(place, "e", "a", groups=["g1"])
    made.run(place, "e", "both", groups=["g1"], files=[uri])
    client = place.client("sagemaker")
    made.group(place, "f", "g9")
    client.associate_trial_component(TrialComponentName="e-both", TrialName="g9")
    plan = plan_delete(experiment="e", artifacts=True, connection=place)
    assert [(run.name, run.groups, run.stays_in) for run in plan.shared] == [("both", ("g1",), ("g9",))]
    report = delete_runs(experiment="e", artifacts=True, yes=True, connection=place)
    assert report.done["shared"] == 1
    after = look(place)
    assert (after.components, after.trials, after.experiments) == ({"e-both"}, {"g9"}, {"f"})
    assert uri in after.objects
    assert runs("f", connection=place)["run"].tolist() == ["e-both"] or len(runs("f", connection=place)) == 1
    report = delete_runs(group="g9", experiment="f", artifacts=True, yes=True, connection=place)
    assert report.done["runs"] == 1
    assert look(place).objects == {}


def test_shared_runs_go_when_asked(place):
    made.run(place, "e", "both", groups=["g1", "g2"])
    report = delete_runs(group="g1", experiment="e", yes=True, shared=True, connection=place)
    assert (report.done["runs"], report.done["shared"]) == (1, 0)
    assert look(place).components == frozenset()


def test_the_tables_of_this_process_know_at_once(place):
    for number in range(5):
        made.run(place, "e", f"r{number}", number=number)
    assert len(runs("e", connection=place)) == len(runs(connection=place)) == 5
    delete_runs("params.n < 2", "e", yes=True, connection=place)
    assert runs("e", connection=place)["run"].tolist() == ["r4", "r3", "r2"]
    assert len(runs(connection=place)) == 3


def test_a_table_shows_what_is_left(tmp_path):
    place = connect("aws", session=EmbeddedSageMaker(tmp_path / "store").boto_session(), path=tmp_path)
    for number in range(3):
        made.run(place, "e", f"r{number}", number=number)
    table = RunTable("e")
    delete_runs("params.n = 1", "e", yes=True)
    table.refresh()
    assert table.df["run"].tolist() == ["r2", "r0"]
    reset()


def test_names_and_frames_name_runs(place):
    for number in range(4):
        made.run(place, "e", f"r{number}", number=number)
    frame = runs("e", "params.n >= 2", connection=place)
    assert delete_runs(runs=frame, experiment="e", yes=True, connection=place).done["runs"] == 2
    assert delete_runs(runs=["R0"], experiment="e", yes=True, connection=place).done["runs"] == 1
    assert look(place).components == {"e-r1"}
    with pytest.raises(NotFoundError, match="no run 'r9'"):
        plan_delete(runs="r9", experiment="e", connection=place)


def test_hostile_names_are_only_text(place):
    made.run(place, "e", "h", asked=HOSTILE)
    plan = plan_delete(runs=[HOSTILE], experiment="e", connection=place)
    assert str(plan).splitlines()[2].startswith(HOSTILE[:15])
    page = plan._repr_html_()
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert delete_runs(runs=[HOSTILE], experiment="e", yes=True, connection=place).done["runs"] == 1


def test_runs_in_progress_stay_unless_forced(place):
    made.run(place, "e", "live", status="InProgress")
    made.run(place, "e", "done")
    plan = plan_delete(experiment="e", connection=place)
    assert [run.name for run in plan.runs] == ["done"]
    assert {(kept.kind, kept.name) for kept in plan.kept} == {
        ("run", "live"), ("group", "Default-Run-Group-e"), ("experiment", "e"),
    }  # fmt: skip
    assert delete_runs(experiment="e", yes=True, connection=place).done["runs"] == 1
    with pytest.raises(UsageError, match=r"'live' is in progress.*force"):
        delete_runs(experiment="e", yes=True, connection=place)
    assert look(place).components == {"e-live"}
    assert delete_runs(experiment="e", yes=True, force=True, connection=place).complete
    assert look(place).experiments == frozenset()


def test_a_run_that_is_open_here_is_not_deleted_by_force(place):
    with Run("e", "open", connection=place) as run:
        run.log_metric("loss", 1.0)
        with pytest.raises(UsageError, match="'open' is open in this process"):
            delete_runs(experiment="e", yes=True, force=True, connection=place)
    assert delete_runs(experiment="e", yes=True, connection=place).complete


BY_HAND = "sm-track/data/train.csv"


def job(place, run, name="job"):
    client = place.client("sagemaker")
    component = f"{name}-aws-training-job"
    uri = f"s3://{place.bucket}/{name}/output/model.tar.gz"
    client.create_trial_component(
        TrialComponentName=component,
        Status={"PrimaryStatus": "Completed"},
        InputArtifacts={"train": {"Value": f"s3://{place.bucket}/{BY_HAND}"}},
        OutputArtifacts={"SageMaker.ModelArtifact": {"Value": uri}},
    )
    place.client("s3").put_object(Bucket=place.bucket, Key=BY_HAND, Body=b"x,y")
    client.associate_trial_component(TrialComponentName=component, TrialName="g")
    place.client("s3").put_object(Bucket=place.bucket, Key=f"{name}/output/model.tar.gz", Body=b"model")
    return component, uri


def test_what_jobs_made_stays_unless_asked_and_their_outputs_always(place):
    made.run(place, "e", "a", groups=["g"])
    component, uri = job(place, "e-a")
    plan = plan_delete(experiment="e", artifacts=True, connection=place)
    assert ("job", component) in {(kept.kind, kept.name) for kept in plan.kept}
    assert (plan.groups, plan.experiments) == ((), ())
    assert delete_runs(experiment="e", artifacts=True, yes=True, connection=place).complete
    assert look(place).components == {component}
    report = delete_runs(experiment="e", artifacts=True, jobs=True, yes=True, connection=place)
    assert (report.done["jobs"], report.done["experiments"]) == (1, 1)
    assert {uri, f"s3://{place.bucket}/{BY_HAND}"} <= set(look(place).objects)
    assert ("file", uri) in {(kept.kind, kept.name) for kept in report.plan.kept}


def test_only_files_named_as_ours_in_our_folder_go(place):
    client = place.client("s3")
    strange = []
    for key in (
        "other/x",
        "sm-track/e/by-hand.csv",
        "sm-track/../x",
        f"sm-track/e/00/{'f' * 64}/x",
        "sm-tracker/y",
    ):
        client.put_object(Bucket=place.bucket, Key=key, Body=b"x")
        strange.append(f"s3://{place.bucket}/{key}")
    client.create_bucket(Bucket="elsewhere")
    ours = made.put(place, "e", "ours")
    made.run(place, "e", "a", files=[ours, *strange, ours.replace(place.bucket, "elsewhere"), "no address"])
    report = delete_runs(experiment="e", artifacts=True, yes=True, connection=place)
    assert report.done["files"] == 1
    assert set(look(place).objects) == set(strange)


@pytest.mark.parametrize(
    "refers", ["parameter", "sentence", "input", "folder", "prefix", "hash", "version", "model"]
)
def test_a_file_that_somebody_refers_to_stays(place, refers):
    uri = made.put(place, "e", "precious", "model.tar.gz")
    made.run(place, "e", "a", files=[uri])
    client = place.client("sagemaker")
    if refers == "model":
        container = {"Image": "image", "ModelDataUrl": uri}
        role = "arn:aws:iam::000000000000:role/x"
        client.create_model(ModelName="m", PrimaryContainer=container, ExecutionRoleArn=role)
    elif refers == "version":
        client.create_model_package_group(ModelPackageGroupName="g")
        client.create_model_package(
            ModelPackageGroupName="g",
            InferenceSpecification={
                "Containers": [{"Image": "image", "ModelDataUrl": uri}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )
    else:
        client.create_trial_component(
            TrialComponentName="elsewhere",
            Parameters={
                "parameter": {"data": {"StringValue": f"from {uri}"}},
                "sentence": {"sm_track.notes": {"StringValue": f"see ({uri}), it is old."}},
            }.get(refers, {}),
            InputArtifacts={
                "input": {"input": {"Value": uri}},
                "folder": {"SageMaker.Input": {"Value": uri.removesuffix("model.tar.gz")}},
                "prefix": {"SageMaker.Input": {"Value": uri.rpartition("/")[0]}},
                "hash": {"sha256": {"Value": uri.split("/")[-2]}},
            }.get(refers, {}),
        )
    report = delete_runs(experiment="e", artifacts=True, yes=True, connection=place)
    assert (report.done["runs"], report.done["files"]) == (1, 0)
    assert set(look(place).objects) == {uri}


def test_nothing_is_meant_by_nothing(place):
    made.run(place, "e", "a")
    for options in ({}, {"query": " "}, {"query": "", "experiment": "e"}, {"query": " ", "group": "g"}):
        with pytest.raises(UsageError, match="names no runs"):
            delete_runs(yes=True, connection=place, **options)
    with pytest.raises(NotFoundError):
        delete_runs(experiment="f", yes=True, connection=place)
    report = delete_runs("params.n > 9", "e", yes=True, connection=place)
    assert str(report).startswith("Nothing to delete.")
    assert look(place).components == {"e-a"}


def test_it_asks_and_only_yes_is_yes(place, monkeypatch, capsys):
    made.run(place, "e", "a")
    asked = []
    for answer in ("n", "", "yeah", "YES"):
        monkeypatch.setattr("builtins.input", lambda text, answer=answer: asked.append(text) or answer)
        report = delete_runs(experiment="e", connection=place)
        assert report.asked == (answer == "YES")
    assert set(asked) == {"Delete 1 run, 1 group, 1 experiment? [y/N] "}
    assert "Default-Run-Group-e" in capsys.readouterr().out
    assert look(place).components == frozenset()


def test_where_nobody_can_answer_it_says_how_and_does_nothing(place, monkeypatch):
    made.run(place, "e", "a")

    def nobody(_):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(UsageError, match=r"nobody can be asked here.*--yes"):
        delete_runs(experiment="e", connection=place)
    assert look(place).components == {"e-a"}


def test_runs_of_no_experiment(place):
    made.run(place, "e", "alone", groups=[])
    made.run(place, "e", "a")
    report = delete_runs(unassigned=True, yes=True, connection=place)
    assert report.done["runs"] == 1
    assert look(place).components == {"e-a"}
