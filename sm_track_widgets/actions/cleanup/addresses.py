"""Which objects in S3 are ours: under our prefix, and named by the hash of their content.

Whatever else lies in the bucket, under the prefix, too, is not touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_track_widgets.tracking.media.artifacts import DEFAULT_PREFIX

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

HASH = re.compile(r"(?<![0-9a-fA-F])[0-9a-f]{64}(?![0-9a-fA-F])")
# <experiment>/<two digits>/<hash>/<name>: files; <experiment>/<component>/<hash>/<title>.json: graphs.
_SHAPE = re.compile(r"[^/]+/[^/]+/(?P<hash>[0-9a-f]{64})/[^/]+")
_REGISTERED = re.compile(r"models/(?:quality/)?(?P<hash>[0-9a-f]{64})(?:\.json|/model\.tar\.gz)")
"""What `register` stores: models that it has packed, and their metrics."""
_TWO = 2


@dataclass(frozen=True, slots=True)
class Ours:
    """The place in S3 that this package writes to.

    Attributes
    ----------
    bucket
        The connection's.
    prefix
        ``sm-track/``.
    """

    bucket: str
    prefix: str = f"{DEFAULT_PREFIX}/"

    @property
    def root(self) -> str:
        """``s3://<bucket>/sm-track/``."""
        return f"s3://{self.bucket}/{self.prefix}"

    def holds(self, uri: str) -> bool:
        """Whether an address is under our prefix."""
        return uri.startswith(self.root) and ".." not in uri.split("/")

    def key(self, uri: str) -> str:
        """Return the key of an address of ours."""
        return uri[len(self.root) - len(self.prefix) :]

    def digest(self, uri: str) -> str:
        """Return the hash in an address that we have made; empty for any other."""
        inside = uri[len(self.root) :] if self.holds(uri) else ""
        if registered := _REGISTERED.fullmatch(inside):
            return registered["hash"]
        found = _SHAPE.fullmatch(inside)
        if found is None:
            return ""
        digest, folder = found["hash"], inside.split("/")[1]
        return digest if len(folder) != _TWO or digest.startswith(folder) else ""

    def experiment(self, uri: str) -> str:
        """Return the folder of the experiment that an address of ours is in."""
        return uri[len(self.root) :].partition("/")[0]


def ours(connection: Connection) -> Ours:
    """Return the place that a connection's files go to, unless a run names another."""
    return Ours(connection.bucket)
