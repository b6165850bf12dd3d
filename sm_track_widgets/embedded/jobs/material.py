"""What a job is given before its script starts: channels, checkpoints, the source code."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded import objects
from sm_track_widgets.embedded.jobs.layout import Layout
from sm_track_widgets.embedded.jobs.script import CODE, CONTAINER_ROOT, Script
from sm_track_widgets.embedded.jobs.storage import copy, download, joined, split_uri
from sm_track_widgets.embedded.service import Service


class MaterialError(Exception):
    """Data or source cannot be provided; the text becomes the job's FailureReason."""


def fetch_channels(service: Service, request: Params, layout: Layout) -> None:
    """Copy every channel's objects to its folder.

    Raises
    ------
    MaterialError
        When objects are gone, or a manifest names none.
    """
    for entry in request.get("InputDataConfig", []):
        source = entry["DataSource"]["S3DataSource"]
        folder = layout.data / entry["ChannelName"]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            if source.get("S3DataType") == "ManifestFile":
                _fetch_manifest(service, source["S3Uri"], folder)
            elif not download(service, source["S3Uri"], folder):
                raise MaterialError(f'No S3 objects found under S3 URL "{source["S3Uri"]}"')
        except (OSError, ValueError) as error:
            raise MaterialError(f"Data download failed: {source['S3Uri']}: {error}") from error


def fetch_checkpoints(service: Service, request: Params, layout: Layout) -> None:
    """Copy what is under CheckpointConfig.S3Uri to the folder of checkpoints, so that a job can go on."""
    wanted = request.get("CheckpointConfig")
    if wanted is not None:
        download(service, joined(wanted["S3Uri"], ""), checkpoint_folder(wanted, layout))


def checkpoint_folder(wanted: Params, layout: Layout) -> Path:
    """Return where the checkpoints are: LocalPath below the job's folder, whatever it says."""
    asked = wanted.get("LocalPath") or f"{CONTAINER_ROOT}/checkpoints"
    inner = Path(os.path.normpath(asked.removeprefix(CONTAINER_ROOT).lstrip("/")))
    if asked.startswith(CONTAINER_ROOT) and ".." not in inner.parts:
        return layout.root / inner
    return layout.checkpoints


def fetch_source(service: Service, script: Script, layout: Layout) -> Path:
    """Put the source code in place; return the folder that the script is run in.

    Raises
    ------
    MaterialError
        When the tar file is missing or cannot be read, or the entry point is not in it.
    """
    if script.style == "trainer":
        folder = layout.data / CODE
        folder.mkdir(parents=True, exist_ok=True)  # a command may come without source
        for path in folder.glob("*.tar.gz"):  # source_dir may name a tar file
            _extract(path, folder)
    else:
        folder = layout.code
        _extract(_tar_file(service, script.source, layout), folder)
    if script.program and not (folder / script.program).is_file() and not _package(folder, script.program):
        raise MaterialError(f"the entry point {script.program} is not in the source code")
    return folder


def _package(folder: Path, program: str) -> bool:
    """Whether `program` names a module of a package with a setup.py."""
    return (folder / "setup.py").is_file() and not program.endswith(".sh")


def _tar_file(service: Service, source: str, layout: Layout) -> Path:
    if source.startswith(f"{CONTAINER_ROOT}/"):
        # Network isolation: the SDK sends the source as a channel.
        path = layout.root / source.removeprefix(f"{CONTAINER_ROOT}/")
    else:
        path = objects.object_file(service, *split_uri(source))
    if path is None or not path.is_file():
        raise MaterialError(f"the source code {source} does not exist")
    return path


def _extract(path: Path, folder: Path) -> None:
    try:
        with tarfile.open(path) as archive:
            safe: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(folder, **safe)  # noqa: S202  # filtered where Python can; the user's own archive
    except (OSError, tarfile.TarError) as error:
        raise MaterialError(f"the source code cannot be extracted: {error}") from error


def _fetch_manifest(service: Service, uri: str, folder: Path) -> None:
    """Copy what a manifest names: ``[{"prefix": "s3://..."}, "suffix", ...]`` [M]."""
    manifest = objects.object_file(service, *split_uri(uri))
    if manifest is None:
        raise MaterialError(f"the manifest {uri} does not exist")
    first, *suffixes = json.loads(manifest.read_bytes())
    for suffix in suffixes:
        bucket, key = split_uri(first["prefix"] + suffix)
        path = objects.object_file(service, bucket, key)
        if path is None:
            raise MaterialError(f"s3://{bucket}/{key}, named in the manifest {uri}, does not exist")
        copy(path, folder, suffix.lstrip("/"))
