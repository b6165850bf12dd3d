"""The figures that a cell shows, kept as files of its run.

What a cell displays passes the shell's display publisher, its last value the display hook; both are watched while the
cell runs. Neither the figure objects nor the outputs are touched.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets.magics.embedded_specs import spec_in_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets.tracking.run import Run

FIGURES_KEPT = 20
FIGURE_BYTES = 10 * 1024 * 1024
PLOTS = ("application/vnd.plotly.v1+json", "application/vnd.vegalite.v", "application/vnd.vega.v")
"""Media types of charts as data, the versions of Vega left open."""
IMAGES = {
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what its file's name begins and ends with, its bytes."""

    stem: str
    suffix: str
    data: bytes


class Figures:
    """Watches what a cell shows, and logs its figures when the run closes.

    A figure that is drawn again in its place (``update_display``) counts once, as it was last; so does one that is
    shown twice.

    Parameters
    ----------
    shell
        IPython.
    run
        The open run of the cell.
    """

    def __init__(self, shell: InteractiveShell, run: Run) -> None:
        self._run = run
        self._places: dict[str, Figure] = {}
        self._left_out = 0
        self._taps = [
            _Tap(shell.display_pub, "publish", self._published),
            _Tap(shell.displayhook, "write_format_data", self._shown),
        ]

    def start(self) -> None:
        """Watch until the run closes."""
        for tap in self._taps:
            tap.start()
        self._run.at_close(self.finish)

    def finish(self) -> None:
        """Leave the shell as it was and keep the figures as artifacts."""
        for tap in self._taps:
            tap.stop()
        self._run.keep_figures(self._named(), left_out=self._left_out)
        self._places = {}

    def _named(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of each figure; what was shown twice counts once."""
        seen: set[str] = set()
        counts: dict[str, int] = {}
        for figure in self._places.values():
            digest = hashlib.sha256(figure.data).hexdigest()
            if digest not in seen:
                seen.add(digest)
                counts[figure.stem] = number = counts.get(figure.stem, 0) + 1
                yield f"{figure.stem}-{number}.{figure.suffix}", figure.data

    def _published(
        self, data: Mapping[str, Any], *_: Any, transient: Mapping[str, Any] | None = None, **__: Any
    ) -> None:
        self._take(data, str((transient or {}).get("display_id") or ""))

    def _shown(self, format_dict: Mapping[str, Any], *_: Any, **__: Any) -> None:
        self._take(format_dict, "")

    def _take(self, data: Mapping[str, Any], display_id: str) -> None:
        figure = figure_of(data)
        if figure is None:
            return
        place = f"id {display_id}" if display_id else f"nr {len(self._places)}"
        if len(figure.data) > FIGURE_BYTES or (
            place not in self._places and len(self._places) >= FIGURES_KEPT
        ):
            self._left_out += 1
            return
        self._places[place] = figure


def figure_of(data: Mapping[str, Any]) -> Figure | None:
    """Return the figure in a display bundle: a chart's data before its picture; None where there is none."""
    if WIDGET in data:
        return None
    for kind, value in data.items():
        if kind.startswith(PLOTS) and isinstance(value, dict):
            return Figure("plot", "json", json.dumps(value).encode())
    for kind, suffix in IMAGES.items():
        if kind in data:
            content = _bytes(data[kind], text=kind == "image/svg+xml")
            return None if content is None else Figure("figure", suffix, content)
    spec = spec_in_html(str(data.get("text/html") or ""))
    return None if spec is None else Figure("plot", "json", json.dumps(spec).encode())


def _bytes(value: Any, *, text: bool) -> bytes | None:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        return None
    if text:
        return value.encode()
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError):
        return None


class _Tap:
    """Shows a function the arguments of each call of a method of one object, after the call."""

    def __init__(self, owner: Any, name: str, told: Callable[..., None]) -> None:
        self._owner, self._name, self._told = owner, name, told
        self._before: Any = None
        self._ours: Any = None
        self._on = False

    def start(self) -> None:
        """Begin; where the object takes no attributes nothing is seen."""
        method = getattr(self._owner, self._name, None)
        if method is None:
            return
        self._before = vars(self._owner).get(self._name)

        def tapped(*args: Any, **kwargs: Any) -> Any:
            value = method(*args, **kwargs)
            if self._on:
                self._tell(args, kwargs)
            return value

        try:
            setattr(self._owner, self._name, tapped)
        except (AttributeError, TypeError):
            return
        self._ours, self._on = tapped, True

    def stop(self) -> None:
        """End; what others have put over ours stays and passes through."""
        self._on = False
        if self._ours is None or vars(self._owner).get(self._name) is not self._ours:
            return
        if self._before is None:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._before)
        self._ours = None

    def _tell(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        try:
            self._told(*args, **kwargs)
        except Exception:  # noqa: BLE001 - the cell's own output must not fail
            self._on = False
