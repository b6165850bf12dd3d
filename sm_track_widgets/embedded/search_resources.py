"""The resources that Search offers, property by property: experiments, trials and trial components."""

from __future__ import annotations

from collections.abc import Mapping

from sm_track_widgets.embedded.search_properties import (
    ABSENT,
    ALWAYS,
    Property,
    Resolver,
    Resource,
    Rows,
    Sql,
    absent,
    metadata,
    nested_tags,
    own_arn,
    run_name,
    tags,
    text,
    time,
)
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
    "min": "series.minimum",
    "max": "series.maximum",
    "avg": "series.mean",
    # SQLite has no sqrt unless built with it; search.py gives the connection this one.
    "stddev": "sm_track_deviation(series.m2, series.count)",
    "last": "series.last",
    "count": "series.count",
}
PARENT_TABLES = (
    "trial_components AS links JOIN trials ON trials.id = links.trial_id "
    "JOIN experiments ON experiments.id = trials.experiment_id"
)
COMPONENT = "experiment-trial-component"


def parameter(service: Service, rest: str) -> Property:
    """Resolve ``Parameters.NAME``; NAME may hold dots."""
    del service
    if not rest:
        return Property("group", rows=_named("component_parameters", None))
    rows = _named("component_parameters", rest)
    table = "component_parameters"
    return Property("mixed", Sql(f"{table}.text"), rows, number=Sql(f"{table}.number"))


def metric(service: Service, rest: str) -> Property:
    """Resolve ``Metrics.NAME`` and ``Metrics.NAME.STAT``.

    NAME may hold dots and colons: a statistic is split off the right end. A bare NAME means Last [inf].
    """
    del service
    if not rest:
        return Property("group", rows=_named("series", None))
    name, _, statistic = rest.rpartition(".")
    column = STATISTICS.get(statistic.lower()) if name else None
    if column is None:
        name, column = rest, STATISTICS["last"]
    return Property("number", Sql(column), _named("series", name))


def artifacts(direction: str) -> Resolver:
    """Return the resolver of ``InputArtifacts.NAME[.Value|.MediaType]`` or its output twin; bare means Value."""

    def find(service: Service, rest: str) -> Property:
        del service
        name, _, part = rest.rpartition(".")
        column = {"value": "value", "mediatype": "media_type"}.get(part.lower()) if name else None
        named = _named("component_artifacts", (name if column else rest) or None, correlated=True)
        rows = Rows(
            tables=named.tables,
            owner=named.owner,
            where=Sql(
                f"component_artifacts.direction = ? AND {named.where.text}", (direction, *named.where.values)
            ),
            order=named.order,
            correlated=True,
        )
        if not rest:
            return Property("group", rows=rows)
        return Property("text", Sql(f"component_artifacts.{column or 'value'}"), rows)

    return find


def parent(service: Service, rest: str) -> Property | None:
    """Resolve ``Parents.TrialName`` and ``Parents.ExperimentName``."""
    rows, members = parents(service)
    return members.get(f"parents.{rest.lower()}") if rest else Property("group", rows=rows)


def parents(service: Service) -> tuple[Rows, Mapping[str, Property]]:
    """Return the list of parents."""
    del service
    rows = Rows(PARENT_TABLES, "links.component_id", ALWAYS, order=Sql("links.linked, links.trial_id"))
    members = {
        "parents.trialname": Property("text", Sql("trials.name"), rows),
        "parents.experimentname": Property("text", Sql("experiments.name"), rows),
    }
    return rows, members


def metrics_list(service: Service) -> tuple[Rows, Mapping[str, Property]]:
    """Return the list of metrics for NestedFilters."""
    members = {f"metrics.{name}": Property("number", Sql(column)) for name, column in STATISTICS.items()}
    members["metrics.metricname"] = text("series.name")
    members["metrics.timestamp"] = time("series.last_time")
    members["metrics.sourcearn"] = Property("arn", Sql("(? || item.name)", (service.arn(COMPONENT, ""),)))
    return _named("series", None, correlated=True), members


def trial_summaries(service: Service) -> tuple[Rows, Mapping[str, Property]]:
    """Return the list of a trial's components for NestedFilters."""
    rows = Rows(
        tables="trial_components AS links JOIN components ON components.id = links.component_id",
        owner="links.trial_id",
        where=ALWAYS,
        order=Sql("links.linked, links.component_id"),
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
    return None if found is None else Property(found.kind, found.value, rows)


def _named(table: str, name: str | None, *, correlated: bool = False) -> Rows:
    """Return a component's rows in `table`, or those called `name` in any case; the exact name sorts first."""
    if name is None:
        return Rows(table, f"{table}.component_id", ALWAYS, correlated=True)
    return Rows(
        tables=table,
        owner=f"{table}.component_id",
        where=Sql(f"{table}.name = ? COLLATE NOCASE", (name,)),
        order=Sql(f"{table}.name = ? DESC, {table}.name", (name,)),
        correlated=correlated,
    )


def _times() -> dict[str, Property]:
    return {"creationtime": time("item.created"), "lastmodifiedtime": time("item.modified")}


RESOURCES: Mapping[str, Resource] = {
    "Experiment": Resource(
        kind="experiment",
        member="Experiment",
        table="experiments",
        plain={
            "experimentname": text("item.name"),
            "displayname": text("item.display_name"),
            "description": text("item.description"),
            **_times(),
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
            "trialname": text("item.name"),
            "displayname": text("item.display_name"),
            "experimentname": text("(SELECT name FROM experiments WHERE id = item.experiment_id)"),
            **_times(),
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
            "trialcomponentname": text("item.name"),
            "displayname": text("item.display_name"),
            "source": Property("group", Sql("item.source_arn")),
            "source.sourcearn": Property("arn", Sql("item.source_arn")),
            "source.sourcetype": text("item.source_type"),
            "status": Property("group", Sql("coalesce(item.status, item.message)")),
            "status.primarystatus": text("item.status"),
            "status.message": text("item.message"),
            "starttime": time("item.started"),
            "endtime": time("item.ended"),
            "lineagegrouparn": Property("arn", ABSENT),
            **_times(),
            **metadata(),
            **absent(PEOPLE),
        },
        families={
            "trialcomponentarn": own_arn(COMPONENT),
            "parameters": parameter,
            "metrics": metric,
            "inputartifacts": artifacts("input"),
            "outputartifacts": artifacts("output"),
            "tags": tags(COMPONENT),
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
