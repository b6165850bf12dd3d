"""What a run offers to code that logs: parameters, metrics, tags, files, graphs."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets._names import NOTES_PARAMETER
from sm_track_widgets.tracking import contents, graphs, values
from sm_track_widgets.tracking.contents import Contents
from sm_track_widgets.tracking.journal.pen import Pen
from sm_track_widgets.tracking.live import LiveSeries
from sm_track_widgets.tracking.media import artifacts
from sm_track_widgets.tracking.media.files import FileLog
from sm_track_widgets.tracking.redact import Redactor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from sm_track_widgets._types import Clock, Params, RunRef, Scalar
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.graphs import Labels
    from sm_track_widgets.tracking.opening import Found, OpenRequest
    from sm_track_widgets.tracking.starting import Start

    Watcher = Callable[[str, int | None, float, float], object]

_MAX_STEP = values.MAX_STEP
_logger = logging.getLogger("sm_track_widgets")
_numbers: set[type] = {float, int}
"""Types whose values `float` turns into a metric's value without a question; numpy's scalars join when seen."""


class Recorder:
    """The logging half of `Run`; see there for the attributes."""

    live: LiveSeries
    ref: RunRef
    notes: str = ""

    def __init__(self, connection: Connection, clock: Clock = time.time) -> None:
        self.connection = connection
        self.warnings: list[str] = []
        self.on_warning: Callable[[str], None] = _logger.warning
        self.files = 0
        self.continued = False
        self.opened = False  # by a call that was answered; else behind, when the sender comes to it
        self.started = clock()
        self.ended: float | None = None
        self._clock = clock
        self._redactor = Redactor(connection.settings.redact)
        self._contents = Contents(self._redactor, self._warn)
        self._metrics: set[str] = set()
        self._at_close: list[Callable[[], object]] = []
        self._watchers: list[Watcher] = []

    def _begin(self, begun: Start, request: OpenRequest, bucket: str | None, prefix: str | None) -> None:
        """Start to write to what `starting.Begin` opened."""
        self.ref = begun.ref
        self._writer, self._outbox = begun.writer, begun.outbox
        self._pen = Pen(begun.writer, self._warn)
        self.continued = begun.found is not None
        self.opened = begun.opened
        if begun.found is not None:
            self._take_over(begun.found, request)
        self.live = LiveSeries(self.started)
        self._write, self._append = self._writer.metric, self.live.append
        self._file_log = FileLog(self.connection, self.ref, self._contents, self._record, bucket, prefix)

    def _take_over(self, found: Found, request: OpenRequest) -> None:
        """Go on with what a continued run holds; its opening call did not carry the new parameters and tags."""
        self._contents.continue_from(found)
        self.started = found.started or self.started
        if request.parameters:
            self._record("params", {"set": request.parameters})
        if request.tags:
            self._record("tags", {"set": request.tags})

    @property
    def parameters(self) -> dict[str, Scalar]:
        """Parameters logged so far, as stored."""
        return dict(self._contents.parameters)

    @property
    def tags(self) -> dict[str, str]:
        """Tags set so far, as stored."""
        return dict(self._contents.tags)

    @property
    def artifacts(self) -> dict[str, dict[str, str]]:
        """Artifacts kept so far, ``output`` and ``input``: name -> address or text."""
        return {"output": dict(self._contents.outputs), "input": dict(self._contents.inputs)}

    # -- parameters, metrics, tags -------------------------------------------------------------------------------
    def log_parameter(self, name: str, value: Any) -> None:
        """Store one parameter; a later value replaces an earlier one.

        Numbers stay numbers; everything else is stored as text of at most 2,500 characters.
        """
        self.log_parameters({name: value})

    def log_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Store parameters; the first 280 of a run, the others are refused in `warnings`."""
        self._require_open()
        accepted = self._contents.accept_parameters(parameters)
        if accepted:
            self._record("params", {"set": accepted})

    def log_metric(
        self, name: str, value: Any, timestamp: dt.datetime | float | None = None, step: int | None = None
    ) -> None:
        """Store one value of a metric. Costs a few microseconds, whatever the network does.

        Parameters
        ----------
        name
            1 to 255 characters.
        value
            A number; numpy scalars, one-element arrays and tensors count. NaN and infinity are kept as gaps.
        timestamp
            When, as datetime or seconds since the epoch; default: now.
        step
            A whole number from 0.

        Raises
        ------
        UsageError
            A value that is no number, an impossible step or time, or the run is closed.
        """
        if (
            timestamp is None
            and type(value) in _numbers
            and type(name) is str
            and name in self._metrics
            and (step is None or (type(step) is int and 0 <= step <= _MAX_STEP))
        ):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if number - number == 0.0:  # neither NaN nor infinite; half the cost of math.isfinite
                self._put(name, number, step, self._clock())
                return
        self._log_any_metric(name, value, timestamp, step)

    def _put(self, name: str, value: float, step: int | None, when: float) -> None:
        try:
            self._write(name, value, step, when)
        except ConfigError:  # the disk is full
            self._write = self._pen.metric
            self._write(name, value, step, when)
        self._append(name, step, when, value)

    def _log_any_metric(self, name: Any, value: Any, timestamp: Any, step: Any) -> None:
        self._require_open()
        metric = values.metric_name(name)
        number = values.metric_value(metric, value)
        whole = values.metric_step(metric, step)
        when = values.metric_time(timestamp, self._clock())
        if not math.isfinite(number):
            if metric not in self.live.gaps():
                where = "" if whole is None else f" at step {whole}"
                self._warn(f"Metric {metric!r} was {number}{where}; such values are kept as gaps.")
            self.live.gap(metric, whole)
            self._tell(metric, whole, when, math.nan)
            return
        self._put(metric, number, whole, when)
        self._metrics.add(metric)
        if values.is_number_type(type(value)):
            _numbers.add(type(value))

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Store one value each of several metrics, at the same step."""
        for name, value in metrics.items():
            self.log_metric(name, value, step=step)

    def report(self, metric: str, value: Any, step: int | None = None) -> None:
        """Store one value of a metric; in a point of a sweep that stops early, this ends the point where it is no good.

        Elsewhere the same as `log_metric`, so that code runs alike with and without a sweep.

        Raises
        ------
        PointStopped
            The sweep has decided so; let it pass, and the run is closed as Stopped.
        UsageError
            As `log_metric`.
        """
        self.log_metric(metric, value, step=step)

    def set_tag(self, key: str, value: Any) -> None:
        """Set a tag; a later value replaces an earlier one. Characters that tags do not take become ``_``.

        Raises
        ------
        UsageError
            A key that is empty, or starts with ``aws:``, ``sagemaker:`` or ``sm_track:``.
        """
        self._require_open()
        accepted = self._contents.accept_tags({key: value})
        if accepted:
            self._record("tags", {"set": accepted})

    def remove_tag(self, key: str) -> None:
        """Take a tag away; one that the run does not have is none that is missed.

        Raises
        ------
        UsageError
            A key that is empty, or starts with ``aws:``, ``sagemaker:`` or ``sm_track:``.
        """
        self._require_open()
        self._record("tags", {"set": {self._contents.drop_tag(key): None}})

    def set_notes(self, text: str) -> None:
        """Replace the run's notes, a text of any number of lines; an empty one takes them away.

        Raises
        ------
        UsageError
            More than 2,500 characters.
        """
        self._require_open()
        clean = self._redactor.clean(str(text))
        self._record("params", {"set": {NOTES_PARAMETER: values.notes(clean) or None}})
        self.notes = clean

    # -- artifacts -----------------------------------------------------------------------------------------------
    def log_artifact(
        self,
        name: str,
        value: str,
        media_type: str | None = None,
        is_output: bool = True,  # noqa: FBT001, FBT002 - the SDK's signature
    ) -> None:
        """Store a reference, such as the address of a data set; a later value replaces an earlier one.

        Raises
        ------
        UsageError
            The value is over 2,048 characters, or the media type is impossible.
        """
        self._require_open()
        kept = artifacts.artifact_name(str(name))
        text = artifacts.artifact_value(kept, value)
        kind = artifacts.media_type(kept, media_type) if media_type else None
        if self._contents.room_for(kept, output=is_output):
            self._record("artifact", contents.artifact_payload(kept, text, kind, output=is_output))
            self._contents.keep_artifact(kept, text, output=is_output)

    def log_file(
        self,
        file_path: str | Path,
        name: str | None = None,
        media_type: str | None = None,
        is_output: bool = True,  # noqa: FBT001, FBT002 - the SDK's signature
        extra_args: Params | None = None,
    ) -> None:
        """Store a file, or a folder as one zip. It is copied at once and sent behind; later changes change nothing.

        Parameters
        ----------
        file_path
            The file or folder. A zip of unchanged files is the same zip, and stored once; for every file of a folder
            under its own name see `log_artifacts`.
        name
            Name of the artifact; a file of the same name is replaced. Default: the file's name, with a number when
            the run holds another content under it.
        media_type
            Such as ``text/csv``; default: by the file's extension.
        is_output
            False makes it an input.
        extra_args
            ``ExtraArgs`` of boto3's ``upload_file``.

        Raises
        ------
        UsageError
            No such file, an empty folder, or an impossible media type.
        ConfigError
            The copy cannot be written.
        """
        self._require_open()
        self.files += self._file_log.file(file_path, name, media_type, extra_args, output=is_output)

    def log_precision_recall(  # noqa: PLR0917 - the SDK's signature
        self,
        y_true: Labels,
        predicted_probabilities: Labels,
        positive_label: str | int | None = None,
        title: str | None = None,
        is_output: bool = True,  # noqa: FBT001, FBT002 - the SDK's signature
        no_skill: int | None = None,
    ) -> None:
        """Store a precision-recall curve, computed by scikit-learn; arguments and form are the SDK's."""
        self._log_graph(
            graphs.precision_recall(y_true, predicted_probabilities, positive_label, title, no_skill),
            is_output,
        )

    def log_roc_curve(
        self,
        y_true: Labels,
        y_score: Labels,
        title: str | None = None,
        is_output: bool = True,  # noqa: FBT001, FBT002 - the SDK's signature
    ) -> None:
        """Store a receiver operating characteristic, computed by scikit-learn; arguments and form are the SDK's."""
        self._log_graph(graphs.roc_curve(y_true, y_score, title), is_output)

    def log_confusion_matrix(
        self,
        y_true: Labels,
        y_pred: Labels,
        title: str | None = None,
        is_output: bool = True,  # noqa: FBT001, FBT002 - the SDK's signature
    ) -> None:
        """Store a confusion matrix, computed by scikit-learn; arguments and form are the SDK's."""
        self._log_graph(graphs.confusion_matrix(y_true, y_pred, title), is_output)

    def _log_graph(self, graph: graphs.Graph, is_output: bool) -> None:  # noqa: FBT001 - as its callers have it
        self._require_open()
        self.files += self._file_log.graph(graph, output=is_output)

    def watch(self, told: Watcher) -> None:
        """Have `told` called with name, step, time and value of each point, after it is kept, where it is logged.

        The value of a gap is NaN. Without a watcher a point costs nothing more. What `told` raises comes out of
        `log_metric`: `RunStopped` ends the body, and the run as Stopped.
        """
        self._require_open()
        self._watchers.append(told)
        self._append = self._append_and_tell

    def _append_and_tell(self, name: str, step: int | None, when: float, value: float) -> None:
        self.live.append(name, step, when, value)
        self._tell(name, step, when, value)

    def _tell(self, name: str, step: int | None, when: float, value: float) -> None:
        for told in self._watchers:
            told(name, step, when, value)

    def remark(self, text: str) -> None:
        """Add one line to `warnings`, which the card shows; a line that is there already is not repeated."""
        self._warn(text)

    def at_close(self, call: Callable[[], object]) -> None:
        """Have `call` run once, just before the run is closed, while it can still be logged to; the newest first.

        What it raises becomes a warning of the run.
        """
        self._require_open()
        self._at_close.append(call)

    def _require_open(self) -> None:
        if self.ended is not None:
            raise UsageError(
                f"Run {self.ref.run!r} is closed.",
                f"Continue it: load_run({self.ref.run!r}, {self.ref.experiment!r})",
            )

    def _record(self, kind: str, payload: Params) -> None:
        self._pen.record(kind, payload)
        self._outbox.wake()

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)
            self.on_warning(text)
