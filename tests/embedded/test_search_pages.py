"""Search's pages while others write, its tokens, and values of every kind in them."""

from __future__ import annotations

import base64
import random

import pytest
from embedded_home import refused
from search_world import TC, f, find, names

SORTS = [
    "TrialComponentName",
    "DisplayName",
    "CreationTime",
    "StartTime",
    "Status.PrimaryStatus",
    "Parameters.number",
    "Parameters.either",
    "Metrics.loss",
    "Metrics.loss.Avg",
    "Tags.team",
    "Parents.ExperimentName",
    "OutputArtifacts.model",
]


def make(clients, number, dice):
    """One run that has, or lacks, each of the properties above."""
    sagemaker, name = clients["sagemaker"], f"run-{number:03}"
    either = {"StringValue": dice.choice(["a", "b"])} if number % 2 else {"NumberValue": dice.randrange(3)}
    members = {
        "Status": {"PrimaryStatus": dice.choice(["Completed", "Failed"])},
        "StartTime": 1_700_000_000 + dice.randrange(4),
        "Parameters": {"number": {"NumberValue": dice.randrange(4)}, "either": either},
        "OutputArtifacts": {"model": {"Value": dice.choice(["s3://a", "s3://b"])}},
        "Tags": [{"Key": "team", "Value": dice.choice(["red", "blue"])}],
    }
    kept = {member: value for member, value in members.items() if dice.random() < 0.75}
    sagemaker.create_trial_component(TrialComponentName=name, DisplayName=dice.choice("xyz"), **kept)
    if dice.random() < 0.7:
        sagemaker.associate_trial_component(TrialName=dice.choice(["t1", "t2"]), TrialComponentName=name)
    if dice.random() < 0.7:
        data = [{"MetricName": "loss", "Value": dice.randrange(3), "Timestamp": 1_760_000_000, "Step": 1}]
        clients["sagemaker-metrics"].batch_put_metrics(TrialComponentName=name, MetricData=data)
    return name


def remove(sagemaker, name):
    for trial in sagemaker.list_trials(TrialComponentName=name)["TrialSummaries"]:
        sagemaker.disassociate_trial_component(TrialName=trial["TrialName"], TrialComponentName=name)
    sagemaker.delete_trial_component(TrialComponentName=name)


@pytest.fixture
def crowd(clients):
    """Two experiments of forty runs, and the dice they were thrown with."""
    dice = random.Random(4)
    for number in ("1", "2"):
        clients["sagemaker"].create_experiment(ExperimentName=f"e{number}")
        clients["sagemaker"].create_trial(TrialName=f"t{number}", ExperimentName=f"e{number}")
    for number in range(40):
        make(clients, number, dice)
    return clients, dice


@pytest.mark.shows("Search", "pages neither repeat nor lose a record while others are created and deleted")
@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("by", SORTS)
def test_pages_survive_what_others_do_meanwhile(crowd, by, order):
    clients, dice = crowd
    sagemaker, asked = clients["sagemaker"], {"Resource": TC, "SortBy": by, "SortOrder": order}
    before = names(sagemaker.search(**asked, MaxResults=100))
    assert len(before) == 40
    seen, gone, token = [], set(), {}
    while True:
        answer = sagemaker.search(**asked, MaxResults=6, **token)
        assert answer["TotalHits"]["Value"] == 40
        seen += names(answer)
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
        # The page's last record, whose place the token holds, goes; so do some that are seen and some that are not.
        going = {seen[-1], *dice.sample([name for name in before if name not in gone], 2)}
        for name in going - gone:
            remove(sagemaker, name)
        gone |= going
        make(clients, 100 + len(seen), dice)
    assert len(seen) == len(set(seen))
    assert [name for name in seen if name in before] == [name for name in before if name in seen], (
        "in the same order"
    )
    assert not [name for name in before if name not in seen and name not in gone]


@pytest.mark.shows("Search", "a NextToken that was changed, or belongs to another question, is refused")
def test_tokens_that_are_not_of_this_question(fixed):
    first = fixed.search(Resource=TC, MaxResults=1)
    token = first["NextToken"]
    assert names(fixed.search(Resource=TC, MaxResults=3, NextToken=token)) == list("cba")
    some = {"Filters": [f("DisplayName", "Exists")]}
    for other in (
        {"SortBy": "DisplayName"},
        {"SortOrder": "Ascending"},
        {"SearchExpression": some},
        {"VisibilityConditions": [{"Key": "Tags.team", "Value": "red"}]},
        {"CrossAccountFilterOption": "SameAccount"},
        {"Resource": "Experiment"},
    ):
        with refused("ValidationException", "NextToken"):
            fixed.search(**{"Resource": TC, "NextToken": token, **other})
    raw = base64.urlsafe_b64decode(token)
    bad = [token[:-8], token[1:], token + "AAAA", "A" * 40, "ä", "=", " "]
    bad += [
        base64.urlsafe_b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]).decode()
        for at in range(len(raw))
    ]
    for spoilt in bad:
        with refused("ValidationException"):
            fixed.search(Resource=TC, NextToken=spoilt)


