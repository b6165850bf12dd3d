"""Step 8 of both articles: delete an experiment and all that belongs to it, with boto3 operations alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def pages(session: Any, operation: str, **query: Any) -> Iterator[dict[str, Any]]:
    """Yield every record of a list operation, not only the ten of its first page."""
    for page in session.sagemaker_client.get_paginator(operation).paginate(**query):
        yield from next(value for value in page.values() if isinstance(value, list))


def clean_up(session: Any, experiment: str) -> None:
    """Delete an experiment with its runs, their files and their lineage; the model in the registry stays.

    The order is SageMaker's: a component must leave its trials before it can be deleted, a trial must be empty, an
    experiment must have no trials. Names are collected before anything is deleted under the paginator's feet.
    """
    client = session.sagemaker_client
    trials = [each["TrialName"] for each in pages(session, "list_trials", ExperimentName=experiment)]
    deleted = []
    for trial in trials:
        for component in list(pages(session, "list_trial_components", TrialName=trial)):
            name = component["TrialComponentName"]
            client.disassociate_trial_component(TrialName=trial, TrialComponentName=name)
            if list(pages(session, "list_trials", TrialComponentName=name)):
                continue  # another experiment uses it too
            delete_lineage(session, component["TrialComponentArn"])
            client.delete_trial_component(TrialComponentName=name)
            deleted.append(name)
        client.delete_trial(TrialName=trial)
    client.delete_experiment(ExperimentName=experiment)
    for name in deleted:
        files_of(session, name).delete()
    print(f"clean-up: {len(deleted)} components, {len(trials)} group, 1 experiment")
    check_clean(session, experiment, deleted)


def files_of(session: Any, component: str) -> Any:
    """Return the S3 objects that `Run.log_file` and the graph loggers have written for a component."""
    bucket = session.boto_session.resource("s3").Bucket(session.default_bucket())
    return bucket.objects.filter(Prefix=f"trial-component-artifacts/{component}/")


def delete_lineage(session: Any, component: str) -> None:
    """Delete the lineage artifacts of a component, which the graph loggers made: links first."""
    client = session.sagemaker_client
    links = [
        *pages(session, "list_associations", SourceArn=component),
        *pages(session, "list_associations", DestinationArn=component),
    ]
    for link in links:
        ends = {"SourceArn": link["SourceArn"], "DestinationArn": link["DestinationArn"]}
        client.delete_association(**ends)
        client.delete_artifact(ArtifactArn=next(arn for arn in ends.values() if arn != component))


def check_clean(session: Any, experiment: str, deleted: list[str]) -> None:
    """Print what is left of an experiment.

    Raises
    ------
    RuntimeError
        When it is anything.
    """
    names = {each["ExperimentName"] for each in pages(session, "list_experiments")} & {experiment}
    components = {each["TrialComponentName"] for each in pages(session, "list_trial_components")} & {*deleted}
    files = [found for name in deleted for found in files_of(session, name)]
    print(f"left: {len(names)} experiments, {len(components)} components, {len(files)} files")
    if names or components or files:
        raise RuntimeError(f"not everything was deleted: {names} {components} {files}")
