"""`Run`: one experiment run, with the methods of the SDK's Run, written without ever blocking the loop."""

from __future__ import annotations

import os
from threading import get_ident
from typing import TYPE_CHECKING, Any

from sm_track_widgets import config
from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._names import DEFAULT_EXPERIMENT
from sm_track_widgets.tracking import contents, naming, parents, registry
from sm_track_widgets.tracking.callbacks import CallbackMaker
from sm_track_widgets.tracking.capture.log import CaptureLog
from sm_track_widgets.tracking.ending import cut_message, one_line_message, outcome
from sm_track_widgets.tracking.interop import hooks as interop
from sm_track_widgets.tracking.interop import inside_job
from sm_track_widgets.tracking.job_log import JobLog
from sm_track_widgets.tracking.loading import connection_of, tag_pairs
from sm_track_widgets.tracking.media.log import MediaLog
from sm_track_widgets.tracking.opening import OpenRequest
from sm_track_widgets.tracking.outbox.waiting import wait_for_delivery
from sm_track_widgets.tracking.registry import current_run, open_runs
from sm_track_widgets.tracking.starting import Begin, claimed
from sm_track_widgets.tracking.system import sampler as system
from sm_track_widgets.tracking.work_log import WorkLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from sm_track_widgets._types import Status
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.naming import Names
    from sm_track_widgets.tracking.opening import Resume
    from sm_track_widgets.tracking.outbox.progress import Progress
    from sm_track_widgets.tracking.starting import Start

__all__ = ["Run", "current_run", "load_run", "open_runs"]

WAIT_AT_CLOSE = 15.0
"""Seconds that `Run.close` waits for the last point to be delivered; the sender goes on without it."""
WAIT_IN_JOB = 600.0
"""The same in a SageMaker job, whose container ends with the script, and the sender with it."""
ENDINGS = ("Completed", "Failed", "Stopped")


