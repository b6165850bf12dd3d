"""Words and colours of the states of runs and of model versions."""

from __future__ import annotations

from sm_track_widgets.charts import markup

WORDS = {"InProgress": "Running", "PendingManualApproval": "Pending"}
"""Where the word shown is not the service's."""
COLOURS = {
    "Completed": markup.GOOD,
    "Failed": markup.BAD,
    "InProgress": markup.BUSY,
    "Stopping": markup.WARN,
    "Stopped": markup.WARN,
    "Approved": markup.GOOD,
    "Rejected": markup.BAD,
    "PendingManualApproval": markup.WARN,
}


def word(status: str) -> str:
    """Return the word shown for a state of the service."""
    return WORDS.get(status, status)


def pill(status: str) -> str:
    """Return HTML of a state: its word on a tint of its colour; the bare word where styles are taken away."""
    colour = COLOURS.get(status, markup.IDLE)
    style = (
        f"display:inline-block;padding:0 7px;border-radius:9px;font-size:11px;line-height:18px;font-weight:600;"
        f"white-space:nowrap;background:{colour}26;{markup.tinted(colour)}"
    )
    return f'<span style="{style}">{markup.text(word(status))}</span>'
