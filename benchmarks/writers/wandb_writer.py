"""Weights & Biases, offline."""

from __future__ import annotations

import os
import struct
import sys
import time
from collections.abc import Iterator

from common import PARAMETERS, Writer, name_of, run

os.environ |= {"WANDB_MODE": "offline", "WANDB_DIR": sys.argv[2], "WANDB_SILENT": "true"}
os.environ |= {"WANDB_ERROR_REPORTING": "false", "WANDB_CONSOLE": "off"}
import wandb
from wandb.proto import wandb_internal_pb2

BLOCK = 32_768
HEADER = struct.Struct("<IHB")  # checksum, length, type


class Wandb(Writer):
    burst = 20_000
    backlog = 20_000

    def open(self, name: str) -> None:
        settings = wandb.Settings(x_disable_stats=True, x_disable_meta=True)
        self._run = wandb.init(project="bench", name=name, config=PARAMETERS, settings=settings)

    def log(self, step: int) -> None:
        self._run.log({name_of(step): 0.5}, step=step)

    def close(self) -> None:
        self._run.finish()

    def found(self) -> dict[str, int]:
        time.sleep(5)  # its service process lives on for a while
        points, kept = 0, set()
        for path in self.folder.rglob("*.wandb"):
            for data in records(path.read_bytes()):
                record = wandb_internal_pb2.Record.FromString(data)
                points += record.HasField("history")
                kept |= {update.key for update in record.run.config.update}
                kept |= {update.key for update in record.config.update}
        return {"points": points, "parameters": len(kept & set(PARAMETERS))}


def records(data: bytes) -> Iterator[bytes]:
    """Read the records of its log, which has LevelDB's form behind 7 bytes of its own; up to a torn one."""
    at, whole = 7, b""
    while at + HEADER.size <= len(data):
        if BLOCK - at % BLOCK < HEADER.size:
            at += BLOCK - at % BLOCK
            continue
        _, length, kind = HEADER.unpack_from(data, at)
        piece = data[at + HEADER.size : at + HEADER.size + length]
        if len(piece) < length or kind == 0:
            return
        at += HEADER.size + length
        whole = piece if kind in {1, 2} else whole + piece  # full, first, middle, last
        if kind in {1, 4}:
            yield whole


if __name__ == "__main__":
    run(Wandb)
