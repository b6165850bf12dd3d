"""The magics and the cell events behind them. IPython is imported, nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws, _progress
from sm_track_widgets.actions.sweep import watching
from sm_track_widgets.magics import progress_bar, sweep_view
from sm_track_widgets.magics.alert_magic import SmAlertMagics, alerts_off
from sm_track_widgets.magics.autolog_magic import SmAutologMagics, autolog_off
from sm_track_widgets.magics.base import Notices
from sm_track_widgets.magics.best_magic import SmBestMagics
from sm_track_widgets.magics.cell import CellTracker
from sm_track_widgets.magics.cleanup_magics import SmCleanupMagics
from sm_track_widgets.magics.compare_magic import SmCompareMagics
from sm_track_widgets.magics.config_magics import SmConfigMagics
from sm_track_widgets.magics.experiments_magic import SmExperimentsMagics
from sm_track_widgets.magics.explorer_magics import SmExplorerMagics
from sm_track_widgets.magics.export_magic import SmExportMagics
from sm_track_widgets.magics.import_magic import SmImportMagics
from sm_track_widgets.magics.importance_magic import SmImportanceMagics
from sm_track_widgets.magics.label_magics import SmLabelMagics
from sm_track_widgets.magics.plot_magics import SmPlotMagics
from sm_track_widgets.magics.read_magics import SmReadMagics
from sm_track_widgets.magics.registry_magics import SmRegistryMagics
from sm_track_widgets.magics.report_magic import SmReportMagics
from sm_track_widgets.magics.rerun_magic import SmRerunMagics
from sm_track_widgets.magics.run_magic import SmRunMagics
from sm_track_widgets.magics.show_magic import SmShowMagics
from sm_track_widgets.magics.sweep_magic import SmSweepMagics
from sm_track_widgets.magics.sync_magic import SmSyncMagics
from sm_track_widgets.magics.transform import transform
from sm_track_widgets.tracking.interop import hooks as interop

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_STATE = "_sm_track_loaded"


class _Loaded:
    """What `load` has put into a shell, and what stood there before."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.tracker = CellTracker(shell)
        self.notices = Notices()
        self.magics: list[Any] = [
            SmRunMagics(shell, self.tracker),
            SmSweepMagics(shell),
            SmReadMagics(shell),
            SmPlotMagics(shell),
            SmExperimentsMagics(shell),
            SmBestMagics(shell),
            SmExportMagics(shell),
            SmImportMagics(shell),
            SmExplorerMagics(shell),
            SmSyncMagics(shell),
            SmCleanupMagics(shell),
            SmShowMagics(shell),
            SmLabelMagics(shell),
            SmCompareMagics(shell),
            SmImportanceMagics(shell),
            SmRegistryMagics(shell),
            SmConfigMagics(shell),
            SmAutologMagics(shell),
            SmAlertMagics(shell),
            SmRerunMagics(shell),
            SmReportMagics(shell),
        ]
        table: dict[str, dict[str, Any]] = shell.magics_manager.magics
        self.names = {kind: {n for m in self.magics for n in m.magics[kind]} for kind in ("line", "cell")}
        self.before = {
            kind: {name: table[kind][name] for name in names if name in table[kind]}
            for kind, names in self.names.items()
        }

    def install(self) -> None:
        interop.install(look=False)
        self.shell.events.register("pre_run_cell", self._look)
        self.shell.register_magics(*self.magics)
        self.tracker.register()
        self.notices.install()
        _progress.install(progress_bar.maker(self.shell))
        watching.install(sweep_view.maker(self.shell))
        self.shell.input_transformers_cleanup.append(transform)

    def _look(self, *_: Any) -> None:
        """Reach sessions and clients made before, at the next cell: loading the extension stays quick."""
        self.shell.events.unregister("pre_run_cell", self._look)
        interop.install()

    def remove(self) -> None:
        if transform in self.shell.input_transformers_cleanup:
            self.shell.input_transformers_cleanup.remove(transform)
        self.tracker.unregister()
        _progress.uninstall()
        watching.uninstall()
        self.notices.remove()
        _forget_callbacks(self.shell)
        manager: Any = self.shell.magics_manager
        for kind, names in self.names.items():
            for name in names:
                manager.magics[kind].pop(name, None)
            manager.magics[kind].update(self.before[kind])
        for magics in self.magics:
            manager.registry.pop(type(magics).__name__, None)


def _forget_callbacks(shell: InteractiveShell) -> None:
    """Unregister what our widgets have registered in the shell meanwhile."""
    for event, callbacks in shell.events.callbacks.items():
        for callback in list(callbacks):
            if str(getattr(callback, "__module__", "")).startswith("sm_track_widgets."):
                shell.events.unregister(event, callback)


def load(shell: InteractiveShell) -> None:
    """Register magics, cell events and the ``%%sm_run`` transformer in `shell`; a second call changes nothing."""
    if getattr(shell, _STATE, None) is None:
        loaded = _Loaded(shell)
        loaded.install()
        setattr(shell, _STATE, loaded)


def unload(shell: InteractiveShell) -> None:
    """Take out what `load` put in, close the run of this cell; leave boto3 and the SDK as they were."""
    loaded: _Loaded | None = getattr(shell, _STATE, None)
    if loaded is not None:
        loaded.remove()
        delattr(shell, _STATE)
    autolog_off()
    alerts_off()
    interop.uninstall()
    _aws.default_session_off()
