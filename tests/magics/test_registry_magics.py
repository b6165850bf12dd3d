"""%sm_register, %sm_models, %sm_approve, %sm_reject and the jobs of a run, in a real kernel."""

from __future__ import annotations

import pytest

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/serve:1"
HOSTILE = "<img src=x onerror=alert(1)> \u202e עברית"


@pytest.fixture(scope="module", autouse=True)
def _two_runs(kernel):
    for name, auc in (("a", 0.8), ("b", 0.9)):
        cell = kernel.run(
            f"%%sm_run {name} -e churn -p depth=6 --quiet\n"
            f"run.log_metric('auc', {auc})\nrun.log_model([{auc}])"
        )
        assert cell.status == "ok", cell.traceback
    kernel.run(f"image, group = {IMAGE!r}, 'churn-model'")


def line(kernel, text):
    cell = kernel.run(text)
    assert cell.status == "ok", cell.traceback
    return cell


def refused(kernel, text):
    cell = kernel.run(text)
    assert cell.status == "error"
    assert len(cell.traceback) == 1, cell.traceback
    return cell.traceback[0]


def test_a_model_from_run_to_approval(kernel, stored):
    told = line(
        kernel, "%sm_register a --model-group {group} --image {image} --meta 'team=red team' --metrics auc"
    ).text
    assert "churn-model/1 registered from run 'a' of 'churn': Pending" in told
    assert "Model group 'churn-model' is new." in told
    assert "is registered already" in line(kernel, "%sm_register a -m {group} --image {image}").text
    line(
        kernel,
        "version = %sm_register b -e churn -m {group} --image {image} --approve --description 'the best'",
    )
    assert kernel.value("version.name, version.status") == "('churn-model/2', 'Approved')"
    described = stored.client.describe_model_package(ModelPackageName=eval(kernel.value("version.arn")))
    assert described["ModelPackageDescription"] == "the best"
    table = line(kernel, "%sm_models").text
    assert table.splitlines()[0].split()[:5] == ["group", "versions", "newest", "status", "approved"]
    assert table.splitlines()[1].split()[:5] == ["churn-model", "2", "2", "Approved", "2"]
    assert (
        line(kernel, "%sm_approve {group}/1 --note 'good enough'").text.strip()
        == "churn-model/1 is approved."
    )
    assert line(kernel, "%sm_reject churn-model").text.strip() == "churn-model/2 is rejected."
    line(kernel, "frame = %sm_models\nwidget = %sm_models churn-model --compare 1 2")
    assert kernel.value("len(frame), widget.selected") == "(1, [1, 2])"
    shown = line(kernel, "%sm_models churn-model --compare 1 2")
    html = "".join(output["data"].get("text/html", "") for output in shown.outputs if "data" in output)
    assert "churn-model/1 and churn-model/2" in html
    assert "Rejected" in html


def test_an_open_run_is_meant_without_a_name(kernel):
    cell = kernel.run(
        "%%sm_run open -e churn --quiet\nrun.log_model([1])\n"
        "%sm_register -m open-model --no-image --meta note={run.name}"
    )
    assert cell.status == "ok", cell.traceback
    assert "open-model/1 registered from run 'open'" in cell.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("%sm_register a", "--model-group"),
        ("%sm_register -m g", "No run is open here"),
        ("%sm_register a b -m g", "b"),
        ("%sm_register a -m 'my model'", "For example: my-model"),
        ("%sm_register a -m g", "--image URI"),
        ("%sm_register a -m g --meta x", "--meta takes name=value"),
        ("%sm_register a -m g --problem both", "both"),
        ("%sm_models nothing", "There is no model group 'nothing'"),
        ("%sm_models --compare 1 2", "--compare needs a group"),
        ("%sm_models churn-model --limit 0", "--limit"),
        ("%sm_approve", "%sm_approve churn/3"),
        ("%sm_approve churn-model/9", "Its newest is churn-model/2"),
        ("%sm_config --prices nowhere.csv", "cannot be read: No such file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(kernel, text, words):
    assert words in refused(kernel, text)


def test_prices_are_a_setting(kernel, tmp_path):
    file = tmp_path / "prices.csv"
    file.write_text("ml.m5.large,0.115\n")
    line(kernel, f"%sm_config --prices {file}")
    assert str(file)[:40] in line(kernel, "%sm_config").text
    line(kernel, "%sm_config --prices ''")


def test_the_jobs_of_a_run_are_a_tab(kernel):
    assert (
        "No job was started under this run."
        in line(kernel, "details = %sm_show a -e churn --tab jobs\nprint(details.text())").text
    )
