"""Models in their library's own file format, with a small JSON document that says what they are."""

from __future__ import annotations

import importlib
import os
import pickle
import platform
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._errors import TrackError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets._types import Params

DOCUMENT = "sm_track_model"
"""Key that marks the JSON document beside a model; its value is the document's version."""
MAX_SUMMARY = 2000
PICKLED = (".pkl", ".pickle")
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "cv2": "opencv-python"}


@dataclass(frozen=True, slots=True)
class Form:
    """How a model is written.

    Attributes
    ----------
    suffix
        Extension of the file.
    kind
        Name of the format.
    save
        Writes to a path; what it raises is the library's.
    load
        Python that reads the file ``path`` back.
    """

    suffix: str
    kind: str
    save: Callable[[Path], object]
    load: str


def form_of(model: Any, asked: str = "") -> Form:
    """Choose the format of a model.

    XGBoost, LightGBM, CatBoost and Keras have formats of their own; of a PyTorch module the weights are kept
    (``state_dict``), of a Hugging Face model what ``save_pretrained`` writes, zipped. Everything else is kept by
    joblib, else by pickle.

    Parameters
    ----------
    model
        Any model.
    asked
        Extension that the user's name for it has; ``.pkl`` and ``.joblib`` are obeyed.
    """
    roots = _roots(model)
    if asked not in (*PICKLED, ".joblib"):
        for library, choose in _NATIVE.items():
            if library in roots and (form := choose(model, roots)) is not None:
                return form
        if isinstance(model, dict) and "torch" in sys.modules and _holds_tensors(cast("Any", model)):
            return _torch_file(model, "checkpoint")
    if asked in PICKLED or _of_the_notebook(model):
        return _pickled(model, asked if asked in PICKLED else ".pkl")
    return _joblib(model) or _pickled(model, ".pkl")


def describe(model: Any, form: Form, file: str, clean: Callable[[str], str]) -> Params:
    """Return the document beside a model.

    Parameters
    ----------
    model, form
        What was written, and how.
    file
        Name of the model's artifact.
    clean
        Takes secrets out of a text.
    """
    kind = type(model)
    library = kind.__module__.partition(".")[0]
    return {
        DOCUMENT: 1,
        "file": file,
        "format": form.kind,
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "library": _DISTRIBUTIONS.get(library, library),
        "version": _version(library),
        "python": platform.python_version(),
        "load": form.load,
        "facts": _facts(model),
        "summary": clean(_summary(model)),
    }


def saved(form: Form, model: Any, path: Path) -> None:
    """Write the model.

    Raises
    ------
    UsageError
        The library cannot; in one line, with its reason.
    OSError
        The file cannot be written.
    """
    try:
        form.save(path)
    except (OSError, TrackError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200].rstrip(".")
        raise UsageError(
            f"This {type(model).__name__} cannot be saved as {form.kind}: {type(error).__name__}: {reason}.",
            "Save it yourself, then: run.log_file(path)",
        ) from error


def _roots(model: Any) -> set[str]:
    return {kind.__module__.partition(".")[0] for kind in type(model).__mro__}


def _xgboost(model: Any, _: set[str]) -> Form | None:
    if not callable(getattr(model, "save_model", None)):
        return None
    name = type(model).__name__
    return Form(".ubj", "xgboost", model.save_model, f"model = xgboost.{name}(); model.load_model(path)")


def _lightgbm(model: Any, _: set[str]) -> Form | None:
    # The classes in scikit-learn's manner lose their parameters in LightGBM's own format.
    if not callable(getattr(model, "save_model", None)):
        return None
    return Form(
        ".txt", "lightgbm", lambda path: model.save_model(str(path)), "lightgbm.Booster(model_file=path)"
    )


def _catboost(model: Any, _: set[str]) -> Form | None:
    load = f"model = catboost.{type(model).__name__}(); model.load_model(path)"
    return Form(".cbm", "catboost", lambda path: model.save_model(str(path)), load)


def _keras(model: Any, _: set[str]) -> Form | None:
    if not callable(getattr(model, "save", None)):
        return None
    return Form(".keras", "keras", lambda path: model.save(str(path)), "keras.models.load_model(path)")


