"""tests/embedded/test_object_uploads.py over HTTP."""

from embedded_suite import take

take("test_object_uploads", globals())
