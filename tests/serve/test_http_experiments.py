"""tests/embedded/test_experiments.py over HTTP, the long form of this folder."""

import pytest
from embedded_suite import take

take("test_experiments", globals())

pytestmark = pytest.mark.soak
