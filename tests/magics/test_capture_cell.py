"""What a %%sm_run cell leaves behind: its figures, what it read, where it ran; and nothing where that is asked for."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest

from sm_track_widgets.magics.embedded_specs import spec_in_html
from sm_track_widgets.magics.figures import FIGURES_KEPT, figure_of

needs = {
    name: pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed")
    for name in ("matplotlib", "plotly")
}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


@pytest.fixture(scope="module", autouse=True)
def _inline(kernel):
    """As a notebook has it, also where MPLBACKEND says otherwise."""
    kernel.run("%matplotlib inline") if importlib.util.find_spec("matplotlib") else None


def files(stored: Any, run: str) -> list[str]:
    """Names of the files of a run, without ours."""
    return sorted(name for name in stored.run(run)["OutputArtifacts"] if not name.startswith("sm_track."))


def content(stored: Any, run: str, name: str) -> bytes:
    uri = stored.run(run)["OutputArtifacts"][name]["Value"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return stored.session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def shown(number: int, text: str = "") -> str:
    """Code that displays a chart as data."""
    spec = {"data": [number, text], "layout": {}}
    return f"display({{'application/vnd.plotly.v1+json': {spec!r}}}, raw=True)\n"


def test_everything_is_kept(kernel, stored):
    kernel.run("rate = 0.25\ntable = np.ones((3, 2))\napi_key = 'abcdef1234'")
    kernel.run("%%sm_run all\n%time total = table.sum() * rate\nprint(total, len(api_key))")
    document = stored.capture("all")
    assert document["version"] == 2
    inputs = {one["name"]: one for one in document["inputs"]["names"]}
    assert set(inputs) == {"rate", "table", "api_key"}
    assert inputs["rate"]["value"] == "0.25"
    assert inputs["table"]["shape"] == [3, 2]
    assert inputs["api_key"]["value"] == "[redacted]"
    assert any(line.startswith("ipython==") for line in document["packages"])
    assert document["environment"]["cpus"] >= 1
    assert set(document["git"]) >= {"commit", "dirty"} or document["git"] == {}
    assert "1.5 10" in document["output"]


def test_no_capture_stores_nothing(kernel, stored):
    kernel.run(
        f"%%sm_run nothing --no-capture\nrun.log_metric('x', float('nan'))\n{shown(1)}print(np.pi)\n1 / 0"
    )
    kept = stored.run("nothing")["OutputArtifacts"]
    document = stored.capture("nothing")  # the gaps of a metric are no part of the cell
    assert set(kept) == {"sm_track.capture"}
    assert not {"source", "output", "inputs", "packages", "environment", "git", "exception"} & set(document)


@pytest.mark.parametrize(
    ("part", "keys"),
    [
        ("source", {"source"}),
        ("stdout", {"output", "output_cut"}),
        ("inputs", {"inputs"}),
        ("env", {"packages", "environment"}),
        ("git", {"git"}),
    ],
)
def test_one_part_alone(kernel, stored, part, keys):
    kernel.run(f"%%sm_run part-{part} --capture {part}\nprint(np.pi)\n{shown(1)}")
    document = stored.capture(f"part-{part}")
    every = {"source", "output", "output_cut", "inputs", "packages", "environment", "git"}
    assert every & set(document) == keys
    assert not files(stored, f"part-{part}")


def test_figures_alone(kernel, stored):
    kernel.run(f"%%sm_run part-figures --capture figures\n{shown(1)}")
    assert set(stored.run("part-figures")["OutputArtifacts"]) == {"plot-1.json"}


@needs["matplotlib"]
def test_matplotlib_figures(kernel, stored):
    body = (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\n"
        "figure, axes = plt.subplots()\naxes.plot([3, 1])\ndisplay(figure)\n"
    )
    cell = kernel.run(f"%%sm_run drawn\n{body}")
    pictures = [out for out in cell.outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == 3  # plt.show, display, and IPython's own at the end of the cell
    assert files(stored, "drawn") == ["figure-1.png", "figure-2.png"]
    assert content(stored, "drawn", "figure-1.png").startswith(b"\x89PNG")
    kernel.run("plt.plot([1, 5])")
    assert files(stored, "drawn") == ["figure-1.png", "figure-2.png"]


@needs["matplotlib"]
@pytest.mark.parametrize("end", ["", "1 / 0"])
def test_figures_of_a_body_run_by_the_magic(kernel, stored, end):
    name = f"drawn-nested-{len(end)}"
    cell = kernel.run(
        f"%%sm_run {name} --allow-errors\nimport matplotlib.pyplot as plt\nplt.plot([4, {len(end)}])\n{end}"
    )
    assert sum("image/png" in out.get("data", {}) for out in cell.outputs) == 1
    assert files(stored, name) == ["figure-1.png"]


@needs["plotly"]
def test_plotly_figures(kernel, stored):
    body = (
        "import plotly.graph_objects as go\ngo.Figure(go.Bar(y=[1, 2])).show()\ngo.Figure(go.Bar(y=[3, 4]))"
    )
    kernel.run(f"%%sm_run plotly\n{body}")
    assert files(stored, "plotly") == ["plot-1.json", "plot-2.json"]
    assert json.loads(content(stored, "plotly", "plot-1.json"))["data"][0]["type"] == "bar"


def test_altair_charts(kernel, stored):
    body = "import altair as alt\nimport pandas as pd\nchart = alt.Chart(pd.DataFrame({'a': [1, 2]})).mark_bar()\n"
    kernel.run(f"%%sm_run altair\n{body}chart.encode(x='a')")
    assert files(stored, "altair") == ["plot-1.json"]
    spec = json.loads(content(stored, "altair", "plot-1.json"))
    assert "vega-lite" in spec["$schema"]
    assert next(iter(spec["datasets"].values())) == [{"a": 1}, {"a": 2}]


def test_a_figure_drawn_again_counts_once(kernel, stored):
    body = (
        "handle = display({'image/png': PNG}, raw=True, display_id='live')\n"
        "for number in range(5):\n"
        "    handle.update({'application/vnd.plotly.v1+json': {'data': [number]}}, raw=True)\n"
    )
    kernel.run(f"PNG = {PNG!r}")
    kernel.run(f"%%sm_run live\n{body}{shown(7)}{shown(7)}")
    assert files(stored, "live") == ["plot-1.json", "plot-2.json"]
    assert json.loads(content(stored, "live", "plot-1.json")) == {"data": [4]}


def test_many_figures_and_secrets_in_them(kernel, stored):
    shows = shown(0, "password=hunter22") + "".join(shown(number) for number in range(1, FIGURES_KEPT + 3))
    cell = kernel.run(f"%%sm_run many\n{shows}")
    assert len(files(stored, "many")) == FIGURES_KEPT
    assert json.loads(content(stored, "many", "plot-1.json"))["data"] == [0, "password=[redacted]"]
    assert "3 figures of the cell were not kept" in cell.text


def test_the_shell_is_left_as_it_was(kernel):
    state = "('publish' in vars(get_ipython().display_pub), 'write_format_data' in vars(get_ipython().displayhook))"
    kernel.run("%%sm_run left\n1 / 0")
    assert kernel.value(state) == "(False, False)"


def test_a_broken_repr_and_a_lazy_object_are_not_touched(kernel, stored):
    kernel.run(
        "class Bad:\n    touched = 0\n    def __repr__(self):\n        Bad.touched += 1\n        raise ValueError\n"
        "    __str__ = __len__ = __repr__\nbad = Bad()"
    )
    kernel.run("%%sm_run untouched\nx = bad")
    assert stored.capture("untouched")["inputs"]["names"] == [{"name": "bad", "kind": "value", "type": "Bad"}]
    assert kernel.value("Bad.touched") == "0"


@pytest.mark.parametrize(
    ("bundle", "stem"),
    [
        ({"image/png": PNG, "text/plain": "x"}, "figure"),
        ({"image/svg+xml": "<svg/>"}, "figure"),
        ({"application/vnd.vegalite.v5+json": {"mark": "bar"}, "image/png": PNG}, "plot"),
        ({"image/png": PNG, "application/vnd.jupyter.widget-view+json": {}}, None),
        ({"image/png": "*no base64*é"}, None),
        ({"text/html": "<b>vegaEmbed</b>"}, None),
        ({"text/plain": "x"}, None),
        ({}, None),
    ],
)
def test_what_counts_as_a_figure(bundle, stem):
    figure = figure_of(bundle)
    assert (None if figure is None else figure.stem) == stem


def test_charts_in_html():
    html = '<script>Plotly.newPlot(  "id-1", [{"y": [1]}],  {"title": "a)b"}, {"responsive": true})</script>'
    assert spec_in_html(html) == {"data": [{"y": [1]}], "layout": {"title": "a)b"}}
    assert spec_in_html("<script>Plotly.newPlot(x)</script>") is None
    assert spec_in_html('<script>vegaEmbed; })({"no": "schema"}, {});</script>') is None
