"""A kernel that reads runs while others do, in a process of its own: ``cache_reader.py FOLDER NAME ROUNDS``."""

from __future__ import annotations

import sys
from pathlib import Path

from run_records import plain

from sm_track_widgets import config
from sm_track_widgets._connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch.pages import Scope


def connected(folder: Path) -> Connection:
    """A connection to the embedded service by the way that AWS has, with the cache that goes with it."""
    session = EmbeddedSageMaker(folder / "service").boto_session()
    return Connection(config.resolve({"backend": "aws", "path": folder}), session)


def main() -> None:
    folder, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    connection = connected(folder)
    client = connection.client("sagemaker")
    for number in range(rounds):
        component = f"exp-{name}-{number}"
        client.create_trial_component(
            TrialComponentName=component,
            Parameters={"by": {"StringValue": name}, f"only-{name}": {"NumberValue": float(number)}},
        )
        client.associate_trial_component(TrialComponentName=component, TrialName="t")
        if number % 3 == 2:
            client.update_trial_component(TrialComponentName=component, DisplayName=f"again-{number}")
        found = plain(cache.read(connection, Scope("exp")).table)
        assert found[component]["w.param", "by"] == name
        if number % 4 == 3:
            cache._all_held.clear()  # a kernel that starts anew
    print("done", flush=True)


if __name__ == "__main__":
    main()
