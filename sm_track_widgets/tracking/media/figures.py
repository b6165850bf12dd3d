"""Figures of matplotlib, Plotly and Altair as the bytes of a file."""

from __future__ import annotations

import io
import re
from typing import Any

from sm_track_widgets._errors import UsageError

CURE = "Give a matplotlib, Plotly or Altair figure; for an image: run.log_image(...), for a file: run.log_file(...)"
_STILL = frozenset({".png", ".svg", ".pdf", ".jpg", ".jpeg", ".webp"})
_WITHOUT_DATE = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
"""What matplotlib writes the time into; without it, an unchanged figure is an unchanged file."""


def default_suffix(figure: Any) -> str:
    """Return the extension for a figure nobody named: a picture of matplotlib, the specification of others."""
    return ".json" if library(figure) in {"plotly", "altair"} else ".png"


def library(figure: Any) -> str:
    """Return ``"plotly"``, ``"altair"``, ``"matplotlib"``, or an empty text for what is no figure."""
    roots = {kind.__module__.partition(".")[0] for kind in type(figure).__mro__}
    for known in ("plotly", "altair"):
        if known in roots:
            return known
    return "matplotlib" if _drawing(figure) is not None else ""


def figure_bytes(figure: Any, suffix: str) -> bytes:
    """Return a figure as a file of the type that `suffix` says.

    Parameters
    ----------
    figure
        A matplotlib figure (or axes, or what seaborn returns, or ``plt``), a Plotly figure, an Altair chart.
    suffix
        matplotlib: what its ``savefig`` writes. Plotly, Altair: ``.json``, ``.html``, and pictures where their own
        exporters (kaleido, vl-convert-python) are installed.

    Raises
    ------
    UsageError
        It is no figure, or cannot be written as such a file.
    """
    kind = library(figure)
    if not kind:
        raise UsageError(f"{type(figure).__name__} is no figure.", CURE)
    try:
        if kind == "matplotlib":
            return _picture(_drawing(figure), suffix)
        return (_plotly if kind == "plotly" else _altair)(figure, suffix)
    except UsageError:
        raise
    except Exception as error:
        reason = re.sub(r"\s+", " ", str(error)).strip().partition(". ")[0][:200].rstrip(".")
        raise UsageError(
            f"This figure cannot be written as {suffix or 'a file'}: {reason}.", _cure(kind)
        ) from error


def _cure(kind: str) -> str:
    if kind == "matplotlib":
        return "Use .png, .svg or .pdf."
    exporter = "kaleido" if kind == "plotly" else "vl-convert-python"
    return f"Use .json or .html, or: pip install {exporter}"


def _drawing(figure: Any) -> Any:
    """Return what has matplotlib's ``savefig``: the figure itself, or that of axes and seaborn's grids."""
    for found in (figure, getattr(figure, "figure", None), getattr(figure, "fig", None)):
        if callable(getattr(found, "savefig", None)):
            return found
    return None


def _picture(figure: Any, suffix: str) -> bytes:
    data = io.BytesIO()
    figure.savefig(data, format=suffix.lstrip(".") or "png", metadata=_WITHOUT_DATE.get(suffix))
    return data.getvalue()


def _plotly(figure: Any, suffix: str) -> bytes:
    if suffix == ".json":
        return str(figure.to_json()).encode()
    if suffix == ".html":  # with Plotly's own script inside, 5 MB: it opens without a network
        return str(figure.to_html(include_plotlyjs=True)).encode()
    return bytes(figure.to_image(format=_still(suffix)))


def _altair(chart: Any, suffix: str) -> bytes:
    if suffix == ".json":
        return str(chart.to_json(indent=None)).encode()
    if suffix == ".html":
        try:
            return str(chart.to_html(inline=True)).encode()
        except Exception:  # noqa: BLE001 - vl-convert is missing or too old: then the page loads Vega when opened
            return str(chart.to_html()).encode()
    data = io.BytesIO()
    chart.save(data, format=_still(suffix))
    return data.getvalue()


def _still(suffix: str) -> str:
    if suffix not in _STILL:
        raise UsageError(
            f"A figure is not written as {suffix or 'a name without an extension'}.", "Use .json or .png."
        )
    return suffix.lstrip(".")
