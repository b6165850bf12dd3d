"""A callback for PyTorch Lightning, under either of its names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.autolog.guard import attempt
from sm_track_widgets.tracking.autolog.library import first
from sm_track_widgets.tracking.autolog.plain import parameter_text

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run

NAME = "lightning"
STEP = "_step"
"""Ending of the metrics that Lightning reports for each step."""


def make(run: Run) -> Any:
    """Return the callback; of several processes only the first logs.

    Raises
    ------
    UsageError
        Lightning is not installed.
    """
    library = first(("lightning.pytorch", "pytorch_lightning"), "lightning")
    log = _LightningLog(run)

    class RunCallback(library.Callback):
        """Logs what Lightning trains into a run."""

        def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
            attempt(run, NAME, log.begin, trainer, pl_module, library)

        def on_train_batch_end(self, trainer: Any, *_: Any, **__: Any) -> None:
            attempt(run, NAME, log.step, trainer)

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            del pl_module
            attempt(run, NAME, log.epoch, trainer)

        def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
            del pl_module
            # Within a fit the end of the epoch comes next, with these metrics among its own.
            if trainer.state.fn == "validate":
                attempt(run, NAME, log.epoch, trainer)

        def on_test_end(self, trainer: Any, pl_module: Any) -> None:
            del pl_module
            attempt(run, NAME, log.epoch, trainer)

        def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
            del pl_module
            attempt(run, NAME, log.end, trainer)

    return RunCallback()


class _LightningLog:
    def __init__(self, run: Run) -> None:
        self.run = run

    def begin(self, trainer: Any, module: Any, library: Any) -> None:
        """Log hyperparameters, optimizers, and the model's summary."""
        if not trainer.is_global_zero:
            return
        found: dict[str, Any] = {name: parameter_text(value) for name, value in dict(module.hparams).items()}
        found["max_epochs"] = trainer.max_epochs
        found["model_name"] = type(module).__name__
        for at, optimizer in enumerate(trainer.optimizers):
            after = f"_{at}" if at else ""
            found[f"optimizer_name{after}"] = type(optimizer).__name__
            found[f"optimizer_lr{after}"] = optimizer.defaults.get("lr")
        self.run.log_parameters({name: value for name, value in found.items() if value is not None})
        summary = library.utilities.model_summary.summarize(module)
        self.run.log_text(f"{summary}\n", "model_summary.txt")

    def step(self, trainer: Any) -> None:
        """Log what is reported for each step, as often as Lightning's own loggers are asked to."""
        if trainer.is_global_zero and trainer.global_step % trainer.log_every_n_steps == 0:
            for name, value in trainer.callback_metrics.items():
                if name.endswith(STEP):
                    self.run.log_metric(name, value, step=trainer.global_step)

    def epoch(self, trainer: Any) -> None:
        """Log what is reported for an epoch."""
        if trainer.is_global_zero:
            for name, value in trainer.callback_metrics.items():
                if not name.endswith(STEP):
                    self.run.log_metric(name, value, step=trainer.current_epoch)

    def end(self, trainer: Any) -> None:
        """Log what the checkpoint callback holds for the best."""
        best = getattr(trainer.checkpoint_callback, "best_model_score", None)
        if trainer.is_global_zero and best is not None:
            self.run.log_metric("best_model_score", best, step=0)
