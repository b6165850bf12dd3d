"""Our `runs`, from the service that ``AWS_ENDPOINT_URL`` names; ``SM_TRACK_HOME`` holds what is kept on disk."""

from __future__ import annotations

from typing import Any

from common import CHANGES, Reader, run
from data import COLUMNS, EXPERIMENT, threshold

from sm_track_widgets import runs
from sm_track_widgets.connection import current


class Ours(Reader):
    changes = True

    def ready(self) -> None:
        self.connection = current()
        self.connection.single("sagemaker")

    def read(self) -> Any:
        return runs(EXPERIMENT)

    def few(self) -> Any:
        return runs(EXPERIMENT, f"metrics.m0.max > {threshold(self.size)!r}")

    def change(self) -> None:
        """Add one to a parameter of runs here and there; the server takes it back when it is told to restore."""
        client: Any = self.connection.client("sagemaker")
        frame = runs(EXPERIMENT, columns=["p00"])
        step = len(frame) // CHANGES
        self.changed = {
            name: value + 1 for name, value in frame.iloc[::step].head(CHANGES).itertuples(index=False)
        }
        for name, value in self.changed.items():
            client.update_trial_component(
                TrialComponentName=frame.attrs["components"][name], Parameters={"p00": {"NumberValue": value}}
            )

    def check(self, found: Any) -> None:
        told = found.set_index("run")["params.p00"]
        assert all(told[name] == value for name, value in self.changed.items())

    def calls(self) -> int:
        return sum(self.connection.calls.values())

    def shape(self, found: Any) -> tuple[int, int]:
        columns = [name for name in found.columns if name.startswith(("params.", "metrics."))]
        assert len(columns) == COLUMNS
        return found.shape[0], len(columns)


if __name__ == "__main__":
    run(Ours)
