"""What XGBoost's and LightGBM's ``train`` have in common: a callback for each call, figures before and after it."""

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