@pytest.mark.shows("Search", "a page may end at the longest text a parameter can hold")
def test_a_token_holds_the_longest_text(sagemaker):
    dice = random.Random(1)
    texts = ["".join(chr(dice.randrange(0x4E00, 0x9FFF)) for _ in range(2500)) for _ in range(3)]
    for number, text in enumerate(texts):
        parameters = {"notes": {"StringValue": text}}
        sagemaker.create_trial_component(TrialComponentName=f"c{number}", Parameters=parameters)
    pages = sagemaker.get_paginator("search").paginate(
        Resource=TC, SortBy="Parameters.notes", SortOrder="Ascending", PaginationConfig={"PageSize": 1}
    )
    found = [name for page in pages for name in names(page)]
    assert found == [f"c{number}" for _, number in sorted(zip(texts, range(3), strict=True))]


# -- values and names of every kind ------------------------------------------------------------------------

TEXTS = ["100%", "a_b", "axb", "it's", 'say "so"', "ÄÖ", "äö", "日本", "a,b", "  pad  ", "x;--", "\\", "😀"]


@pytest.mark.shows("Search", "values are taken literally: quotes, wildcards, commas, any language")
def test_values_are_literal(sagemaker):
    for number, text in enumerate(TEXTS):
        sagemaker.create_trial_component(
            TrialComponentName=f"c{number:02}",
            Parameters={"text": {"StringValue": text}, "n": {"NumberValue": number}},
        )

    def found(operator, value):
        asked = {"Filters": [f("Parameters.text", operator, value)]}
        return names(
            sagemaker.search(
                Resource=TC, SearchExpression=asked, SortBy="Parameters.n", SortOrder="Ascending"
            )
        )

    for number, text in enumerate(TEXTS):
        assert found("Equals", text) == [f"c{number:02}"], text
        assert found("Contains", text) == [f"c{number:02}"], text
    assert found("Contains", "%") == ["c00"]
    assert found("Contains", "_") == ["c01"]
    assert found("In", "100%,a_b,日本") == ["c00", "c01", "c07"]
    assert found("In", ", ".join(["x"] * 300 + ["äö"])) == ["c06"]


@pytest.mark.shows(
    "Search", "names of parameters and metrics may hold dots, colons, quotes and any character"
)
def test_names_are_literal(clients):
    sagemaker, metrics = clients["sagemaker"], clients["sagemaker-metrics"]
    odd = ["a.b.c", "it's", 'q"q', "ä b", "x:y/z", "max", "%", "loss.Min.Max"]
    for number, name in enumerate(odd):
        sagemaker.create_trial_component(
            TrialComponentName=f"c{number}", Parameters={name: {"NumberValue": number}}
        )
        data = [{"MetricName": name, "Value": number, "Timestamp": 1_760_000_000}]
        assert metrics.batch_put_metrics(TrialComponentName=f"c{number}", MetricData=data)["Errors"] == []
    for number, name in enumerate(odd):
        assert find(sagemaker, f(f"Parameters.{name}", "Equals", str(number))) == f"c{number}", name
        assert find(sagemaker, f(f"Metrics.{name}.Count", "Equals", "1")) == f"c{number}", name
        assert (
            find(sagemaker, f(f"metrics.{name}.last", "LessThanOrEqualTo", f"{number}.0")) == f"c{number}"
        ), name
        assert names(sagemaker.search(Resource=TC, SortBy=f"Metrics.{name}.Min"))[0] == f"c{number}", name


@pytest.mark.shows("Search", "numbers are compared as numbers, whole or not, however they are written")
def test_numbers(sagemaker):
    for number, value in enumerate([-1e300, -0.5, 0, 1e-300, 2, 2.5, 9007199254740993, 1e300]):
        sagemaker.create_trial_component(
            TrialComponentName=f"c{number}",
            Parameters={"n": {"NumberValue": value}, "t": {"StringValue": str(value)}},
        )
    for raw in ("2", "2.0", "+2", "2e0", "0.02E2"):
        assert find(sagemaker, f("Parameters.n", "Equals", raw)) == "c4"
    assert find(sagemaker, f("Parameters.n", "GreaterThan", "2")) == "c5c6c7"
    assert find(sagemaker, f("Parameters.n", "LessThanOrEqualTo", "-.5")) == "c0c1"
    assert find(sagemaker, f("Parameters.n", "GreaterThan", "1" * 400)) == ""
    assert find(sagemaker, f("Parameters.n", "LessThan", "-" + "1" * 400)) == ""
    assert find(sagemaker, f("Parameters.t", "GreaterThan", "-1")) == ""


@pytest.mark.shows("Search", "one to five VisibilityConditions, each of them Tags.<key>")
def test_limits_of_visibility_conditions(fixed):
    one = {"Key": "Tags.team", "Value": "red"}
    assert find(fixed, VisibilityConditions=[one] * 5) == "acd"
    with refused("ValidationException", "visibilityConditions"):
        find(fixed, VisibilityConditions=[one] * 6)
    for key in ("Tags.", "Tags", "Status.PrimaryStatus"):
        with refused("ValidationException", "Tags.<key>"):
            find(fixed, VisibilityConditions=[{"Key": key, "Value": "x"}])
