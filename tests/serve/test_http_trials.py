"""tests/embedded/test_trials.py over HTTP, the long form of this folder."""

import pytest
from embedded_suite import take

take("test_trials", globals())

pytestmark = pytest.mark.soak
