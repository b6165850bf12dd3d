"""What another tracker keeps -> what a run here takes; what does not fit is kept whole, in one file of the run."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import MAX_ARTIFACTS, MAX_METRIC_NAME, MAX_TEXT, is_reserved
from sm_track_widgets.actions.move.parcel import File
from sm_track_widgets.tracking import values
from sm_track_widgets.tracking.contents import USER_OUTPUTS, USER_PARAMETERS, USER_TAGS
from sm_track_widgets.tracking.media import artifacts

if TYPE_CHECKING:
    from sm_track_widgets._types import Scalar

REST = "imported-rest.json"
ZIP = "imported-artifacts.zip"


class Fitting:
    """Makes one run fit.

    Attributes
    ----------
    remarks
        One line for each thing that is other here than there.
    """

    def __init__(self) -> None:
        self.remarks: list[str] = []
        self._rest: dict[str, dict[str, str]] = {}

    def remark(self, text: str) -> None:
        """Note something, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def rest(self) -> File | None:
        """Return the file of what did not fit; None for nothing."""
        if not self._rest:
            return None
        data = json.dumps(self._rest, indent=1).encode()
        return File(
            REST, media_type="application/json", fetch=lambda path: path.write_bytes(data), size=len(data)
        )

    def parameters(self, given: Mapping[str, Scalar], known: Collection[str] = ()) -> dict[str, Scalar]:
        """Return the parameters that fit; `known` ones come from here and do."""
        found: dict[str, Scalar] = {}
        for name, value in given.items():
            if name in known:
                found[name] = value
                continue
            clean, refusal = values.parameter_name(name)
            if refusal or len(found) >= USER_PARAMETERS:
                self._keep("parameters", name, str(value))
                continue
            stored, note = values.parameter(clean, value)
            if note or (isinstance(stored, str) and len(str(value)) > MAX_TEXT):
                self._keep("parameters", name, str(value))
            found[clean] = stored
        return found

    def tags(self, given: Mapping[str, str], known: Collection[str] = ()) -> dict[str, str]:
        """Return the tags that fit; as `parameters`."""
        found: dict[str, str] = {}
        for name, text in given.items():
            reserved = name.lower().startswith(("aws:", "sagemaker:", "sm_track:"))
            if name in known and reserved:
                found[name] = text
                continue
            if not name.strip() or reserved or (len(found) >= USER_TAGS and name not in known):
                self._keep("tags", name, text)
                continue
            key, value, note = values.tag(name, text)
            if note:
                self._keep("tags", name, text)
            found[key] = value
        return found

    def notes(self, text: str) -> str:
        """Return the notes, as long as they may be."""
        kept = text
        while not _fit(kept):
            kept = kept[: min(len(kept) * 9 // 10, MAX_TEXT)]
        if kept != text:
            self._keep("notes", "notes", text)
        return kept

    def metric(self, name: str) -> str:
        """Return a metric's name."""
        return values.one_line(name)[:MAX_METRIC_NAME]

    def files(self, given: Sequence[File]) -> list[File]:
        """Return the files a run has room for; where they are too many, all of them as one zip."""
        for one in given:
            one.name = artifacts.artifact_name(one.name)
            if is_reserved(one.name) and not one.name.startswith("sm_track.capture"):
                one.name = f"imported-{one.name}"
        outputs = [one for one in given if one.direction == "output"]
        if len(outputs) <= USER_OUTPUTS + 1 and len(given) - len(outputs) <= MAX_ARTIFACTS:
            return list(given)
        loose = [one for one in given if one.fetch is not None]
        self.remark(
            f"The {len(loose):,} files are more than a run has places for; they are one zip, {ZIP!r}."
        )
        rest = [one for one in given if one.fetch is None][:USER_OUTPUTS]
        return [*rest, File(ZIP, media_type="application/zip", fetch=lambda path: _zip(loose, path))]

    def _keep(self, kind: str, name: str, text: str) -> None:
        self._rest.setdefault(kind, {})[name] = text
        self.remark(f"What does not fit into a run ({', '.join(self._rest)}) is whole in {REST!r}.")


def _fit(notes: str) -> bool:
    try:
        values.notes(notes)
    except UsageError:
        return False
    return True


def _zip(files: Sequence[File], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in files:
            if one.fetch is None:
                continue
            part = target.with_name("part")
            one.fetch(part)
            archive.write(part, one.name)
            part.unlink()
