"""Search through boto3: expressions, order, pages, records, other resources, switches."""

from __future__ import annotations

import pytest
from embedded_home import CheckedHome, refused
from search_world import ACCOUNT, JOB, TC, ask, build, f, find, label, names

from sm_track_widgets.embedded import Rules


@pytest.mark.shows("Search", "And is the default; Or spans filters, nested filters and subexpressions")
def test_and_is_the_default_and_or_spans_all_lists(fixed):
    red, failed = f("Tags.team", "Equals", "red"), f("Status.PrimaryStatus", "Equals", "Failed")
    nested = {"NestedPropertyName": "Parents", "Filters": [f("Parents.TrialName", "Equals", "g1")]}
    inner = {"Filters": [f("TrialComponentName", "Equals", "d")]}
    assert ask(fixed, {"Filters": [red, f("Parameters.lr", "GreaterThan", "0.2")]}) == "c"
    assert ask(fixed, {"Filters": [red, failed]}) == ""
    assert ask(fixed, {"Filters": [red, failed], "Operator": "Or"}) == "abc"
    assert ask(fixed, {"Filters": [failed], "NestedFilters": [nested], "SubExpressions": [inner]}) == ""
    either = {"Filters": [failed], "NestedFilters": [nested], "SubExpressions": [inner], "Operator": "Or"}
    assert ask(fixed, either) == "abd"
    assert ask(fixed, {"SubExpressions": [either, {"Filters": [red]}]}) == "a"


@pytest.mark.shows("Search", "an empty expression finds everything")
def test_an_empty_expression_finds_everything(fixed):
    assert ask(fixed, {}) == "abcd"
    assert find(fixed) == "abcd"


@pytest.mark.shows("Search", "one element of a list satisfies all nested filters")
@pytest.mark.parametrize(
    ("name", "filters", "expected"),
    [
        (
            "Parents",
            [f("Parents.TrialName", "Equals", "g2"), f("Parents.ExperimentName", "Equals", "churn")],
            "ab",
        ),
        (
            "Parents",
            [f("Parents.TrialName", "Equals", "g1"), f("Parents.ExperimentName", "Equals", "fraud")],
            "",
        ),
        ("Parents", [f("Parents.TrialName", "NotEquals", "g1")], "abc"),
        ("parents", [f("PARENTS.trialname", "Contains", "g")], "ab"),
        ("Tags", [f("Tags.Key", "Equals", "team"), f("Tags.Value", "Equals", "red")], "a"),
        ("Tags", [f("Tags.Key", "Equals", "archived"), f("Tags.Value", "Equals", "red")], ""),
        ("Metrics", [f("Metrics.Last", "GreaterThan", "3")], "ab"),
        ("Metrics", [f("Metrics.MetricName", "Equals", "loss"), f("Metrics.Last", "GreaterThan", "3")], "b"),
        ("Metrics", [f("Metrics.Count", "Equals", "1"), f("Metrics.Max", "LessThan", "1")], "c"),
        ("Metrics", [f("Metrics.TimeStamp", "GreaterThan", "2025-10-09T08:53:21")], "a"),
        ("Metrics", [f("Metrics.SourceArn", "Contains", "component/b")], "b"),
    ],
)
def test_one_element_of_a_list_satisfies_all_nested_filters(fixed, name, filters, expected):
    assert ask(fixed, {"NestedFilters": [{"NestedPropertyName": name, "Filters": filters}]}) == expected


@pytest.mark.shows("Search", "nested filters name a list and full paths in it")
@pytest.mark.parametrize(
    ("name", "filters", "text"),
    [
        ("Parameters", [f("Parameters.lr", "Equals", "1")], "Unknown property name: Parameters"),
        ("Parents", [f("TrialName", "Equals", "g1")], "Unknown property name: TrialName"),
        ("Parents", [f("Metrics.Last", "Equals", "1")], "Unknown property name: Metrics.Last"),
        ("Metrics", [f("Metrics.Last", "Contains", "1")], "only supported for text"),
    ],
)
def test_nested_filters_that_are_refused(fixed, name, filters, text):
    with refused("ValidationException", text):
        ask(fixed, {"NestedFilters": [{"NestedPropertyName": name, "Filters": filters}]})


@pytest.mark.shows("Search", "Contains once, but for names, tags and artifacts")
def test_contains_is_limited_to_one_but_for_names_tags_and_artifacts(fixed):
    message = "'CONTAINS' operator usage limit of 1 exceeded."
    opt, status = f("Parameters.opt", "Contains", "a"), f("Status.Message", "Contains", "l")
    with refused("ValidationException", message):
        ask(fixed, {"Filters": [opt, status]})
    with refused("ValidationException", message):
        ask(fixed, {"Filters": [opt], "SubExpressions": [{"Filters": [status]}]})
    free = [
        f("DisplayName", "Contains", "A"),
        f("trialcomponentname", "Contains", "a"),
        f("Tags.team", "Contains", "r"),
        f("InputArtifacts.data", "Contains", "s3"),
        f("OutputArtifacts.model.tar.gz", "Contains", "s3"),
    ]
    assert ask(fixed, {"Filters": [*free, opt]}) == "a"


