"""What front ends other than JupyterLab rely on: modules by themselves, that load nothing and leave no names behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "sm_track_widgets" / "static"
BUNDLES = sorted(file.name for file in STATIC.glob("*.js"))
VIEWS = [name for name in BUNDLES if name != "vega-chunk.js"]
NAMES = {
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/2000/xmlns/",
    "https://github.com/vega/vega-lite/issues/2415",
    "https://vega.github.io/schema/vega/v6.json",
}
"""Addresses that are names: namespaces, a schema, an issue in an error's text. None is ever loaded."""
ADDRESS = re.compile(r"""(?:https?|wss?|ftp)://[^"'`\\ )]*|["'`]//[\w.-]+\.\w+/[^"'`]*""")
LOADED = re.compile(
    r"""\bimport\((?P<what>[^)]*)\)|\bimport\s*(?:[\w$*{][^"'`;()]*\bfrom)?\s*["'`]|\brequire\(["'`]"""
)


def text_of(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def test_the_bundles_are_found():
    assert {"widget.js", "detail.js", "plots.js", "explorer.js", "vega-chunk.js"} <= set(BUNDLES)


@pytest.mark.parametrize("name", BUNDLES)
def test_no_address_is_in_a_bundle(name):
    assert set(ADDRESS.findall(text_of(name))) <= NAMES


@pytest.mark.parametrize("name", BUNDLES)
def test_modules_load_nothing_but_the_chunk_they_were_given(name):
    found = [one["what"] for one in LOADED.finditer(text_of(name))]
    assert all(re.fullmatch(r"\w+", what or "") for what in found)  # a variable: the chunk's blob
    assert len(found) == (0 if name == "vega-chunk.js" else 1)


@pytest.mark.parametrize("name", VIEWS)
def test_what_is_kept_on_the_page_is_the_chunk_alone(name):
    source = text_of(name)
    assert source.count("globalThis") == 1
    assert set(re.findall(r"Symbol\.for\([\"'`]([^\"'`$]*)", source)) <= {
        "sm_track_widgets.vega.",
        "sm_track_widgets.made",
        "preact-signals",
    }
    assert not re.search(r"\bwindow(?:\.\w+|\[[^\]]+\])\s*=[^=]", source)


@pytest.mark.parametrize("name", VIEWS)
def test_no_loader_is_asked_and_nothing_is_fetched_but_the_interrupt(name):
    source = text_of(name)
    assert not re.search(
        r"\bdefine\(|\brequirejs\b|\bmodule\.exports\b|\bXMLHttpRequest\b|\bWebSocket\b", source
    )
    # Stop asks the notebook's own server, at an address that the page gives.
    assert source.count("fetch(") == (1 if name in {"widget.js", "explorer.js"} else 0)


@pytest.mark.parametrize("name", VIEWS)
def test_a_bundle_is_what_anywidget_takes(name):
    exported = re.search(r"export\{([^}]*)\};?\s*$", text_of(name))
    assert exported
    assert "as default" in exported[1]


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_can_stand_in_a_page(name):
    assert not re.search(r"</script|<!--", text_of(name), re.IGNORECASE)


@pytest.mark.parametrize(
    "planted",
    ['import("https://cdn.jsdelivr.net/npm/vega@6")', 'import x from "lodash";', 'a="//esm.sh/vega";'],
)
def test_a_planted_address_is_noticed(planted):
    found = set(ADDRESS.findall(planted)) - NAMES
    loads = [one["what"] for one in LOADED.finditer(planted)]
    assert found or not all(re.fullmatch(r"\w+", what or "") for what in loads)
