"""What all widgets share: front end, display, kwargs, palette, assets."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from wire_tap import say

from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts import palette
from sm_track_widgets.widgets import assets, base
from sm_track_widgets.widgets.metric_chart import MetricChart
from sm_track_widgets.widgets.run_table import RunTable

JS = Path(__file__).parents[2] / "js" / "src"
POINTS = pd.DataFrame(
    {"run": ["a", "a", "b"], "metric": ["loss"] * 3, "step": [0, 1, 0], "value": [1.0, 0.5, 2.0]}
)
RUNS = pd.DataFrame({"run": ["<i>a</i>", "b"], "params.depth": [3, 4]})


def test_an_unknown_argument_is_one_line_with_the_nearest_name():
    with pytest.raises(UsageError, match=r"RunTable has no argument 'colums'. Did you mean 'columns'\?"):
        RunTable(RUNS, colums=["params.depth"])
    with pytest.raises(UsageError, match="It has: metrics, source, experiment"):
        MetricChart("loss", POINTS, zzz=1)


def test_the_mimebundle_has_the_view_and_nothing_that_appears_twice():
    table = RunTable(RUNS)
    data, metadata = table._repr_mimebundle_(include=None)
    assert data["text/html"] == ""
    assert data["text/plain"] == repr(table) == "<RunTable>"
    assert data[base.WIDGET_VIEW]["model_id"] == table.model_id
    assert metadata == {}


@pytest.fixture
def kernel_shell(monkeypatch):
    """A shell that believes it has a kernel, and what it displays."""
    shell = InteractiveShell.instance()
    shown: list[dict[str, object]] = []

    class Kernel:
        class parent:  # noqa: N801
            connection_file = "/run/kernel-abc-123.json"

    monkeypatch.setattr(shell, "kernel", Kernel(), raising=False)
    monkeypatch.setattr(
        shell.display_pub, "publish", lambda data, metadata=None, **rest: shown.append({"data": data, **rest})
    )
    yield shell, shown
    InteractiveShell.clear_instance()


def test_display_is_the_static_form_and_then_the_view(kernel_shell):
    shell, shown = kernel_shell
    table = RunTable(RUNS)
    assert table._api == {"kernel_id": "abc-123"}
    assert shell.display_formatter.format(table) == ({}, {})
    static, view = (one["data"] for one in shown)
    assert f'class="sm-static-{table._key}"' in static["text/html"]
    assert "&lt;i&gt;a&lt;/i&gt;" in static["text/html"]
    assert "<i>a" not in static["text/html"]
    assert "depth" in static["text/plain"]
    assert base.WIDGET_VIEW in view
    assert base.WIDGET_VIEW not in static


def test_the_static_form_follows_where_it_was_displayed(kernel_shell):
    _, shown = kernel_shell
    table = RunTable(RUNS)
    table._ipython_display_()
    table.filter = "b"
    table.update_static()
    assert shown[-1]["update"] is True
    assert "&lt;i&gt;" not in shown[-1]["data"]["text/html"]
    count = len(shown)
    table.update_static()
    assert len(shown) == count


def test_in_a_terminal_a_widget_is_text(capsys):
    RunTable(RUNS)._ipython_display_()
    printed = capsys.readouterr().out
    assert "depth" in printed
    assert "<table" not in printed


def test_each_widget_carries_the_small_core_and_only_the_first_chart_the_chunk(monkeypatch):
    monkeypatch.setattr(assets, "_sent", type(assets._sent)())
    first, second = MetricChart("loss", POINTS), MetricChart("loss", POINTS)
    assert len(gzip.compress(first._esm.encode())) < 60_000
    assert len(first._chunk) > 200_000
    assert second._chunk == b""
    assert first._chunk_hash == second._chunk_hash == assets.chunk_hash()
    source = gzip.decompress(first._chunk)
    assert source == (assets.STATIC / "vega-chunk.js").read_bytes()


def test_a_page_without_the_chunk_gets_it_on_request(tap):
    chart = MetricChart("loss", POINTS)
    say(chart, type="need_chunk")
    ((content, buffers),) = tap.custom(chart)
    assert content == {"type": "chunk"}
    assert buffers == [assets.chunk()]


def test_the_chunk_is_compressed_once_per_version(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assets.chunk.cache_clear()
    data = assets.chunk()
    (kept,) = tmp_path.rglob("vega-chunk-*.js.gz")
    assert kept.read_bytes() == data
    assets.chunk.cache_clear()
    kept.write_bytes(b"damaged")
    assert assets.chunk() == data
    assert kept.read_bytes() == data
    assets.chunk.cache_clear()


def test_bundles_ask_nobody():
    for name in ("widget.js", "vega-chunk.js"):
        source = (assets.STATIC / name).read_text("utf-8")
        imported = re.findall(r"""(?:from|import)\s*\(?\s*["'](https?:[^"']+)""", source)
        assert imported == []


def test_python_and_javascript_have_the_same_palette():
    source = (JS / "lib" / "palette.ts").read_text("utf-8")

    def read(name: str) -> object:
        found = re.search(rf"export const {name}[^=]*= (\[.*?\]);", source, re.DOTALL)
        assert found
        return json.loads(found[1])

    assert tuple(read("LIGHT")) == palette.LIGHT
    assert tuple(read("DARK")) == palette.DARK
    assert tuple(map(tuple, read("DASHES"))) == palette.DASHES
