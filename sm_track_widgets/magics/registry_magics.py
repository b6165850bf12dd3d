"""``%sm_register``, ``%sm_models``, ``%sm_approve`` and ``%sm_reject``: models from runs, in the model registry."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics import interrupts, options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.plain import table
from sm_track_widgets.magics.selection import text_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    import pandas as pd

    from sm_track_widgets.actions.registry.version import ModelVersion

EXAMPLE = "For example: %sm_register my-run --model-group churn"


@magics_class
class SmRegistryMagics(ShellMagics):
    """The magics of the model registry."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="RUN", help="The run; default: the one that is open here.")
    @argument("-m", "--model-group", metavar="G", help="The model group; it is made where there is none.")
    @argument("-e", "--experiment", help="The run's experiment; default: look through all.")
    @argument(
        "--artifact", metavar="NAME", help="The run's artifact, or s3://...; default: model, else its job's."
    )
    @argument("--image", metavar="URI", help="The container image; default: that of the run's training job.")
    @argument("--framework", metavar="NAME==VERSION", help="SageMaker's image of it, e.g. xgboost==1.7-1.")
    @argument("--no-image", action="store_true", help="Register it without a container.")
    @argument("--approve", action="store_true", help="Approve it at once.")
    @argument("--description", metavar="TEXT", help="What is special about it.")
    @argument("--meta", action="append", metavar="K=V", help="More customer metadata. Repeat.")
    @argument("--metrics", metavar="A,B", help="Metrics that are registered; default: all of the run.")
    @argument(
        "--problem", choices=("regression", "binary", "multiclass"), help="Default: by the metrics' names."
    )
    @argument("--again", action="store_true", help="Another version of a model that is registered already.")
    @line_magic
    def sm_register(self, line: str, local_ns: Mapping[str, Any] | None = None) -> ModelVersion | None:
        """Register a run's model; version = %sm_register RUN --model-group G gives the version."""
        names = self.names(local_ns)
        parsed = options.parse(self.sm_register, line, limit=1)
        group = text_of(parsed, "model_group", names)
        if group is None:
            raise UsageError("%sm_register needs --model-group, the group of the model's versions.", EXAMPLE)
        from sm_track_widgets.actions.registry import register

        run = options.expand(parsed.words[0], names) if parsed.words else _open_run()
        with interrupts.in_one_line():
            version = register(run, group, **_asked(parsed, names))
        if is_assigned("sm_register"):
            return version
        print(version)  # noqa: T201 - its answer
        return None

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="GROUP", help="A group: its versions; default: all groups.")
    @argument("--compare", nargs=2, type=int, metavar=("V", "W"), help="Two versions side by side.")
    @argument(
        "--limit", type=int, default=100, metavar="N", help="The newest so many versions; default: 100."
    )
    @line_magic
    def sm_models(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """List the model groups, or show the versions of one; frame = %sm_models gives a frame."""
        names = self.names(local_ns)
        parsed = options.parse(self.sm_models, line, limit=1)
        if parsed.compare and not parsed.words:
            raise UsageError("--compare needs a group.", "For example: %sm_models churn --compare 1 2")
        if parsed.limit < 1:
            raise UsageError("--limit is at least 1.")
        from sm_track_widgets.actions.registry import models

        if not parsed.words:
            with interrupts.in_one_line():
                frame = models()
            if is_assigned("sm_models"):
                return frame
            print(_groups(frame))  # noqa: T201 - its answer
            return None
        from sm_track_widgets.widgets.model_versions import ModelVersions

        with interrupts.in_one_line():
            group = options.expand(parsed.words[0], names)
            widget = ModelVersions(group, compare=parsed.compare or (), limit=parsed.limit)
        if is_assigned("sm_models"):
            return widget
        display(widget)
        return None

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="GROUP/VERSION", help="The version; a group alone: its newest.")
    @argument("--note", default="", metavar="TEXT", help="Why.")
    @line_magic
    def sm_approve(self, line: str, local_ns: Mapping[str, Any] | None = None) -> None:
        """Approve a version of a model."""
        self._decide(self.sm_approve, line, local_ns, "Approved")

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="GROUP/VERSION", help="The version; a group alone: its newest.")
    @argument("--note", default="", metavar="TEXT", help="Why.")
    @line_magic
    def sm_reject(self, line: str, local_ns: Mapping[str, Any] | None = None) -> None:
        """Reject a version of a model."""
        self._decide(self.sm_reject, line, local_ns, "Rejected")

    def _decide(self, magic: Any, line: str, local_ns: Mapping[str, Any] | None, status: Any) -> None:
        names = self.names(local_ns)
        parsed = options.parse(magic, line, limit=1)
        word = magic.__name__
        if not parsed.words:
            raise UsageError(f"%{word} takes a version.", f"For example: %{word} churn/3")
        from sm_track_widgets.actions.registry.approval import decide

        with interrupts.in_one_line():
            asked = options.expand(parsed.words[0], names)
            version = decide(asked, status, note=options.expand(parsed.note, names))
        print(f"{version.name} is {version.status.lower()}.")  # noqa: T201 - its answer


def _open_run() -> Any:
    from sm_track_widgets.tracking.registry import current_run

    run = current_run()
    if run is None:
        raise UsageError("No run is open here.", f"Name one. {EXAMPLE}")
    return run


def _asked(parsed: argparse.Namespace, names: Mapping[str, Any]) -> dict[str, Any]:
    metrics = text_of(parsed, "metrics", names)
    return {
        "experiment": text_of(parsed, "experiment", names),
        "artifact": text_of(parsed, "artifact", names),
        "image": text_of(parsed, "image", names),
        "framework": text_of(parsed, "framework", names),
        "with_image": not parsed.no_image,
        "approve": parsed.approve,
        "description": text_of(parsed, "description", names) or "",
        "metadata": options.pairs(parsed.meta, "--meta", names, literal=False),
        "metrics": None if metrics is None else [one.strip() for one in metrics.split(",") if one.strip()],
        "problem": parsed.problem,
        "again": parsed.again,
    }


def _groups(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "There are no model groups yet. %sm_register RUN --model-group G makes the first."
    from sm_track_widgets.charts.numbers import moment
    from sm_track_widgets.charts.status import word

    header = ["group", "versions", "newest", "status", "approved", "created (UTC)", "description"]
    rows: list[list[str]] = [
        [
            str(one["group"]),
            str(one["versions"]),
            _number(one["newest"]),
            word(str(one["status"])),
            _number(one["approved"]),
            moment(one["created"]),
            str(one["description"]),
        ]
        for one in frame.to_dict("records")
    ]
    return table(header, rows)


def _number(value: Any) -> str:
    return str(value) if isinstance(value, int) or str(value).isdigit() else "-"