@pytest.mark.shows("Search", "20 entries to a list, 50 conditions in all")
def test_lists_hold_twenty_and_an_expression_fifty(fixed):
    one = f("DisplayName", "Exists")
    nested = {"NestedPropertyName": "Tags", "Filters": [f("Tags.Key", "Exists")]}
    assert ask(fixed, {"Filters": [one] * 20}) == "abcd"
    for too_many in (
        {"Filters": [one] * 21},
        {"NestedFilters": [nested] * 21},
        {"SubExpressions": [{"Filters": [one]}] * 21},
        {"NestedFilters": [{**nested, "Filters": [f("Tags.Key", "Exists")] * 21}]},
    ):
        with refused("ValidationException", "length less than or equal to 20"):
            ask(fixed, too_many)
    inner = {"Filters": [one] * 15}
    assert ask(fixed, {"Filters": [one] * 2, "SubExpressions": [inner] * 3}) == "abcd"
    with refused("ValidationException", "up to 50"):
        ask(fixed, {"Filters": [one] * 3, "SubExpressions": [inner] * 3})


@pytest.mark.shows("Search", "visibility conditions hide what carries another value")
def test_visibility_conditions_hide_what_says_otherwise(fixed):
    hide = [{"Key": "Tags.archived", "Value": "no"}]
    assert find(fixed, VisibilityConditions=hide) == "abd"
    team = [{"Key": "Tags.team", "Value": "red"}]
    assert find(fixed, VisibilityConditions=team) == "acd"
    assert find(fixed, f("Parents", "Exists"), VisibilityConditions=hide + team) == "a"
    with refused("ValidationException", "Tags.<key>"):
        find(fixed, VisibilityConditions=[{"Key": "team", "Value": "red"}])


@pytest.mark.shows("Search", "nothing is shared by other accounts")
def test_nothing_is_shared_by_other_accounts(fixed):
    assert find(fixed, CrossAccountFilterOption="CrossAccount") == ""
    assert find(fixed, CrossAccountFilterOption="SameAccount") == "abcd"


@pytest.mark.shows("Search", "values are bound, never pasted into a statement")
def test_values_are_bound_not_pasted(fixed):
    for text in ("' OR 1=1 --", '"; DROP TABLE components', "?"):
        assert find(fixed, f("Parameters.opt", "Equals", text)) == ""
        assert find(fixed, f(f"Parameters.{text}", "Exists")) == ""
        assert find(fixed, f(f"Metrics.{text}", "Exists")) == ""
    assert find(fixed) == "abcd"


# -- order and pages ---------------------------------------------------------------------------------------


@pytest.mark.shows("Search", "sorts by any property; records without it come last")
@pytest.mark.parametrize(
    ("by", "ascending", "descending"),
    [
        ("TrialComponentName", "abcd", "dcba"),
        ("DisplayName", "abcd", "dcba"),
        ("CreationTime", "abcd", "dcba"),
        ("metrics.loss.min", "cabd", "bacd"),
        ("Metrics.loss", "cabd", "bacd"),
        ("Metrics.loss.StdDev", "bcad", "acbd"),
        ("Parameters.depth", "abcd", "badc"),
        ("Parameters.lr", "bacd", "cabd"),
        ("Parameters.mixed", "abcd", "badc"),
        ("Tags.team", "bacd", "cabd"),
        ("Parents.ExperimentName", "abcd", "cbad"),
        ("EndTime", "abcd", "adcb"),
        ("Status.PrimaryStatus", "abcd", "cbad"),
        ("Source.SourceArn", "bacd", "bdca"),
    ],
)
def test_sorting_puts_what_lacks_the_property_last(fixed, by, ascending, descending):
    for order, expected in (("Ascending", ascending), ("Descending", descending)):
        assert "".join(names(fixed.search(Resource=TC, SortBy=by, SortOrder=order))) == expected
        paged = ""
        token = {}
        while True:
            answer = fixed.search(Resource=TC, SortBy=by, SortOrder=order, MaxResults=1, **token)
            paged += "".join(names(answer))
            assert answer["TotalHits"] == {"Value": 4, "Relation": "EqualTo"}
            if "NextToken" not in answer:
                break
            token = {"NextToken": answer["NextToken"]}
        assert paged == expected


@pytest.mark.shows("Search", "last modified first, unless asked otherwise")
def test_default_order_is_last_modified_first(world):
    assert names(world.search(Resource=TC)) == list("dcba")
    world.update_trial_component(TrialComponentName="b", DisplayName="touched")
    assert names(world.search(Resource=TC)) == list("bdca")


