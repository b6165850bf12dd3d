"""What a job leaves behind: model.tar.gz, output.tar.gz, checkpoints."""

from __future__ import annotations

import stat
import tarfile
from contextlib import suppress
from pathlib import Path

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.jobs.layout import Layout
from sm_track_widgets.embedded.jobs.material import checkpoint_folder
from sm_track_widgets.embedded.jobs.storage import joined, upload
from sm_track_widgets.embedded.service import Service


def pack_model(service: Service, record: Params, layout: Layout) -> None:
    """Put the model's folder where the record says it is: one tar file, or file by file; also when it is empty."""
    uri = record["ModelArtifacts"]["S3ModelArtifacts"]
    if uri.endswith(".tar.gz"):
        _pack(service, layout.model, uri)
    else:
        _put_files(service, layout.model, uri)


def pack_output(service: Service, record: Params, layout: Layout) -> None:
    """Put the output's folder beside the model, if there is anything in it."""
    if not any(layout.output_data.iterdir()):
        return
    parent = joined(record["OutputDataConfig"]["S3OutputPath"], record["TrainingJobName"], "output")
    if record["OutputDataConfig"].get("CompressionType") == "NONE":
        _put_files(service, layout.output_data, joined(parent, "data"))
    else:
        _pack(service, layout.output_data, joined(parent, "output.tar.gz"))


class Checkpoints:
    """Copies changed checkpoints to S3, while the job runs and at its end."""

    def __init__(self, service: Service, request: Params, layout: Layout) -> None:
        self._service = service
        wanted = request.get("CheckpointConfig")
        self._uri = wanted["S3Uri"] if wanted else ""
        self._folder = checkpoint_folder(wanted, layout) if wanted else layout.checkpoints
        self._seen = self._state()

    def sync(self) -> None:
        """Copy what is new or changed since the last look."""
        if not self._uri:
            return
        now = self._state()
        for path, state in now.items():
            if self._seen.get(path) != state:
                with suppress(FileNotFoundError):  # it was a temporary file of the script's
                    upload(self._service, path, joined(self._uri, path.relative_to(self._folder).as_posix()))
        self._seen = now

    def _state(self) -> dict[Path, tuple[int, int]]:
        if not self._uri or not self._folder.is_dir():
            return {}
        found: dict[Path, tuple[int, int]] = {}
        for path in self._folder.rglob("*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                if stat.S_ISREG(status.st_mode):
                    found[path] = (status.st_mtime_ns, status.st_size)
        return found


def _pack(service: Service, folder: Path, uri: str) -> None:
    target = folder.parent / f"{folder.name}.tar.gz"
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)
    upload(service, target, uri)
    target.unlink()


def _put_files(service: Service, folder: Path, uri: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            upload(service, path, joined(uri, path.relative_to(folder).as_posix()))
