"""%sm_config, %sm_status and %sm_sync in a real kernel."""

from __future__ import annotations

import pytest


def test_settings_are_shown_with_their_origin(kernel):
    lines = kernel.run("%sm_config").text.splitlines()
    assert lines[0].split() == ["setting", "value", "from"]
    shown = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    assert shown["backend"] == ["embedded", "default"]
    assert shown["path"] == [str(kernel.data), "environment"]
    assert shown["default-session"] == ["off", "default"]


def test_a_setting_of_the_session(kernel):
    assert kernel.run("%sm_config --experiment mine --theme dark --redact 'se[a-z]{2}ret'").status == "ok"
    text = kernel.run("%sm_config").text
    for name, value in (("experiment", "mine"), ("theme", "dark"), ("redact", "se[a-z]{2}ret")):
        assert [name, value, "%sm_config"] in [line.split() for line in text.splitlines()]
    kernel.run("%%sm_run masked\nprint('the seabret is out')")
    kernel.run("from sm_track_widgets import runs\nassert runs('mine')['run'].tolist() == ['masked']")


def test_redaction_set_in_the_session_holds_for_the_next_run(kernel, stored):
    document = stored.capture("masked", "mine")
    assert "seabret" not in str(document)
    kernel.run("%sm_config --experiment default")


def test_another_folder_and_back(kernel, tmp_path):
    before = str(kernel.data)
    kernel.run(f"folder = {str(tmp_path / 'other')!r}")
    assert str(tmp_path / "other") in kernel.run("%sm_config --path {folder}").text
    kernel.run("%%sm_run elsewhere\npass")
    assert (tmp_path / "other" / "store.sqlite").exists()
    assert before in kernel.run(f"%sm_config --path {before}").text
    assert "elsewhere" not in kernel.run("%sm_runs --df").plain


def test_a_copied_folder_shows_the_same_runs(kernel, tmp_path):
    before = str(kernel.data)
    kernel.run("%%sm_run kept -e copied\nrun.log_metric('loss', 0.25)")
    kernel.run("from sm_track_widgets import connection, runs")
    kernel.run(f"connection.current().embedded.backup({str(tmp_path / 'copy')!r})")
    kernel.run(f"%sm_config --path {tmp_path / 'copy'}")
    same = kernel.run(
        "assert runs('copied')[['run', 'metrics.loss.last']].values.tolist() == [['kept', 0.25]]"
    )
    kernel.run(f"%sm_config --path {before}")
    assert same.status == "ok", same.traceback


def test_a_folder_that_cannot_be_written_is_one_line_and_changes_nothing(kernel, tmp_path):
    (tmp_path / "file").write_text("")
    cell = kernel.run(f"%sm_config --path {tmp_path / 'file' / 'store'}")
    assert cell.errors == ["ConfigError"]
    assert len(cell.traceback) == 1
    assert "%sm_config --path DIR" in cell.traceback[0]
    assert str(kernel.data) in kernel.run("%sm_config").text


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ("%sm_config --experimnt x", "UsageError", "Did you mean '--experiment'?"),
        ("%sm_config --backend cloud", "UsageError", "invalid choice: 'cloud'"),
        ("%sm_config --redact (", "UsageError", "not a regular expression"),
        ("%sm_config x", "UsageError", "one word too many"),
        ("%sm_config --backend aws", "ConfigError", "No AWS region is set"),
        ("%sm_config --backend aws --profile nobody", "ConfigError", "--profile NAME"),
        ("%sm_status now", "UsageError", "one word too many"),
        ("%sm_sync --al", "UsageError", "There is no option --al"),
    ],
)
def test_a_mistake_is_one_line(kernel, line, error, told):
    cell = kernel.run(line)
    assert cell.errors == [error]
    assert len(cell.traceback) == 1
    assert told in cell.traceback[0]
    assert "backend          embedded" in kernel.run("%sm_config").text


def test_saved_settings_hold_in_the_next_kernel(kernel, tmp_path):
    from sm_track_widgets import config

    kernel.run("%sm_config --theme light --save")
    assert "light" in (kernel.home / "settings.ini").read_text()
    settings = config.resolve(environ={}, config_file=kernel.home / "settings.ini")
    assert (settings.theme, settings.origin["theme"]) == ("light", "config file")


def test_status_says_where_why_and_what(kernel):
    cell = kernel.run(
        "%%sm_run watched\nrun.log_metric('m', 1.0)\nget_ipython().run_line_magic('sm_status', '')\npass"
    )
    rows = {line.split("  ")[0]: line for line in cell.text.splitlines()}
    assert rows["runs go to"].endswith("embedded")
    assert str(kernel.data) in rows["data folder"]
    assert rows["why"].endswith("this is not SageMaker Studio")
    assert rows["journals left"].endswith("none")
    assert "watched" in cell.text
    assert "No run is open." in kernel.run("%sm_status").text
    assert "CreateTrialComponent" in kernel.run("%sm_status").text


def test_boto3s_default_session(kernel):
    source = "import boto3\nbefore = boto3.DEFAULT_SESSION"
    kernel.run(source)
    assert "Undo: %sm_config --default-session off" in kernel.run("%sm_config --default-session on").text
    cell = kernel.run("boto3.client('sts').get_caller_identity()['Account']")
    assert cell.result == "'000000000000'"
    assert "default-session  on" in kernel.run("%sm_config").text
    assert "as it was" in kernel.run("%sm_config --default-session off").text
    assert kernel.value("boto3.DEFAULT_SESSION is before") == "True"
    assert "It was off." in kernel.run("%sm_config --default-session off").text


def test_an_empty_value_takes_a_setting_back(kernel):
    kernel.run("%sm_config --experiment mine")
    kernel.run("%sm_config --experiment ''")
    assert "experiment       -" in kernel.run("%sm_config").text


def test_aws_without_credentials_says_so_and_loses_nothing(kernel):
    kernel.run("%sm_config --backend aws --region eu-west-1")
    text = kernel.run("%sm_status").text
    assert "Unable to locate credentials" in text
    assert "aws: set with %sm_config" in text
    assert "the embedded store" in kernel.run("%sm_config --backend embedded --region ''").text


def test_sync_with_nothing_to_do(kernel):
    assert kernel.run("%sm_sync").text == "Nothing was waiting: all that was logged has arrived.\n"
