"""What ``%sm_status`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets import _aws
from sm_track_widgets._errors import TrackError
from sm_track_widgets.magics.plain import facts, table
from sm_track_widgets.tracking.outbox import PendingJournal, pending
from sm_track_widgets.tracking.registry import open_runs

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

SYNC = "deliver with %sm_sync"


def report(connection: Connection) -> str:
    """Return the status of this process as text; makes no call to the service but one to STS, once, on AWS."""
    settings = connection.settings
    try:
        account, bucket, left = connection.account_id, connection.bucket, _left(connection)
    except TrackError as error:
        account, bucket, left = str(error), settings.bucket or "-", "-"
    lines = [
        ("runs go to", connection.home),
        ("why", connection.why),
        ("data folder", str(settings.path)),
        ("region", connection.region),
        ("account", account),
        ("bucket", bucket),
        ("experiment", settings.experiment or "default"),
    ]
    if connection.endpoint:
        lines.append(("endpoint", connection.endpoint))
    if _aws.default_session_is_on():
        lines.append(("boto3 default", "the embedded service; undo: %sm_config --default-session off"))
    lines += [("journals left", left), ("API calls here", _calls(connection))]
    return "\n\n".join([facts(lines), _open_runs()])


def _open_runs() -> str:
    runs = open_runs()
    if not runs:
        return "No run is open."
    rows: list[list[str]] = []
    for run in runs:
        progress = run.progress()
        counts = (progress.delivered, progress.waiting, progress.refused, progress.held)
        rows.append([run.experiment_name, run.name, *map(str, counts), progress.error or "-"])
    header = ["experiment", "open run", "delivered", "waiting", "refused", "unknown", "in the way"]
    return table(header, rows)


def _left(connection: Connection) -> str:
    """Say how many journals kernels that are gone have left, and what to do."""
    found = pending(connection.settings.path / "journals")
    mine = [journal for journal in found if _belongs(journal, connection)]
    parts = [f"{len(mine)}; {SYNC}"] if mine else []
    others = len(found) - len(mine)
    if others:
        parts.append(f"{others} of other places; connect there, then {SYNC}")
    return "; ".join(parts) or "none"


def _belongs(journal: PendingJournal, connection: Connection) -> bool:
    return journal.header.identity == connection.identity


def _calls(connection: Connection) -> str:
    counted = connection.calls.most_common()
    if not counted:
        return "none"
    return f"{sum(connection.calls.values())}: " + ", ".join(f"{name} {count}" for name, count in counted)
