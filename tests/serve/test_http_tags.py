"""tests/embedded/test_tags.py over HTTP."""

from embedded_suite import take

take("test_tags", globals())
