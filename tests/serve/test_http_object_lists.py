"""tests/embedded/test_object_lists.py over HTTP, the long form of this folder."""

import pytest
from embedded_suite import take

take("test_object_lists", globals())

pytestmark = pytest.mark.soak
