"""What a run holds besides its points: parameters, tags, artifacts, within the service's limits.

What goes beyond a limit is refused in one line and nothing else is lost: a training must not end because a 281st
parameter was logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import (
    CAPTURE_ARTIFACT,
    MAX_ARTIFACTS,
    MAX_PARAMETERS,
    MAX_TAGS,
    MAX_TEXT,
    NAME_PARAMETER,
    NOTES_PARAMETER,
    RESERVED_PARAMETERS,
    RESERVED_TAGS,
    is_reserved,
)
from sm_track_widgets.tracking import values
from sm_track_widgets.tracking.media import artifacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sm_track_widgets._types import Params, Scalar
    from sm_track_widgets.tracking.opening import Found
    from sm_track_widgets.tracking.redact import Redactor

USER_PARAMETERS = MAX_PARAMETERS - RESERVED_PARAMETERS
USER_TAGS = MAX_TAGS - RESERVED_TAGS
USER_OUTPUTS = MAX_ARTIFACTS - 1  # one is ours: sm_track.capture


class Contents:
    """Parameters, tags and artifacts of one run, as stored.

    Parameters
    ----------
    redactor
        Cleans texts of parameters and tags.
    warn
        Gets one line for everything that was changed or refused.

    Attributes
    ----------
    parameters : dict
        Name -> number or text, as stored, without ours.
    tags : dict
    outputs, inputs : dict
        Name of an artifact -> its value.
    """

    def __init__(self, redactor: Redactor, warn: Callable[[str], None]) -> None:
        self._redactor = redactor
        self._warn = warn
        self.parameters: dict[str, Scalar] = {}
        self.tags: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        self.inputs: dict[str, str] = {}

    def continue_from(self, found: Found) -> None:
        """Take over what a continued run holds; what was logged meanwhile stands."""
        held = {name: value for name, value in found.parameters.items() if not is_reserved(name)}
        self.parameters = {**held, **self.parameters}
        self.outputs = {**found.outputs, **self.outputs}
        self.inputs = {**found.inputs, **self.inputs}

    def accept_parameters(self, given: Mapping[Any, Any]) -> dict[str, Scalar]:
        """Check, convert and keep parameters; return those that are to be stored."""
        accepted: dict[str, Scalar] = {}
        for asked, value in given.items():
            name, refusal = values.parameter_name(asked)
            if not refusal and name not in self.parameters and len(self.parameters) >= USER_PARAMETERS:
                refusal = f"Parameter {name!r} was not logged: a run holds {USER_PARAMETERS}. Put them into one dict."
            if refusal:
                self._warn(refusal)
                continue
            self.parameters[name] = accepted[name] = self._stored(name, value)
        return accepted

    def _stored(self, name: str, value: Any) -> Scalar:
        stored, note = values.parameter(name, value)
        if isinstance(stored, str):
            clean = self._redactor.parameter(name, stored)[:MAX_TEXT]
            if clean != stored:
                self._warn(f"Parameter {name!r} looked like a secret and was redacted.")
            stored = clean
        if note:
            self._warn(note)
        return stored

    def accept_tags(self, given: Mapping[Any, Any]) -> dict[str, str]:
        """Check, convert and keep tags; return those that are to be stored.

        Raises
        ------
        UsageError
            A key that is empty or that AWS or we keep for ourselves.
        """
        checked = [values.tag(key, self._redactor.clean(str(value))) for key, value in given.items()]
        accepted: dict[str, str] = {}
        for key, value, note in checked:
            if key not in self.tags and len(self.tags) >= USER_TAGS:
                self._warn(f"Tag {key!r} was not set: a run holds {USER_TAGS}. Use parameters for the rest.")
                continue
            if note:
                self._warn(note)
            self.tags[key] = accepted[key] = value
        return accepted

    def drop_tag(self, key: Any) -> str:
        """Forget a tag; return its key as stored.

        Raises
        ------
        UsageError
            A key that is empty or that AWS or we keep for ourselves.
        """
        stored, _, _ = values.tag(key, "")
        self.tags.pop(stored, None)
        return stored

    def room_for(self, name: str, *, output: bool) -> bool:
        """Whether one more artifact of this name can be kept; says so when not."""
        if name in self._held(output=output) or self.places_left([name], output=output) >= 0:
            return True
        limit = USER_OUTPUTS if output else MAX_ARTIFACTS
        kind = "output" if output else "input"
        self._warn(
            f"{kind.capitalize()} {name!r} was not kept: a run holds {limit} {kind}s. Zip several into one."
        )
        return False

    def places_left(self, names: Iterable[str], *, output: bool) -> int:
        """How many more artifacts could be kept after these; negative: so many of them find no place."""
        held, limit = self._held(output=output), USER_OUTPUTS if output else MAX_ARTIFACTS
        wanted = len(set(names).difference(held))
        return limit - sum(known != CAPTURE_ARTIFACT for known in held) - wanted

    def _held(self, *, output: bool) -> dict[str, str]:
        return self.outputs if output else self.inputs

    def free_name(self, basename: str, digest: str, *, output: bool) -> str:
        """Return the name for a file nobody named: a number is added when another content has it.

        `digest` is the SHA-256 of the content, which stands in the value of a file that is known.
        """
        held = self.outputs if output else self.inputs
        name = wanted = artifacts.artifact_name(basename)
        number = 1
        while name in held and digest not in held[name]:
            number += 1
            name = artifacts.numbered(wanted, number)
        if number > 1 and name not in held:
            self._warn(
                f"This run holds another {wanted!r}, so this one is {name!r}. Or name it: log_file(..., name=)"
            )
        return name

    def keep_artifact(self, name: str, value: str, *, output: bool) -> None:
        """Note an artifact as stored."""
        (self.outputs if output else self.inputs)[name] = value


def reserved_parameters(asked: str, stored: str, notes: str | None, redactor: Redactor) -> dict[str, Scalar]:
    """Return our own parameters of a run: the name as asked, when it differs, and the notes.

    Raises
    ------
    UsageError
        Notes of more than 2,500 characters.
    """
    ours: dict[str, Scalar] = {}
    if asked and asked != stored:
        ours[NAME_PARAMETER] = values.one_line(redactor.clean(asked))[:MAX_TEXT]
    if notes:
        ours[NOTES_PARAMETER] = values.notes(redactor.clean(notes))
    return ours


def artifact_payload(name: str, value: str, media_type: str | None, *, output: bool) -> Params:
    """Return the journal's ``artifact`` record."""
    return {
        "direction": "output" if output else "input",
        "name": name,
        "value": value,
        "media_type": media_type,
    }
