"""The resources that Search offers, property by property: experiments, trials and trial components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sm_track_widgets._names import RUN_TAG, RUN_TAG_VALUE
from sm_track_widgets.embedded.search_properties import (
    ABSENT,
    ALWAYS,
    Property,
    Resolver,
    Resource,
    Rows,
    Sql,
    absent,
    indexed,
    metadata,
    nested_tags,
    own_arn,
    tag_rows,
    tags,
    text,
    time,
)
from sm_track_widgets.embedded.search_values import WIDTH, held, members
from sm_track_widgets.embedded.service import Service

PEOPLE = [
    f"{who}.{what}"
    for who in ("createdby", "lastmodifiedby")
    for what in (
        "userprofilearn",
        "userprofilename",
        "domainid",
        "iamidentity.arn",
        "iamidentity.principalid",
        "iamidentity.sourceidentity",
    )
]
STATISTICS: Mapping[str, str] = {
    "min": "held.minimum",
    "max": "held.maximum",
    "avg": "held.mean",
    # SQLite has no sqrt unless built with it; search.py gives such a connection one.
    "stddev": "sqrt(max(held.m2, 0.0) / held.count)",
    "last": "held.last",
    "count": "held.count",
}
ORDERED = frozenset({"held.last", "held.minimum", "held.maximum"})  # the statistics that have an index
PARENT_TABLES = (
    "trial_components AS links JOIN trials ON trials.id = links.trial_id "
    "JOIN experiments ON experiments.id = trials.experiment_id"
)
COMPONENT = "experiment-trial-component"


def parameter(service: Service, rest: str) -> Property:
    """Resolve ``Parameters.NAME``; NAME may hold dots."""
    if not rest:
        return Property("group", rows=_every("component_parameters"))
    return held(service, "parameter_values", rest, kind="mixed", names="parameter")


def metric(service: Service, rest: str) -> Property:
    """Resolve ``Metrics.NAME`` and ``Metrics.NAME.STAT``.

    NAME may hold dots and colons: a statistic is split off the right end. A bare NAME means Last [inf].
    """
    if not rest:
        return Property("group", rows=_every("series"))
    name, _, statistic = rest.rpartition(".")
    column = STATISTICS.get(statistic.lower()) if name else None
    if column is None:
        name, column = rest, STATISTICS["last"]
    ordered = column in ORDERED
    return held(service, "metric_values", name, column, kind="number", names="metric", ordered=ordered)


def tag(service: Service, rest: str) -> Property:
    """Resolve ``Tags.KEY`` of components."""
    if not rest:
        return Property("group", rows=tag_rows(COMPONENT, service))
    return held(service, "tag_values", rest, kind="text", names=service.arn(COMPONENT, ""))


def run_name(service: Service, rest: str) -> Property | None:
    """Resolve ``RunName``: the name of those components that are runs, as their records show it."""
    if rest:
        return None
    is_run = (
        "EXISTS (SELECT 1 FROM tag_values WHERE value = ? AND place = item.id + "
        f"{WIDTH} * (SELECT id FROM names WHERE kind = ? AND name = ?))"
    )
    known = (RUN_TAG_VALUE, service.arn(COMPONENT, ""), RUN_TAG)
    return Property("text", Sql(f"CASE WHEN {is_run} THEN item.name END", known))


def artifacts(direction: str) -> Resolver:
    """Return the resolver of ``InputArtifacts.NAME[.Value|.MediaType]`` or its output twin; bare means Value."""

    def find(service: Service, rest: str) -> Property:
        del service
        name, _, part = rest.rpartition(".")
        column = {"value": "value", "mediatype": "media_type"}.get(part.lower()) if name else None
        asked = name if column else rest
        rows = Rows(
            tables="component_artifacts AS held",
            owner="held.component_id",
            where=Sql("held.direction = ?", (direction,)),
        )
        if not asked:
            return Property("group", rows=rows)
        rows = replace(
            rows,
            where=Sql("held.direction = ? AND held.name = ? COLLATE NOCASE", (direction, asked)),
            order=Sql("held.name = ? DESC, held.name", (asked,)),
        )
        value = f"held.{column or 'value'}"
        return Property("text", Sql(value), rows, indexes=(replace(rows.index(), value=Sql(value)),))

    return find


def parent(service: Service, rest: str) -> Property | None:
    """Resolve ``Parents.TrialName`` and ``Parents.ExperimentName``."""
    rows, members = parents(service)
    return members.get(f"parents.{rest.lower()}") if rest else Property("group", rows=rows)


def parents(service: Service) -> tuple[Rows, Mapping[str, Property]]:
    """Return the list of parents."""
    del service
    rows = Rows(
        PARENT_TABLES, "links.component_id", ALWAYS, order=Sql("links.linked, links.trial_id"), reachable=True
    )
    trial, experiment = Sql("trials.name"), Sql("experiments.name")
    by_trial = replace(rows.index(), value=trial, once=True)
    by_experiment = replace(rows.index(), value=experiment)
    return rows, {
        "parents.trialname": Property("text", trial, rows, indexes=(by_trial,)),
        "parents.experimentname": Property(
            "text", experiment, rows, indexes=(by_experiment,), narrow=members
        ),
    }


def metrics_list(service: Service) -> tuple[Rows, Mapping[str, Property]]:
    """Return the list of metrics for NestedFilters."""
    members = {f"metrics.{name}": Property("number", Sql(column)) for name, column in STATISTICS.items()}
    members["metrics.metricname"] = text("held.name")
    members["metrics.timestamp"] = time("held.last_time")
    members["metrics.sourcearn"] = Property("arn", Sql("(? || item.name)", (service.arn(COMPONENT, ""),)))
    return _every("series"), members


def trial_summaries(service: Service) -> tuple[Rows, Mapping[str, Property]]:
    """Return the list of a trial's components for NestedFilters."""
    rows = Rows(
        tables="trial_components AS links JOIN components ON components.id = links.component_id",
        owner="links.trial_id",
        where=ALWAYS,
        order=Sql("links.linked, links.component_id"),
        reachable=True,
    )
    prefix = (service.arn(COMPONENT, ""),)
    members = {
        "trialcomponentname": text("components.name"),
        "trialcomponentarn": Property("arn", Sql("(? || components.name)", prefix)),
        "trialcomponentsource.sourcearn": Property("arn", Sql("components.source_arn")),
        "trialcomponentsource.sourcetype": text("components.source_type"),
        "creationtime": time("components.created"),
    }
    return rows, {f"trialcomponentsummaries.{name}": member for name, member in members.items()}