class Run(CaptureLog, MediaLog, WorkLog, JobLog, CallbackMaker):
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
    nested
        Make this a child of the run that is open around it; inside that run's ``with`` block this is so anyway.
    parent
        Make this a child of that run, or of the run of this name in the same experiment, which has to exist.
    log_system_metrics
        Seconds between two samples of what the run uses of its machine (True: 10), logged as ``system/...``: CPU,
        memory, disk, network and GPUs. None: not logged.
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
    notes : str
        As given when the run was opened here, or with `set_notes`.
    opener : int
        Identifier of the thread that opened it.

    Raises
    ------
    UsageError, NotFoundError, ConfigError, ServiceRefusedError
        In one line, with the cure. A service that cannot be reached or forbids it raises nothing unless `resume` needs
        its answer: the run is kept here and sent later, and `warnings` says so.
    """

    status: Status = "InProgress"
    message: str = ""
    # What the SDK's load_run() sets and looks at: see `interop.slot`.
    _in_load = False
    _inside_load_context = False
    _inside_init_context = False
    _loads = 0

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
        nested: bool = False,
        parent: str | Run | parents.Parent | None = None,
        log_system_metrics: float | None = None,
        connection: Connection | None = None,
    ) -> None:
        super().__init__(connection or connection_of(sagemaker_session))
        self.notes = self._redactor.clean(notes or "")
        self.opener = get_ident()
        self._begin_capture()
        every = system.period(log_system_metrics)
        experiment = experiment_name or self.connection.settings.experiment or DEFAULT_EXPERIMENT
        names = naming.choose(experiment, run_name, group, now=self.started)
        family = parents.parent_of(self.connection, names.ref, nested=nested, parent=parent)
        shown = (experiment_display_name, run_display_name)
        request = self._request(names, shown, params or {}, (tag_pairs(tags), family.tag), notes)
        begin = Begin(self.connection)
        try:
            with claimed(self.connection, names, resume):
                begun = begin.start(names, request, resume)
                request = request if begun.found is None else family.of_continued(request)
                self._begin(begun, request, artifact_bucket, artifact_prefix)
                self._ready(names, begun, family.notes, every)
        except BaseException as error:
            self._undone(begin, error)
            raise

    def _ready(self, names: Names, begun: Start, notes: Iterable[str], every: float | None) -> None:
        """Let everybody know of the run that is open now."""
        self._opened = begun.opened
        self._begin_work()
        self.name = names.asked or self.ref.run
        for note in (*names.notes, *notes, *begun.notes):
            self._warn(note)
        registry.add(self)
        interop.register(self)
        if every is not None:
            system.sample_system(self, every)

    def _undone(self, begin: Begin, error: BaseException) -> None:
        """Leave nothing open: something came in between, an interrupt for example."""
        self._let_go()
        registry.drop(self)
        interop.unregister(self)
        begin.give_up(error, max(self._clock(), self.started))

    def _request(
        self,
        names: Names,
        displays: tuple[str | None, str | None],
        params: Mapping[str, Any],
        tags: tuple[Mapping[str, Any], Mapping[str, str]],
        notes: str | None,
    ) -> OpenRequest:
        ours = contents.reserved_parameters(names.asked, names.ref.run, notes, self._redactor)
        return OpenRequest(
            ref=names.ref,
            experiment_display=naming.display(displays[0], names.experiment_display),
            run_display=naming.display(displays[1], names.run_display),
            started=self.started,
            parameters={**self._contents.accept_parameters(params), **ours},
            tags={**self._contents.accept_tags(tags[0]), **tags[1]},
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
        """The trial that holds the run; it may be another than asked for, where that one is full."""
        return (not self._opened and self._outbox.group(self._writer)) or self.ref.group

    @property
    def experiment_config(self) -> dict[str, str]:
        """``ExperimentConfig`` for jobs that belong to this run, as the SDK's Run gives it."""
        return {
            "ExperimentName": self.ref.experiment,
            "TrialName": self.run_group_name,
            "RunName": self.ref.component,
        }

    # -- the end -------------------------------------------------------------------------------------------------
    def close(
        self,
        status: Status = "Completed",
        message: str = "",
        *,
        timeout: float | None = None,
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
            Longest wait for delivery, in seconds; default: 15, in a SageMaker job 600. What is not delivered then is
            sent behind, also after this kernel.
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
        self._let_go()
        self.status = status
        self.message = cut_message(one_line_message(self._redactor.clean(str(message))))
        self.ended = max(self._clock(), self.started)
        try:
            self._write_end()
        finally:
            registry.drop(self)
            interop.unregister(self)
        if timeout is None:
            timeout = WAIT_AT_CLOSE if config.job_arn(os.environ) is None else WAIT_IN_JOB
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

    def _let_go(self) -> None:
        """Run what was asked for with `at_close`; the run is open until then."""
        while self._at_close:
            try:
                self._at_close.pop()()
            except Exception as trouble:  # noqa: BLE001, PERF203 - each has its chance, and the run must close
                self._warn(f"While the run was closing: {type(trouble).__name__}: {trouble}")

    def _write_end(self) -> None:
        assert self.ended is not None
        self._end_capture()
        self.workload.end(self)
        self._pen.record("close", {"status": self.status, "message": self.message, "ended": self.ended})
        if not self._pen.flush():
            self._warn(f"{self._pen.kept} records could not be written: the disk is full.")
        self._writer.close()

    def _wait(self, timeout: float, on_wait: Callable[[Progress], object] | None) -> None:
        told = wait_for_delivery(self._outbox, self._writer, timeout, on_wait)
        if told is None:
            return
        what = f"{told.waiting:,} points" if told.waiting else "Some things that were logged"
        if told.uploading:
            sent = f"{told.upload_done / 1e6:,.0f} of {told.upload_total / 1e6:,.0f} MB sent"
            what = f"{told.uploading!r} ({sent}) and what follows it"
        why = f" In the way: {told.error}." if told.error else ""
        self._warn(
            f"{what} of run {self.run_name!r} are not delivered yet; they are kept and sent behind.{why}"
        )

    # -- the with statement --------------------------------------------------------------------------------------
    def __enter__(self) -> Run:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        self._require_open()
        if self._in_load or self._inside_init_context:
            # load_run() of ours or of the SDK gave out a run that is open: whoever opened it ends it.
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
        A run that exists. Without a name: the run that is open here, or, in the script of a SageMaker job, the run that
        the job was started under. A run that is open in this process is handed
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
        arn = config.job_arn(os.environ) if run is None else None
        if arn is not None:
            return _run_of_job(arn, connection or connection_of(sagemaker_session))
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


def _run_of_job(arn: str, place: Connection) -> Run:
    """Continue the run that this job was started under, as the SDK's load_run() does in a job."""
    names = inside_job.run_of_job(place, arn)
    # "allow": a run that is opened behind its cell may not be there yet, and the job must not fail for that.
    return Run(names.experiment, names.run, group=names.group or None, resume="allow", connection=place)