@pytest.mark.shows("Search", "a group of properties cannot be sorted by")
def test_a_group_cannot_be_sorted_by(fixed):
    with refused("ValidationException", "cannot be sorted by"):
        fixed.search(Resource=TC, SortBy="Metrics")
    with refused("ValidationException", "Unknown property name: Nothing"):
        fixed.search(Resource=TC, SortBy="Nothing")


@pytest.mark.shows("Search", "ten to a page unless asked, with TotalHits")
def test_pages_of_ten_unless_asked(sagemaker):
    for number in range(25):
        sagemaker.create_trial_component(TrialComponentName=f"c{number:02}")
    assert len(sagemaker.search(Resource=TC)["Results"]) == 10
    with refused("ValidationException", "maxResults"):
        sagemaker.search(Resource=TC, MaxResults=101)
    found = []
    for page in sagemaker.get_paginator("search").paginate(Resource=TC, PaginationConfig={"PageSize": 7}):
        found += names(page)
        assert page["TotalHits"]["Value"] == 25
    assert found == [f"c{number:02}" for number in reversed(range(25))]


@pytest.mark.shows("Search", "pages neither repeat nor lose while runs are added")
def test_pages_neither_repeat_nor_lose_while_runs_are_added(sagemaker):
    for number in range(6):
        sagemaker.create_trial_component(TrialComponentName=f"c{number}")
    first = sagemaker.search(Resource=TC, MaxResults=3)
    sagemaker.create_trial_component(TrialComponentName="new")
    sagemaker.delete_trial_component(TrialComponentName="c4")
    rest = sagemaker.search(Resource=TC, MaxResults=3, NextToken=first["NextToken"])
    assert names(first) + names(rest) == ["c5", "c4", "c3", "c2", "c1", "c0"]


@pytest.mark.shows("Search", "a token belongs to its question")
def test_a_token_belongs_to_its_question(fixed):
    token = fixed.search(Resource=TC, MaxResults=1)["NextToken"]
    with refused("ValidationException", "NextToken"):
        fixed.search(Resource=TC, MaxResults=1, NextToken=token, SortBy="DisplayName")
    with refused("ValidationException", "NextToken"):
        fixed.search(Resource=TC, NextToken="nonsense")


# -- records, other resources, switches --------------------------------------------------------------------


@pytest.mark.shows("Search", "a component's record: parameters, artifacts, metrics, tags, parents, run name")
def test_the_record_of_a_component(fixed):
    record = fixed.search(Resource=TC, SearchExpression={"Filters": [f("TrialComponentName", "Equals", "a")]})
    found = record["Results"][0]["TrialComponent"]
    assert found["TrialComponentArn"] == f"{ACCOUNT}:experiment-trial-component/a"
    assert found["Parents"] == [
        {"TrialName": "g1", "ExperimentName": "churn"},
        {"TrialName": "g2", "ExperimentName": "churn"},
    ]
    assert {metric["MetricName"]: metric["Last"] for metric in found["Metrics"]} == {
        "loss": 2.0,
        "val:acc.top1": 0.9,
        "val.max": 5.0,
    }
    assert "Source" not in found
    assert found["RunName"] == "a"
    bare = fixed.search(Resource=TC, SearchExpression={"Filters": [f("TrialComponentName", "Equals", "d")]})
    found = bare["Results"][0]["TrialComponent"]
    assert found["Parameters"] == found["InputArtifacts"] == found["OutputArtifacts"] == {}


TRIALS = [
    (f("ExperimentName", "Equals", "churn"), ["g1", "g2"]),
    (f("TrialName", "Contains", "g"), ["g1", "g2"]),
    (f("DisplayName", "Equals", "f"), ["f"]),
    (f("TrialArn", "Equals", f"{ACCOUNT}:experiment-trial/F"), ["f"]),
    (f("MetadataProperties.CommitId", "Equals", "commit-g2"), ["g2"]),
    (f("Tags.kind", "Equals", "group"), ["f", "g1", "g2"]),
    (f("Source.SourceArn", "NotExists"), ["f", "g1", "g2"]),
    (f("TrialComponentSummaries.TrialComponentName", "Equals", "a"), ["g1", "g2"]),
    (f("TrialComponentSummaries.TrialComponentArn", "Contains", "COMPONENT/C"), ["f"]),
    (f("TrialComponentSummaries", "Exists"), ["f", "g1", "g2"]),
    (f("CreationTime", "GreaterThan", "2000-01-01T00:00:00"), ["f", "g1", "g2"]),
]


