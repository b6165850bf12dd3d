"""Files and graphs of a run: copied aside at once, described in the journal, sent by the sender."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import CAPTURE_ARTIFACT, MAX_NAME, slug
from sm_track_widgets.tracking.media import artifacts, folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sm_track_widgets._types import Params, RunRef
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.contents import Contents
    from sm_track_widgets.tracking.graphs import Graph
    from sm_track_widgets.tracking.media.artifacts import Spooled

JSON_TYPE = "application/json"


@dataclass(slots=True)
class FileLog:
    """Keeps files for one run.

    Attributes
    ----------
    connection, ref
        Where to, and of which run.
    contents
        Knows which names are taken.
    record
        Writes a journal record: kind and payload.
    asked_bucket, prefix
        As the user gave them; None takes the connection's bucket and ``sm-track``.
    """

    connection: Connection
    ref: RunRef
    contents: Contents
    record: Callable[[str, Params], None]
    asked_bucket: str | None = None
    prefix: str | None = None

    @property
    def spool(self) -> Path:
        """Folder of the copies that wait for the sender."""
        return self.connection.settings.path / "spool"

    def file(
        self,
        file_path: Any,
        name: str | None,
        media_type: str | None,
        extra_args: Params | None,
        *,
        output: bool,
    ) -> bool:
        """Keep a copy of a user's file, or a zip of a folder, and have it sent; False when there is no room for it.

        Raises
        ------
        UsageError
            No such file, an empty folder, an impossible media type, `extra_args` that JSON cannot hold.
        ConfigError
            The copy cannot be written.
        """
        path, spool = artifacts.user_path(file_path), self.spool
        extra = _plain(extra_args)
        if not path.is_dir():
            kind = artifacts.media_type(path.name, media_type)
            kept = self._keep(
                lambda: artifacts.spool_file(path, spool), path.name, name, kind, extra, output=output
            )
            return kept is not None
        basename = folders.zip_name(path)
        kind = artifacts.media_type(basename, media_type)
        kept = self._keep(
            lambda: artifacts.spool_made(lambda made: folders.write_zip(path, made), spool, basename),
            basename,
            name,
            kind,
            extra,
            output=output,
        )
        return kept is not None

    def made(
        self,
        write: Callable[[Path], object],
        basename: str,
        *,
        name: str | None = None,
        media_type: str | None = None,
        output: bool = True,
    ) -> Spooled | None:
        """Keep a file that `write` makes, as `content` keeps bytes: for what need not be in memory twice.

        Returns
        -------
        Spooled or None
            What was written; None when there is no room for it, and then `write` may not have been called.

        Raises
        ------
        UsageError
            An impossible media type, or what `write` raises.
        ConfigError
            The file cannot be written.
        """
        kind = artifacts.media_type(basename, media_type)
        return self._keep(
            lambda: artifacts.spool_made(write, self.spool, basename),
            basename,
            name,
            kind,
            None,
            output=output,
        )

    def content(
        self,
        data: bytes,
        basename: str,
        *,
        name: str | None = None,
        media_type: str | None = None,
        output: bool = True,
    ) -> bool:
        """Keep `data` as `file` keeps a file; False when there is no room for it.

        Parameters
        ----------
        data
            What the file holds.
        basename
            The file's name; it ends the object's key and tells the media type.
        name
            Name of the artifact; what has it is replaced. None: `basename`, with a number when another content
            has it.
        media_type
            Such as ``image/png``; None: by the extension.

        Raises
        ------
        UsageError
            An impossible media type.
        ConfigError
            The content cannot be written.
        """
        kind = artifacts.media_type(basename, media_type)
        kept = self._keep(
            lambda: artifacts.spool_bytes(data, self.spool, basename),
            basename,
            name,
            kind,
            None,
            output=output,
        )
        return kept is not None

    def _keep(
        self,
        spool: Callable[[], Spooled],
        basename: str,
        name: str | None,
        media_type: str,
        extra: Params | None,
        *,
        output: bool,
    ) -> Spooled | None:
        wanted = artifacts.artifact_name(name or basename)
        # Asked before the copy is made; the name without a number is as good as another for counting.
        if not self.contents.room_for(wanted, output=output):
            return None
        spooled = spool()
        if name is None:
            wanted = self.contents.free_name(basename, spooled.sha256, output=output)
        if not self.contents.room_for(wanted, output=output):
            spooled.path.unlink(missing_ok=True)
            return None
        key = artifacts.object_key(self.prefix, self.ref.experiment, spooled)
        self._send(spooled, wanted, key, media_type, extra, output=output)
        return spooled

    def graph(self, graph: Graph, *, output: bool) -> bool:
        """Keep a graph: a JSON object, an artifact of the run, a lineage artifact of the graph's type."""
        title = slug(graph.title, MAX_NAME - 8)
        spooled = artifacts.spool_json(graph.data, self.spool, f"{title}.json")
        name = self.contents.free_name(graph.title, spooled.sha256, output=output)
        if not self.contents.room_for(name, output=output):
            spooled.path.unlink(missing_ok=True)
            return False
        # One lineage artifact per URI [M], so the run's name is part of it. The whole hash tells two of a title apart.
        root = (self.prefix or artifacts.DEFAULT_PREFIX).strip("/")
        folder = f"{root}/{self.ref.experiment}/{self.ref.component}/{spooled.sha256}"
        uri = self._send(spooled, name, f"{folder}/{title}.json", JSON_TYPE, None, output=output)
        self.record(
            "lineage",
            {
                "source_uri": uri,
                "name": title,
                "artifact_type": graph.kind,
                "association": "Produced" if output else "ContributedTo",
            },
        )
        return True

    def capture(self, document: Params) -> None:
        """Keep the run's ``sm_track.capture``."""
        spooled = artifacts.spool_json(document, self.spool, "capture.json")
        key = artifacts.object_key(self.prefix, self.ref.experiment, spooled)
        self._send(spooled, CAPTURE_ARTIFACT, key, JSON_TYPE, None, output=True)

    def _send(
        self, spooled: Spooled, name: str, key: str, media_type: str, extra: Params | None, *, output: bool
    ) -> str:
        bucket = self._bucket()
        uri = f"s3://{bucket}/{key}"
        self.record(
            "file",
            {
                "spool": str(spooled.path),
                "bucket": bucket,
                "key": key,
                "direction": "output" if output else "input",
                "name": name,
                "media_type": media_type,
                "extra_args": extra,
                "size": spooled.size,
                "sha256": spooled.sha256,
            },
        )
        self.contents.keep_artifact(name, uri, output=output)
        return uri

    def _bucket(self) -> str:
        """Return the bucket; empty where it depends on an account that AWS could not be asked for: the sender asks."""
        place = self.connection
        known = self.asked_bucket or place.settings.bucket or place.known_identity[1]
        return self.asked_bucket or place.bucket if known else ""


def _plain(extra_args: Params | None) -> Params | None:
    try:
        return None if extra_args is None else dict(json.loads(json.dumps(extra_args)))
    except (TypeError, ValueError):
        raise UsageError(
            f"extra_args must be a dict of plain values, not {extra_args!r}.",
            "See ExtraArgs of boto3's upload_file.",
        ) from None
