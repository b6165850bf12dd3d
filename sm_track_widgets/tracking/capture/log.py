"""What a run offers to keep of the code that runs in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets.tracking.capture.document import WAIT_FOR_GIT, Capture
from sm_track_widgets.tracking.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sm_track_widgets._types import Params


class CaptureLog(Recorder):
    """The part of `Run` that keeps source, output and surroundings; see there for the attributes."""

    def _begin_capture(self) -> None:
        self._capture = Capture(self._redactor)
        self._captured: Params | None = None

    def capture(
        self,
        source: str | None = None,
        *,
        output: bool = False,
        namespace: Mapping[str, Any] | None = None,
        code: str | None = None,
        cell_id: str = "",
        notebook: str = "",
        environment: bool = False,
        git: bool = False,
    ) -> None:
        """Keep what is asked for of the code that runs; stored redacted at the end, as ``sm_track.capture``.

        Parameters
        ----------
        source
            The code as typed.
        output
            From now on keep the tail of what is written to stdout and stderr.
        namespace
            Where the names are that the code reads: kind, type and a short text of each value are kept as it is now.
        code
            The source as plain Python; default: `source`.
        cell_id, notebook
            Which cell of which notebook `source` is; by these it is found again, to see whether it was edited since.
        environment
            Keep the imported packages with their versions, and facts about the machine.
        git
            Keep commit, branch and changes of the working tree around the current folder.
        """
        self._require_open()
        if source is not None:
            self._capture.source(source)
            self._capture.cell(cell_id, notebook)
        if namespace is not None:
            self._capture.inputs(code if code is not None else source or "", namespace)
        if environment:
            self._capture.environment()
        if git:
            self._capture.git(Path.cwd())
        if output:
            self._capture.start_output()

    def capture_preview(self) -> Params:
        """Return what would be stored as ``sm_track.capture`` if the run ended now; of a closed run what was stored.

        It is redacted already. Empty where nothing is captured.
        """
        if self._captured is not None:
            return dict(self._captured)
        return self._document(self._clock(), wait=0.0)

    def keep_figures(self, figures: Iterable[tuple[str, bytes]], *, left_out: int = 0) -> None:
        """Keep figures that the code has shown as files; texts in those that are data are redacted.

        Parameters
        ----------
        figures
            Name of the file and content of each.
        left_out
            How many were too large or too many; said in `warnings`.
        """
        self._require_open()
        for basename, data in figures:
            clean = self._clean_json(data) if basename.endswith(".json") else data
            self.files += self._file_log.content(clean, basename)
        if left_out:
            one = left_out == 1
            self._warn(
                f"{left_out} figure{'' if one else 's'} of the cell {'was' if one else 'were'} not kept: "
                "too large or too many. Keep the important ones: run.log_figure(...)"
            )

    def _clean_json(self, data: bytes) -> bytes:
        known: dict[str, str] = {}

        def cleaned(value: Any) -> Any:
            if isinstance(value, str):
                if value not in known:
                    known[value] = self._redactor.clean(value)
                return known[value]
            if isinstance(value, list):
                return [cleaned(one) for one in cast("list[Any]", value)]
            if isinstance(value, dict):
                return {name: cleaned(one) for name, one in cast("Params", value).items()}
            return value

        return json.dumps(cleaned(json.loads(data)), separators=(",", ":")).encode()

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the captured output, redacted."""
        return self._capture.tail(lines)

    def _document(self, ended: float, wait: float) -> Params:
        gaps = self.live.gaps()
        if not (self._capture.wanted or gaps):
            return {}
        return self._capture.document(started=self.started, ended=ended, gaps=gaps, wait=wait)

    def _end_capture(self) -> None:
        """Keep what was captured; a document that cannot be written is said, and the run goes on to its end."""
        assert self.ended is not None
        self._capture.stop_output()
        try:
            self._captured = self._document(self.ended, wait=WAIT_FOR_GIT)
            if self._captured:
                self._file_log.capture(self._captured)
        except Exception as error:  # noqa: BLE001 - the run must close, whatever stands in a cell
            self._warn(f"Source and output of the cell were not kept. {error}")
