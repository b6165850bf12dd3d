"""`move_runs`, `import_runs`, `export_runs`: runs from one home to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from sm_track_widgets import _progress, config
from sm_track_widgets import connection as connections
from sm_track_widgets._errors import NotFoundError, ServiceRefusedError, TrackError, UsageError, did_you_mean
from sm_track_widgets.actions.move import from_service
from sm_track_widgets.actions.move.carry import Target, carry, unfinished
from sm_track_widgets.actions.move.report import MovePlan, MoveReport
from sm_track_widgets.actions.move.to_service import ServiceTarget
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading.answer import Wanted

if TYPE_CHECKING:
    import os

    from sm_track_widgets.actions.move.parcel import Parcel

OnPlan = Callable[[MovePlan], object]
SOURCES = ("mlflow:", "csv:")


def move_runs(
    experiment: str | None = None,
    query: str | None = None,
    *,
    to: Literal["aws"] | Connection = "aws",
    group: str | None = None,
    archived: bool = False,
    running: bool = False,
    dry_run: bool = False,
    on_plan: OnPlan | None = None,
    connection: Connection | None = None,
) -> MoveReport:
    """Copy runs of the embedded home to AWS, with all that belongs to them.

    Times, status, parameters, points with their steps, tags, notes, groups, parents, files, captures and graphs go
    along. What is there already is not copied again, also when an earlier call was interrupted or killed. Nothing is
    deleted here.

    Parameters
    ----------
    experiment, query, group, archived
        Which runs, as for `runs`; default: all but the archived.
    to
        ``"aws"``, as `%sm_config` says (region, profile, bucket), or a connection.
    running
        Also those that are in progress, as they are now; the next call then goes on with them.
    dry_run
        Only say what would be done.
    on_plan
        Gets the plan before anything is moved.
    connection
        Where the runs are; default: the embedded home.

    Returns
    -------
    MoveReport
        Prints as what happened, in a few lines.

    Raises
    ------
    NotFoundError, UsageError
        As `runs` raises them; or source and target are one.
    ConfigError, ServiceRefusedError
        One of them cannot be used; what has been moved until then is not moved again.
    """
    source = connection or _local()
    target = _aws_home(source) if to == "aws" else to
    if not hasattr(target, "known_identity"):  # a text, most likely
        raise UsageError(
            f"Runs cannot be moved to {to!r}.", 'Write to="aws"; to MLflow: export_runs("mlflow:URI").'
        )
    if source.identity == target.identity and source.store_mark == target.store_mark:
        raise UsageError("These runs are there already: source and target are one.", "Choose another home.")
    wanted = Wanted(experiment, group, query, archived)
    found = from_service.parcels(source, wanted)
    from_words = ServiceTarget(source).title
    return _move(found, from_words, ServiceTarget(target), running=running, dry_run=dry_run, on_plan=on_plan)


def export_runs(
    to: str,
    experiment: str | None = None,
    query: str | None = None,
    *,
    group: str | None = None,
    archived: bool = False,
    running: bool = False,
    dry_run: bool = False,
    on_plan: OnPlan | None = None,
    connection: Connection | None = None,
) -> MoveReport:
    """Copy runs to an MLflow tracking server.

    Parameters, points with their steps and times, tags, notes, status, parents and artifacts go along; what MLflow has
    no place for is in each run's artifact ``sm_track/run.json``, from which `import_runs` makes the same run again.
    What is there already is not copied again.

    Parameters
    ----------
    to
        ``"mlflow:URI"``: the address of a server (``mlflow:http://...``), a database (``mlflow:sqlite:///mlflow.db``),
        a folder, or the ARN of a SageMaker tracking server or app (needs the package ``sagemaker-mlflow``).
    experiment, query, group, archived
        Which runs, as for `runs`; default: all but the archived.
    running, dry_run, on_plan
        As for `move_runs`.
    connection
        Where the runs are; default: where runs go.

    Returns
    -------
    MoveReport
        Prints as what happened, in a few lines.

    Raises
    ------
    NotFoundError, UsageError
        As `runs` raises them; or no such target.
    ConfigError
        MLflow is not installed, or does not answer; what has been moved until then is not moved again.
    """
    from sm_track_widgets.actions.move.mlflow_client import opened
    from sm_track_widgets.actions.move.to_mlflow import MlflowTarget

    scheme, uri = _split(to, ("mlflow:",), 'For example: export_runs("mlflow:http://127.0.0.1:5000")')
    del scheme
    source = connection or connections.current()
    with opened(uri) as client:
        found = from_service.parcels(source, Wanted(experiment, group, query, archived))
        target = MlflowTarget(client)
        from_words = ServiceTarget(source).title
        return _move(found, from_words, target, running=running, dry_run=dry_run, on_plan=on_plan)


def import_runs(
    source: str | os.PathLike[str],
    experiment: str | None = None,
    query: str | None = None,
    *,
    into: str | None = None,
    params: Iterable[str] | None = None,
    metrics: Iterable[str] | None = None,
    tags: Iterable[str] | None = None,
    columns: dict[str, str] | None = None,
    running: bool = False,
    dry_run: bool = False,
    on_plan: OnPlan | None = None,
    connection: Connection | None = None,
) -> MoveReport:
    """Bring runs in from an MLflow tracking server or from a CSV file with one row for each run.

    Runs that were brought in before are not brought in again.

    Parameters
    ----------
    source
        ``"mlflow:URI"``, as for `export_runs`, or ``"csv:FILE"``.
    experiment
        Of MLflow: the name of one of its experiments; default: all. Of a file: only rows of this experiment, where it
        has such a column.
    query
        Of MLflow: a filter in its own language, such as ``metrics.auc > 0.9``.
    into
        The experiment to bring them into; default: that of the source, for a file that names none the file's name.
    params, metrics, tags
        Of a file: which columns are what, besides those that are called ``params.*``, ``metrics.*`` and ``tags.*``;
        columns of no such name are parameters.
    columns
        Of a file: which column is what of a run: ``{"name": "Run title", "started": "Begin"}``. The usual names of
        files from here, MLflow and W&B are known: name, experiment, group, status, message, started, ended,
        duration, notes, user, id.
    running, dry_run, on_plan
        As for `move_runs`.
    connection
        Where to; default: where runs go.

    Returns
    -------
    MoveReport
        Prints as what happened, in a few lines.

    Raises
    ------
    UsageError, NotFoundError
        No such source, file, experiment or column.
    ConfigError, ServiceRefusedError
        MLflow is not installed or does not answer, or the home cannot be used.
    """
    scheme, place = _split(source, SOURCES, 'For example: import_runs("mlflow:http://127.0.0.1:5000")')
    home = connection or connections.current()
    target = ServiceTarget(home)
    if scheme == "csv:":
        from sm_track_widgets.actions.move.from_csv import ColumnMapping, read_csv

        if query:
            raise UsageError(
                "The rows of a file are not filtered.", "Leave the query out; %sm_rm takes runs away."
            )
        chosen = ColumnMapping(tuple(params or ()), tuple(metrics or ()), tuple(tags or ()), columns or {})
        rows, notes = read_csv(place, chosen, experiment, into)
        return _move(rows, place, target, running=running, dry_run=dry_run, on_plan=on_plan, notes=notes)
    if params or metrics or tags or columns:
        raise UsageError("Columns are of CSV files only.", "Leave params, metrics, tags and columns out.")
    from sm_track_widgets.actions.move.from_mlflow import parcels
    from sm_track_widgets.actions.move.mlflow_client import opened

    with opened(place) as client:
        found = parcels(client, experiment, query, into)
        return _move(found, client.title, target, running=running, dry_run=dry_run, on_plan=on_plan)


def _move(
    parcels: Sequence[Parcel],
    source: str,
    target: Target,
    *,
    running: bool,
    dry_run: bool,
    on_plan: OnPlan | None,
    notes: Sequence[str] = (),
) -> MoveReport:
    left = [] if running else unfinished(parcels)
    chosen = [one for one in parcels if running or one not in left]
    with _progress.told("Moving runs") as progress:
        try:
            held = target.held(chosen)
            plan = _plan(source, target, chosen, held, left=len(left), notes=notes)
        except Exception as error:
            explained = target.explain(error)
            if explained is None:
                raise
            raise explained from error
        if on_plan is not None:
            on_plan(plan)
        if dry_run:
            return MoveReport(plan, dry_run=True)
        done = carry(chosen, target, held, progress)
    if done.stopped is not None:
        raise _ended(done.stopped, len(done.moved) + len(done.there), len(chosen)) from done.stopped
    return MoveReport(plan, done.moved, done.there, done.failed, tuple(done.remarks), done.points, done.files)


def _plan(
    source: str,
    target: Target,
    chosen: Sequence[Parcel],
    held: dict[str, tuple[str, bool]],
    *,
    left: int,
    notes: Sequence[str],
) -> MovePlan:
    todo = [one for one in chosen if not any(held.get(key, ("", False))[1] for key in one.keys)]
    return MovePlan(
        source,
        target.title,
        len(todo),
        len({one.experiment for one in todo}),
        sum(one.points for one in todo),
        sum(one.files for one in todo),
        len(chosen) - len(todo),
        left,
        (*notes, *target.foresee(todo)),
    )


def _ended(error: TrackError, there: int, total: int) -> TrackError:
    """Return what ended a move, with how far it came, and that nothing is lost."""
    told = f"{str(error).removesuffix(error.cure).strip()} {there:,} of {total:,} runs are there;"
    cure = (
        f"{_lower(error.cure)} The same call goes on with the rest."
        if error.cure
        else "the same call goes on."
    )
    if isinstance(error, ServiceRefusedError):
        return ServiceRefusedError(told, cure, code=error.code)
    return type(error)(told, cure)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _local() -> Connection:
    here = connections.active()
    if here is not None and here.home == "embedded":
        return here
    return Connection(config.resolve({"backend": "embedded"}))


def _aws_home(source: Connection) -> Connection:
    here = connections.active()
    if here is not None and here.home == "aws" and here is not source:
        return here
    return Connection(config.resolve({"backend": "aws"}))


def _split(given: Any, schemes: Sequence[str], example: str) -> tuple[str, str]:
    text = str(given)
    for scheme in schemes:
        if text.lower().startswith(scheme):
            place = text[len(scheme) :].strip()
            if not place:
                raise UsageError(f"{text!r} names no place.", example)
            return scheme, place
    if text.lower().endswith(".csv") and "csv:" in schemes:
        return "csv:", text
    word = text.partition(":")[0].lower()
    hint = did_you_mean(f"{word}:", schemes) or example
    raise (
        NotFoundError(f"{text!r} is neither {' nor '.join(schemes)}...", hint)
        if not word
        else UsageError(f"{text!r} begins with none of {', '.join(schemes)}.", hint)
    )
