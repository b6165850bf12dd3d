"""The resource rules against a model in plain dictionaries: random calls, after each of which both must agree."""

from __future__ import annotations

import tempfile
from typing import Any

import pytest
from botocore.exceptions import ClientError
from embedded_home import CheckedHome, pages
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from rules_model import KINDS, PREFIX, Model, RefusedError

from sm_track_widgets.embedded import Rules

ROOM = {"trials": 3, "components": 2}
NAMES = st.sampled_from(["a", "A", "b", "c-1"])
KIND = st.sampled_from(list(KINDS))
KEYS = st.sampled_from(["k", "K", "team", "a b"])
TAGS = st.lists(
    st.builds(lambda key, value: {"Key": key, "Value": value}, KEYS, st.sampled_from(["", "x", "1"])),
    max_size=3,
)
VALUES = st.one_of(
    st.builds(lambda text: {"StringValue": text}, st.sampled_from(["", "adam", "1", "two\nlines"])),
    st.builds(lambda number: {"NumberValue": float(number)}, st.integers(-2, 2)),
)
ARTIFACTS = st.builds(lambda value: {"Value": value}, st.sampled_from(["s3://b/k", ""]))
ENTRIES = st.sampled_from(["p", "P", "a.b", ""])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "DisplayName": NAMES,
        "Status": st.sampled_from(
            [{"PrimaryStatus": "InProgress"}, {"PrimaryStatus": "Failed", "Message": "why"}]
        ),
        "Parameters": st.dictionaries(ENTRIES, VALUES, max_size=3),
        "InputArtifacts": st.dictionaries(ENTRIES, ARTIFACTS, max_size=2),
        "OutputArtifacts": st.dictionaries(ENTRIES, ARTIFACTS, max_size=2),
    },
)
REMOVED = st.fixed_dictionaries(
    {},
    optional={
        f"{name}ToRemove": st.lists(ENTRIES, max_size=2)
        for name in ("Parameters", "InputArtifacts", "OutputArtifacts")
    },
)
TIMES = {"CreationTime", "LastModifiedTime", "CreatedBy", "LastModifiedBy", "Metrics", "ResponseMetadata"}
LISTS = {"Experiment": "list_experiments", "Trial": "list_trials", "TrialComponent": "list_trial_components"}


