"""What a saved page can still answer: questions of its views, with what the kernel would have told, up to a size."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES = 8 * 1024 * 1024
"""Of all answers in a page, before base64; a page is sent by mail."""
NAMING = ("type", "metric", "name", "direction")
"""What tells questions apart; `js/src/page_model.ts` has the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of the page, and the message that answers it."""

    question: dict[str, Any]
    content: dict[str, Any]
    buffers: Sequence[bytes] = ()

    def plain(self) -> list[Any]:
        """Return it as JSON has it: what the question is called, the message, and its bytes in base64."""
        key = [str(self.question.get(name, "")) for name in NAMING]
        return [key, self.content, [base64.b64encode(one).decode("ascii") for one in self.buffers]]


@dataclass(slots=True)
class Room:
    """How much may still go into a page, and what did not.

    Attributes
    ----------
    left
        Bytes.
    without
        What was left out, in a few words each.
    """

    left: int = MOST_BYTES
    without: list[str] = field(default_factory=list[str])

    def take(self, size: int) -> bool:
        """Take room for `size` bytes; False where there is not so much."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def told(self) -> str:
        """Say what was left out; empty where all is there."""
        return f" Left out of it: {'; '.join(self.without)}." if self.without else ""
