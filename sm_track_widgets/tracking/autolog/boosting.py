"""What XGBoost and LightGBM have in common: ``train`` gets a callback, figures are logged before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.autolog.training import Training, begin, inner

if TYPE_CHECKING:
    from collections.abc import Callable

    from sm_track_widgets.tracking.autolog.calls import Call


def logged_train(
    library: str,
    call: Call,
    *,
    before: Callable[[Training, Call], object],
    with_callback: Callable[[Training, Call], Call],
    after: Callable[[Training, Any], object],
) -> Any:
    """Train as `call` does, and log it; inside another training of the same library only the iterations.

    Parameters
    ----------
    library
        Its name.
    call
        The user's call of ``train``.
    before, after
        Log what is known then; `after` gets the booster.
    with_callback
        Returns the call with a callback of ours.
    """
    outer = inner(library)
    if outer is not None:
        return (outer.attempt(with_callback, outer, call) or call)()
    training = begin(library)
    if training is None:
        return call()
    training.attempt(before, training, call)
    with training.around():
        booster = training.timed(training.attempt(with_callback, training, call) or call)
        training.attempt(after, training, booster)
    return booster


def logged_fit(
    library: str, call: Call, model: Any, *, after: Callable[[Training, Any, Call], object]
) -> Any:
    """Fit as `call` does, and log it; the iterations come from the ``train`` that the estimator calls.

    Parameters
    ----------
    library
        Its name.
    call
        The user's call of ``fit``.
    model
        The estimator.
    after
        Logs what is known then.
    """
    training = begin(library)
    if training is None:
        return call()
    training.attempt(_estimator_parameters, training, model)
    training.takes_iterations = library
    with training.around():
        result = training.timed(call)
        training.attempt(after, training, model, call)
    return result


def _estimator_parameters(training: Training, model: Any) -> None:
    given = {name: value for name, value in model.get_params().items() if value is not None}
    training.parameters({"estimator_name": type(model).__name__, **given})
