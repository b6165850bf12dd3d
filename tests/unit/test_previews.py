"""Previews of stored files: what is shown of each kind, and that nothing of a file is markup."""

from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets.charts import numbers, preview_look
from sm_track_widgets.charts.previews import preview_html
from sm_track_widgets.tracking.media import images

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
PNG = images.png(np.zeros((3, 5, 3), np.uint8))


class Page(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


def shown(name: str, kind: str | None, data: bytes, **more: Any) -> Page:
    """Return the preview, of which no tag and no attribute is unexpected."""
    page = Page(preview_html(name, kind, data, **more))
    for tag, attributes in page.tags:
        assert tag in {"div", "b", "span", "img", "pre", "table", "thead", "tbody", "tfoot", "tr", "td", "th"}
        assert set(attributes) <= {"style", "title", "alt", "src", "align", "scope", "colspan"}
        assert (attributes.get("src") or "data:image/").startswith("data:image/")
    return page


def test_a_picture_is_in_the_page() -> None:
    page = shown("plots/a.png", "image/png", PNG)
    ((attributes,),) = [[attributes for tag, attributes in page.tags if tag == "img"]]
    assert base64.b64decode((attributes["src"] or "").partition(",")[2]) == PNG
    assert attributes["alt"] == "plots/a.png"
    assert "image/png" in page.text
    assert f"{len(PNG)} B" in page.text


def test_a_drawing_is_an_image_and_never_markup() -> None:
    page = shown("a.svg", "image/svg+xml", f"<svg>{EVIL}</svg>".encode())
    assert [tag for tag, _ in page.tags].count("img") == 1


@pytest.mark.parametrize(
    ("data", "size"), [(PNG + bytes(preview_look.MAX_IMAGE), None), (PNG, 5 << 20)], ids=["large", "cut"]
)
def test_a_large_picture_is_named_only(data: bytes, size: int | None) -> None:
    page = shown("a.png", "image/png", data, size=size)
    assert "A large picture." in page.text
    assert "img" not in [tag for tag, _ in page.tags]


def test_a_picture_that_is_none_is_named_only() -> None:
    page = shown("a.png", "image/png", EVIL.encode())
    assert "img" not in [tag for tag, _ in page.tags]


@pytest.mark.parametrize(
    ("name", "kind"), [("t.csv", "text/csv"), ("t.tsv", "text/plain"), ("t", "text/csv")]
)
def test_rows_of_a_csv(name: str, kind: str) -> None:
    sign = "\t" if name == "t.tsv" else ","
    lines = [["id", "x", "note"], *(["007", f"{row}.5", "a"] for row in range(25))]
    page = shown(name, kind, "\n".join(sign.join(line) for line in lines).encode())
    assert page.text.split()[-3:] == ["and", "15", "more"]
    assert [tag for tag, _ in page.tags].count("tr") == 12
    assert "007" in page.text
    assert "0.5" in page.text


def test_wide_and_ragged_tables() -> None:
    header = ",".join(f"c{number}" for number in range(30))
    page = shown("t.csv", None, f"{header}\n1,2\n{','.join('9' * 40)}\n".encode())
    assert "18 more columns" in page.text
    assert "c11" in page.text
    assert "c12" not in page.text


def test_the_beginning_of_a_table() -> None:
    page = shown("t.csv", "text/csv", b"a,b\n1,2\n3,4\n", size=10**9)
    assert "first rows" in page.text
    assert "1.0 GB" in page.text


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("t.json", json.dumps({"columns": ["a", "b"], "data": [[1, "x"], [2, "y"]]})),
        ("t.json", json.dumps([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])),
        ("t.jsonl", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'),
    ],
)
def test_tables_in_json(name: str, document: str) -> None:
    page = shown(name, None, document.encode())
    assert [tag for tag, _ in page.tags].count("td") == 4
    assert re.findall(r"[12xy]\b", page.text.partition(" b ")[2]) == ["1", "x", "2", "y"]


def test_parquet() -> None:
    pytest.importorskip("pyarrow")
    data = io.BytesIO()
    pd.DataFrame({"x": range(30), "name": EVIL}).to_parquet(data)
    page = shown("t.parquet", "application/octet-stream", data.getvalue())
    assert page.text.split()[-3:] == ["and", "20", "more"]
    assert shown("t.parquet", None, data.getvalue()[:100]).text.split()[0] == "t.parquet"


def test_a_model() -> None:
    document = {
        "sm_track_model": 1,
        "file": "model.ubj",
        "class": "xgboost.sklearn.XGBClassifier",
        "library": "xgboost",
        "version": "3.2.0",
        "facts": {"features": 12},
        "load": "model.load_model(path)",
        "metadata": {"owner": EVIL},
    }
    page = shown("model.json", "application/json", json.dumps(document).encode())
    for words in ("Model in model.ubj", "xgboost 3.2.0", "features 12", "model.load_model(path)", "owner"):
        assert words in " ".join(page.text.split())


