"""Python imports this file at start when its folder is on PYTHONPATH: child processes of tests are guarded too."""

import socket_guard

socket_guard.install()
