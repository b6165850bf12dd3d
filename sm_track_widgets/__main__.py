"""``python -m sm_track_widgets``: what ``sm-track`` does, where the command is not on the path."""

from __future__ import annotations

import sys

from sm_track_widgets.cli import main

if __name__ == "__main__":
    sys.exit(main())
