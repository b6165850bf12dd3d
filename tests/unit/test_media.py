"""What is logged besides numbers: what is stored, under which name, as what; mistakes in one line."""

from __future__ import annotations

import dataclasses
import io
import json
from argparse import Namespace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import run_home
from run_home import stored

from sm_track_widgets._errors import UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.media import figures
from sm_track_widgets.tracking.run import Run


@pytest.fixture(name="shared", scope="module")
def fixture_shared(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    """One home for all: making it costs more than what is tested."""
    return run_home.embedded(tmp_path_factory.mktemp("media") / "home")


@pytest.fixture(name="log")
def fixture_log(shared: Connection) -> Any:
    """An open run."""
    with Run("e", connection=shared) as run:
        yield run


def content(run: Run, name: str) -> bytes:
    """Close the run, and return what the object behind an artifact holds."""
    run.close()
    bucket, _, key = stored(run)["OutputArtifacts"][name].removeprefix("s3://").partition("/")
    return run.connection.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def media_type(run: Run, name: str) -> str:
    told = run.connection.client("sagemaker").describe_trial_component(TrialComponentName=run.ref.component)
    return told["OutputArtifacts"][name]["MediaType"]


class Mode(Enum):
    FAST = "fast"


@dataclasses.dataclass
class Config:
    lr: float
    name: str


def test_text(log: Run) -> None:
    log.log_text("hi \N{SNOWMAN}", "notes/a.txt")
    log.log_text("SELECT 1", "query.sql")
    log.log_text("x", "README")
    assert content(log, "notes/a.txt").decode() == "hi \N{SNOWMAN}"
    assert media_type(log, "README") == media_type(log, "notes/a.txt") == "text/plain"
    assert log.files == 3


def test_text_again_replaces(log: Run) -> None:
    log.log_text("one", "a.txt")
    log.log_text("two", "a.txt")
    assert content(log, "a.txt") == b"two"
    assert set(stored(log)["OutputArtifacts"]) == {"a.txt"}
    assert log.warnings == []


def test_secrets_in_texts_are_redacted(log: Run) -> None:
    log.log_text("password = 'hunter22'", "a.py")
    log.log_dict({"db": {"password": "hunter22", "user": "me"}, "url": "postgres://u:hunter22@h/d"}, "c.json")
    page = "<script>let token='hunter22'</script>"
    log.log_text(page, "page.html")
    assert log.warnings == [
        f"{name!r} held what looks like a secret; it was redacted." for name in ("a.py", "c.json")
    ]
    assert b"hunter22" not in content(log, "a.py")
    assert json.loads(content(log, "c.json")) == {
        "db": {"password": "[redacted]", "user": "me"},
        "url": "postgres://u:[redacted]@h/d",
    }
    assert content(log, "page.html").decode() == page


ANY = {
    "n": np.int64(3),
    "x": np.float32(0.5),
    "a": np.arange(3),
    "day": date(2024, 1, 2),
    "path": Path("a/b"),
    "set": {2, 1},
    "mode": Mode.FAST,
    "config": Config(0.1, "x"),
    "args": Namespace(k=1),
    7: (True, None),
    "frame": pd.DataFrame({"c": [1]}),
    "bytes": b"ab",
}
PLAIN = {
    "n": 3,
    "x": 0.5,
    "a": [0, 1, 2],
    "day": "2024-01-02",
    "path": "a/b",
    "set": [1, 2],
    "mode": "fast",
    "config": {"lr": 0.1, "name": "x"},
    "args": {"k": 1},
    "7": [True, None],
    "frame": {"c": [1]},
    "bytes": "ab",
}


def test_dict_as_json(log: Run) -> None:
    log.log_dict(ANY, "c.json")
    log.log_dict([1, {"a": 2}], "list.JSON")
    assert json.loads(content(log, "c.json")) == PLAIN
    assert json.loads(content(log, "list.JSON")) == [1, {"a": 2}]


def test_dict_as_yaml(log: Run) -> None:
    yaml = pytest.importorskip("yaml")
    log.log_dict(ANY, "conf/c.yaml")
    assert yaml.safe_load(content(log, "conf/c.yaml")) == PLAIN
    assert media_type(log, "conf/c.yaml") == "application/yaml"


def test_yaml_without_a_library_is_json(log: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    log.log_dict(ANY, "c.yml")
    assert json.loads(content(log, "c.yml")) == PLAIN


def test_tables_come_back(log: Run) -> None:
    table = pd.DataFrame({"x": [1, 2], "name": ["a", None], "y": [0.5, float("nan")]})
    log.log_table(table, "t.csv")
    log.log_table(table, "t.json")
    log.log_table(table.to_dict("list"), "t.jsonl")
    log.log_table(table.to_dict("records"), "t.tsv")
    pd.testing.assert_frame_equal(
        pd.read_csv(io.BytesIO(content(log, "t.csv"))), table.fillna(np.nan), check_dtype=False
    )
    told = json.loads(content(log, "t.json"))
    assert told == {"columns": ["x", "name", "y"], "data": [[1, "a", 0.5], [2, None, None]]}
    lines = [json.loads(line) for line in content(log, "t.jsonl").splitlines()]
    assert lines == [{"x": 1, "name": "a", "y": 0.5}, {"x": 2, "name": None, "y": None}]
    assert content(log, "t.tsv").splitlines()[0] == b"x\tname\ty"


def test_tables_of_other_forms(log: Run) -> None:
    log.log_table({"a": 1, "b": "x"}, "one.json")
    log.log_table(pd.Series([1, 2], name="s", index=pd.Index(["p", "q"], name="key")), "series.json")
    log.log_table(np.eye(2), "array.json")
    log.log_table(iter([[1, 2], [3, 4]]), "rows.json")
    two = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    log.log_table(two, "twice.json")
    log.log_table(pd.DataFrame({("m", "x"): [1], ("m", ""): [2]}), "levels.json")
    log.log_table(pd.DataFrame({"a": []}), "empty.json")
    expected = {
        "one.json": {"columns": ["a", "b"], "data": [[1, "x"]]},
        "series.json": {"columns": ["key", "s"], "data": [["p", 1], ["q", 2]]},
        "array.json": {"columns": ["0", "1"], "data": [[1.0, 0.0], [0.0, 1.0]]},
        "rows.json": {"columns": ["0", "1"], "data": [[1, 2], [3, 4]]},
        "twice.json": {"columns": ["a", "a-2"], "data": [[1, 2], [3, 4]]},
        "levels.json": {"columns": ["m_x", "m"], "data": [[1, 2]]},
        "empty.json": {"columns": ["a"], "data": []},
    }
    assert {name: json.loads(content(log, name)) for name in expected} == expected


def test_parquet(log: Run) -> None:
    pytest.importorskip("pyarrow")
    log.log_table(pd.DataFrame({"x": [1, 2], 3: ["a", "b"]}), "t.parquet")
    log.log_table({"mixed": [1, "a", None]}, "mixed.parquet")
    assert pd.read_parquet(io.BytesIO(content(log, "t.parquet"))).to_dict("list") == {
        "x": [1, 2],
        "3": ["a", "b"],
    }
    mixed = pd.read_parquet(io.BytesIO(content(log, "mixed.parquet")))["mixed"]
    assert mixed[:2].tolist() == ["1", "a"]
    assert pd.isna(mixed[2])


def test_parquet_without_its_library_names_the_cure(log: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pyarrow.*Use .csv"):
        log.log_table({"a": [1]}, "t.parquet")


@pytest.mark.parametrize(
    ("array", "shape", "first"),
    [
        (np.full((2, 3), 7, np.uint8), (2, 3), 7),
        (np.full((2, 3, 1), 7, np.uint8), (2, 3), 7),
        (np.full((2, 3, 3), 0.5), (2, 3, 3), 128),
        (np.full((5, 5, 6), 1, np.int64), None, None),
        (np.full((4, 2, 5), 255, np.int32), (2, 5, 4), 255),
        (np.ones((2, 2), bool), (2, 2), 255),
        (np.full((2, 2, 2), 9, np.uint8), (2, 2, 2), 9),
    ],
)
def test_arrays_become_png(log: Run, array: Any, shape: tuple[int, ...] | None, first: int | None) -> None:
    image = pytest.importorskip("PIL.Image")
    if shape is None:
        with pytest.raises(UsageError, match=r"no image.*\(5, 5, 6\)"):
            log.log_image(array, "i.png")
        return
    log.log_image(array, "i.png")
    found = np.asarray(image.open(io.BytesIO(content(log, "i.png"))))
    assert found.shape == shape
    assert found.reshape(-1)[0] == first


def test_values_out_of_range_are_cut_and_said(log: Run) -> None:
    image = pytest.importorskip("PIL.Image")
    log.log_image(np.array([[-1.0, 3.0], [float("nan"), 0.5]]), "i.png")
    found = np.asarray(image.open(io.BytesIO(content(log, "i.png"))))
    assert found.tolist() == [[0, 255], [0, 128]]
    assert "values from -1 to 3; they were cut to 0..1" in log.warnings[0]
    assert len(log.warnings) == 1


def test_images_of_pillow_and_of_files(log: Run, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("RGBA", (4, 3), (255, 0, 0, 128)).save(tmp_path / "red.png")
    log.log_image(image.open(tmp_path / "red.png"), "red.jpg")
    log.log_image(np.zeros((2, 2)), "grey.webp")
    log.log_image(tmp_path / "red.png")
    log.log_image(str(tmp_path / "red.png"), "mine.png")
    for _ in range(2):
        log.log_image(np.zeros((2, 2)))
    log.log_image(np.ones((2, 2)))
    assert image.open(io.BytesIO(content(log, "red.jpg"))).format == "JPEG"
    assert set(stored(log)["OutputArtifacts"]) == {
        *("red.jpg", "grey.webp", "red.png", "mine.png"),
        *("image.png", "image-2.png"),
    }


def test_tensors_are_images(log: Run) -> None:
    class Tensor:
        """What torch's tensors offer, which no environment of these tests has."""

        def detach(self) -> Tensor:
            return self

        def cpu(self) -> Any:
            return np.zeros((3, 4, 5), np.uint8)

    log.log_image(Tensor(), "t.png")
    assert content(log, "t.png")[16:24] == b"\0\0\0\5\0\0\0\4"


def test_matplotlib_figures(log: Run) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    for name in ("plots/a.png", "a.svg", "a.pdf"):
        log.log_figure(figure, name)
    log.log_figure(axes)
    log.log_figure(pyplot, "b.png")
    pyplot.close(figure)
    assert content(log, "plots/a.png") == content(log, "b.png")
    assert content(log, "plots/a.png").startswith(b"\x89PNG")
    assert b"<svg" in content(log, "a.svg")
    assert content(log, "a.pdf").startswith(b"%PDF")
    assert content(log, "figure.png").startswith(b"\x89PNG")


def test_an_unchanged_figure_is_an_unchanged_file() -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    for suffix in (".png", ".pdf"):
        assert figures.figure_bytes(figure, suffix) == figures.figure_bytes(figure, suffix)
    pyplot.close(figure)


def test_plotly_figures(log: Run) -> None:
    plotly = pytest.importorskip("plotly.graph_objects")
    figure = plotly.Figure(plotly.Scatter(x=[1, 2], y=[3, 4]))
    log.log_figure(figure)
    log.log_figure(figure, "p.html")
    assert json.loads(content(log, "figure.json"))["data"][0]["type"] == "scatter"
    page = content(log, "p.html").decode()
    assert "<script src=" not in page


def test_plotly_pictures_need_its_exporter() -> None:
    plotly = pytest.importorskip("plotly.graph_objects")
    try:
        import kaleido  # noqa: F401
    except ImportError:
        with pytest.raises(
            UsageError, match=r"cannot be written as .png.*Use .json or .html, or: pip install kaleido"
        ):
            figures.figure_bytes(plotly.Figure(), ".png")


def test_altair_charts(log: Run) -> None:
    altair = pytest.importorskip("altair")
    chart = altair.Chart(pd.DataFrame({"x": [1], "y": [2]})).mark_line().encode(x="x", y="y")
    log.log_figure(chart, "c.json")
    log.log_figure(chart, "c.html")
    assert "vega-lite" in json.loads(content(log, "c.json"))["$schema"]
    assert b"<html" in content(log, "c.html").lower()


class Unreadable:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("boom")


CYCLE: dict[str, Any] = {}
CYCLE["self"] = CYCLE


@pytest.mark.parametrize(
    ("method", "value", "name", "said"),
    [
        ("log_text", {"a": 1}, "a.txt", r"log_text takes text, not dict. For a dict or a list: run.log_dict"),
        ("log_text", "x", "", "no name for a file"),
        ("log_text", "x", 3, "no name for a file"),
        ("log_text", "x", "../a.txt", "Give a relative one"),
        ("log_text", "x", "/etc/a.txt", "Give a relative one"),
        ("log_text", "x", "a/", "Give a relative one"),
        ("log_text", "x", "sm_track.capture", "kept for sm_track_widgets"),
        ("log_dict", {}, "a.txt", r"log_dict does not write .txt. Use .json or .yaml"),
        ("log_dict", {}, "a", "names without an extension"),
        ("log_dict", CYCLE, "a.json", "contains itself"),
        ("log_dict", CYCLE, "a.yaml", "contains itself"),
        ("log_table", 3, "a.csv", "int is no table. Give a DataFrame"),
        ("log_table", None, "a.csv", "NoneType is no table"),
        ("log_table", "a,b", "a.csv", "str is no table"),
        ("log_table", {"a": [1], "b": [1, 2]}, "a.csv", "no table: All arrays must be of the same length"),
        ("log_table", {"a": [1]}, "a.xlsx", r"log_table does not write .xlsx"),
        ("log_image", "no-such.png", "a.png", "does not exist"),
        ("log_image", [[1, 2], [3]], "a.png", "is no image"),
        ("log_image", Unreadable(), "a.png", "Unreadable is no image"),
        ("log_image", object(), "a.png", "no image"),
        ("log_image", np.zeros((0, 3)), "a.png", "no image"),
        ("log_image", np.zeros((2, 2)), "a.xyz", "log_image does not write .xyz"),
        ("log_figure", {"a": 1}, "a.png", "dict is no figure. Give a matplotlib"),
    ],
)
def test_mistakes_are_said_in_one_line(log: Run, method: str, value: Any, name: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        getattr(log, method)(value, name)
    assert "\n" not in str(refused.value)
    log.log_metric("still", 1.0)
    assert log.files == 0
    assert not list((log.connection.settings.path / "spool").glob("*"))


def test_matplotlib_refuses_a_format(log: Run) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure = pyplot.figure()
    with pytest.raises(UsageError, match=r"cannot be written as .xyz.*Use .png"):
        log.log_figure(figure, "a.xyz")
    pyplot.close(figure)


def test_a_closed_run_takes_nothing(home: Connection) -> None:
    run = Run("e", connection=home)
    run.close()
    for call in (run.log_text, run.log_dict, run.log_table, run.log_figure, run.log_image):
        with pytest.raises(UsageError, match="is closed"):
            call("x", "a.txt")


def test_what_finds_no_place_is_said(home: Connection) -> None:
    with Run("e", connection=home) as run:
        for number in range(60):
            run.log_text("x", f"{number}.txt")
        run.log_table({"a": [1]}, "t.csv")
    assert run.files == 59
    assert [text for text in run.warnings if "t.csv" in text]
    assert not list((home.settings.path / "spool").iterdir())
