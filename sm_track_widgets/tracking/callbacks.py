"""Callbacks that a run makes for the libraries that take them: Keras, PyTorch Lightning, Hugging Face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets.tracking.recorder import Recorder

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run


class CallbackMaker(Recorder):
    """The part of `Run` that goes into a training loop which is not the user's own."""

    def keras_callback(self) -> Any:
        """Return a Keras callback that logs into this run: ``model.fit(..., callbacks=[run.keras_callback()])``.

        Parameters of the fit and the optimizer, metrics by epoch (from 0), the best epoch, the model's summary.

        Raises
        ------
        UsageError
            Keras is not installed.
        """
        from sm_track_widgets.tracking.autolog.keras_callback import make

        return make(cast("Run", self))

    def lightning_callback(self) -> Any:
        """Return a PyTorch Lightning callback that logs into this run: ``Trainer(callbacks=[...])``.

        Hyperparameters, metrics by epoch (from 0), those named ``..._step`` by global step, the model's summary.

        Raises
        ------
        UsageError
            Lightning is not installed.
        """
        from sm_track_widgets.tracking.autolog.lightning_callback import make

        return make(cast("Run", self))

    def transformers_callback(self) -> Any:
        """Return a Hugging Face ``TrainerCallback`` that logs into this run: ``Trainer(callbacks=[...])``.

        Training arguments that differ from their defaults, whatever the trainer logs by global step, the best
        evaluation, a summary of the model.

        Raises
        ------
        UsageError
            transformers is not installed.
        """
        from sm_track_widgets.tracking.autolog.transformers_callback import make

        return make(cast("Run", self))
