"""The calls of a clean-up, in the order that SageMaker demands, several at a time.

A component is taken out of its groups before it is deleted, a trial must be empty, and an experiment must have no
trials [M]. Files go after the runs that named them, so that none is lost whose run could not be deleted; experiments
go last, so that the same request finds what is left.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _progress
from sm_track_widgets._crew import Crew
from sm_track_widgets._errors import TrackError
from sm_track_widgets._failures import judge
from sm_track_widgets.actions.cleanup import files, spool, steps
from sm_track_widgets.actions.cleanup.addresses import ours
from sm_track_widgets.actions.cleanup.plan import Kept, KeptKind, Plan
from sm_track_widgets.actions.cleanup.planning import NEEDED
from sm_track_widgets.actions.cleanup.referring import add_described, add_models, references, young
from sm_track_widgets.actions.cleanup.report import Report
from sm_track_widgets.reading.cache import runs as cache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sm_track_widgets.actions.cleanup.ledger import Ledger
    from sm_track_widgets.actions.cleanup.plan import PlannedEntity, PlannedFile, PlannedRun
    from sm_track_widgets.connection import Connection

_WORDS: dict[str, KeptKind] = {
    "runs": "run",
    "shared": "run",
    "lineage": "lineage",
    "groups": "group",
    "experiments": "experiment",
}
BEFORE = "what has to go before it is still there"


class Deletion:
    """Carries out a plan.

    Parameters
    ----------
    connection
        Where.
    plan
        What; see `Plan`.
    ledger
        Where it is noted what is done.
    stay
        Why not, by component, for runs of the plan that are not deleted after all.
    """

    def __init__(
        self, connection: Connection, plan: Plan, ledger: Ledger, stay: Mapping[str, str] | None = None
    ) -> None:
        self._stay = stay or {}
        self._connection, self._plan, self._ledger = connection, plan, ledger
        self._left: list[Kept] = []
        self._gone: dict[str, set[str]] = {}
        self._bytes = 0
        self._steps = steps.Steps(connection)
        self._denied = ""
        self._names = {run.component: run.name for run in (*plan.runs, *plan.shared)}

    def run(self) -> Report:
        """Do all of it, as far as the service lets us.

        Raises
        ------
        KeyboardInterrupt
            When it is interrupted; `report` then tells how far it is.
        """
        plan = self._plan
        total = sum(
            map(len, (plan.runs, plan.shared, plan.lineage, plan.files, plan.groups, plan.experiments))
        )
        try:
            with _progress.told("Deleting") as tell:
                self._tell = lambda: tell(sum(map(len, self._gone.values())), total)
                self._runs()
                self._each("lineage", self._lineage(), lambda one: one.arn, self._steps.entity)
                self._files()
                self._each("groups", plan.groups, str, self._steps.group)
                self._each("experiments", plan.experiments, str, self._steps.experiment)
                self._spool()
        finally:
            self._forget()
        if not self._left:
            self._ledger.end()
        return self.report()

    def report(self) -> Report:
        """Say what is done by now and what is left."""
        done = Counter({kind: len(names) for kind, names in self._gone.items()})
        jobs = {run.component for run in self._plan.runs if run.kind == "job"}
        done["jobs"] = len(jobs & self._gone.get("runs", set()))
        done["runs"] -= done["jobs"]
        counts = {kind: done[kind] for kind in self._plan.counts}
        return Report(self._plan, {**counts, "bytes": self._bytes}, tuple(self._left))

    def _runs(self) -> None:
        of = self._steps
        going = [run for run in self._plan.runs if run.component not in self._stay]
        self._left += [Kept("run", self._names[component], why) for component, why in self._stay.items()]
        self._each("runs", going, lambda run: run.component, of.run)
        self._each("shared", self._plan.shared, lambda run: run.component, of.taken_out)

    def _each(
        self,
        kind: str,
        things: Sequence[Any],
        key: Callable[[Any], str],
        step: Callable[[Any], None],
    ) -> None:
        """Do one step for each thing, several at a time; note what is done, and what is left and why."""
        shown, word = self._names, _WORDS[kind]
        gone = self._gone.setdefault(kind, set())

        denied: list[str] = [self._denied] if self._denied else []

        def call(thing: Any) -> str:
            if denied:
                return denied[0]
            try:
                step(thing)
            except Exception as error:
                verdict = judge(error)
                if verdict.meaning in {"transient", "lost"}:
                    raise  # what is gone already is taken for done
                if verdict.meaning == "denied":
                    denied.append(verdict.text)
                return verdict.text
            return ""

        def take(thing: Any, why: str) -> Iterable[Any]:
            if why:
                self._left.append(Kept(word, shown.get(key(thing), key(thing)), why))
            else:
                gone.add(key(thing))
                self._ledger.done(kind, [key(thing)])
                self._tell()
            return ()

        for lost in Crew(call).run(things, take):
            self._left.append(Kept(word, shown.get(key(lost.job), key(lost.job)), lost.reason))
        if denied and kind == "runs":
            self._denied = denied[0]  # nothing that follows can be done while the runs are there

    def _lineage(self) -> list[PlannedEntity]:
        return [one for one in self._plan.lineage if self._are_gone(one.of)]

    def _are_gone(self, components: Iterable[str]) -> bool:
        """Whether these components are gone: those that this call was to delete, and did not, are not."""
        failed = {run.component for run in self._plan.runs} - self._gone.get("runs", set())
        return failed.isdisjoint(components)

    def _files(self) -> None:
        place, gone = ours(self._connection), self._gone.setdefault("files", set())
        wanted: list[PlannedFile] = []
        for file in self._plan.files:
            if self._are_gone(file.of):
                wanted.append(file)
            else:
                self._left.append(Kept("file", file.uri, BEFORE))
        if not wanted or self._denied:
            self._left += [Kept("file", file.uri, self._denied) for file in wanted]
            return
        sizes = {file.uri: file.size for file in wanted}
        uris = self._unneeded(list(sizes))
        blocks = [uris[at : at + files.AT_ONCE] for at in range(0, len(uris), files.AT_ONCE)]

        def take(block: list[str], failed: dict[str, str]) -> Iterable[list[str]]:
            self._left.extend(Kept("file", uri, why) for uri, why in failed.items())
            done = [uri for uri in block if uri not in failed]
            gone.update(done)
            self._bytes += sum(sizes[uri] for uri in done)
            self._ledger.done("files", done)
            self._tell()
            return ()

        def call(block: list[str]) -> dict[str, str]:
            return files.delete(self._connection, place, block)

        try:
            given_up = Crew(call).run(blocks, take)
        except Exception as error:  # noqa: BLE001 - refused: said in the report
            why = judge(error).text
            self._left += [Kept("file", uri, why) for uri in uris if uri not in gone]
            return
        self._left += [Kept("file", uri, one.reason) for one in given_up for uri in one.job]

    def _spool(self) -> None:
        sizes = dict(self._plan.spool)
        failed = spool.delete(list(sizes), self._connection.settings.path)
        self._left += [Kept("spool", name, why) for name, why in failed.items()]
        done = set(sizes) - set(failed)
        self._gone["spool"] = done
        self._bytes += sum(sizes[name] for name in done)

    def _unneeded(self, uris: list[str]) -> list[str]:
        """Return those that nobody needs, looked up once more: runs may have been logged since the plan was made."""
        place, gone = ours(self._connection), self._gone.get("runs", set())
        try:
            found = references(self._connection, place, gone)
            add_models(self._connection, found, uris)
            fresh = young(self._connection, time.time(), gone) if not found.missing else []
            add_described(self._connection, found, fresh)
        except TrackError as error:
            self._left += [Kept("file", uri, str(error)) for uri in uris]
            return []
        if found.missing:
            self._left += [Kept("file", uri, found.missing) for uri in uris]
            return []
        self._left += [Kept("file", uri, NEEDED) for uri in uris if found.needed(uri)]
        return [uri for uri in uris if not found.needed(uri)]

    def _forget(self) -> None:
        """Let tables and frames of this machine know what is gone."""
        gone = self._gone.get("runs", set())
        runs = [*self._plan.runs, *self._plan.shared]
        experiments = {run.experiment for run in runs if run.experiment}
        if gone:
            cache.forget(self._connection, [*sorted(experiments), None], gone)
        moved = self._moved(self._gone.get("shared", set()))
        for experiment in sorted({run.experiment for run in moved}):
            out = {run.component for run in moved if run.experiment == experiment}
            cache.forget(self._connection, [experiment], out)

    def _moved(self, components: set[str]) -> list[PlannedRun]:
        return [run for run in self._plan.shared if run.component in components]
