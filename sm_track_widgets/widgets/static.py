"""The static form of a widget: a separate display output, the only thing that a saved notebook shows."""

from __future__ import annotations

from typing import Any


class StaticForm:
    """The output that stands in for the widget with `key` wherever there is no kernel.

    Its root carries the class ``sm-static-<key>``, by which the live view finds and hides it.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self._handles: list[Any] = []
        self._shown: dict[str, str] | None = None

    def show(self, html: str, text: str) -> None:
        """Display it as an output of its own."""
        from IPython.display import display

        self._shown = self._bundle(html, text)
        handle = display(self._shown, raw=True, display_id=True)
        if handle is not None:
            self._handles.append(handle)

    def update(self, html: str, text: str) -> None:
        """Bring every place where it is displayed up to date."""
        bundle = self._bundle(html, text)
        if bundle == self._shown:
            return
        self._shown = bundle
        for handle in self._handles:
            handle.update(bundle, raw=True)

    @property
    def shown(self) -> bool:
        """Whether it has been displayed."""
        return bool(self._handles)

    def _bundle(self, html: str, text: str) -> dict[str, str]:
        return {"text/html": f'<div class="sm-static-{self.key}">{html}</div>', "text/plain": text}
