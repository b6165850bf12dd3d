"""tests/embedded/test_search.py over HTTP, the long form of this folder."""

import pytest
from embedded_suite import take

take("test_search", globals())

pytestmark = pytest.mark.soak