@pytest.mark.shows("Search", "trials by name, tags, experiment and components")
@pytest.mark.parametrize(("entry", "expected"), TRIALS, ids=[label(entry) for entry, _ in TRIALS])
def test_trials(fixed, entry, expected):
    answer = fixed.search(
        Resource="ExperimentTrial",
        SearchExpression={"Filters": [entry]},
        SortBy="TrialName",
        SortOrder="Ascending",
    )
    assert names(answer, "Trial", "TrialName") == expected


@pytest.mark.shows("Search", "nested filters on a trial's components")
def test_nested_filters_of_trials(fixed):
    prefix = "TrialComponentSummaries"
    filters = [
        f(f"{prefix}.TrialComponentName", "Equals", "b"),
        f(f"{prefix}.TrialComponentSource.SourceArn", "Equals", JOB),
    ]
    nested = {"NestedPropertyName": prefix, "Filters": filters}
    answer = fixed.search(Resource="ExperimentTrial", SearchExpression={"NestedFilters": [nested]})
    assert names(answer, "Trial", "TrialName") == ["g2"]
    with refused("ValidationException", "Unknown property name: TrialComponentSummaries.Nothing"):
        fixed.search(
            Resource="ExperimentTrial", SearchExpression={"Filters": [f(f"{prefix}.Nothing", "Exists")]}
        )


EXPERIMENTS = [
    (f("ExperimentName", "Equals", "churn"), ["churn"]),
    (f("DisplayName", "Contains", "shown"), ["churn", "fraud"]),
    (f("Description", "Contains", "fraud"), ["fraud"]),
    (f("ExperimentArn", "Equals", f"{ACCOUNT}:experiment/CHURN"), ["churn"]),
    (f("Tags.cost", "Equals", "fraud"), ["fraud"]),
    (f("LastModifiedTime", "LessThan", "2000-01-01T00:00:00"), []),
]


@pytest.mark.shows("Search", "experiments by name, tags and times")
@pytest.mark.parametrize(("entry", "expected"), EXPERIMENTS, ids=[label(entry) for entry, _ in EXPERIMENTS])
def test_experiments(fixed, entry, expected):
    answer = fixed.search(
        Resource="Experiment",
        SearchExpression={"Filters": [entry]},
        SortBy="ExperimentName",
        SortOrder="Ascending",
    )
    assert names(answer, "Experiment", "ExperimentName") == expected


@pytest.mark.shows("Search", "other resources are refused as unsupported")
@pytest.mark.parametrize("resource", ["Endpoint", "Pipeline", "HyperParameterTuningJob"])
def test_other_resources_are_not_offered(fixed, resource):
    offered = "ExperimentTrialComponent, ModelPackageGroup, ModelPackage, TrainingJob, not " + resource
    with refused("UnsupportedOperation", offered):
        fixed.search(Resource=resource)


@pytest.mark.shows("Search", "training jobs, model package groups and model packages are searched too")
@pytest.mark.parametrize("resource", ["TrainingJob", "ModelPackageGroup", "ModelPackage"])
def test_jobs_and_models_are_offered(fixed, resource):
    answer = fixed.search(
        Resource=resource,
        SearchExpression={"Filters": [f("CreationTime", "Exists"), f("Tags.team", "NotExists")]},
        VisibilityConditions=[{"Key": "Tags.team", "Value": "red"}],
    )
    assert answer["Results"] == []
    assert answer["TotalHits"] == {"Value": 0, "Relation": "EqualTo"}


@pytest.mark.shows("Search", "an unknown resource breaks the model")
def test_an_unknown_resource_breaks_the_model(fixed):
    with refused("ValidationException", "resource"):
        fixed.search(Resource="Nonsense")


@pytest.fixture
def with_rules(tmp_path, clients):
    def make(**rules):
        home = CheckedHome(tmp_path / "ruled", rules=Rules(**rules), clock=lambda: 1_760_000_000.0)
        clients.switch.target = home.engine
        build(clients)
        return clients["sagemaker"]

    return make


@pytest.mark.shows("Search", "whether the case of values matters is a switch")
def test_case_of_values_is_a_switch(with_rules):
    client = with_rules(search_ignores_case=True)
    assert find(client, f("Parameters.opt", "Equals", "ADAM")) == "ac"
    assert find(client, f("DisplayName", "Contains", "ALPH")) == "a"
    assert find(client, f("TrialComponentName", "In", "A,B")) == "ab"
    assert find(client, f("Parents.ExperimentName", "Equals", "Churn")) == "ab"


@pytest.mark.shows("Search", "whether NotEquals holds for what is absent is a switch")
def test_what_not_equals_says_of_the_absent_is_a_switch(with_rules):
    client = with_rules(not_equals_matches_absent=False)
    assert find(client, f("Tags.team", "NotEquals", "red")) == "b"
    assert find(client, f("Status.PrimaryStatus", "NotEquals", "Completed")) == "bc"
    assert find(client, f("Parameters.lr", "NotEquals", "0.1")) == "bc"
