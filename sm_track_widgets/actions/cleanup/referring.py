"""Which files in S3 somebody still needs: other runs, of any experiment, and versions in the model registry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sm_track_widgets import _aws
from sm_track_widgets._crew import Crew
from sm_track_widgets._errors import ServiceRefusedError, TrackError
from sm_track_widgets.actions.cleanup.addresses import HASH
from sm_track_widgets.actions.cleanup.calls import absent
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.fetch.pages import Page, Scope, ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sm_track_widgets._types import Params
    from sm_track_widgets.actions.cleanup.addresses import Ours
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.table.table import Table

YOUNG = 15 * 60.0
"""Seconds: Search may not know yet what a component of this age holds; it is asked for itself."""
PACKED = (".tar.gz", ".tgz")
_KINDS = ("output", "input", "param", "tag")
_END = re.compile(r"[\s\"'<>\\]")
_AFTER = ".,;:!?)]}*`"
"""What may stand behind an address in a sentence."""


@dataclass(slots=True)
class References:
    """What is still needed.

    Attributes
    ----------
    place
        Where our files are.
    uris
        Addresses of ours that are named, of files and of folders.
    hashes
        Hashes of contents that are named otherwise than in an address.
    missing
        One line that says what could not be asked; then no file is known to be needed by nobody.
    """

    place: Ours
    uris: set[str] = field(default_factory=set[str])
    hashes: set[str] = field(default_factory=set[str])
    missing: str = ""

    def add(self, text: str) -> None:
        """Take in what a text names."""
        root = self.place.root
        if root in text:
            for part in text.split(root)[1:]:
                uri = root + _END.split(part, maxsplit=1)[0]
                self.uris.update({uri, uri.rstrip(_AFTER)})
        elif "s3://" not in text:
            self.hashes.update(HASH.findall(text))

    def needed(self, uri: str) -> bool:
        """Whether somebody needs the file at this address."""
        if uri in self.uris or self.place.digest(uri) in self.hashes:
            return True
        # A job's input is a folder as a rule, and a model may be one: all that is in it is needed.
        ends = [at for at, sign in enumerate(uri) if sign == "/" and at >= len(self.place.root)]
        return any(uri[:at] in self.uris or uri[: at + 1] in self.uris for at in ends)


def references(connection: Connection, place: Ours, but: Iterable[str] = ()) -> References:
    """Collect what all runs and all versions of models name, except the components `but`.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    found = References(place)
    read = cache.read(connection, Scope())
    found.missing = read.missing
    _of_table(found, read.table, set(but))
    try:
        _of_registry(connection, found)
    except ServiceRefusedError as refused:
        found.missing = f"Whether registered models need files could not be asked. {refused}"
    return found


def add_models(connection: Connection, found: References, wanted: Iterable[str]) -> None:
    """Take in what SageMaker's models name, where any of the files that may go is a model: a call for each of them."""
    if not any(uri.endswith(PACKED) for uri in wanted):
        return
    client = connection.single("sagemaker")

    def call(name: str) -> Params:
        with absent():
            return client.describe_model(ModelName=name)
        return {}

    def take(_: str, told: Params) -> Iterable[str]:
        for text in _texts(told):
            found.add(text)
        return ()

    try:
        with explained("look for the files of models"):
            pages = connection.client("sagemaker").get_paginator("list_models").paginate()
            names = [one["ModelName"] for page in pages for one in page["Models"]]
            given_up = Crew(call).run(names, take)
        missing = given_up[0].reason if given_up else ""
    except TrackError as refused:
        missing = str(refused)
    if missing:
        found.missing = f"Whether SageMaker's models need files could not be asked. {missing}"


def young(connection: Connection, now: float, gone: set[str]) -> list[str]:
    """Return the components that may hold more than Search tells by now: new ones, and those in progress."""
    table = cache.read(connection, Scope()).table
    status = table.text("fact", "status").where(lambda value: value == "InProgress")
    names = {table.components[row] for row in np.flatnonzero(status).tolist()}
    client = connection.client("sagemaker")
    pages = client.get_paginator("list_trial_components").paginate(
        CreatedAfter=now - YOUNG, PaginationConfig={"PageSize": 100}
    )
    with explained("list new runs"):
        for page in pages:
            names.update(one["TrialComponentName"] for one in page["TrialComponentSummaries"])
    return sorted(names - gone)


def add_described(connection: Connection, found: References, components: Sequence[str]) -> None:
    """Take in what these components hold now, by the service itself and not by its index."""
    client = connection.single("sagemaker")

    def describe(component: str) -> Params:
        with absent():
            return client.describe_trial_component(TrialComponentName=component)
        return {}

    def take(_: str, told: Params) -> Iterable[str]:
        for member in ("InputArtifacts", "OutputArtifacts"):
            for held in (told.get(member) or {}).values():
                found.add(held.get("Value") or "")
        for value in (told.get("Parameters") or {}).values():
            found.add(value.get("StringValue") or "")
        return ()

    with explained("read what new runs need"):
        given_up = Crew(describe).run(components, take)
    if given_up:
        found.missing = f"What new runs need could not be read. {given_up[0].reason}"


def _of_table(found: References, table: Table, but: set[str]) -> None:
    stays = np.fromiter((name not in but for name in table.components), dtype=np.bool_, count=len(table))
    for kind in _KINDS:
        for words in table.words.get(kind, {}).values():
            for code in np.unique(words.codes[stays]).tolist():
                if code >= 0:
                    found.add(words.values[code])


def _of_registry(connection: Connection, found: References) -> None:
    """Take in the addresses that versions of models name."""

    def call(token: str | None) -> Page:
        return ask(connection, (), token=token, resource="ModelPackage")

    def take(_: str | None, page: Page) -> Iterable[str | None]:
        for record in page.records:
            for text in _texts(record):
                found.add(text)
        return () if page.token is None else (page.token,)

    with explained("look for the files of registered models"):
        given_up = Crew(call).run([None], take)
    if given_up:
        error = given_up[0].error
        raise _aws.explain(error, "look for the files of registered models") or error


def _texts(record: Any) -> list[str]:
    """Return every text in a record."""
    if isinstance(record, str):
        return [record]
    if isinstance(record, dict):
        return [text for value in record.values() for text in _texts(value)]
    if isinstance(record, list):
        return [text for value in record for text in _texts(value)]
    return []
