"""What the kernel may say about the delivery of a run's journal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Delivery of one journal, counted in points unless said otherwise.

    Attributes
    ----------
    written
        Points logged.
    delivered
        Points the service has taken.
    waiting
        Points not yet delivered.
    refused
        Records (points or others) the service will never take; they are in the ``.refused`` file.
    error
        What stands in the way right now, one line; None when nothing does.
    held
        Points whose answer was lost: whether the service has them is not known.
    done
        Every record written so far, of any kind, is done.
    blocked
        Nothing is being delivered until the cause in `error` is cured.
    uploading
        Name of the large file that is being sent right now; empty when none is.
    upload_done, upload_total
        Bytes of it that have been sent, and all of them.
    """

    written: int = 0
    delivered: int = 0
    waiting: int = 0
    refused: int = 0
    error: str | None = None
    held: int = 0
    done: bool = False
    blocked: bool = False
    uploading: str = ""
    upload_done: int = 0
    upload_total: int = 0
