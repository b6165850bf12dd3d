"""What a run keeps besides numbers and files: text, documents, figures, images, tables, models, folders."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.media import artifacts
from sm_track_widgets.tracking.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = "text/plain"


class MediaLog(Recorder):
    """Recorder of more than parameters and metrics; see `Run`.

    Names are those of MLflow. `artifact_file` names the artifact and tells by its extension what is written; it may
    contain folders (``"plots/loss.png"``). What is logged again under the same name replaces the first. Everything is
    written aside at once and sent behind; changing it afterwards changes nothing.
    """

    def log_text(self, text: str, artifact_file: str) -> None:
        """Store a text, such as a report or generated code; secrets in it are redacted.

        Raises
        ------
        UsageError
            `text` is no text, or `artifact_file` no name.
        """
        from sm_track_widgets.tracking.media.documents import text_bytes

        name, suffix = self._named(artifact_file)
        guessed = artifacts.media_type(name)
        kind = TEXT if guessed == artifacts.UNKNOWN_TYPE else guessed
        self._keep_bytes(text_bytes(text, suffix, self._cleaner(name)), name, media_type=kind)

    def log_dict(self, dictionary: Mapping[str, Any] | list[Any], artifact_file: str) -> None:
        """Store a dict or a list as JSON or YAML; secrets in its texts are redacted.

        Parameters
        ----------
        dictionary
            Of any depth. Numpy's values, dates, paths and data classes are written as plain values.
        artifact_file
            Ends in ``.json``, ``.yaml`` or ``.yml``.

        Raises
        ------
        UsageError
            Another extension, or a value that contains itself.
        """
        from sm_track_widgets.tracking.media.documents import dict_bytes

        name, suffix = self._named(artifact_file)
        self._keep_bytes(dict_bytes(dictionary, suffix, self._cleaner(name)), name)

    def log_figure(self, figure: Any, artifact_file: str | None = None) -> None:
        """Store a figure of matplotlib, Plotly or Altair.

        Parameters
        ----------
        figure
            A matplotlib figure, axes or ``plt``; a Plotly figure; an Altair chart.
        artifact_file
            Such as ``"plot.png"``; matplotlib's figures become pictures (``.png``, ``.svg``, ``.pdf``), the others
            ``.json`` or ``.html``, and pictures where their exporters are installed. Default: ``figure.png`` or
            ``figure.json``, with a number when the run has another.

        Raises
        ------
        UsageError
            It is no figure, or cannot be written like this.
        """
        from sm_track_widgets.tracking.media.figures import default_suffix, figure_bytes

        default = f"figure{default_suffix(figure)}"
        name, suffix = self._named(default if artifact_file is None else artifact_file)
        self._keep_bytes(figure_bytes(figure, suffix), name, numbered=artifact_file is None)

    def log_image(self, image: Any, artifact_file: str | None = None) -> None:
        """Store an image.

        Parameters
        ----------
        image
            A PIL image; an array or tensor (height, width[, 1 to 4 channels]) of whole numbers 0 to 255, fractions 0
            to 1 or truth values; or the path of an image file.
        artifact_file
            Such as ``"img.png"``. Default: ``image.png`` or the file's name, with a number when the run has another.

        Raises
        ------
        UsageError
            It is no image, or cannot be written like this.
        """
        from sm_track_widgets.tracking.media.images import image_bytes

        if isinstance(image, str | Path):
            kept = None if artifact_file is None else self._named(artifact_file)[0]
            self.log_file(image, kept)
            return
        name, suffix = self._named("image.png" if artifact_file is None else artifact_file)
        self._keep_bytes(image_bytes(image, suffix, self._warn), name, numbered=artifact_file is None)

    def log_table(self, data: Any, artifact_file: str) -> None:
        """Store a table; another one of the same name replaces it (MLflow would append to it).

        Parameters
        ----------
        data
            A DataFrame, a dict of columns, a list of rows, or an array.
        artifact_file
            Ends in ``.csv``, ``.tsv``, ``.json`` (MLflow's form), ``.jsonl`` or ``.parquet`` (needs pyarrow).

        Raises
        ------
        UsageError
            It is no table, or cannot be written like this.
        """
        from sm_track_widgets.tracking.media import tables

        name, suffix = self._named(artifact_file)
        write = tables.writer(tables.frame(data), suffix)
        self.files += self._file_log.made(write, PurePosixPath(name).name, name=name) is not None

    def log_model(
        self, model: Any, name: str = "model", *, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Store a model in its library's own format, and beside it ``<name>.json``, which says what it is.

        XGBoost, LightGBM, CatBoost and Keras write their formats; of a PyTorch module the weights are kept
        (``state_dict``); everything else is kept by joblib or pickle. The document holds library, version, class and
        the line of Python that loads the model.

        Parameters
        ----------
        model
            A model; or the path of a file or folder that holds one.
        name
            Name of the artifact; the extension is added when it has none of the format's.
        metadata
            Anything to keep with it, as plain values.

        Raises
        ------
        UsageError
            The model cannot be saved.
        """
        from sm_track_widgets.tracking.media import documents, models

        asked, suffix = self._named(name)
        if models.is_path(model):
            self.log_file(model, asked)
            return
        form = models.form_of(model, suffix)
        stem = asked.removesuffix(form.suffix)
        file, clean = f"{stem}{form.suffix}", self._cleaner(asked)
        kept = self._file_log.made(
            lambda path: models.saved(form, model, path), PurePosixPath(file).name, name=file
        )
        if kept is None:
            return
        facts = models.describe(model, form, file, lambda text: clean("", text))
        document = {**facts, "size": kept.size, "sha256": kept.sha256, "metadata": dict(metadata or {})}
        self.files += 1
        self._keep_bytes(documents.dict_bytes(document, ".json", clean), f"{stem}.json")

    def log_artifacts(
        self,
        local_dir: str | Path,
        artifact_path: str | None = None,
        is_output: bool = True,  # noqa: FBT001, FBT002 - as log_file has it
    ) -> None:
        """Store every file below a folder under its own name, such as ``plots/loss.png``.

        A run holds 59 outputs and 60 inputs: where the files do not fit, the folder becomes one zip. One zip from the
        start: ``log_file(folder)``.

        Parameters
        ----------
        local_dir
            The folder.
        artifact_path
            Put in front of the names.
        is_output
            False makes them inputs.

        Raises
        ------
        UsageError
            No such folder, or it holds no files.
        """
        from sm_track_widgets.tracking.media import folders

        folder = artifacts.user_path(local_dir)
        if not folder.is_dir():
            raise UsageError(f"{str(local_dir)!r} is no folder.", "For one file: run.log_file(path)")
        front = "" if artifact_path is None else f"{self._named(artifact_path)[0]}/"
        files = {
            artifacts.artifact_name(f"{front}{path.relative_to(folder).as_posix()}"): path
            for path in folders.files_below(folder)
        }
        left = self._contents.places_left(files, output=is_output)
        if left >= 0:
            for name, path in files.items():
                self.log_file(path, name, is_output=is_output)
            return
        zipped = f"{front}{folders.zip_name(folder)}"
        self._warn(
            f"The {len(files):,} files of {str(local_dir)!r} are {-left:,} more than this run has places for; "
            f"they were kept as one zip, {zipped!r}."
        )
        self.log_file(folder, zipped, is_output=is_output)

    def _named(self, artifact_file: Any) -> tuple[str, str]:
        """Return the artifact's name and its extension in lower case, of an open run."""
        self._require_open()
        name = artifacts.asked_name(artifact_file)
        return name, PurePosixPath(name).suffix.lower()

    def _keep_bytes(
        self, data: bytes, name: str, *, media_type: str | None = None, numbered: bool = False
    ) -> None:
        basename = PurePosixPath(name).name
        asked = None if numbered else name
        self.files += self._file_log.content(data, basename, name=asked, media_type=media_type)

    def _cleaner(self, name: str) -> Any:
        """Return what takes secrets out of the texts of artifact `name`, and says so once."""

        def clean(key: str, text: str) -> str:
            cleaned = self._redactor.parameter(key, text)
            if cleaned != text:
                self._warn(f"{name!r} held what looks like a secret; it was redacted.")
            return cleaned

        return clean
