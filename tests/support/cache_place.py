"""A service with a clock of its own, and a connection to it that keeps on disk what it has read."""

from __future__ import annotations

from collections import Counter

from sm_track_widgets import config
from sm_track_widgets._connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch.pages import Scope

START = 1_790_000_000.0
SCOPE = Scope("exp")


class Place:
    """A service with a clock of its own, and a connection to it that keeps what it has read in `folder`."""

    def __init__(self, folder, home="aws", rules=None):
        self.folder, self.now = folder, START
        self.service = EmbeddedSageMaker(folder / "service", clock=lambda: self.now, rules=rules or Rules())
        session = self.service.boto_session()
        self.client, self.metrics = session.client("sagemaker"), session.client("sagemaker-metrics")
        if home == "aws":
            self.connection = Connection(config.resolve({"backend": "aws", "path": folder}), session)
        else:
            settings = config.resolve({"backend": "embedded", "path": folder / "service"})
            self.connection = Connection(settings, rules=rules or Rules(), clock=lambda: self.now)
        self.client.create_experiment(ExperimentName="exp")
        self.client.create_trial(TrialName="t", ExperimentName="exp")

    def add(self, name, status="InProgress", **members):
        self.client.create_trial_component(
            TrialComponentName=name, Status={"PrimaryStatus": status}, StartTime=self.now, **members
        )
        self.client.associate_trial_component(TrialComponentName=name, TrialName="t")

    def end(self, name, status="Completed"):
        self.client.update_trial_component(
            TrialComponentName=name, Status={"PrimaryStatus": status}, EndTime=self.now
        )

    def log(self, name, value):
        point = {"MetricName": "loss", "Value": value, "Timestamp": self.now, "Step": 0}
        assert not self.metrics.batch_put_metrics(TrialComponentName=name, MetricData=[point])["Errors"]

    def tag(self, name, value):
        arn = self.client.describe_trial_component(TrialComponentName=name)["TrialComponentArn"]
        self.client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": value}])

    def delete(self, name):
        self.client.disassociate_trial_component(TrialComponentName=name, TrialName="t")
        self.client.delete_trial_component(TrialComponentName=name)

    def read(self):
        return cache.read(self.connection, SCOPE, now=self.now)

    def all_anew(self):
        return cache.read_uncached(self.connection, SCOPE)

    def restart(self):
        """Forget what is in memory, as a new kernel has nothing there."""
        cache._all_held.clear()

    def calls(self, work):
        before = Counter(self.connection.calls)
        work()
        return dict(self.connection.calls - before)

    def files(self):
        return sorted(self.folder.rglob("cache/*/runs-1/*/*.npz"))

    @property
    def index(self):
        (path,) = self.folder.rglob("cache/*/runs-1/*/index.json")
        return path


def filled(folder):
    """A place with 30 runs that ended two days ago."""
    made = Place(folder)
    for number in range(30):
        made.add(f"exp-r{number}", Parameters={"n": {"NumberValue": float(number)}})
        made.log(f"exp-r{number}", number / 2)
        made.end(f"exp-r{number}")
        made.now += 10
    made.now += 2 * 86400
    return made
