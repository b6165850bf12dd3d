"""docs/jobs.md: its Python runs, with the parts for the installed SDK, and prints what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from sm_track_widgets import _sdk

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "jobs.md").read_text("utf-8")
MAJOR = 3 if (_sdk.version() or (0,))[0] >= 3 else 2


def source() -> str:
    """The page's Python as one program: what is for both majors and what is for the installed one."""
    found = re.findall(r"^```python ?([^\n]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert {words for words, _ in found} == {"", "sdk2", "sdk3"}
    return "\n".join(text for words, text in found if words in {"", f"sdk{MAJOR}"})


def test_the_pages_python_runs(tmp_path: Path) -> None:
    program = tmp_path / "page.py"
    program.write_text(source(), encoding="utf-8")
    quiet = os.environ | {"SAGEMAKER_SUPPRESS_V2_WARNING": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        check=False,
        env={**quiet, "TMPDIR": str(tmp_path), "PYTHONPATH": f"{ROOT}{os.pathsep}{quiet['PYTHONPATH']}"},
        timeout=120,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    # The loss of the last step: (1 + 2) * 0.5 / 3.
    assert re.search(r"^Completed 0\.5\nTrue$", done.stdout, re.MULTILINE)
    label = r"ran on this machine with Python 3\.\d+\.\d+; image \S+ and instance type ml\.m5\.large were not used"
    assert re.search(rf"^Training: {label}$", done.stdout, re.MULTILINE)
    assert re.search(rf"^{label}$", done.stdout, re.MULTILINE), "the log's first line"
    assert "cannot run this job: several instances were asked for" in done.stdout
