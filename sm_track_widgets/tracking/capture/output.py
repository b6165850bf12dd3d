"""The output of a cell: a copy of what is written to stdout and stderr, and its tail as a terminal shows it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any, TextIO

TAIL_BYTES = 64 * 1024
FARTHEST = 1_000
"""Cells that one control sequence moves the cursor at most."""
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_CONTROL = re.compile(
    r"(\n|\r|\x08"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # cursor movements and the like
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # links and titles
    r"|\x1b[@-Z\\^_=>78])"
)
_MOVE = re.compile(r"\x1b\[(\d*)([ABCDEFGJK])")


class Tail:
    """The last 64 KiB of a text that arrives in pieces; redrawn progress bars count once.

    Parameters
    ----------
    limit
        Bytes of UTF-8 kept.

    Attributes
    ----------
    added : int
        Pieces appended so far: an unchanged number means an unchanged text.
    """

    def __init__(self, limit: int = TAIL_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._parts: list[str] = []
        self._size = 0
        self._lost = 0
        self.added = 0

    def add(self, text: str) -> None:
        """Append a piece."""
        with self._lock:
            self._parts.append(text)
            self._size += len(text)
            self.added += 1
            if self._size > 4 * self._limit:
                self._shorten()

    def text(self) -> str:
        """Return what is kept, from the start of a line where something was dropped."""
        with self._lock:
            self._shorten()
            return collapse(self._parts[0])

    @property
    def lost(self) -> int:
        """Bytes of earlier text that were let go."""
        return self._lost

    @property
    def dropped(self) -> bool:
        """Whether earlier text was let go."""
        return self._lost > 0

    def _shorten(self) -> None:
        text = fold("".join(self._parts))
        data = text.encode("utf-8", "replace")
        if len(data) > self._limit:
            text = data[-self._limit :].decode("utf-8", "ignore")
            text = text.partition("\n")[2] or text
            self._lost += len(data) - len(text.encode("utf-8", "replace"))
        self._parts = [text]
        self._size = len(text)


def collapse(text: str) -> str:
    """Return `text` as a terminal would show it: of a line drawn again and again the last state, without colours."""
    screen = _Screen.of(text)
    return screen if isinstance(screen, str) else "\n".join(screen.lines)


def fold(text: str) -> str:
    """Return `text` as `collapse` does, with the cursor where it was: what follows may overwrite."""
    screen = _Screen.of(text)
    return screen if isinstance(screen, str) else "\n".join(screen.lines) + screen.way_back()


class _Screen:
    """As much of a terminal as progress bars use: overwriting, cursor up and down, erasing."""

    def __init__(self) -> None:
        self.lines = [""]
        self.row = self.column = 0

    @classmethod
    def of(cls, text: str) -> _Screen | str:
        """Return the screen after `text` was written, or the text itself where nothing in it moves the cursor."""
        plain = _COLOURS.sub("", text) if "\x1b" in text else text
        if not any(sign in plain for sign in "\r\x08\x1b"):
            return plain
        screen = cls()
        screen.write(plain)
        return screen

    def write(self, text: str) -> None:
        """Show a text from the cursor on."""
        for piece in _CONTROL.split(text):
            if piece == "\n":
                self._go(self.row + 1, 0)
            elif piece == "\r":
                self.column = 0
            elif piece == "\x08":
                self.column = max(self.column - 1, 0)
            elif piece.startswith("\x1b"):
                self._control(piece)
            elif piece:
                self._put(piece)

    def way_back(self) -> str:
        """Return what moves the cursor from the end of the text to where it is."""
        up = len(self.lines) - 1 - self.row
        if not up and self.column == len(self.lines[-1]):
            return ""
        across = f"\x1b[{self.column}C" if self.column else ""
        return (f"\x1b[{up}A" if up else "") + "\r" + across

    def _put(self, piece: str) -> None:
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + piece + line[self.column + len(piece) :]
        self.column += len(piece)

    def _go(self, row: int, column: int) -> None:
        self.row, self.column = max(row, 0), max(column, 0)
        self.lines += [""] * (self.row + 1 - len(self.lines))

    def _control(self, piece: str) -> None:
        found = _MOVE.fullmatch(piece)
        if found is None:
            return
        kind = found[2]
        count = min(int(found[1] or (0 if kind in "JK" else 1)), FARTHEST)
        if kind in "AF":
            self._go(self.row - count, 0 if kind == "F" else self.column)
        elif kind in "BE":
            # A page has no bottom: a text cannot ask for more lines than it moved up over.
            self._go(min(self.row + count, len(self.lines) - 1), 0 if kind == "E" else self.column)
        elif kind in "CD":
            self.column = max(self.column + (count if kind == "C" else -count), 0)
        elif kind == "G":
            self.column = count - 1
        else:
            self._erase(kind, count)

    def _erase(self, kind: str, what: int) -> None:
        """Erase from the cursor (0), up to it (1) or all (2) of the line; of the text below for ``J``."""
        line = self.lines[self.row]
        ends = {0: line[: self.column], 1: " " * self.column + line[self.column :], 2: ""}
        self.lines[self.row] = ends.get(what, "")
        if kind == "J" and what == 0:
            del self.lines[self.row + 1 :]


class Tee:
    """Copies what is written to a stream, by wrapping the ``write`` of the very object that others hold.

    Replacing ``sys.stdout`` would miss logging handlers made before. The wrapper is an attribute of the instance;
    `stop` takes it away, or puts back the one that was there.

    Parameters
    ----------
    stream
        Such as ``sys.stderr``.
    tail
        Gets every piece.
    """

    def __init__(self, stream: TextIO, tail: Tail) -> None:
        self._stream = stream
        self._tail = tail
        self._previous: Any = None
        self._wrapper: Callable[[str], int] | None = None
        self._on = False

    def start(self) -> bool:
        """Begin; False where the stream takes no attributes, and then nothing is copied."""
        held: dict[str, Any] = getattr(self._stream, "__dict__", {})
        self._previous = held.get("write")
        write, tail = self._stream.write, self._tail

        def copied(text: str, /) -> int:
            written = write(text)
            if self._on and isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - users pass bytes
                tail.add(text)
            return written

        try:
            self._stream.write = copied  # pyright: ignore[reportAttributeAccessIssue] - on the instance, see above
        except (AttributeError, TypeError):
            return False
        self._wrapper, self._on = copied, True
        return True

    def stop(self) -> None:
        """End, and leave the stream as it was; a wrapper that somebody put over ours stays and passes through us."""
        self._on = False
        held: dict[str, Any] = getattr(self._stream, "__dict__", {})
        if self._wrapper is None or held.get("write") is not self._wrapper:
            return
        if self._previous is None:
            del self._stream.write  # pyright: ignore[reportAttributeAccessIssue]
        else:
            self._stream.write = self._previous  # pyright: ignore[reportAttributeAccessIssue]
        self._wrapper = None
