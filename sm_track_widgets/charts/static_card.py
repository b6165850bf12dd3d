"""The card of one run for saved notebooks: one folded line of plain HTML, and plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import DEFAULT_GROUP
from sm_track_widgets.charts import markup, numbers, status
from sm_track_widgets.charts.static_jobs import summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADLINES = 2
NAME_LENGTH = 60
MESSAGE_LENGTH = 300
RUNNING = frozenset({"InProgress", "Stopping"})
HELD_OUT = frozenset({"valid", "validation", "val", "test", "eval", "dev", "holdout"})
TRAINED_ON = frozenset({"train", "training"})
SCORES = frozenset({"auc", "acc", "accuracy", "f1", "r2", "precision", "recall", "map", "bleu", "score"})
LOSSES = frozenset({"loss", "error", "rmse", "mse", "mae", "logloss"})


def card_html(state: Mapping[str, Any]) -> str:
    """Write the card of a run.

    Parameters
    ----------
    state
        What the live card shows: ``status, name, experiment, group, started, ended, stopped, home, metrics, first,
        waiting, trouble, upload, message``; whatever is missing is left out.

    Returns
    -------
    str
        One ``<div>`` with inline styles only. Without styles it is one line of text: state, name, experiment,
        duration, the two metrics that matter most, home; below it what went wrong.
    """
    name = markup.plain(state.get("name", ""))
    cut = numbers.middle(name, NAME_LENGTH)
    title = f' title="{markup.text(name)}"' if cut != name else ""
    facts = [markup.text(fact) for fact in _facts(state)]
    facts += [_metric_html(metric) for metric in _shown(state)]
    line = (
        f"{status.pill(state.get('status', ''))} "
        f'<span style="flex:1 1 20em;min-width:0"><b style="font-weight:600"{title}>{markup.text(cut)}</b> '
        f'<span style="{markup.MUTED}">{" · ".join(facts)}</span></span> '
        f'<span style="{markup.MUTED}">{markup.text(state.get("home", ""))}</span>'
    )
    row = "display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 12px"
    below = "".join(_note_html(colour, words) for colour, words in _notes(state))
    box = (
        f"{markup.FONT};font-size:13px;line-height:1.45;box-sizing:border-box;max-width:1080px;padding:8px 12px;"
        f"border:1px solid {markup.HAIRLINE};border-radius:6px"
    )
    return f'<div style="{box}"><div style="{row}">{line}</div>{below}</div>'


def card_text(state: Mapping[str, Any]) -> str:
    """Write the card as text: one line, and one more for what went wrong."""
    facts = [*_facts(state), *(_metric_text(metric) for metric in _shown(state))]
    facts = [fact for fact in (*facts, state.get("home", "")) if fact]
    name = " ".join(markup.plain(state.get("name", "")).split())
    lines = [f"{status.word(state.get('status', ''))}  {' · '.join([name, *facts])}"]
    lines += [words for _, words in _notes(state)]
    return "\n".join(lines)


def headline(metrics: Sequence[Mapping[str, Any]], count: int = HEADLINES) -> list[Mapping[str, Any]]:
    """Choose the metrics people look for first: on held-out data before others, scores before losses.

    A single score on the training data comes last: it is good anyway.

    Parameters
    ----------
    metrics
        ``{"name", "last", "best", "best_step", "step", "n"}`` each, in the order of first appearance.
    count
        How many at most.
    """
    return sorted(metrics, key=_weight)[:count]


def _shown(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the metrics of the line: the first of those asked for, else those that matter most."""
    metrics: Sequence[Mapping[str, Any]] = state.get("metrics") or ()
    first = int(state.get("first") or 0)
    return list(metrics[: min(first, HEADLINES)]) if first else headline(metrics)


def _weight(metric: Mapping[str, Any]) -> tuple[bool, bool, int]:
    words = set(re.split(r"[^a-z0-9]+", str(metric.get("name", "")).lower()))
    kind = 0 if words & SCORES else 1 if words & LOSSES else 2
    return (not words & HELD_OUT, bool(words & TRAINED_ON) and metric.get("n") == 1, kind)


def _facts(state: Mapping[str, Any]) -> list[str]:
    """Say what stands between the name and the metrics, as plain text."""
    facts = [markup.plain(state.get("experiment", ""))]
    group = markup.plain(state.get("group") or "")
    if group and not group.lower().startswith(DEFAULT_GROUP.lower()):
        facts.append(f"group {group}")
    started, ended = state.get("started"), state.get("ended")
    if started is not None and ended is not None:
        facts.append(numbers.clock(ended - started))
    elif started is not None:
        facts.append(f"started {numbers.moment(started)} UTC")
    facts.append(str(state.get("stopped") or ""))
    return [fact for fact in facts if fact]


def _parts(metric: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name, value and what is said about its best."""
    last, best, step = metric.get("last"), metric.get("best"), metric.get("best_step")
    value, top = numbers.number(last), numbers.number(best)
    aside = "" if best is None or top == value else f"best {top}" + ("" if step is None else f" at {step}")
    return numbers.middle(markup.plain(metric.get("name", "")), NAME_LENGTH), value, aside


def _metric_html(metric: Mapping[str, Any]) -> str:
    name, value, aside = (markup.text(part) for part in _parts(metric))
    strong = f'<b style="font-weight:600;font-variant-numeric:tabular-nums">{value}</b>'
    aside = f" ({aside})" if aside else ""
    return f'<span style="white-space:nowrap">{name} {strong}{aside}</span>'


def _metric_text(metric: Mapping[str, Any]) -> str:
    name, value, aside = _parts(metric)
    return f"{name} {value}" + (f" ({aside})" if aside else "")


def _notes(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say what went wrong, one line each, with its colour."""
    notes: list[tuple[str, str]] = []
    message = " ".join(markup.plain(state.get("message") or "").split())
    if message:
        failed = state.get("status") == "Failed"
        notes.append((markup.BAD if failed else markup.WARN, numbers.middle(message, MESSAGE_LENGTH)))
    if state.get("upload"):
        sending = " ".join(markup.plain(state["upload"]["text"]).split())
        notes.append(
            (markup.BUSY, sending if state.get("ended") is None else f"{sending}; it goes on behind")
        )
    if state.get("jobs"):
        notes.append((markup.BUSY, summary(state["jobs"])))
    trouble = " ".join(markup.plain(state.get("trouble") or "").split())
    waiting = int(state.get("waiting") or 0)
    if trouble:
        notes.append((markup.WARN, trouble))
    elif waiting and state.get("status") not in RUNNING:
        points = "1 point is" if waiting == 1 else f"{numbers.count(waiting)} points are"
        notes.append((markup.WARN, f"{points} not delivered yet; nothing is lost, %sm_status says more"))
    return notes


def _note_html(colour: str, words: str) -> str:
    return f'<div style="font-size:12px;overflow-wrap:anywhere;{markup.tinted(colour)}">{markup.text(words)}</div>'
