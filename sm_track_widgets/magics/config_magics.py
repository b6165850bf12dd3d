"""``%sm_config`` and ``%sm_status``: where runs go, and whether they get there."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets import _aws, config, connection
from sm_track_widgets.magics import options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.plain import table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

PLACES = ("backend", "path", "region", "profile", "bucket")
"""Settings that decide where runs go: a change of one makes a new connection."""
DEFAULT_SESSION_NOTE = (
    "boto3's default session is the embedded service now: boto3.client() and sagemaker.Session() run offline. "
    "Undo: %sm_config --default-session off"
)


@magics_class
class SmConfigMagics(ShellMagics):
    """The magics that tell and decide where runs go."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("--backend", choices=("embedded", "aws"), help="A folder on this machine, or SageMaker.")
    @argument("--path", metavar="DIR", help="Folder of the embedded store and of the journals.")
    @argument("-e", "--experiment", help="Experiment of runs that name none.")
    @argument("--region", help="AWS region.")
    @argument("--profile", help="Profile of the AWS configuration.")
    @argument("--bucket", help="Bucket of files; default: sagemaker-<region>-<account>.")
    @argument("--redact", action="append", metavar="REGEX", help="Take this out of what is captured. Repeat.")
    @argument("--theme", choices=("auto", "light", "dark"), help="Colours of the widgets.")
    @argument(
        "--prices", metavar="FILE", help="CSV or JSON: instance type and price of an hour; gives costs."
    )
    @argument(
        "--default-session",
        choices=("on", "off"),
        help="on: the embedded service answers boto3.client() and sagemaker.Session(), too.",
    )
    @argument("--save", action="store_true", help="Keep these settings for all notebooks.")
    @line_magic
    def sm_config(self, line: str, local_ns: Mapping[str, Any] | None = None) -> None:
        """Show the settings, or set some for this session."""
        parsed = options.parse(self.sm_config, line, limit=0)
        given = self._given(parsed, self.names(local_ns))
        if given:
            self._apply(given)
        if parsed.save:
            print(f"Saved in {config.save(given or config.session_overrides())}.")  # noqa: T201
        if parsed.default_session:
            _default_session(parsed.default_session == "on")
        if not (given or parsed.save or parsed.default_session):
            print(table(["setting", "value", "from"], _settings(config.resolve())))  # noqa: T201

    @no_var_expand
    @magic_arguments()
    @line_magic
    def sm_status(self, line: str) -> None:
        """Show where runs go and why, what is open, what is waiting."""
        options.parse(self.sm_status, line, limit=0)
        from sm_track_widgets.magics.status import report

        print(report(connection.current()))  # noqa: T201

    def _given(self, parsed: argparse.Namespace, namespace: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in config.KEYS:
            value = getattr(parsed, name)
            if isinstance(value, str):
                # An empty value takes the setting back.
                found[name] = options.expand(value, namespace) or None
            elif value is not None:
                found[name] = tuple(value)  # regular expressions: {2,3} is not for expansion
        return found

    def _apply(self, given: dict[str, Any]) -> None:
        """Set `given`; where it leads to no usable place, leave everything as it was."""
        before = config.session_overrides()
        moved = any(name in given for name in PLACES)
        config.set_overrides(**given)
        try:
            settings = config.resolve()
            made = connection.reconnect() if moved else None
        except Exception:
            config.clear_overrides()
            config.set_overrides(**before)
            raise
        if made is None:
            connection.reset_settings(settings)
            return
        print(f"Runs go to {_place(made)}.")  # noqa: T201
        if _aws.default_session_is_on():
            _default_session(on=made.home == "embedded")


def _place(made: connection.Connection) -> str:
    if made.home == "embedded":
        return f"the embedded store in {made.settings.path}"
    return f"SageMaker in {made.region}"


def _default_session(on: bool) -> None:  # noqa: FBT001 - private, one caller's yes or no
    if not on:
        undone = _aws.default_session_off()
        print("boto3's default session is as it was." if undone else "It was off.")  # noqa: T201
        return
    _aws.default_session_on(connection.current().boto_session())
    print(DEFAULT_SESSION_NOTE)  # noqa: T201


def _settings(settings: config.Settings) -> list[list[str]]:
    rows: list[list[str]] = []
    for name in config.KEYS:
        value = getattr(settings, name)
        shown = ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        rows.append([name, shown or "-", settings.origin[name]])
    state = "on" if _aws.default_session_is_on() else "off"
    return [*rows, ["default-session", state, "%sm_config" if state == "on" else "default"]]