class Agreement(RuleBasedStateMachine):
    """Two accounts that get the same calls."""

    clients: Any = None

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.now = 1_760_000_000.0
        rules = Rules(
            quotas="aws",
            max_trials_per_experiment=ROOM["trials"],
            max_components_per_trial=ROOM["components"],
        )
        self.home = CheckedHome(self.folder.name, rules=rules, clock=self.tick)
        self.clients.switch.target = self.home.engine
        self.client = self.clients["sagemaker"]
        self.model = Model(**ROOM)
        # From nothing, random calls seldom get as far as a link.
        self.both("CreateExperiment", ExperimentName="a")
        for name in ("a", "b"):
            self.both("CreateTrial", TrialName=name, ExperimentName="A")
            self.both("CreateTrialComponent", TrialComponentName=name)
        self.both("AssociateTrialComponent", TrialName="b", TrialComponentName="B")

    def tick(self) -> float:
        self.now += 1
        return self.now

    def teardown(self) -> None:
        if hasattr(self, "home"):
            self.home.close()
            self.folder.cleanup()

    def both(self, operation: str, **params: Any) -> None:
        """Make a call on both and compare the answers, or the codes with which it is refused."""
        answers: list[Any] = []
        try:
            answers.append(self.model.call(operation, params))
        except RefusedError as refusal:
            answers.append(str(refusal))
        try:
            found = self.client._make_api_call(operation, params)
            shown = {name: value for name, value in found.items() if name not in TIMES}
            answers.append(shown.get("Tags") if "Tags" in operation else shown)
        except ClientError as error:
            answers.append(error.response["Error"]["Code"])
        assert answers[1] == answers[0], (operation, params)

    def names(self, kind: str, size: int, **params: Any) -> Any:
        try:
            found = pages(self.client, LISTS[kind], f"{kind}Summaries", size, **params)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return [entry[f"{kind}Name"] for entry in found]

    @rule(name=NAMES, description=st.sampled_from([None, "", "text"]), tags=TAGS)
    def create_experiment(self, name, description, tags):
        more = {} if description is None else {"Description": description}
        self.both("CreateExperiment", ExperimentName=name, Tags=tags, **more)

    @rule(name=NAMES, parent=NAMES, tags=TAGS)
    def create_trial(self, name, parent, tags):
        self.both("CreateTrial", TrialName=name, ExperimentName=parent, Tags=tags)

    @rule(name=NAMES, tags=TAGS, more=CHANGES)
    def create_component(self, name, tags, more):
        self.both("CreateTrialComponent", TrialComponentName=name, Tags=tags, **more)

    @rule(
        name=NAMES,
        change=st.sampled_from([{}, {"DisplayName": "Shown"}, {"Description": "new"}, {"Description": ""}]),
    )
    def update_experiment(self, name, change):
        self.both("UpdateExperiment", ExperimentName=name, **change)

    @rule(name=NAMES, shown=NAMES)
    def update_trial(self, name, shown):
        self.both("UpdateTrial", TrialName=name, DisplayName=shown)

    @rule(name=NAMES, change=CHANGES, removed=REMOVED)
    def update_component(self, name, change, removed):
        self.both("UpdateTrialComponent", TrialComponentName=name, **change, **removed)

    @rule(kind=KIND, name=NAMES)
    def delete(self, kind, name):
        self.both(f"Delete{kind}", **{f"{kind}Name": name})

    @rule(kind=KIND, name=NAMES)
    def describe(self, kind, name):
        self.both(f"Describe{kind}", **{f"{kind}Name": name})

    @rule(name=NAMES)
    def describe_by_arn(self, name):
        self.both("DescribeTrialComponent", TrialComponentName=f"{PREFIX}experiment-trial-component/{name}")

    @rule(trial=NAMES, component=NAMES)
    def associate(self, trial, component):
        self.both("AssociateTrialComponent", TrialName=trial, TrialComponentName=component)

    @rule(trial=NAMES, component=NAMES)
    def disassociate(self, trial, component):
        self.both("DisassociateTrialComponent", TrialName=trial, TrialComponentName=component)

    @rule(kind=KIND, name=NAMES, tags=TAGS)
    def add_tags(self, kind, name, tags):
        self.both("AddTags", ResourceArn=f"{PREFIX}{KINDS[kind]}/{name}", Tags=tags)

    @rule(kind=KIND, name=NAMES, keys=st.lists(KEYS, min_size=1, max_size=2))
    def delete_tags(self, kind, name, keys):
        self.both("DeleteTags", ResourceArn=f"{PREFIX}{KINDS[kind]}/{name}", TagKeys=keys)

    @rule(kind=KIND, name=NAMES)
    def list_tags(self, kind, name):
        self.both("ListTags", ResourceArn=f"{PREFIX}{KINDS[kind]}/{name}")

    @rule(
        kind=KIND,
        size=st.integers(1, 3),
        order=st.fixed_dictionaries(
            {},
            optional={"SortBy": st.sampled_from(["Name", "CreationTime"]), "SortOrder": st.just("Ascending")},
        ),
        filters=st.fixed_dictionaries({}, optional={"first": NAMES, "second": NAMES}),
    )
    def list_in_pages(self, kind, size, order, filters):
        able = {
            "Experiment": (),
            "Trial": ("ExperimentName", "TrialComponentName"),
            "TrialComponent": ("TrialName",),
        }
        given = dict(zip(able[kind], filters.values(), strict=False)) | order
        self.compare_lists(kind, size, given)

    @rule(name=NAMES)
    def components_of_an_experiment(self, name):
        self.compare_lists("TrialComponent", 2, {"ExperimentName": name})

    def compare_lists(self, kind, size, given):
        try:
            expected: Any = self.model.listed(kind, given)
        except RefusedError as refusal:
            expected = str(refusal)
        assert self.names(kind, size, **given) == expected

    @rule(key=KEYS, value=st.sampled_from(["", "x", "1"]), parent=NAMES, least=st.integers(-2, 2))
    def search(self, key, value, parent, least):
        experiments = self.model.things["Experiment"]
        number = {"Name": "Parameters.p", "Operator": "GreaterThanOrEqualTo", "Value": str(least)}
        parents = {"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": parent}
        tags = {"Name": f"Tags.{key}", "Operator": "Exists" if value == "" else "Equals"} | (
            {} if value == "" else {"Value": value}
        )
        # names that differ only in case answer to the same path
        expected = {
            "Tags": lambda thing, _: any(
                k.lower() == key.lower() and value in {"", v} for k, v in thing.tags.items()
            ),
            "Parents": lambda _, trials: any(experiments[trial.parent].name == parent for trial in trials),
            "Parameters": lambda thing, _: any(
                name.lower() == "p" and entry.get("NumberValue", -9) >= least
                for name, entry in thing.members.get("Parameters", {}).items()
            ),
        }
        for condition in (number, parents, tags):
            found = self.client.search(
                Resource="ExperimentTrialComponent",
                SearchExpression={"Filters": [condition]},
                SortBy="CreationTime",
                SortOrder="Ascending",
                MaxResults=100,
            )
            names = [result["TrialComponent"]["TrialComponentName"] for result in found["Results"]]
            assert names == self.model.searched(expected[condition["Name"].partition(".")[0]]), condition

    @invariant()
    def everything_is_listed(self) -> None:
        if hasattr(self, "model"):
            for kind in KINDS:
                self.compare_lists(kind, 100, {})


def agree(clients: Any, **more: Any) -> None:
    machine = type("Agreement", (Agreement,), {"clients": clients})
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine, settings=settings(database=None, deadline=None, suppress_health_check=quiet, **more)
    )


@pytest.mark.shows("CreateExperiment", "random calls agree with a model in plain dictionaries")
@pytest.mark.shows("UpdateTrialComponent", "random calls agree with a model in plain dictionaries")
@pytest.mark.shows("AssociateTrialComponent", "random calls agree with a model in plain dictionaries")
@pytest.mark.shows("AddTags", "random calls agree with a model in plain dictionaries")
@pytest.mark.shows("ListTrialComponents", "random calls agree with a model in plain dictionaries")
@pytest.mark.shows("Search", "random calls agree with a model in plain dictionaries")
def test_random_calls_agree_with_the_model(shared_clients):
    agree(shared_clients, max_examples=25, stateful_step_count=50, derandomize=True)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_many_random_calls_agree_with_the_model(shared_clients):
    agree(shared_clients, max_examples=3000, stateful_step_count=80)
