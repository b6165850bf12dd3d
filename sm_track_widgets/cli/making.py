"""``sm-track report``, ``register``, ``sync``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets._errors import UsageError
from sm_track_widgets.cli import output
from sm_track_widgets.cli.words import listed, query_of

if TYPE_CHECKING:
    import argparse


def report(parsed: argparse.Namespace) -> int:
    """Write a page; print its path."""
    from sm_track_widgets.widgets.report import report as write

    path = write(
        parsed.file,
        parsed.experiment,
        query_of(parsed) or "",
        metrics=listed(parsed.metrics),
        title=parsed.title,
        theme=parsed.theme,
    )
    output.say(path)
    return 0


def register(parsed: argparse.Namespace) -> int:
    """Register a run's model."""
    from sm_track_widgets.actions.registry import register as do

    version = do(
        parsed.run,
        parsed.model_group,
        experiment=parsed.experiment,
        artifact=parsed.artifact,
        image=parsed.image,
        framework=parsed.framework,
        with_image=not parsed.no_image,
        approve=parsed.approve,
        description=parsed.description,
        again=parsed.again,
    )
    if parsed.json:
        output.say_json(version)
    else:
        output.say(version)
    return 0


def sync(parsed: argparse.Namespace) -> int:
    """Deliver what waits, or copy runs to AWS; status 1 where some of it is still to be done."""
    if parsed.to:
        return _copy(parsed)
    if parsed.query or parsed.experiment or parsed.group:
        raise UsageError(
            "All that waits is delivered; runs are chosen for --to only.", "Write: sync --to aws ..."
        )
    from sm_track_widgets.tracking.outbox.sync import sync as deliver

    told = deliver(parsed.resend)
    _say(parsed, told)
    return 0 if told.complete and not told.resend_error else 1


def _copy(parsed: argparse.Namespace) -> int:
    from sm_track_widgets.actions.move.verbs import move_runs

    told = move_runs(
        parsed.experiment,
        query_of(parsed),
        to=parsed.to,
        group=parsed.group,
        archived=parsed.archived,
        running=parsed.running,
        dry_run=parsed.dry_run,
    )
    _say(parsed, told)
    return 0 if told.complete or parsed.dry_run else 1


def _say(parsed: argparse.Namespace, told: object) -> None:
    from sm_track_widgets.cli.entry import for_shell

    if parsed.json:
        output.say_json(told)
    else:
        output.say(for_shell(str(told)))
