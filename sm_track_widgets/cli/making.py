"""``sm-track report``, ``register``, ``sync``."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """Deliver what waits; status 1 where some of it still does."""
    from sm_track_widgets.cli.entry import for_shell
    from sm_track_widgets.tracking.outbox.sync import sync as deliver

    told = deliver(parsed.resend)
    if parsed.json:
        output.say_json(told)
    else:
        output.say(for_shell(str(told)))
    return 0 if told.complete and not told.resend_error else 1