def _transformers(model: Any, _: set[str]) -> Form | None:
    if not callable(getattr(model, "save_pretrained", None)):
        return None
    load = f"shutil.unpack_archive(path, folder, 'zip'); transformers.{type(model).__name__}.from_pretrained(folder)"

    def save(path: Path) -> None:
        import tempfile

        from sm_track_widgets.tracking.media.folders import write_zip

        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            model.save_pretrained(folder)
            write_zip(Path(folder), path)

    return Form(".zip", "save_pretrained", save, load)


def _torch(model: Any, _: set[str]) -> Form | None:
    if hasattr(model, "save") and type(model).__module__.startswith("torch.jit"):
        return Form(".pt", "torchscript", lambda path: model.save(str(path)), "torch.jit.load(path)")
    if callable(getattr(model, "state_dict", None)):
        return _torch_file(model.state_dict(), "state_dict")
    return _torch_file(model, "torch")


def _torch_file(content: Any, kind: str) -> Form:
    load = "torch.load(path, weights_only=True)"
    load = f"model.load_state_dict({load})" if kind == "state_dict" else load
    return Form(".pt", kind, lambda path: sys.modules["torch"].save(content, path), load)


def _holds_tensors(content: Mapping[Any, Any]) -> bool:
    values = list(content.values())
    values += [inner for value in values if isinstance(value, dict) for inner in cast("Any", value).values()]
    return any("torch" in _roots(value) for value in values)


def _of_the_notebook(model: Any) -> bool:
    """Whether pickle and joblib would keep no more of its class than the name of the notebook's module."""
    return type(model).__module__ == "__main__" or getattr(model, "__module__", "") == "__main__"


def _joblib(model: Any) -> Form | None:
    try:
        import joblib
    except ImportError:
        return None
    return Form(".joblib", "joblib", lambda path: cast("Any", joblib).dump(model, path), "joblib.load(path)")


def _pickled(model: Any, suffix: str) -> Form:
    pickler: Any = pickle
    if _of_the_notebook(model):
        with suppress(ImportError):
            pickler = importlib.import_module("cloudpickle")

    def save(path: Path) -> None:
        with path.open("wb") as file:
            pickler.dump(model, file)

    return Form(suffix, pickler.__name__, save, "pickle.load(open(path, 'rb'))")


_NATIVE: dict[str, Callable[[Any, set[str]], Form | None]] = {
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
    "catboost": _catboost,
    "keras": _keras,
    "transformers": _transformers,
    "torch": _torch,
}


def _version(library: str) -> str:
    module = sys.modules.get(library)
    told = getattr(module, "__version__", None)
    if isinstance(told, str):
        return told
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(_DISTRIBUTIONS.get(library, library))
    return ""


def _facts(model: Any) -> Params:
    """Return numbers that tell one model from another; what a model does not have is left out."""
    asked: dict[str, Callable[[], Any]] = {
        "features": lambda: int(model.n_features_in_),
        "classes": lambda: len(model.classes_),
        "trees": lambda: len(model.estimators_),
        "iterations": lambda: _rounds(model),
        "parameters": lambda: _count_parameters(model),
    }
    facts: Params = {}
    for name, ask in asked.items():
        with suppress(Exception):
            facts[name] = ask()
    return facts


def _rounds(model: Any) -> int:
    booster = model.get_booster() if callable(getattr(model, "get_booster", None)) else model
    if callable(getattr(booster, "num_boosted_rounds", None)):
        return int(booster.num_boosted_rounds())
    if callable(getattr(booster, "current_iteration", None)):
        return int(booster.current_iteration())
    found = model.n_iter_
    return int(found if isinstance(found, int) else max(found))


def _count_parameters(model: Any) -> int:
    if callable(getattr(model, "count_params", None)):
        return int(model.count_params())
    if "torch" not in _roots(model):
        raise TypeError
    return sum(int(one.numel()) for one in model.parameters())


def _summary(model: Any) -> str:
    """Return how the model prints; an empty text where that says nothing."""
    try:
        text = repr(model)
    except Exception:  # noqa: BLE001 - a broken __repr__ of the user's class
        return ""
    return "" if " object at 0x" in text else text[:MAX_SUMMARY]


def is_path(model: Any) -> bool:
    """Whether `model` names a file or folder that holds it already."""
    return isinstance(model, str | os.PathLike)
