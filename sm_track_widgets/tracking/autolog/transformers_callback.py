"""A callback for Hugging Face's ``Trainer``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.autolog.guard import attempt
from sm_track_widgets.tracking.autolog.library import first
from sm_track_widgets.tracking.autolog.plain import parameter_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.tracking.run import Run

NAME = "transformers"
ALWAYS = ("learning_rate", "num_train_epochs", "max_steps", "per_device_train_batch_size", "seed", "optim")
"""Training arguments that are logged also where they have their default; there are more than a hundred."""
NEVER = ("token", "_dir", "hub_", "report_to")
"""Parts of names of arguments that say nothing about a training, or are nobody's business."""


def make(run: Run) -> Any:
    """Return the callback; of several processes only the first logs.

    Raises
    ------
    UsageError
        transformers is not installed.
    """
    library = first(("transformers",), "transformers")
    log = _TrainerLog(run)

    class RunCallback(library.TrainerCallback):
        """Logs what a Trainer does into a run."""

        def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            del control
            if state.is_world_process_zero:
                attempt(run, NAME, log.begin, args, others.get("model"))

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            del args, control
            if state.is_world_process_zero:
                attempt(run, NAME, log.figures, logs or {}, state.global_step)

        def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            del args, control
            if state.is_world_process_zero:
                attempt(run, NAME, log.end, state)

    return RunCallback()


class _TrainerLog:
    def __init__(self, run: Run) -> None:
        self.run = run

    def begin(self, args: Any, model: Any) -> None:
        """Log the arguments, and what the model is."""
        self.run.log_parameters(_arguments(args))
        if model is None:
            return
        config = getattr(model, "config", None)
        weights = list(model.parameters())
        told = {
            "library": NAME,
            "class": f"{type(model).__module__}.{type(model).__qualname__}",
            "model_type": getattr(config, "model_type", None),
            "name_or_path": getattr(config, "_name_or_path", None),
            "parameters": sum(one.numel() for one in weights),
            "trainable_parameters": sum(one.numel() for one in weights if one.requires_grad),
        }
        self.run.log_dict({name: fact for name, fact in told.items() if fact}, "model_summary.json")

    def figures(self, logs: Mapping[str, Any], step: int) -> None:
        """Log the numbers of what the trainer logs, under its names."""
        for name, value in logs.items():
            if isinstance(value, int | float):
                self.run.log_metric(name, value, step=step)

    def end(self, state: Any) -> None:
        """Log the best evaluation, where the trainer was asked to look for it."""
        if state.best_metric is not None:
            self.run.log_metric("best_metric", state.best_metric, step=0)
        if getattr(state, "best_global_step", None):
            self.run.log_metric("best_global_step", state.best_global_step, step=0)


def _arguments(args: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in type(args).__dataclass_fields__.items():
        value = getattr(args, name, None)
        told = name in ALWAYS or (value is not None and value != field.default and field.repr)
        if told and not name.startswith("_") and not any(part in name for part in NEVER):
            found[name] = parameter_text(value)
    return found
