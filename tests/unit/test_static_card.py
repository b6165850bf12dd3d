"""The card of saved notebooks."""

import re
import xml.etree.ElementTree as ET

import pytest

from sm_track_widgets.charts.static_card import card_html, card_text, headline

EVIL = "<img src=x onerror=alert(1)>"
METRICS = [
    {"name": "train:loss", "last": 0.1612, "best": 0.161, "best_step": 123, "step": 124, "n": 124},
    {"name": "validation:loss", "last": 0.2163, "best": 0.2163, "best_step": 200, "step": 200, "n": 200},
    {"name": "validation:auc", "last": 0.94311, "best": 0.94362, "best_step": 119, "step": 200, "n": 200},
]
DONE = {
    "status": "Completed",
    "name": "xgb-d8-lr0p05",
    "experiment": "fraud-detection",
    "group": "Default-Run-Group-fraud-detection",
    "started": 1_790_000_000.0,
    "ended": 1_790_000_165.0,
    "home": "embedded",
    "metrics": METRICS,
    "waiting": 0,
    "trouble": "",
    "message": "",
}


def words(html):
    """What is left where styles are taken away."""
    return " ".join("".join(ET.fromstring(html).itertext()).split())


def test_the_finished_line():
    line = (
        "Completed xgb-d8-lr0p05 fraud-detection · 2:45 · validation:auc 0.9431 (best 0.9436 at 119) · "
        "validation:loss 0.2163 embedded"
    )
    assert words(card_html(DONE)) == line
    assert card_text(DONE) == (
        "Completed  xgb-d8-lr0p05 · fraud-detection · 2:45 · validation:auc 0.9431 (best 0.9436 at 119) · "
        "validation:loss 0.2163 · embedded"
    )


def test_while_it_runs():
    state = {**DONE, "status": "InProgress", "ended": None, "group": "sweep", "metrics": [], "waiting": 12}
    assert words(card_html(state)) == (
        "Running xgb-d8-lr0p05 fraud-detection · group sweep · started 2026-09-21 14:13 UTC embedded"
    )


def test_a_file_on_its_way_is_said():
    state = {**DONE, "upload": {"text": f"sending {EVIL}: 45 MB of 120 MB", "done": 45, "total": 120}}
    assert words(card_html(state)).endswith(f"sending {EVIL}: 45 MB of 120 MB; it goes on behind")
    assert "<img" not in card_html(state)
    assert card_text({**state, "ended": None}).splitlines()[1] == f"sending {EVIL}: 45 MB of 120 MB"


def test_failed_says_why():
    state = {**DONE, "status": "Failed", "metrics": [], "message": "ZeroDivisionError: division\nby zero"}
    assert words(card_html(state)).endswith("embedded ZeroDivisionError: division by zero".replace(" Z", "Z"))
    assert card_text(state).splitlines()[1] == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"waiting": 1204}, "1,204 points are not delivered yet; nothing is lost, %sm_status says more"),
        ({"waiting": 1}, "1 point is not delivered yet; nothing is lost, %sm_status says more"),
        ({"waiting": 5, "trouble": "No permission: points wait here."}, "No permission: points wait here."),
    ],
)
def test_trouble_is_one_sentence(more, told):
    assert card_text({**DONE, **more}).splitlines()[1:] == [told]


@pytest.mark.parametrize("part", ["status", "name", "experiment", "group", "home", "message", "trouble"])
def test_nothing_a_user_wrote_is_markup(part):
    html = card_html({**DONE, part: EVIL + "\x00\ud800"})
    assert "<img" not in html
    assert EVIL in words(html)
    html.encode()


def test_a_metrics_name_is_no_markup_either():
    html = card_html({**DONE, "metrics": [{"name": EVIL, "last": 1.0, "best": 2.0, "best_step": 1}]})
    assert "<img" not in html
    assert EVIL in words(html)


def test_no_script_style_sheet_or_reference():
    html = card_html({**DONE, "message": "x"})
    assert not re.search(r"<script|<style|http|url\(|\son\w+=| class=| id=", html)


def test_an_almost_empty_state():
    assert words(card_html({"status": "Completed", "name": "a"})) == "Completed a"
    assert card_text({"status": "InProgress", "name": "a"}) == "Running  a"
    assert card_text({**DONE, "metrics": [{"name": "m", "last": None, "best": None}]}).count("m ") >= 1


def test_a_long_name_is_cut_and_whole_in_the_title():
    name = "a" * 50 + "b" * 50
    bold = ET.fromstring(card_html({**DONE, "name": name})).find(".//b")
    assert bold.text == "a" * 30 + "…" + "b" * 29
    assert bold.get("title") == name


def test_the_metrics_that_matter_come_first():
    names = ["lr", "train_loss", "val_loss", "val_acc", "test/f1"]
    chosen = headline([{"name": name} for name in names], count=5)
    assert [metric["name"] for metric in chosen] == ["val_acc", "test/f1", "val_loss", "train_loss", "lr"]
    once = [{"name": "training_score", "n": 1}, {"name": "train_loss", "n": 80}, {"name": "lr", "n": 80}]
    assert [metric["name"] for metric in headline(once)] == ["train_loss", "lr"]
    assert headline([]) == []
