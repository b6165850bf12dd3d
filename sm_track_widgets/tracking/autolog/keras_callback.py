"""A callback for Keras 3, whatever its backend, and for Keras in TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.autolog.guard import attempt
from sm_track_widgets.tracking.autolog.library import first
from sm_track_widgets.tracking.autolog.plain import parameter_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.tracking.run import Run

NAME = "keras"


def make(run: Run) -> Any:
    """Return the callback.

    Raises
    ------
    UsageError
        Keras is not installed.
    """
    library = first(("keras", "tensorflow.keras", "tf_keras"), "keras")
    log = _KerasLog(run)

    class RunCallback(library.callbacks.Callback):
        """Logs what Keras trains into a run."""

        def on_train_begin(self, logs: Any = None) -> None:
            del logs
            attempt(run, NAME, log.begin, self.model, self.params)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            attempt(run, NAME, log.epoch, epoch, logs or {})

        def on_train_end(self, logs: Any = None) -> None:
            del logs
            attempt(run, NAME, log.end)

    return RunCallback()


class _KerasLog:
    def __init__(self, run: Run) -> None:
        self.run = run
        self._best: tuple[float, int] | None = None

    def begin(self, model: Any, params: Mapping[str, Any]) -> None:
        """Log how it is trained, with the optimizer's settings as ``opt_...``, and the model's summary."""
        found = {name: params[name] for name in ("epochs", "steps") if params.get(name) is not None}
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None:
            found["optimizer_name"] = type(optimizer).__name__
            found.update(
                {f"opt_{name}": parameter_text(value) for name, value in optimizer.get_config().items()}
            )
        self.run.log_parameters(found)
        lines: list[str] = []

        def keep(line: str, **_: Any) -> None:
            lines.append(line)

        model.summary(print_fn=keep)
        self.run.log_text("\n".join(lines) + "\n", "model_summary.txt")

    def epoch(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Log the metrics of an epoch, and keep in mind which was the best."""
        for name, value in logs.items():
            self.run.log_metric(name, value, step=epoch)
        watched = logs.get("val_loss", logs.get("loss"))
        if watched is not None and (self._best is None or float(watched) < self._best[0]):
            self._best = float(watched), epoch

    def end(self) -> None:
        """Log the epoch with the lowest ``val_loss`` (without one: ``loss``)."""
        if self._best is not None:
            self.run.log_metric("best_epoch", self._best[1], step=0)
