"""What a run remembers of its cell: source, tail of the output, how it ended, on which Python.

Kept as one JSON document, the artifact ``sm_track.capture``. Everything in it is redacted before it is written.
"""

from __future__ import annotations

import platform
import sys
import threading
from collections.abc import Callable
from typing import Any, TextIO

from sm_track_widgets._types import Params
from sm_track_widgets.tracking.ending import message_of
from sm_track_widgets.tracking.redact import Redactor

VERSION = 1
TAIL_BYTES = 64 * 1024
GAPS_KEPT = 1_000
"""Steps listed per metric; the number of gaps is kept besides."""


class Tail:
    """The last 64 KiB of a text that arrives in pieces; redrawn progress bars count once.

    Parameters
    ----------
    limit
        Bytes of UTF-8 kept.
    """

    def __init__(self, limit: int = TAIL_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._parts: list[str] = []
        self._size = 0
        self._dropped = False

    def add(self, text: str) -> None:
        """Append a piece."""
        with self._lock:
            self._parts.append(text)
            self._size += len(text)
            if self._size > 4 * self._limit:
                self._shorten()

    def text(self) -> str:
        """Return what is kept, from the start of a line where something was dropped."""
        with self._lock:
            self._shorten()
            return self._parts[0]

    @property
    def dropped(self) -> bool:
        """Whether earlier text was let go."""
        return self._dropped

    def _shorten(self) -> None:
        text = collapse("".join(self._parts))
        data = text.encode("utf-8", "replace")
        if len(data) > self._limit:
            self._dropped = True
            text = data[-self._limit :].decode("utf-8", "ignore")
            text = text.partition("\n")[2] or text
        self._parts = [text]
        self._size = len(text)


def collapse(text: str) -> str:
    r"""Return `text` as a terminal would show it: of a line redrawn with ``\r`` only the last state."""
    if "\r" not in text:
        return text
    return "\n".join(_last_state(line) for line in text.replace("\r\n", "\n").split("\n"))


def _last_state(line: str) -> str:
    if "\r" not in line:
        return line
    states = line.split("\r")
    shown = next((state for state in reversed(states) if state), "")
    # A trailing return means that what comes next overwrites: keep it, the line may go on in the next piece.
    return shown + ("\r" if line.endswith("\r") else "")


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


class Capture:
    """Collects what goes into ``sm_track.capture``.

    Parameters
    ----------
    redactor
        Cleans every text.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._source: str | None = None
        self._tail: Tail | None = None
        self._tees: list[Tee] = []
        self._error: BaseException | None = None

    @property
    def wanted(self) -> bool:
        """Whether anything was asked to be captured."""
        return self._source is not None or self._tail is not None

    def source(self, text: str) -> None:
        """Keep the source of the cell."""
        self._source = text

    def start_output(self) -> None:
        """Copy what is written to stdout and stderr from now on; a second call changes nothing."""
        if self._tail is not None:
            return
        self._tail = Tail()
        streams = [sys.stdout] if sys.stdout is sys.stderr else [sys.stdout, sys.stderr]
        self._tees = [Tee(stream, self._tail) for stream in streams]
        for tee in self._tees:
            tee.start()

    def stop_output(self) -> None:
        """Leave the streams as they were."""
        for tee in reversed(self._tees):
            tee.stop()
        self._tees = []

    def error(self, error: BaseException | None) -> None:
        """Keep the exception that ended the run."""
        self._error = error

    def tail(self, lines: int = 20) -> str:
        """Return the last lines of the output, redacted; empty when none is captured."""
        if self._tail is None:
            return ""
        return self._redactor.clean("\n".join(collapse(self._tail.text()).rstrip("\n").split("\n")[-lines:]))

    def document(self, *, started: float, ended: float, gaps: dict[str, list[int | None]]) -> Params:
        """Return the JSON document; times in seconds since the epoch."""
        document: Params = {
            "version": VERSION,
            "started": started,
            "ended": ended,
            "duration_s": round(max(ended - started, 0.0), 6),
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "platform": platform.platform(),
        }
        if self._source is not None:
            document["source"] = self._redactor.clean(self._source)
        if self._tail is not None:
            document["output"] = self._redactor.clean(self._tail.text())
            document["output_cut"] = self._tail.dropped
        if self._error is not None:
            document["exception"] = {
                "type": type(self._error).__name__,
                "message": self._redactor.clean(message_of(self._error)),
            }
        if gaps:
            document["gaps"] = {
                name: {"count": len(steps), "steps": steps[:GAPS_KEPT]} for name, steps in gaps.items()
            }
        return document
