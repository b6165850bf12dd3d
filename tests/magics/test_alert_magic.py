"""%sm_alert in a real kernel: a condition ends the cell that logs, and what was set goes with the extension."""

from __future__ import annotations

LOOP = """%%sm_run {name} --quiet
for step, value in enumerate([0.5, 1.5, 2.5, 3.5]):
    run.log_metric("val_loss", value, step=step)
"""


def test_an_alert_ends_the_run_and_the_cell(kernel, stored, open_runs):
    told = kernel.run("%sm_alert 'val_loss > 2' --stop")
    assert told.text.strip() == "Every run from here on will say when val_loss > 2 and end it."
    cell = kernel.run(LOOP.format(name="bad"))
    assert cell.status == "error"
    assert cell.traceback == ["RunStopped: Alert: val_loss > 2 (val_loss 2.5 at step 2)"]
    assert stored.status("bad") == ("Stopped", "Alert: val_loss > 2 (val_loss 2.5 at step 2)")
    assert kernel.run("%sm_alert").text.splitlines() == [
        "val_loss > 2  --stop",
        "    bad: val_loss 2.5 at step 2",
    ]
    assert kernel.run("%sm_alert --off").text.strip() == "1 alert taken out."
    assert kernel.run(LOOP.format(name="good")).status == "ok"
    assert stored.status("good") == ("Completed", "")


def test_a_remark_is_made_once_and_kept_as_a_tag(kernel, stored):
    kernel.run("limit = 1\n%sm_alert val_loss > {limit} OR val_loss IS NAN")
    cell = kernel.run(LOOP.format(name="told").replace(" --quiet", "") + "run.log_metric('val_loss', np.nan)")
    assert cell.status == "ok", cell.traceback
    said = "Alert: val_loss > 1 OR val_loss IS NAN (val_loss 1.5 at step 1) in run 'told'."
    assert kernel.value("run.warnings[0]") == repr(said)
    assert kernel.value("sum('Alert' in one for one in run.warnings)") == "1"
    arn = stored.run("told")["TrialComponentArn"]
    tags = {tag["Key"]: tag["Value"] for tag in stored.client.list_tags(ResourceArn=arn)["Tags"]}
    assert tags["alert"] == "val_loss 1.5 at step 1"
    kernel.run("%sm_alert --off")


def test_what_is_no_condition_is_said_in_one_line(kernel):
    for line, expected in {
        "loss >": "a value is missing",
        "loss": "'loss' is compared with nothing.",
        "params.lr > 2": "An alert looks at metrics",
        "loss IS NULL": "numbers only",
        "--off 'acc > 1'": "There is no alert 'acc > 1'. There are: none.",
        "--stopp 'acc > 1'": "--stop",
    }.items():
        cell = kernel.run(f"%sm_alert {line}")
        assert cell.status == "error"
        assert expected in cell.traceback[0], cell.traceback
    assert kernel.run("%sm_alert").text.startswith("No alert is set.")


def test_alerts_go_with_the_extension(kernel, stored):
    assert kernel.run("made = %sm_alert val_loss > 1 --stop").outputs == []
    assert kernel.value("made") == "<Alert 'val_loss > 1', ends the run: raised 0 times>"
    kernel.run("%unload_ext sm_track_widgets\n%load_ext sm_track_widgets")
    assert kernel.run(LOOP.format(name="later")).status == "ok"
    assert stored.status("later") == ("Completed", "")
