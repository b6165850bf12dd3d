"""What all widgets share: their front end, their static form, their messages."""

from __future__ import annotations

import inspect
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from sm_track_widgets import config
from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets.reading.files import target
from sm_track_widgets.widgets import assets
from sm_track_widgets.widgets.pump import PUMP
from sm_track_widgets.widgets.static import StaticForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sm_track_widgets.widgets.kept_answers import Answer, Room

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PROTOCOL = {"version_major": 2, "version_minor": 1}


class SmWidget(anywidget.AnyWidget):
    """Base of the widgets; displays the static form first, then the live view that hides it."""

    view: ClassVar[str] = ""
    """Name of the front end's view."""

    _esm = assets.esm()
    _css = assets.css()

    # -- internal traits -----------------------------------------------------------------------------------------
    _view = traitlets.Unicode().tag(sync=True)
    _key = traitlets.Unicode().tag(sync=True)
    _theme = traitlets.Unicode("auto").tag(sync=True)
    _api = traitlets.Dict().tag(sync=True)

    def __init__(self, *, key: str | None = None, **traits: Any) -> None:
        self._paired = key is not None
        self._static = StaticForm(key or uuid.uuid4().hex)
        self._pushing = threading.RLock()
        super().__init__(
            _view=self.view,
            _key=key or self._static.key,
            _theme=_theme(),
            _api={"kernel_id": _kernel_id()},
            **traits,
        )
        self.on_msg(self._received)

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the static form as HTML."""
        raise NotImplementedError

    def static_text(self) -> str:
        """Return the static form as text."""
        raise NotImplementedError

    def update_static(self) -> None:
        """Bring the static form, where it is displayed, up to date."""
        if self._static.shown:
            self._static.update(self.static_html(), self.static_text())

    # -- saved as a page -----------------------------------------------------------------------------------------
    saved_as: ClassVar[tuple[str, ...]] = (".html",)
    """Endings that `save` knows."""

    def save(self, path: str | Path, *, theme: str | None = None, title: str | None = None) -> Path:
        """Write a page with what is shown: it opens from the disk, without a kernel and without a network.

        It can be filtered, sorted and zoomed as here; what would need the kernel says so.

        Parameters
        ----------
        path
            A file that ends in ``.html``.
        theme
            ``"light"``, ``"dark"``, or ``"auto"`` for that of the reader's system; default: this notebook's.
        title
            Heading; default: the widget's.

        Raises
        ------
        UsageError
            For any other ending or theme, and where the file cannot be written: its folder is not made.
        """
        file = Path(path)
        if file.suffix.lower() not in self.saved_as:
            raise UsageError(
                f"A {type(self).__name__} is saved as {' or '.join(self.saved_as)}, not {file.name!r}."
            )
        target.checked(path, self.saved_as)
        return self._save(file.expanduser(), theme, title)

    def _save(self, file: Path, theme: str | None, title: str | None) -> Path:
        from sm_track_widgets.widgets.save_html import checked_theme, page

        chosen = checked_theme(self._theme if theme is None else theme)
        heading = (title or self.heading()) or type(self).__name__
        target.write_text(file, page(self, theme=chosen, title=heading))
        return file

    def heading(self) -> str:
        """Return what a page of this widget is called; empty: its kind."""
        return ""

    def kept_answers(self, room: Room) -> Iterator[Answer]:
        """Give what a saved page can still answer of what its view asks, within `room`."""
        del room
        return iter(())

    def in_page(self) -> dict[str, Any]:
        """Return values of traits that are others in a saved page."""
        return {}

    # -- display -------------------------------------------------------------------------------------------------
    def _ipython_display_(self) -> None:
        if self._paired:
            # Whoever gave the key shows the static form; IPython then takes the mimebundle.
            raise NotImplementedError
        from IPython.core.getipython import get_ipython
        from IPython.display import display

        shell: Any = get_ipython()
        if getattr(shell, "kernel", None) is None:
            print(self.static_text())  # noqa: T201 - a terminal
            return
        _flush_after_cells(shell)
        self._static.show(self.static_html(), self.static_text())
        display(self._bundle(), raw=True)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._bundle(), {}

    def _bundle(self) -> dict[str, Any]:
        """Return the view with an empty HTML form: whatever shows no widget has the static output beside it."""
        view = {**PROTOCOL, "model_id": self.model_id}
        return {"text/plain": repr(self), "text/html": "", WIDGET_VIEW: view}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    # -- messages ------------------------------------------------------------------------------------------------
    def push(self, **traits: Any) -> None:
        """Set several traits in one message, from any thread."""
        with self._pushing, self.hold_sync():
            for name, value in traits.items():
                self.set_trait(name, value)

    def _received(self, _: Any, content: Any, buffers: list[Any]) -> None:
        if isinstance(content, dict):
            self.on_message(content, buffers)

    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer a custom message of the view; the base knows none."""


def reject_unknown(cls: type, unknown: Iterable[str]) -> None:
    """Raise in one line, with the nearest name, when a widget was given arguments it does not have.

    Raises
    ------
    UsageError
        When there is any in `unknown`.
    """
    for name in unknown:
        known = [
            parameter.name
            for parameter in inspect.signature(cls).parameters.values()
            if parameter.kind in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}
        ]
        hint = did_you_mean(name, known) or f"It has: {', '.join(known)}."
        raise UsageError(f"{cls.__name__} has no argument {name!r}.", hint)


def _theme() -> str:
    try:
        return config.resolve().theme
    except TrackError:
        return "auto"  # What is wrong with the settings is said where runs are written or read.


def _kernel_id() -> str | None:
    """Return the id under which the Jupyter server knows this kernel, from the name of its connection file."""
    from IPython.core.getipython import get_ipython

    kernel: Any = getattr(get_ipython(), "kernel", None)
    file = str(getattr(getattr(kernel, "parent", None), "connection_file", "") or "")
    name = file.replace("\\", "/").rpartition("/")[2]
    return (
        name[len("kernel-") : -len(".json")]
        if name.startswith("kernel-") and name.endswith(".json")
        else None
    )


def _flush_after_cells(shell: Any) -> None:
    """Let each cell end with what its live widgets have to say, so that the saved output is complete."""
    callbacks = shell.events.callbacks["post_run_cell"]
    if _after_cell not in callbacks:
        shell.events.register("post_run_cell", _after_cell)


def _after_cell(_: Any) -> None:
    PUMP.flush()
