"""scikit-learn: searches over parameters, and cross-validation; one training each, whatever they fit inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.tracking.autolog.calls import Call
    from sm_track_widgets.tracking.autolog.training import Training


def is_search(estimator: Any) -> bool:
    """Whether an estimator is GridSearchCV or one of its kin."""
    return any(kind.__name__ == "BaseSearchCV" for kind in type(estimator).__mro__)


def log_search(training: Training, search: Any) -> None:
    """Log best parameters and score, the mean score of each candidate by its number, and the table of all."""
    results: Mapping[str, Any] = search.cv_results_
    if hasattr(search, "best_params_"):
        training.parameters({f"best_{name}": value for name, value in search.best_params_.items()})
    if hasattr(search, "best_score_"):
        training.result("best_cv_score", search.best_score_)
    if hasattr(search, "best_index_"):
        training.result("best_candidate", search.best_index_)
    for name, values in results.items():
        if name.startswith("mean_test_"):
            training.series(name, values)
    columns = {name: values for name, values in results.items() if name != "params"}
    training.table("cv_results", columns)


def before_cross_validation(training: Training, call: Call) -> None:
    """Log the parameters of the estimator that is validated."""
    given = call.given()
    estimator = given["estimator"]
    settings = {name: given[name] for name in ("cv", "scoring") if name in given}
    parameters = estimator.get_params(deep=not is_search(estimator))
    training.parameters({"estimator_name": type(estimator).__name__, **parameters, **settings})


def log_folds(training: Training, scores: Mapping[str, Any]) -> None:
    """Log each score by the number of its fold, its mean and its standard deviation."""
    for name, values in scores.items():
        if name.startswith(("test_", "train_")):
            training.series(f"cv_{name}", values)
            training.result(f"cv_{name}_mean", values.mean())
            training.result(f"cv_{name}_std", values.std())
    training.summary({"folds": len(scores["fit_time"]), "fit_seconds": float(scores["fit_time"].sum())})
