"""tests/embedded/test_components.py over HTTP, the long form of this folder."""

import pytest
from embedded_suite import take

take("test_components", globals())

pytestmark = pytest.mark.soak
