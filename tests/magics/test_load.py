"""Loading and unloading the extension."""

from __future__ import annotations

import pytest
from kernel import Kernel

STATE = """
import boto3
def state():
    ip = get_ipython()
    return repr((
        sorted(ip.magics_manager.magics['line']), sorted(ip.magics_manager.magics['cell']),
        sorted(ip.magics_manager.registry), [repr(f) for f in ip.input_transformers_cleanup],
        {k: len(v) for k, v in ip.events.callbacks.items()}, boto3.DEFAULT_SESSION,
        sorted(n for n in dir(ip) if n.startswith('_sm')),
        __import__('logging').getLogger('sm_track_widgets').handlers,
    ))
"""
HEAVY = ("pandas", "altair", "ipywidgets", "anywidget", "boto3", "botocore", "sagemaker", "numpy", "sqlite3")


@pytest.fixture
def bare(tmp_path):
    kernel = Kernel(tmp_path)
    yield kernel
    kernel.stop()


def test_loading_imports_nothing_heavy(bare):
    bare.run("import sys; before = set(sys.modules)")
    assert bare.run("%load_ext sm_track_widgets").status == "ok"
    fresh = eval(bare.value("set(sys.modules) - before"))
    assert not {name for name in fresh if name.partition(".")[0] in HEAVY}
    assert "sm_track_widgets.magics" in fresh


def test_unloading_leaves_no_trace(bare):
    bare.run(
        "from IPython.core.magic import register_line_magic\n@register_line_magic\ndef sm_log(line): return 'mine'"
    )
    bare.run(STATE)
    bare.run("%load_ext storemagic")  # IPython registers its own ExtensionMagics at the first %load_ext
    bare.run("before = state()")
    bare.run("%load_ext sm_track_widgets\n%load_ext sm_track_widgets")
    assert bare.value("state() != before") == "True"
    bare.run("%%sm_run a --quiet\npass")
    bare.run("%sm_config --default-session on")
    bare.run("%sm_runs")
    assert bare.run("%unload_ext sm_track_widgets").status == "ok"
    assert bare.value("state() == before") == "True"
    assert bare.run("%sm_log x").result == "'mine'"
    assert "sm_run` not found" in bare.run("%%sm_run a\n1").text
    assert bare.run("%load_ext sm_track_widgets").status == "ok"
    assert bare.run("%%sm_run again --quiet\n5").result == "5"


def test_unloading_inside_a_run_closes_it(bare):
    bare.run("%load_ext sm_track_widgets")
    bare.run("%%sm_run a --quiet\n%unload_ext sm_track_widgets")
    assert bare.value("run.status, run.ended is not None") == "('Completed', True)"


def test_an_unwritable_data_folder_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    kernel = Kernel(tmp_path, SM_TRACK_HOME=str(tmp_path / "file" / "data"))
    try:
        kernel.run("%load_ext sm_track_widgets")
        for line in ("%%sm_run a\nran = 1", "%sm_runs", "%sm_status"):
            cell = kernel.run(line)
            assert cell.errors == ["ConfigError"]
            assert len(cell.traceback) == 1
            assert "%sm_config --path DIR" in cell.traceback[0]
        assert kernel.value("'ran' in globals()") == "False"
        kernel.run(f"%sm_config --path {tmp_path / 'good'}")
        assert kernel.run("%%sm_run a\n7").result == "7"
    finally:
        kernel.stop()


def test_the_card_of_a_terminal_is_text(tmp_path, monkeypatch, capsys):
    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets import connection, magics

    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path))
    connection.reset()
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    magics.load(shell)
    try:
        result = shell.run_cell("%%sm_run term\nrun.log_metric('auc', 0.5)\n")
        assert result.success
    finally:
        magics.unload(shell)
        connection.reset()
    out = capsys.readouterr().out
    assert "Run term in experiment default" in out
    assert "auc 0.5" in out
    assert "<div" not in out
