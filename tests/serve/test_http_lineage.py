"""tests/embedded/test_lineage.py over HTTP, the long form of this folder."""

import pytest
from embedded_suite import take

take("test_lineage", globals())

pytestmark = pytest.mark.soak