def test_charts_say_what_they_draw() -> None:
    altair = pytest.importorskip("altair")
    frame = pd.DataFrame({"step": [1], "loss": [2]})
    chart = altair.Chart(frame, title="Losses").mark_line().encode(x="step", y="mean(loss)")
    page = shown("c.json", "application/json", chart.to_json().encode())
    assert "Altair chart: Losses" in page.text
    assert "line x: step, y: loss" in " ".join(page.text.split())
    layered = (chart + chart.mark_point()).to_json().encode()
    assert "point x: step, y: loss" in " ".join(shown("c.json", None, layered).text.split())


def test_plotly_figures_say_what_they_draw() -> None:
    plotly = pytest.importorskip("plotly.graph_objects")
    figure = plotly.Figure(
        [plotly.Scatter(x=[1], y=[2], name="train"), plotly.Bar(y=[1])], {"title": {"text": EVIL}}
    )
    page = shown("p.json", "application/json", figure.to_json().encode())
    assert "Plotly figure: <script>" in page.text
    assert "scatter train bar" in " ".join(page.text.split())


def test_graphs_of_the_sdk() -> None:
    matrix = {"type": "ConfusionMatrix", "version": 0, "title": None, "confusionMatrix": [[5, 1], [0, 4]]}
    page = shown("m.json", "application/json", json.dumps(matrix).encode())
    assert " ".join(page.text.split()).endswith("true \\ predicted 0 1 0 5 1 1 0 4")
    curve = {"type": "ROCCurve", "title": "ROC", "areaUnderCurve": 0.912345}
    assert "ROC curve: ROC area under the curve 0.9123" in " ".join(
        shown("r.json", "application/json", json.dumps(curve).encode()).text.split()
    )


def test_lines_of_a_text() -> None:
    text = "\n".join(f"line {number}" for number in range(100)) + "\n"
    page = shown("notes/a.txt", "text/plain", text.encode())
    assert "line 29\n" not in page.text
    assert "line 29" in page.text
    assert "line 30" not in page.text
    assert "and 70 more lines" in page.text
    assert "…" in shown("a.md", None, b"x" * 1000).text


@pytest.mark.parametrize(
    "name", ["c.yaml", "c.json", "a.py", "log.txt", "x.csv", "x.jsonl", "p.html", "a.unknown"]
)
def test_nothing_of_a_file_is_markup(name: str) -> None:
    for data in (EVIL.encode(), json.dumps({"a": EVIL}).encode(), json.dumps([{EVIL: EVIL}]).encode()):
        page = shown(name, "text/plain", data)
        assert "script" not in [tag for tag, _ in page.tags]


def test_names_and_types_are_text() -> None:
    assert EVIL in shown(EVIL, EVIL, b"\0").text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"columns": [1], "data": [1, 2]}'),
        ("a.json", b'{"data": [1, null], "layout": {"title": 3}}'),
        ("a.json", b'{"sm_track_model": 1, "facts": 3, "metadata": []}'),
        ("a.json", b'{"$schema": "vega", "layer": 3, "mark": {"type": 4}, "encoding": {"x": 3}}'),
        ("a.json", b'{"type": "ConfusionMatrix", "confusionMatrix": {"a": 1}}'),
        ("a.json", b"1" * 5000),
        ("a.jsonl", b"{}\nnot json\n"),
        ("a.csv", b""),
        ("a.csv", b'"' + b"x" * 200_000),
        ("a.csv", b"\xff\xfe\x00a"),
        ("a.txt", b"\xff\xfe"),
        ("a.parquet", b"PAR1 torn"),
        ("a.png", b""),
        ("", b""),
    ],
)
def test_a_file_that_is_broken_is_named(name: str, data: bytes) -> None:
    assert numbers.data_size(len(data)) in shown(name, None, data).text


def test_previews_stay_small() -> None:
    wide = {f"c{number}": ["y" * 5000] for number in range(50)}
    for name, data in (("t.json", json.dumps([wide]).encode()), ("t.csv", b"a\n" + b"z" * 100_000)):
        assert len(preview_html(name, None, data)) < 40_000
    assert len(preview_html("a.txt", None, b"\n".join([b"x" * 5000] * 400))) < 40_000


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9949, "9.9 kB"), (9960, "10 kB"), (999_600, "1.0 MB"),
     (4_200_000, "4.2 MB"), (8 << 30, "8.6 GB"), (3e12, "3.0 TB")],
)  # fmt: skip
def test_sizes(count: float, words: str) -> None:
    assert numbers.data_size(count) == words
