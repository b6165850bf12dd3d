"""A widget's comm without a kernel: keeps what the kernel's side sends, plays the page's side."""

from __future__ import annotations

from typing import Any

from comm.base_comm import BaseComm


class Tap:
    """All messages sent by widgets, in order: ``(comm id, data, buffers)``."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any], list[bytes]]] = []

    def of(self, widget: Any) -> list[tuple[dict[str, Any], list[bytes]]]:
        """Messages of one widget."""
        return [(data, buffers) for name, data, buffers in self.messages if name == widget.comm.comm_id]

    def updates(self, widget: Any) -> list[dict[str, Any]]:
        """State updates of one widget, with the names of binary traits set to their bytes."""
        found: list[dict[str, Any]] = []
        for data, buffers in self.of(widget):
            if data.get("method") != "update":
                continue
            paths = [path[0] for path in data["buffer_paths"]]
            found.append({**data["state"], **dict(zip(paths, buffers, strict=True))})
        return found

    def custom(self, widget: Any) -> list[tuple[dict[str, Any], list[bytes]]]:
        """Custom messages of one widget."""
        return [
            (data["content"], buffers) for data, buffers in self.of(widget) if data.get("method") == "custom"
        ]


class TapComm(BaseComm):
    """Writes into a `Tap`."""

    def __init__(self, tap: Tap, **arguments: Any) -> None:
        self._tap = tap
        super().__init__(**arguments)

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        del metadata
        if msg_type == "comm_msg":
            self._tap.messages.append((self.comm_id, data or {}, [bytes(part) for part in buffers or ()]))


def change(widget: Any, **state: Any) -> None:
    """Change traits as the page does."""
    _deliver(widget, {"method": "update", "state": state, "buffer_paths": []})


def say(widget: Any, **content: Any) -> None:
    """Send a custom message as the page does."""
    _deliver(widget, {"method": "custom", "content": content})


def _deliver(widget: Any, data: dict[str, Any]) -> None:
    widget.comm.handle_msg({"content": {"comm_id": widget.comm.comm_id, "data": data}, "buffers": []})
