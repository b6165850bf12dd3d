"""Words and limits of SageMaker Experiments that more than one layer needs.

Sources: [M] botocore service model, [S] SDK source, [I] GitHub issue; see ``docs/assumptions.md`` for the guesses.
"""

from __future__ import annotations

import hashlib
import re

# -- limits ------------------------------------------------------------------------------------------------------
MAX_NAME = 120  # entity names [M]
MAX_PART = 59  # experiment and run names that the SDK's Run accepts [S]
MAX_PARAMETERS = 300  # per trial component [M]
RESERVED_PARAMETERS = 20
MAX_PARAMETER_KEY = 320
MAX_TEXT = 2500  # StringValue [M]
MAX_MESSAGE = 1024  # Status.Message [M]
MAX_ARTIFACTS = 60  # each of inputs and outputs [M]
MAX_ARTIFACT_KEY = 128
MAX_ARTIFACT_VALUE = 2048
MAX_MEDIA_TYPE = 64
MAX_METRIC_NAME = 255
MAX_TAGS = 50
RESERVED_TAGS = 10
MAX_TAG_KEY = 128
MAX_TAG_VALUE = 256
POINTS_PER_PUT = 10  # BatchPutMetrics [M]
QUERIES_PER_GET = 100  # BatchGetMetrics [M]
SEARCH_PAGE = 100  # Search MaxResults [M]

ENTITY_PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}")
MEDIA_TYPE_PATTERN = re.compile(r"[-\w]+/[-\w+]+")

# -- words -------------------------------------------------------------------------------------------------------
RUN_TAG = "sagemaker:trial-component-source"
RUN_TAG_VALUE = "run"
DEFAULT_GROUP = "Default-Run-Group-"
DEFAULT_EXPERIMENT = "default"
RESERVED_PREFIX = "sm_track."
NAME_PARAMETER = "sm_track.name"
NOTES_PARAMETER = "sm_track.notes"
CONTINUED_PARAMETER = "sm_track.continued"
"""Set when a run is continued: from then on more than one journal may have points for it."""
MODELS_PARAMETER = "sm_track.models"
"""Versions of models that were registered from the run: their ARNs, the newest last."""
JOBS_PARAMETER = "sm_track.jobs"
"""Jobs that were started under the run; where they are too many for one parameter, more follow: ``sm_track.jobs.2``."""
JOB_KINDS = ("training", "processing", "transform", "tuning")
CAPTURE_ARTIFACT = "sm_track.capture"
OLD_METRICS = "sm_track.old-metrics"
"""Artifact with the points that were too old for the service when a run was moved there; parameters of this name with
a number behind it hold their statistics."""
PARENT_TAG = "sm_track:parent"
POINT_TAG = "sm_track:point"
"""Which point of a sweep a run is: a digest of its parameters."""
ARCHIVED_TAG = "sm_track:archived"
REPEATED_TAG = "sm_track:repeated"
"""Of an archived attempt at a point of a sweep: another run stands for it, so that it comes back only by name."""
"""Its value is ``true`` for a run that lists leave out unless asked."""
MOVED_TAG = "sm_track:moved-from"
"""What a run was known by where it was moved from."""
SYSTEM_PREFIX = "system/"
LOWER_WORDS = frozenset(
    ("loss", "losses", "error", "errors", "err", "mse", "mae", "rmse", "mape", "nll", "logloss", "perplexity", "ppl",
     "cost", "deviance", "entropy", "crossentropy", "wer", "cer", "fid", "regret", "mistakes", "misses", "latency",
     "seconds")
)  # fmt: skip


def slug(text: str, limit: int = MAX_PART) -> str:
    """Return `text` as a name the service accepts: letters, digits and single inner hyphens, at most `limit` long.

    A dot between digits becomes ``p`` (``lr0.05`` -> ``lr0p05``), as people write it by hand. A text that is cut ends
    in four hexadecimal digits of its hash, so that two long names stay two. A text without any usable character
    becomes ``run-<hash>``.
    """
    dotted = re.sub(r"(?<=\d)\.(?=\d)", "p", text)
    clean = re.sub(r"-{2,}", "-", re.sub(r"[^a-zA-Z0-9]+", "-", dotted)).strip("-")
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:4]
    if not clean:
        return f"run-{mark}"
    if len(clean) <= limit:
        return clean
    return f"{clean[: limit - 5].rstrip('-')}-{mark}"


def component_name(experiment: str, run: str) -> str:
    """Name of the trial component that stores `run` of `experiment`: lower case, as BatchPutMetrics demands [M]."""
    return f"{experiment}-{run}".lower()


def default_group(experiment: str) -> str:
    """Name of the trial that holds runs without a named group, as the SDK's Run spells it [S]."""
    return f"{DEFAULT_GROUP}{experiment[:100]}"


def told_notes(stored: str) -> str:
    """Return notes as they were written: the service keeps them as one line, see `tracking.values.notes`."""
    if "\\" not in stored:
        return stored
    return re.sub(r"\\([\\n])", lambda found: "\n" if found[1] == "n" else "\\", stored)


def is_reserved(name: str) -> bool:
    """Whether a parameter or artifact of this name is ours, hidden from frames unless asked for."""
    return name.startswith(RESERVED_PREFIX)


def is_system(metric: str) -> bool:
    """Whether a metric tells of the machine and not of the model: views leave it out unless it is asked for."""
    return metric.startswith(SYSTEM_PREFIX)


def lower_is_better(metric: str) -> bool:
    """Whether the best value of a metric of this name is its smallest: its name speaks of a loss or an error."""
    words = re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", metric).lower())
    return any(word in LOWER_WORDS or word.endswith(("loss", "error")) for word in words)
