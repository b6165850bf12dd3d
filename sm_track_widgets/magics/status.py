"""What ``%sm_status`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets import _aws
from sm_track_widgets._errors import TrackError
from sm_track_widgets.magics import usage
from sm_track_widgets.magics.plain import WIDEST, facts, table
from sm_track_widgets.tracking.outbox import standing
from sm_track_widgets.tracking.registry import open_runs

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.outbox.standing import Waiting

SYNC = "deliver with %sm_sync"
STATES = {"closed": "closed", "left": "kernel ended"}
MOST_ROWS = 20
"""Runs that are listed in one table; the others are counted."""


def report(connection: Connection) -> str:
    """Return the status of this process as text; makes no call to the service but one to STS, once, on AWS."""
    settings = connection.settings
    folder = settings.path / "journals"
    elsewhere = standing.waiting_elsewhere(folder)
    try:
        account, bucket, left = connection.account_id, connection.bucket, _left(elsewhere, connection)
    except TrackError as error:
        account, bucket, left = str(error), settings.bucket or "-", "-"
        elsewhere = []
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
    lines += [
        ("journals left", left),
        ("cache of runs", usage.cache(connection)),
        ("API calls here", usage.calls(connection)),
    ]
    closed = [waiting for waiting in standing.waiting_here() if waiting.whose == "closed"]
    gone = [w for w in elsewhere if w.whose == "left" and w.header.belongs(connection.identity)]
    parts = [facts(lines), _open_runs(), _waiting([*closed, *gone]), *_aside(connection)]
    return "\n\n".join(part for part in parts if part)


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
    return table(header, rows) + _in_full(rows)


def _in_full(rows: list[list[str]]) -> str:
    """Return the last cells that the table cuts, whole, each once: the end may name the missing permission."""
    long = dict.fromkeys(" ".join(row[-1].split()) for row in rows)
    return "".join(f"\n  {text}" for text in long if len(text) > WIDEST)


def _waiting(found: list[Waiting]) -> str:
    """Return a table of the runs that are over and not wholly delivered."""
    if not found:
        return ""
    rows = [
        [
            waiting.run.experiment,
            waiting.run.run,
            STATES[waiting.whose],
            "many" if waiting.points < 0 else str(waiting.points),
            waiting.why or ("delivery goes on" if waiting.whose == "closed" else SYNC),
        ]
        for waiting in found[:MOST_ROWS]
    ]
    if len(found) > MOST_ROWS:
        rows.append(["...", f"{len(found) - MOST_ROWS} more", "", "", ""])
    header = ["experiment", "not delivered yet", "state", "waiting", "in the way"]
    return table(header, rows) + _in_full(rows)


def _aside(connection: Connection) -> list[str]:
    """Say what is held and what was refused, and what to do about it."""
    try:
        identity = connection.identity
    except TrackError:
        return []
    found = standing.set_aside(connection.settings.path / "journals", identity)
    parts: list[str] = []
    held = [[e.run.experiment, e.run.run, str(e.held), e.doubt] for e in found if e.held]
    if held:
        told = table(["experiment", "arrived or not", "points", "why nobody knows"], held[:MOST_ROWS])
        told += _in_full(held[:MOST_ROWS])
        parts.append(f"{told}\nSend them again, at the risk of having them twice, with: %sm_sync --resend")
    refused = [entry for entry in found if entry.refused]
    if refused:
        rows = [[e.run.experiment, e.run.run, str(e.refused), e.reason] for e in refused[:MOST_ROWS]]
        told = table(["experiment", "refused for good", "records", "the first because"], rows)
        told += _in_full(rows)
        files = "\n".join(f"  {entry.path}" for entry in refused[:MOST_ROWS])
        parts.append(f"{told}\nAll of them, with their values:\n{files}")
    return parts


def _left(elsewhere: list[Waiting], connection: Connection) -> str:
    """Say how many journals kernels that are gone have left, and what to do."""
    left = [waiting for waiting in elsewhere if waiting.whose == "left"]
    mine = [waiting for waiting in left if waiting.header.belongs(connection.identity)]
    parts = [f"{len(mine)}; {SYNC}"] if mine else []
    others = standing.others_line(left, connection)
    return "; ".join([*parts, *([others] if others else [])]) or "none"
