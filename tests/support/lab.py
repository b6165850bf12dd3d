"""JupyterLab and kernels for tests: private folders, a free port, no outside world."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

TOKEN = "sm-track-test-token"
START_SECONDS = 90


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def private_environment(folder: Path) -> dict[str, str]:
    """Environment of a Jupyter that reads and writes nothing outside `folder`."""
    names = {
        "HOME": "home",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "SM_TRACK_HOME": "store",
    }
    folders = {variable: folder / name for variable, name in names.items()}
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        **{variable: str(path) for variable, path in folders.items()},
        "SM_TRACK_BACKEND": "embedded",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


@dataclass
class Lab:
    """A running JupyterLab: its address, the folder it serves, the environment of its kernels."""

    process: subprocess.Popen[bytes]
    url: str
    root: Path
    environment: dict[str, str]
    log: Path

    def stop(self) -> None:
        """Ask the server to end its kernels and itself; insist after ten seconds."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(folder: Path) -> Lab:
    """Start JupyterLab in `folder` and wait until it answers."""
    environment = private_environment(folder)
    root = folder / "notebooks"
    root.mkdir()
    _no_news(Path(environment["JUPYTERLAB_SETTINGS_DIR"]))
    port = free_port()
    log = folder / "lab.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", *_options(port, root)],
            env=environment,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    lab = Lab(process, f"http://127.0.0.1:{port}", root, environment, log)
    _wait_until_up(lab)
    return lab


def _options(port: int, root: Path) -> list[str]:
    return [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={root}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]


def _no_news(settings: Path) -> None:
    """Keep Lab's "would you like to get notified" popup away; the server options alone do not."""
    folder = settings / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True)
    wanted = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(wanted))


def _wait_until_up(lab: Lab) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if lab.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{lab.url}/api/status?token={TOKEN}", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    lab.stop()
    raise RuntimeError(f"JupyterLab did not start:\n{lab.log.read_text()[-3000:]}")
