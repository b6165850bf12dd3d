"""`Run`: one experiment run, with the methods of the SDK's Run, written without ever blocking the loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import NotFoundError, TrackError, UsageError, did_you_mean
from sm_track_widgets._names import DEFAULT_EXPERIMENT
from sm_track_widgets.tracking import contents, interop, naming, registry
from sm_track_widgets.tracking.capture import Capture
from sm_track_widgets.tracking.ending import cut_message, one_line_message, outcome
from sm_track_widgets.tracking.loading import connection_of, parent_tag, tag_pairs
from sm_track_widgets.tracking.opening import OpenRequest
from sm_track_widgets.tracking.recorder import Recorder
from sm_track_widgets.tracking.registry import current_run, open_runs
from sm_track_widgets.tracking.starting import checked_resume, start
from sm_track_widgets.tracking.waiting import wait_for_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from sm_track_widgets._types import Status
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.naming import Names
    from sm_track_widgets.tracking.opening import Resume
    from sm_track_widgets.tracking.progress import Progress

__all__ = ["Run", "current_run", "load_run", "open_runs"]

WAIT_AT_CLOSE = 15.0
"""Seconds that `Run.close` waits for the last point to be delivered; the sender goes on without it."""
ENDINGS = ("Completed", "Failed", "Stopped")


class Run(Recorder):
    """One run of an experiment, open from here until `close`, or until the ``with`` block ends.

    Parameters
    ----------
    experiment_name
        Any text; stored in lower case with letters, digits and hyphens. Default: the configured experiment.
    run_name
        Any text; made up when left out.
    experiment_display_name, run_display_name
        What Studio shows; default: the names with the capitals as given.
    tags
        Dict, or the SDK's list of ``{"Key": ..., "Value": ...}``.
    sagemaker_session
        A ``Session`` of the SDK to write through; default: the connection in use.
    artifact_bucket, artifact_prefix
        Where files go; default: the connection's bucket, ``sm-track``.
    group
        Run group (trial), such as one for each sweep.
    params
        Parameters known from the start; stored by the call that opens the run.
    notes
        Text of up to 2,500 characters.
    resume
        What to do when the run exists. None: open another, numbered one; ``"allow"``: continue it; ``"must"``: it has
        to exist; ``"never"``: refuse.
    connection
        Where to write; default: the one in use.

    Attributes
    ----------
    live : LiveSeries
        The points logged so far, in memory.
    warnings : list of str
        One line for each thing that was changed, refused or is in the way.
    on_warning : callable
        Gets each of these lines when it appears; default: the ``sm_track_widgets`` logger.
    files : int
        Files and graphs kept.

    Raises
    ------
    UsageError, NotFoundError, ConfigError, ServiceRefusedError
        In one line, with the cure. A service that cannot be reached or forbids it raises nothing unless `resume` needs
        its answer: the run is kept here and sent later, and `warnings` says so.
    """

    def __init__(  # noqa: PLR0917 - the SDK's signature
        self,
        experiment_name: str | None = None,
        run_name: str | None = None,
        experiment_display_name: str | None = None,
        run_display_name: str | None = None,
        tags: Mapping[str, Any] | Iterable[Mapping[str, str]] | None = None,
        sagemaker_session: Any = None,
        artifact_bucket: str | None = None,
        artifact_prefix: str | None = None,
        *,
        group: str | None = None,
        params: Mapping[str, Any] | None = None,
        notes: str | None = None,
        resume: Resume | None = None,
        connection: Connection | None = None,
    ) -> None:
        super().__init__(connection or connection_of(sagemaker_session))
        self.status: Status = "InProgress"
        self.message = ""
        checked_resume(resume)
        experiment = experiment_name or self.connection.settings.experiment or DEFAULT_EXPERIMENT
        names = naming.choose(experiment, run_name, group, now=self.started)
        shown = (experiment_display_name, run_display_name)
        request = self._request(names, shown, params or {}, tag_pairs(tags), notes)
        begun = start(self.connection, names, request, resume)
        self._begin(begun, request, artifact_bucket, artifact_prefix)
        self.name = names.asked or begun.ref.run
        self._capture = Capture(self._redactor)
        # What the SDK's load_run() sets and looks at: see `interop`.
        self._in_load = False
        self._inside_load_context = False
        self._inside_init_context = False
        self._loads = 0
        for note in (*names.notes, *begun.notes):
            self._warn(note)
        registry.add(self)
        interop.register(self)

    def _request(
        self,
        names: Names,
        displays: tuple[str | None, str | None],
        params: Mapping[str, Any],
        tags: Mapping[str, Any],
        notes: str | None,
    ) -> OpenRequest:
        ours = contents.reserved_parameters(names.asked, names.ref.run, notes, self._redactor)
        return OpenRequest(
            ref=names.ref,
            experiment_display=naming.display(displays[0], names.experiment_display),
            run_display=naming.display(displays[1], names.run_display),
            started=self.started,
            parameters={**self._contents.accept_parameters(params), **ours},
            tags={**self._contents.accept_tags(tags), **parent_tag(self.connection)},
        )

    # -- what it is ----------------------------------------------------------------------------------------------
    @property
    def experiment_name(self) -> str:
        """The experiment, as stored."""
        return self.ref.experiment

    @property
    def run_name(self) -> str:
        """The run, as stored; `name` is what was asked for."""
        return self.ref.run

    @property
    def run_group_name(self) -> str:
        """The trial that holds the run."""
        return self.ref.group

    @property
    def experiment_config(self) -> dict[str, str]:
        """``ExperimentConfig`` for jobs that belong to this run, as the SDK's Run gives it."""
        return {
            "ExperimentName": self.ref.experiment,
            "TrialName": self.ref.group,
            "RunName": self.ref.component,
        }

    def progress(self) -> Progress:
        """How much of what was logged has reached the service."""
        return self._outbox.progress(self._writer)

    # -- capture -------------------------------------------------------------------------------------------------
    def capture(self, source: str | None = None, *, output: bool = False) -> None:
        """Keep the source of a cell, and from now on the tail of what is written to stdout and stderr.

        Stored redacted when the run closes, as the artifact ``sm_track.capture``.
        """
        self._require_open()
        if source is not None:
            self._capture.source(source)
        if output:
            self._capture.start_output()

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the captured output, redacted."""
        return self._capture.tail(lines)

    # -- the end -------------------------------------------------------------------------------------------------
    def close(
        self,
        status: Status = "Completed",
        message: str = "",
        *,
        timeout: float = WAIT_AT_CLOSE,
        on_wait: Callable[[Progress], object] | None = None,
    ) -> None:
        """End the run; a second call changes nothing.

        Parameters
        ----------
        status
            ``"Completed"``, ``"Failed"`` or ``"Stopped"``.
        message
            Why; one line of up to 1,024 characters is kept.
        timeout
            Longest wait for delivery, in seconds. What is not delivered then is sent behind, also after this kernel.
        on_wait
            Called about ten times a second with the progress while waiting.

        Raises
        ------
        UsageError
            A status that is none of these; the run stays open.
        """
        if self.ended is not None:
            return
        if status not in ENDINGS:
            hint = did_you_mean(str(status), ENDINGS) or "Use 'Completed', 'Failed' or 'Stopped'."
            raise UsageError(f"A run cannot end as {status!r}.", hint)
        self.status = status
        self.message = cut_message(one_line_message(self._redactor.clean(str(message))))
        self.ended = max(self._clock(), self.started)
        try:
            self._write_end()
        finally:
            registry.drop(self)
            interop.unregister(self)
        self._wait(timeout, on_wait)

    def finish(
        self, error: BaseException | None, *, on_wait: Callable[[Progress], object] | None = None
    ) -> None:
        """End the run as a body that ended with `error` (None: normally) says; never raises over that error."""
        self._capture.error(error)
        try:
            self.close(*outcome(error), on_wait=on_wait)
        except BaseException as trouble:
            if error is None:
                raise
            self._warn(f"Closing run {self.run_name!r} met {type(trouble).__name__}: {trouble}")

    def _write_end(self) -> None:
        assert self.ended is not None
        self._capture.stop_output()
        gaps = self.live.gaps()
        if self._capture.wanted or gaps:
            try:
                self._file_log.capture(
                    self._capture.document(started=self.started, ended=self.ended, gaps=gaps)
                )
            except TrackError as error:
                self._warn(f"Source and output of the cell were not kept. {error}")
        self._pen.record("close", {"status": self.status, "message": self.message, "ended": self.ended})
        if not self._pen.flush():
            self._warn(f"{self._pen.kept} records could not be written: the disk is full.")
        self._writer.close()

    def _wait(self, timeout: float, on_wait: Callable[[Progress], object] | None) -> None:
        told = wait_for_delivery(self._outbox, self._writer, timeout, on_wait)
        if told is None:
            return
        what = f"{told.waiting:,} points" if told.waiting else "Some things that were logged"
        why = f" In the way: {told.error}." if told.error else ""
        self._warn(
            f"{what} of run {self.run_name!r} are not delivered yet; they are kept and sent behind.{why}"
        )

    # -- the with statement --------------------------------------------------------------------------------------
    def __enter__(self) -> Run:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        self._require_open()
        if (
            self._in_load
        ):  # load_run() of ours or of the SDK gave out a run that is open: whoever opened it ends it
            self._in_load, self._inside_load_context = False, True
            self._loads += 1
            return self
        self._inside_init_context = True
        registry.enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loads:
            self._loads -= 1
            self._inside_load_context = self._loads > 0
            return
        self._inside_init_context = False
        registry.leave(self)
        self.finish(error)

    def __repr__(self) -> str:
        return f"<Run {self.run_name!r} of {self.experiment_name!r}: {self.status}>"

    def __reduce__(self) -> str:
        raise UsageError(
            "A run cannot be pickled.", "In the other process: load_run(run_name, experiment_name)"
        )


def load_run(
    run_name: str | None = None,
    experiment_name: str | None = None,
    sagemaker_session: Any = None,
    *,
    connection: Connection | None = None,
) -> Run:
    """Continue a run.

    Parameters
    ----------
    run_name, experiment_name
        A run that exists. Without a name: the run that is open here. A run that is open in this process is handed
        out as it is, and a ``with`` block around it does not end it.
    sagemaker_session, connection
        Where it is; default: the connection in use.

    Raises
    ------
    NotFoundError
        No such run, or none is open.
    """
    if run_name is None:
        run = current_run()
        if run is None:
            raise NotFoundError("No run is open here.", "Name one: load_run('run', 'experiment')")
    else:
        place = connection or connection_of(sagemaker_session)
        experiment = experiment_name or place.settings.experiment or DEFAULT_EXPERIMENT
        ref = naming.choose(experiment, run_name, None, now=0.0).ref
        run = registry.find_open(ref.component, place)
        if run is None:
            return Run(experiment, run_name, resume="must", connection=place)
    run._in_load = True  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as the SDK's load_run() does
    return run
