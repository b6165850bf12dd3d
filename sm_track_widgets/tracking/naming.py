"""Names of runs: what the service accepts, what is free, what to call a run nobody named."""

from __future__ import annotations

import random
import string
import time
from dataclasses import dataclass

from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import MAX_NAME, MAX_PART, component_name, default_group, slug
from sm_track_widgets._types import RunRef

ADJECTIVES = (
    "amber", "bold", "brave", "brisk", "calm", "clear", "deep", "eager", "fair", "fleet", "fresh", "gentle",
    "golden", "happy", "keen", "kind", "lively", "lucid", "mellow", "merry", "noble", "plain", "proud",
    "quick", "quiet", "rapid", "ready", "sharp", "shiny", "silent", "smooth", "solid", "steady", "still",
    "sunny", "swift", "tidy", "warm", "wise", "young",
)  # fmt: skip
NOUNS = (
    "ash", "badger", "beech", "birch", "brook", "cedar", "cliff", "cloud", "comet", "creek", "crane",
    "delta", "dune", "eagle", "elm", "falcon", "fern", "finch", "fjord", "grove", "harbor", "hazel",
    "heron", "hill", "ibis", "juniper", "lake", "larch", "lynx", "maple", "marten", "meadow", "oak",
    "otter", "owl", "pine", "raven", "reef", "ridge", "river", "robin", "sparrow", "spruce", "swan", "tern",
    "trail", "vale", "willow", "wren",
)  # fmt: skip
_MARK_LETTERS = string.ascii_lowercase + string.digits
_names = (
    random.SystemRandom()
)  # the user's random.seed() must neither repeat our names nor be used up by them


@dataclass(frozen=True, slots=True)
class Names:
    """What a run will be called.

    Attributes
    ----------
    ref
        Names in the service.
    asked
        The run's name as the user wrote it, "" when he gave none.
    experiment_display, run_display
        Display names: as the names, with the user's capitals.
    notes
        One line for each name that had to be changed so much that a user may look for it in vain.
    """

    ref: RunRef
    asked: str
    experiment_display: str
    run_display: str
    notes: tuple[str, ...] = ()

    @property
    def auto(self) -> bool:
        """Whether the run's name was made up here."""
        return not self.asked


def choose(experiment: str, run: str | None, group: str | None, *, now: float) -> Names:
    """Return the names for a run of `experiment`.

    Experiment and run are stored in lower case, as the SDK does: its look-ups and BatchPutMetrics rely on it [S, M].

    Parameters
    ----------
    experiment, run, group
        Any text; None for `run` makes a name up, None for `group` takes the SDK's default group.
    now
        Seconds since the epoch, for the made-up name.

    Raises
    ------
    UsageError
        A name that is empty or only blanks.
    """
    shown = slug(_filled(experiment, "experiment"))
    asked = "" if run is None else _filled(run, "run")
    display = slug(asked) if asked else made_up(now)
    trial = default_group(shown.lower()) if group is None else slug(_filled(group, "group"), MAX_NAME)
    notes = [
        f"The {kind} {name[:30]!r}... is stored as {stored!r}: SageMaker takes at most {MAX_PART} characters."
        for kind, name, stored in (("experiment", experiment, shown), ("run", asked, display))
        if len(name) > MAX_PART
    ]
    ref = make_ref(shown.lower(), trial, display.lower())
    return Names(ref, asked, shown, display, tuple(notes))


def display(asked: str | None, own: str) -> str:
    """Return a display name: `asked` in the characters that display names take [M], else `own`."""
    return slug(asked, MAX_NAME) if asked else own


def make_ref(experiment: str, group: str, run: str) -> RunRef:
    """Return the reference of a run by its stored names."""
    return RunRef(experiment, group, run, component_name(experiment, run))


def made_up(now: float) -> str:
    """Return a name such as ``brave-otter-0612-1530-x7k2``: readable, sortable by eye, free by all odds."""
    when = time.strftime("%m%d-%H%M", time.localtime(now))
    return f"{_names.choice(ADJECTIVES)}-{_names.choice(NOUNS)}-{when}-{made_up_mark()}"


def made_up_mark() -> str:
    """Four letters or digits at random: 1.7 million possibilities."""
    return "".join(_names.choices(_MARK_LETTERS, k=4))


def numbered(name: str, mark: str) -> str:
    """Return `name` with ``-<mark>`` at its end, cut in front of it where it would get too long."""
    suffix = f"-{mark}"
    return name[: MAX_PART - len(suffix)].rstrip("-") + suffix


def _filled(name: str, kind: str) -> str:
    text = str(name).strip()
    if not text:
        raise UsageError(f"The {kind} has an empty name.", f"Name it, or leave the {kind} out.")
    return text
