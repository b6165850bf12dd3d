"""One thing at a time: what it takes to delete a run, a group, an experiment, a lineage artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets._failures import judge
from sm_track_widgets.actions.cleanup.calls import NotYetError, absent, is_linked

if TYPE_CHECKING:
    from sm_track_widgets.actions.cleanup.plan import PlannedEntity, PlannedRun
    from sm_track_widgets.connection import Connection


class Steps:
    """The calls; each tried once, so that whoever makes several at a time sees to further tries.

    What is done already is not asked for again, and what is gone is taken for done.

    Parameters
    ----------
    connection
        Where.
    """

    def __init__(self, connection: Connection) -> None:
        self._client = connection.single("sagemaker")
        self._done: set[tuple[str, ...]] = set()

    def run(self, run: PlannedRun) -> None:
        """Delete a run: its associations, its places in groups, then itself.

        Raises
        ------
        Exception
            As boto3 raises it; NotYetError where another try may do it.
        """
        for edge in run.edges:
            self._cut(edge)
        for trial in run.groups:
            self._take_out(run.component, trial)
        try:
            with absent():
                self._client.delete_trial_component(TrialComponentName=run.component)
        except Exception as error:
            if is_linked(error):
                self._still_in(run, error)
            raise

    def taken_out(self, run: PlannedRun) -> None:
        """Take a run out of groups; it stays in others."""
        for trial in run.groups:
            self._take_out(run.component, trial)
        with absent():  # so that every reader's cache asks for the run again
            self._client.update_trial_component(TrialComponentName=run.component)

    def entity(self, entity: PlannedEntity) -> None:
        """Delete a lineage artifact, its associations before it."""
        for edge in entity.edges:
            self._cut(edge)
        with absent():
            self._client.delete_artifact(ArtifactArn=entity.arn)

    def group(self, name: str) -> None:
        """Delete an empty trial.

        Raises
        ------
        Exception
            As boto3 raises it; NotYetError where the service only does not know yet that it is empty.
        """
        try:
            with absent():
                self._client.delete_trial(TrialName=name)
        except Exception as error:
            if is_linked(error):
                held = self._client.list_trial_components(TrialName=name, MaxResults=1)
                if not held["TrialComponentSummaries"]:
                    raise NotYetError(judge(error).text) from error
            raise

    def experiment(self, name: str) -> None:
        """Delete an experiment without trials; raises as `group`."""
        try:
            with absent():
                self._client.delete_experiment(ExperimentName=name)
        except Exception as error:
            if is_linked(error):
                held = self._client.list_trials(ExperimentName=name, MaxResults=1)
                if not held["TrialSummaries"]:
                    raise NotYetError(judge(error).text) from error
            raise

    def _still_in(self, run: PlannedRun, error: Exception) -> None:
        """Find out which groups a run is still in: the service lags, or it has come into another one since."""
        told = self._client.list_trials(TrialComponentName=run.component, MaxResults=100)
        known = {trial.lower() for trial in run.groups}
        others = [one["TrialName"] for one in told["TrialSummaries"] if one["TrialName"].lower() not in known]
        if not others:
            self._done -= {(run.component, trial) for trial in run.groups}
            raise NotYetError(judge(error).text) from error

    def _cut(self, edge: tuple[str, str]) -> None:
        if edge in self._done:
            return
        with absent():
            self._client.delete_association(SourceArn=edge[0], DestinationArn=edge[1])
        self._done.add(edge)

    def _take_out(self, component: str, trial: str) -> None:
        if (component, trial) in self._done:
            return
        with absent():
            self._client.disassociate_trial_component(TrialComponentName=component, TrialName=trial)
        self._done.add((component, trial))
