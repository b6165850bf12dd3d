"""tests/embedded/test_search_expressions.py over HTTP."""

from embedded_suite import take

take("test_search_expressions", globals())
