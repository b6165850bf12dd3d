"""A column of texts: a number for each row, and the texts that the numbers mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


class Words:
    """Texts by code.

    Attributes
    ----------
    codes
        One per row, into `values`; -1 where a row has no text.
    values
        Each text once; some may be of no row any more.
    """

    __slots__ = ("_places", "codes", "values")

    def __init__(self, codes: Codes, values: list[str], places: dict[str, int] | None = None) -> None:
        self.codes = codes
        self.values = values
        self._places = places

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Words:
        """Make the column of these texts; None is none."""
        places: dict[str, int] = {}
        codes = [-1 if text is None else places.setdefault(text, len(places)) for text in texts]
        return cls(np.array(codes, dtype=np.int32), list(places), places)

    @classmethod
    def none(cls, rows: int) -> Words:
        """Make a column of `rows` rows without any text."""
        return cls(np.full(rows, -1, dtype=np.int32), [])

    def __len__(self) -> int:
        return len(self.codes)

    def code(self, text: str) -> int:
        """Return the code of a text, which is given one where it had none."""
        places = self._found()
        found = places.get(text)
        if found is None:
            # In this order: an interrupt between the two leaves a text without a code, never a code without a text.
            self.values.append(text)
            found = places[text] = len(self.values) - 1
        return found

    def _found(self) -> dict[str, int]:
        if self._places is None:
            self._places = {value: place for place, value in enumerate(self.values)}
        return self._places

    def present(self) -> Mask:
        """Return which rows have a text."""
        return self.codes >= 0

    def distinct(self) -> bool:
        """Whether every row has a text, and no two rows the same."""
        return bool(self.present().all()) and int(np.bincount(self.codes, minlength=1).max()) <= 1

    def where(self, test: Callable[[str], bool]) -> Mask:
        """Return which rows have a text for which `test` holds; each text is looked at once."""
        held = np.fromiter((test(value) for value in self.values), dtype=np.bool_, count=len(self.values))
        return np.append(held, [False])[self.codes]

    def numbers(self, read: Callable[[str], float]) -> npt.NDArray[np.float64]:
        """Return what `read` makes of each row's text; NaN where there is none."""
        found = np.fromiter((read(value) for value in self.values), dtype=np.float64, count=len(self.values))
        return np.append(found, [np.nan])[self.codes]

    def objects(self, missing: Any = None) -> npt.NDArray[np.object_]:
        """Return the texts themselves, `missing` for none."""
        table = np.empty(len(self.values) + 1, dtype=object)
        table[:-1] = self.values
        table[-1] = missing
        return table[self.codes]

    def at(self, row: int) -> str | None:
        """Return the text of one row."""
        code = int(self.codes[row])
        return None if code < 0 else self.values[code]

    def take(self, rows: npt.NDArray[Any]) -> Words:
        """Return the column of these rows, by number or by a mask; it shares the texts, also those it learns."""
        return self.with_codes(self.codes[rows])

    def with_codes(self, codes: Codes) -> Words:
        """Return a column of these codes; it shares the texts, also those it learns."""
        return Words(codes, self.values, self._found())

    def coded(self, other: Words) -> Codes:
        """Return another column's codes as codes of this one, which learns its texts."""
        meant = [self.code(value) for value in other.values]
        return np.array([*meant, -1], dtype=np.int32)[other.codes]

    def compact(self) -> Words:
        """Return the same without texts that are of no row."""
        used, codes = np.unique(self.codes, return_inverse=True)
        first = 1 if len(used) and used[0] < 0 else 0
        values: Sequence[str] = [self.values[place] for place in used[first:]]
        return Words((codes.reshape(-1) - first).astype(np.int32), list(values))