def trial_summary(service: Service, rest: str) -> Property | None:
    """Resolve ``TrialComponentSummaries.MEMBER``."""
    rows, members = trial_summaries(service)
    if not rest:
        return Property("group", rows=rows)
    found = members.get(f"trialcomponentsummaries.{rest.lower()}")
    if found is None:
        return None
    return Property(found.kind, found.value, rows, indexes=(replace(rows.index(), value=found.value),))


def _every(table: str) -> Rows:
    """Return all rows that a component has in `table`."""
    return Rows(f"{table} AS held", "held.component_id", ALWAYS)


def _own(table: str) -> dict[str, Property]:
    """Return what all three kinds of record keep in columns with an index."""
    return {
        "creationtime": indexed("time", table, "created", always=True),
        "lastmodifiedtime": indexed("time", table, "modified", always=True),
    }


RESOURCES: Mapping[str, Resource] = {
    "Experiment": Resource(
        kind="experiment",
        member="Experiment",
        table="experiments",
        plain={
            "experimentname": indexed("text", "experiments", "name", always=True),
            "displayname": text("item.display_name"),
            "description": text("item.description"),
            **_own("experiments"),
            **absent([*PEOPLE, "source.sourcearn", "source.sourcetype"]),
        },
        families={"experimentarn": own_arn("experiment"), "tags": tags("experiment")},
        nested={"tags": nested_tags("experiment")},
        repeatable=frozenset({"displayname", "experimentname", "tags"}),
    ),
    "ExperimentTrial": Resource(
        kind="experiment-trial",
        member="Trial",
        table="trials",
        plain={
            "trialname": indexed("text", "trials", "name", always=True),
            "displayname": text("item.display_name"),
            "experimentname": text("(SELECT name FROM experiments WHERE id = item.experiment_id)"),
            **_own("trials"),
            **metadata(),
            **absent([*PEOPLE, "source.sourcearn", "source.sourcetype"]),
        },
        families={
            "trialarn": own_arn("experiment-trial"),
            "tags": tags("experiment-trial"),
            "trialcomponentsummaries": trial_summary,
        },
        nested={"tags": nested_tags("experiment-trial"), "trialcomponentsummaries": trial_summaries},
        repeatable=frozenset({"displayname", "trialname", "tags"}),
    ),
    "ExperimentTrialComponent": Resource(
        kind=COMPONENT,
        member="TrialComponent",
        table="components",
        plain={
            "trialcomponentname": indexed("text", "components", "name", always=True),
            "displayname": indexed("text", "components", "display_name", always=True),
            "source": Property("group", Sql("item.source_arn")),
            "source.sourcearn": indexed(
                "arn", "components", "source_arn", "components_source", any_case=True
            ),
            "source.sourcetype": text("item.source_type"),
            "status": Property("group", Sql("coalesce(item.status, item.message)")),
            "status.primarystatus": indexed("text", "components", "status"),
            "status.message": text("item.message"),
            "starttime": indexed("time", "components", "started"),
            "endtime": indexed("time", "components", "ended"),
            "lineagegrouparn": Property("arn", ABSENT),
            **_own("components"),
            **metadata(),
            **absent(PEOPLE),
        },
        families={
            "trialcomponentarn": own_arn(COMPONENT),
            "parameters": parameter,
            "metrics": metric,
            "inputartifacts": artifacts("input"),
            "outputartifacts": artifacts("output"),
            "tags": tag,
            "parents": parent,
            "runname": run_name,
            "sourcedetail": lambda _service, _rest: Property("text", ABSENT),
        },
        nested={"tags": nested_tags(COMPONENT), "metrics": metrics_list, "parents": parents},
        repeatable=frozenset(
            {"displayname", "trialcomponentname", "tags", "inputartifacts", "outputartifacts"}
        ),
    ),
}
