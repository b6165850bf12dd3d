"""Imported by every Python of a training job at its start: this folder is first on its PYTHONPATH.

Not a wrapper around the script: so ``__main__``, ``sys.argv``, tracebacks and the processes that the script starts are
as ever. The machine's own sitecustomize, if it has one, is run afterwards.
"""  # noqa: INP001  # a folder of a path, not a package

import importlib.util
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any


def _install() -> None:
    root = os.environ.get("SM_TRACK_JOB_PACKAGE")
    if root and root not in sys.path:
        sys.path.append(root)
    try:
        import botocore
    except ImportError:  # a Python without boto3 has nothing to answer
        return

    def attach(session: Any) -> None:
        from sm_track_widgets.embedded.jobs import inside

        inside.attach(session)

    botocore.register_initializer(attach)


def _run_the_next() -> None:
    here = Path(__file__).resolve().parent
    others = [path for path in sys.path if Path(path or ".").resolve() != here]
    found = PathFinder.find_spec("sitecustomize", others)
    if found is not None and found.loader is not None:
        module = importlib.util.module_from_spec(found)
        sys.modules["sitecustomize"] = module
        found.loader.exec_module(module)


_install()
_run_the_next()
