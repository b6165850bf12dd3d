"""The embedded service over loopback HTTP: for the AWS CLI, other languages, and tests of what fails on the way.

Nothing of the product starts it. It listens on 127.0.0.1 only and answers only below a path that holds a random token.
``docs/test-double.md`` is its manual; ``python -m sm_track_widgets.serve`` runs it.
"""

from __future__ import annotations

from sm_track_widgets.serve.faults import Faults
from sm_track_widgets.serve.server import Server

__all__ = ["Faults", "Server"]
