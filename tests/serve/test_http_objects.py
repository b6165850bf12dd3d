"""tests/embedded/test_objects.py over HTTP."""

from embedded_suite import take

take("test_objects", globals())
