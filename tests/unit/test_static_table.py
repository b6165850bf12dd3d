"""The table of saved notebooks."""

import math
import re
import xml.etree.ElementTree as ET
from datetime import datetime, timezone

import pandas as pd
import pytest

from sm_track_widgets.charts.static_table import shown, table_html, table_text

EVIL = "<img src=x onerror=alert(1)>"
HEADER = ["run", "status", "time", "depth", "lr", "tree", "loss", "started"]
KINDS = ["run", "status", "duration", "number", "number", "text", "number", "time"]
START = datetime(2026, 11, 23, 5, 54, tzinfo=timezone.utc)
ROWS = [
    ["xgb-d8", "Completed", 165.0, 8.0, 0.05, "hist", 0.216349, START],
    ["xgb-d6", "InProgress", math.nan, 6.0, 0.05, None, None, pd.Timestamp(START)],
    ["xgb-d4", "Failed", 9.2, None, 1e-5, "exact", math.nan, START.timestamp()],
]


def cells(html):
    table = ET.fromstring(html)
    return [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]


def test_the_whole_table():
    assert cells(table_html(HEADER, ROWS, kinds=KINDS)) == [
        HEADER,
        ["xgb-d8", "Completed", "2:45", "8", "0.05", "hist", "0.2163", "2026-11-23 05:54"],
        ["xgb-d6", "Running", "", "6", "0.05", "", "", "2026-11-23 05:54"],
        ["xgb-d4", "Failed", "9.2 s", "", "1e-5", "exact", "", "2026-11-23 05:54"],
    ]


def test_it_means_something_without_styles():
    html = re.sub(r' style="[^"]*"', "", table_html(HEADER, ROWS, kinds=KINDS, caption="exp", more=7))
    table = ET.fromstring(html)
    assert table.findtext("caption") == "exp"
    assert {cell.get("scope") for cell in table.find("thead").iter("th")} == {"col"}
    assert [row[0].get("scope") for row in table.find("tbody")] == ["row"] * 3
    assert [cell.get("align") for cell in table.find("tbody")[0]][:5] == [
        "left",
        "left",
        "right",
        "right",
        "right",
    ]
    assert table.findtext("tfoot/tr/td") == "and 7 more"


def test_what_is_shortened_is_whole_in_the_title():
    long = "a" * 30 + "-middle-" + "z" * 30
    html = table_html(["run", "loss"], [[long, 0.216349], ["short", 0.25]], kinds=["run", "number"])
    first, second = ET.fromstring(html).find("tbody")
    assert "".join(first[0].itertext()) == "a" * 20 + "…" + "z" * 19
    assert (first[0].get("title"), first[1].get("title")) == (long, "0.216349")
    assert (second[0].get("title"), second[1].get("title")) == (None, None)


def test_nothing_a_user_wrote_is_markup():
    html = table_html([EVIL], [[EVIL * 3], ["\"' &\x00\ud800"]], kinds=["run"], caption=EVIL, colours=[0, 1])
    html += table_html([EVIL, "s"], [[EVIL, EVIL]], kinds=["text", "status"])
    assert "<img" not in html
    assert "\x00" not in html
    html.encode()
    assert not re.search(r"<(?!/?(table|caption|thead|tbody|tfoot|tr|th|td|span)\b)", html)


def test_no_script_style_sheet_or_reference():
    html = table_html(HEADER, ROWS, kinds=KINDS, caption="c", colours=[0, 1, 2], more=3)
    assert not re.search(r"<script|<style|http|url\(|\son\w+=| class=| id=", html)


def test_runs_have_their_colour():
    html = table_html(["run"], [["a"], ["b"]], kinds=["run"], colours=[0, 7])
    dots = ET.fromstring(html).findall(".//span")
    assert [dot.get("aria-hidden") for dot in dots] == ["true", "true"]
    assert ["#2f6fdb" in dots[0].get("style"), "#d9641e" in dots[1].get("style")] == [True, True]
    assert cells(html)[1:] == [["● a"], ["● b"]]


def test_kinds_are_found_where_none_are_given():
    table = ET.fromstring(table_html(["a", "b", "c"], [[1.5, "x", None], [None, 2.0, None]]))
    assert [cell.get("align") for cell in table.find("thead").iter("th")] == ["right", "left", "left"]


@pytest.mark.parametrize("missing", [None, math.nan, pd.NaT, pd.NA])
@pytest.mark.parametrize("kind", ["text", "number", "time", "duration", "status", "run"])
def test_missing_cells_stay_empty(missing, kind):
    assert shown(missing, kind) == ""
    assert cells(table_html(["a"], [[missing]], kinds=[kind])) == [["a"], [""]]


def test_text_in_a_column_of_numbers():
    assert [shown(value, "number") for value in (1.25, "auto", True, 10**400)] == [
        "1.25",
        "auto",
        "True",
        shown(10**400, "text"),
    ]


def test_no_rows():
    assert cells(table_html(HEADER, [], kinds=KINDS)) == [HEADER]
    assert table_text(HEADER, [], kinds=KINDS) == "  ".join(HEADER)


def test_as_text():
    rows = [[*row[:5]] for row in ROWS]
    assert table_text(HEADER[:5], rows, kinds=KINDS[:5], caption="exp", more=1204).splitlines() == [
        "exp",
        "run     status      time  depth    lr",
        "xgb-d8  Completed   2:45      8  0.05",
        "xgb-d6  Running               6  0.05",
        "xgb-d4  Failed     9.2 s         1e-5",
        "and 1,204 more",
    ]
    assert table_text(["a"], [["line\nbreak\ttab"]]).splitlines() == ["a", "line break tab"]
