"""What a journal had delivered before: how many points of a metric the service must have at a step."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sm_track_widgets.tracking.delivery.aside import read_aside
from sm_track_widgets.tracking.journal.format import Record, passed_path, refused_path
from sm_track_widgets.tracking.journal.reader import JournalReader

Place = tuple[str, int]
"""Metric and step."""
Passed = dict[str, int | None]
"""Metric -> highest step in segments that are deleted; None where a point had no step."""
SCAN = 5000

NO_STEPS = "points without steps cannot be looked for"
NOT_ALONE = "others may have written to this run too"
NOT_CLEAR = "the service's count does not say which are there"


class UnclearError(Exception):
    """Nothing can be found out about a doubt; the text says why."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Points that may or may not be stored.

    Attributes
    ----------
    records
        Metric records.
    done
        Every point of the journal before this offset was answered.
    answered
        Ends of further points that were.
    """

    records: tuple[Record, ...]
    done: int
    answered: frozenset[int] = frozenset()


@dataclass(slots=True)
class History:
    """The points of the metrics in doubt, as far as this journal knows of their fate.

    Attributes
    ----------
    doubt
        What is asked about.
    passed
        What deleted segments held.
    aside
        Offset of each point that was set aside -> whether it is held, else refused.
    """

    doubt: Doubt
    passed: Passed
    aside: Mapping[int, bool]
    _wanted: Counter[Place] = field(default_factory=Counter[Place])
    _before: Counter[Place] = field(default_factory=Counter[Place])
    _unsure: set[Place] = field(default_factory=set[Place])
    _stepless: set[str] = field(default_factory=set[str])
    _newest: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self._stepless |= {metric for metric, highest in self.passed.items() if highest is None}
        for record in self.doubt.records:
            if record.point.step is None:
                self._stepless.add(record.point.metric)
            else:
                self._wanted[record.point.metric, record.point.step] += 1

    @property
    def metrics(self) -> list[str]:
        """The metrics that can be asked for."""
        return sorted({metric for metric, _ in self._wanted} - self._stepless)

    def add(self, records: Iterable[Record]) -> None:
        """Take in records of the journal, in their order."""
        asked = {record.point.metric for record in self.doubt.records}
        open_ends = {record.end for record in self.doubt.records}
        for record in records:
            if record.kind != "metric" or record.point.metric not in asked or record.end in open_ends:
                continue
            if record.end > self.doubt.done and record.end not in self.doubt.answered:
                continue  # not sent yet: points of a metric go one call after the other
            self._answered(record)

    def _answered(self, record: Record) -> None:
        metric, step = record.point.metric, record.point.step
        held = self.aside.get(record.start)
        if step is None:
            self._stepless.add(metric)
        elif held:
            self._unsure.add((metric, step))
        elif held is None:
            self._before[metric, step] += 1
            self._newest[metric] = step

    def judge(self, record: Record, counts: Mapping[str, dict[int, int] | None]) -> str:
        """Return ``"stored"``, ``"missing"``, or why neither can be said, for one of the records in doubt.

        `counts` maps each metric to what the service has at each step, None where it did not tell all.
        """
        metric, step = record.point.metric, record.point.step
        if metric in self._stepless or step is None:
            return NO_STEPS
        found = counts[metric]
        newest = self._newest.get(metric)
        passed = self.passed.get(metric, -1)
        # A service that does not show what it has long acknowledged would not show these either.
        if found is None or (newest is not None and newest not in found):
            return NOT_CLEAR
        if (metric, step) in self._unsure or (passed is not None and step <= passed):
            return NOT_CLEAR
        more = found.get(step, 0) - self._before[metric, step]
        if more == self._wanted[metric, step]:
            return "stored"
        return NOT_CLEAR if more else "missing"


def read_history(journal: Path, doubt: Doubt) -> History:
    """Read what a journal had delivered of the metrics in doubt.

    Raises
    ------
    UnclearError
        The journal did not make its run.
    """
    aside = {line["offset"]: line["held"] for line in read_aside(refused_path(journal)) if "offset" in line}
    history = History(doubt, read_passed(journal), aside)
    last = max([doubt.done, *doubt.answered, *(record.end for record in doubt.records)])
    reader, offset = JournalReader(journal), 0
    try:
        records, behind = reader.read(0, SCAN)
        if not records or records[0].kind != "open" or not records[0].payload.get("new"):
            raise UnclearError(NOT_ALONE)
        while behind != offset and offset < last:
            history.add(records)
            offset = behind
            records, behind = reader.read(offset, SCAN)
    finally:
        reader.close()
    return history


def read_passed(journal: Path) -> Passed:
    """Return what the deleted segments of a journal held."""
    try:
        told: Any = json.loads(passed_path(journal).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return dict(told)


def note_passed(journal: Path, records: Sequence[Record]) -> None:
    """Remember of `records`, whose segments are about to be deleted, what a later doubt must know; twice is fine."""
    if not records:
        return
    highest: defaultdict[str, int | None] = defaultdict(lambda: -1, read_passed(journal))
    for record in records:
        if record.kind == "metric":
            known, step = highest[record.point.metric], record.point.step
            highest[record.point.metric] = None if known is None or step is None else max(known, step)
    path = passed_path(journal)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(highest), encoding="utf-8")
    fresh.replace(path)
