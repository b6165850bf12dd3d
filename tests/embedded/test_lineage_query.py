"""QueryLineage through boto3, over data -> run -> model -> deployment -> endpoint."""

from __future__ import annotations

import itertools

import pytest
from embedded_home import refused

STEPS = ("data", "run", "model", "deploy", "endpoint")


@pytest.fixture
def chain(sagemaker):
    """Return the ARNs of a chain of five entities, and beside it a second data set of the run."""

    def artifact(uri, kind, **more):
        return sagemaker.create_artifact(Source={"SourceUri": uri}, ArtifactType=kind, **more)["ArtifactArn"]

    source = {"SourceUri": "s3://b/k"}
    made = {
        "data": artifact("s3://b/data", "DataSet", Properties={"rows": "10", "set": "a"}),
        "run": sagemaker.create_trial_component(TrialComponentName="Run")["TrialComponentArn"],
        "model": artifact("s3://b/model", "Model"),
        "deploy": sagemaker.create_action(ActionName="go", Source=source, ActionType="ModelDeployment")[
            "ActionArn"
        ],
        "endpoint": sagemaker.create_context(ContextName="e", Source=source, ContextType="Endpoint")[
            "ContextArn"
        ],
        "more": artifact("s3://b/more", "DataSet", Properties={"set": "b"}),
    }
    for one, other in itertools.pairwise(STEPS):
        sagemaker.add_association(
            SourceArn=made[one], DestinationArn=made[other], AssociationType="ContributedTo"
        )
    sagemaker.add_association(SourceArn=made["more"], DestinationArn=made["run"])
    return made


@pytest.fixture
def query(sagemaker, chain):
    """Ask from a step of the chain; return the names of what came, and the edges as pairs of names."""
    names = {arn: name for name, arn in chain.items()}

    def ask(start, **params):
        found = sagemaker.query_lineage(StartArns=[chain[start]], **params)
        edges = {(names[edge["SourceArn"]], names[edge["DestinationArn"]]) for edge in found["Edges"]}
        return [names[vertex["Arn"]] for vertex in found["Vertices"]], edges

    return ask


@pytest.mark.shows(
    "QueryLineage", "walks up, down or both ways, nearest first, the start included with edges"
)
@pytest.mark.shows("QueryLineage", "IncludeEdges=False gives the entities found only")
def test_directions(query):
    down, edges = query("run", Direction="Descendants")
    assert down == ["run", "model", "deploy", "endpoint"]
    assert edges == {("run", "model"), ("model", "deploy"), ("deploy", "endpoint")}
    up, edges = query("run", Direction="Ascendants")
    assert (up, edges) == (["run", "data", "more"], {("data", "run"), ("more", "run")})
    everything, edges = query("model")
    assert sorted(everything) == ["data", "deploy", "endpoint", "model", "more", "run"]
    assert len(edges) == 5
    assert query("run", Direction="Ascendants", IncludeEdges=False) == (["data", "more"], set())


@pytest.mark.shows("QueryLineage", "MaxDepth counts associations from the start; 10 at most")
def test_depth(query, sagemaker, chain):
    assert query("data", MaxDepth=2, Direction="Descendants", IncludeEdges=False)[0] == ["run", "model"]
    assert "more" in query("data", MaxDepth=2, IncludeEdges=False)[0]
    with refused("ValidationException", "maxDepth"):
        sagemaker.query_lineage(StartArns=[chain["data"]], MaxDepth=11)


@pytest.mark.shows(
    "QueryLineage", "filters by type, lineage type, time and properties; the way there stays with edges"
)
def test_filters(query, sagemaker, chain):
    def found(**filters):
        return query("endpoint", Filters=filters, IncludeEdges=False)[0]

    assert found(Types=["DataSet"]) == ["data", "more"]
    assert found(LineageTypes=["TrialComponent", "Action"]) == ["deploy", "run"]
    assert found(Types=["DataSet"], LineageTypes=["Action"]) == []
    assert found(Properties={"set": "b"}) == ["more"]
    assert found(Properties={"set": "b", "rows": "10"}) == ["data", "more"]
    made = sagemaker.describe_artifact(ArtifactArn=chain["model"])["CreationTime"]
    assert found(CreatedBefore=made) == ["run", "data"]
    assert found(CreatedAfter=made) == ["deploy", "more"]
    sagemaker.update_artifact(ArtifactArn=chain["data"], ArtifactName="touched")
    touched = sagemaker.describe_artifact(ArtifactArn=chain["data"])["LastModifiedTime"]
    assert "data" not in found(ModifiedBefore=touched)
    assert found(ModifiedAfter=made, CreatedBefore=made) == ["data"]
    names, edges = query("endpoint", Filters={"Types": ["Model"]})
    assert (names, edges) == (["endpoint", "deploy", "model"], {("deploy", "endpoint"), ("model", "deploy")})


def test_vertices_say_what_they_are(sagemaker, chain):
    found = sagemaker.query_lineage(StartArns=[chain["deploy"]])["Vertices"]
    assert {(vertex["Type"], vertex["LineageType"]) for vertex in found} == {
        ("DataSet", "Artifact"),
        ("Model", "Artifact"),
        ("ExperimentTrialComponent", "TrialComponent"),
        ("ModelDeployment", "Action"),
        ("Endpoint", "Context"),
    }


@pytest.mark.shows("QueryLineage", "pages hold MaxResults vertices, 50 at most; every edge comes once")
def test_pages(sagemaker, chain):
    vertices, edges, token = [], [], {}
    while True:
        page = sagemaker.query_lineage(StartArns=[chain["data"]], MaxResults=2, **token)
        assert len(page["Vertices"]) <= 2
        vertices += [vertex["Arn"] for vertex in page["Vertices"]]
        edges += [(edge["SourceArn"], edge["DestinationArn"]) for edge in page["Edges"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(vertices) == sorted(chain.values())
    assert len(edges) == len(set(edges)) == 5
    with refused("ValidationException", "NextToken"):
        sagemaker.query_lineage(StartArns=[chain["run"]], **token)


def test_a_circle_ends(sagemaker, chain, query):
    sagemaker.add_association(SourceArn=chain["model"], DestinationArn=chain["data"])
    assert sorted(query("data", Direction="Descendants", IncludeEdges=False)[0]) == [
        "deploy",
        "endpoint",
        "model",
        "run",
    ]


@pytest.mark.shows("QueryLineage", "needs a start that exists")
def test_the_start(sagemaker, chain):
    with refused("ResourceNotFound", "does not exist"):
        sagemaker.query_lineage(StartArns=[chain["endpoint"] + "x"])
    with refused("ValidationException", "StartArns"):
        sagemaker.query_lineage()
